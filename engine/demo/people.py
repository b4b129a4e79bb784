"""Who works in the demonstration. Every name is invented; all share one password, which the start page shows in demo mode only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.model.access import Access
from engine.store import konten
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Fall

PASSWORD = "fallfluss-demo"
# Two regions, so that one can see that neither sees the other's cases.
REGIONEN = {"SDOL": "Oberer Leberberg", "SRO": "Olten"}


@dataclass(frozen=True)
class DemoPerson:
    """``rollen`` are pairs of role and region; ``task`` says to a visitor what to try with this login."""

    login: str
    name: str
    rollen: tuple[tuple[str, str], ...]
    task: str

    @property
    def access(self) -> Access:
        held: dict[str, frozenset[str]] = {}
        for rolle, region in self.rollen:
            held[region] = held.get(region, frozenset()) | {rolle}
        return Access(self.login, held)


_IN_REGION = (
    ("intake", ("intake",), "Neue Fälle eröffnen, Kurzassessments führen"),
    ("fallfuehrung", ("fallfuehrung",), "Ziele vereinbaren, Standort bestimmen, ablösen"),
    ("fallfuehrung2", ("fallfuehrung",), "Stellvertretung, Aufgaben weitergeben"),
    ("administration", ("administration",), "Unterlagen einfordern"),
    ("teamleitung", ("teamleitung",), "Fälle zuteilen, Visum erteilen"),
    ("leitung", ("leitung", "sozialkommission"), "Verfügen, Fälle abbrechen, Parameter der Region"),
    ("vpe", ("vpe_stelle",), "Aufträge annehmen, berichten; sieht sonst nichts"),
)
_NAMES = {
    "SDOL": ("Irma Imfeld", "Fabio Furrer", "Franca Fuchs", "Anna Ackermann", "Tabea Tschudi", "Leo Lerch", "Vera Vogt"),
    "SRO": ("Ivo Isler", "Flurina Frei", "Felix Feller", "Aldo Amsler", "Timo Thommen", "Lara Luder", "Valentin Vock"),
}
_CANTONAL = (
    DemoPerson("prozess", "Petra Pfister", (("prozess", "*"),), "Diagramme ablegen und freigeben, Parameter lesen"),
    DemoPerson("koordination", "Konrad Kuhn", (("koordination", "*"),), "Einführung der Regionen prüfen; sieht keine Fälle"),
    DemoPerson("umsetzung", "Ursula Urech", (("umsetzung", "*"),), "Parameter des Kantons festlegen, Umstellungen starten"),
    DemoPerson("evaluation", "Eva Egger", (("evaluation", "*"),), "Auswerten: Prozesstreue, Protokolle, Vergleiche"),
    DemoPerson("betrieb", "Beat Bucher", (("betrieb", "*"),), "Konten und Störungen"),
)


def people() -> tuple[DemoPerson, ...]:
    """All demo people: seven in each region, the others cantonal."""
    regional = tuple(
        DemoPerson(f"{login}.{region.lower()}", name, tuple((rolle, region) for rolle in rollen), f"{task} ({REGIONEN[region]})")
        for region in REGIONEN
        for (login, rollen, task), name in zip(_IN_REGION, _NAMES[region], strict=True)
    )
    return regional + _CANTONAL


def worker(region: str, groups: list[str], responsible: str | None = None) -> Access | None:
    """Somebody of that region who holds one of the groups: whoever is responsible for the case, if they do."""
    found = workers(region, groups)
    return next((one for one in found if one.konto == responsible), next(iter(found), None))


def worker_of(session: FallSession, key: int) -> Access | None:
    """Who would do that task."""
    query = select(Aufgabe.region, Aufgabe.candidate_groups, Fall.fallfuehrung).join(Fall, Fall.id == Aufgabe.fall_id)
    row = session.execute(query.where(Aufgabe.key == key)).first()
    return worker(*row) if row is not None else None


def workers(region: str, groups: list[str]) -> list[Access]:
    """Everybody of that region who holds one of the groups."""
    return [person.access for person in people() if person.access.rollen.get(region, frozenset()) & set(groups)]


def add_people(session: FallSession) -> None:
    """Give each demo person an account; those that exist stay as they are."""
    existing = {konto.login for konto in konten.all_konten(session)}
    for person in people():
        if person.login not in existing:
            konten.create_konto(session, person.login, person.name, PASSWORD)
            for rolle, region in person.rollen:
                konten.grant(session, person.login, rolle, region)
