"""Who acts, in which regions, in which roles. The roles are those of the process description, chapter 3."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

ROLLEN = (
    "intake",
    "fallfuehrung",
    "fallfuehrung_intensiv",
    "administration",
    "teamleitung",
    "leitung",
    "sozialkommission",
    "vpe_stelle",
    "partner_rav",
    "partner_alk",
    "partner_iv",
    "partner_massnahme",
    "partner_ewk",
    "koordination",
    "aufsicht",
    "evaluation",
    "prozess",
    "umsetzung",
    "betrieb",
)

# What a service account may be limited to; people may always do what their roles permit.
SCOPES = {
    "lesen": "Suchen und lesen",
    "ablegen": "Diagramme, Entscheidungen und Formulare ablegen",
    "probelauf": "Probeläufe starten und führen",
    "starten": "Fälle eröffnen",
    "aufgaben": "Aufgaben bearbeiten",
    "jobs": "Jobs abholen und erledigen",
    "meldungen": "Meldungen senden",
    "betrieb": "Störungen beheben und Werte berichtigen",
}

# Where trial runs are kept: no region of the canton, granted to nobody, hence in no list, count or evaluation of a region.
PROBELAUF = "PROBELAUF"
# Where the introduction of a region is kept: beside the region, so that the Koordinationsstelle sees it and never a case of a household.
_EINFUEHRUNG = "EINF-"


def room_of(region: str) -> str:
    """Where the introduction of this region is kept."""
    return f"{_EINFUEHRUNG}{region}"


def region_of(place: str) -> str:
    """The region a place belongs to: of an introduction, otherwise the place itself."""
    return place.removeprefix(_EINFUEHRUNG)


def is_room(place: str) -> bool:
    """Whether introductions are kept there, and no cases."""
    return place.startswith(_EINFUEHRUNG)


@dataclass(frozen=True)
class Access:
    """A person (or the system) as the data layer sees it.

    ``rollen`` maps a region's Kürzel, or the place of its introduction, to the roles held there; cantonal roles stand under ``"*"``.
    Case data is visible only in places with an entry. ``everywhere`` is for the scheduler and the command line, never for a request of a person.
    ``is_dienst``: a service account; no case is ever assigned to it, so its roles hold for all cases of the region.
    """

    konto: str
    rollen: dict[str, frozenset[str]] = field(default_factory=dict)
    everywhere: bool = False
    is_dienst: bool = False

    @property
    def regionen(self) -> frozenset[str]:
        """Where cases of households are visible."""
        return frozenset(place for place in self.places if not is_room(place))

    @property
    def places(self) -> frozenset[str]:
        """Everything that is visible: regions, and where introductions are kept."""
        return frozenset(place for place in self.rollen if place != "*")

    def rollen_in(self, region: str) -> frozenset[str]:
        return self.rollen.get(region, frozenset()) | self.rollen.get("*", frozenset())

    def has(self, *rollen: str) -> bool:
        return any(held & set(rollen) for held in self.rollen.values())


def system(konto: str = "system") -> Access:
    """The scheduler's and the command line's access: every region."""
    return Access(konto, {}, everywhere=True)


def with_trials(access: Access) -> Access:
    """The same person where trial runs are dealt with: a process owner plays every role in them, others do not see them."""
    if "prozess" not in access.rollen_in("*"):
        return access
    return replace(access, rollen={**access.rollen, PROBELAUF: frozenset(ROLLEN)})
