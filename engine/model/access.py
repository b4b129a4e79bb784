"""Who acts, in which regions, in which roles. The roles are those of the process description, chapter 3."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    "koordination",
    "aufsicht",
    "evaluation",
    "prozess",
    "umsetzung",
    "betrieb",
)


@dataclass(frozen=True)
class Access:
    """A person (or the system) as the data layer sees it.

    ``rollen`` maps a region's Kürzel to the roles held there; cantonal roles stand under ``"*"``. Case data is visible only in
    regions with an entry. ``everywhere`` is for the scheduler and the command line, never for a request of a person.
    """

    konto: str
    rollen: dict[str, frozenset[str]] = field(default_factory=dict)
    everywhere: bool = False

    @property
    def regionen(self) -> frozenset[str]:
        return frozenset(region for region in self.rollen if region != "*")

    def rollen_in(self, region: str) -> frozenset[str]:
        return self.rollen.get(region, frozenset()) | self.rollen.get("*", frozenset())

    def has(self, *rollen: str) -> bool:
        return any(held & set(rollen) for held in self.rollen.values())


def system(konto: str = "system") -> Access:
    """The scheduler's and the command line's access: every region."""
    return Access(konto, {}, everywhere=True)
