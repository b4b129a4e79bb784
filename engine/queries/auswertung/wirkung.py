"""What the harmonisation aims at: how cases end and stay ended, whether alike for everybody, handovers, and how much work it is.

Shares "within h months" count only cases that were observed for h months; ends that exclude each other stand side by side (competing risks).
Every table is published as a whole with its sums, so that no hidden number follows from the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scipy.stats import chi2_contingency
from sqlalchemy import select

from engine.queries.auswertung.abschnitt import (
    Abschnitt,
    anteile,
    anzahl,
    counted,
    genau,
    inner,
    kopf,
    monate,
    p_text,
    zeilen,
)
from engine.queries.auswertung.aufwand import aufwand, falllast_tafel
from engine.queries.auswertung.auswahl import Auswahl, regionen
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.kennzahlen import MONTH, RETURNED, _moments
from engine.queries.auswertung.rahmen import rahmen
from engine.queries.auswertung.schutz import REGION, Gitter, alle, geschuetzt, gitter, spuren
from engine.queries.auswertung.spreizung import WIRKUNG, mit_spreizung
from engine.queries.auswertung.viele import quantil
from engine.queries.auswertung.zellschutz import anteil, schwelle
from engine.replay.pseudonyms import AGE_CLASSES
from engine.statistics.suppression import ALL, Cell, Published, publish
from engine.statistics.survival import kaplan_meier
from engine.store.session import FallSession
from engine.store.tables import Segmentzuordnung, Spur

HORIZONS = (6, 12, 24)
OPEN, OTHERWISE, ARBEIT = "offen", "anders", "arbeit"
ENDS = {
    ARBEIT: "Erwerb", "versicherung": "Versicherung, Rente, EL", "ausbildung": "Ausbildung, Unterhalt", "wegzug": "Wegzug", "andere": "anderer Grund",
    OTHERWISE: "ohne Ablösung beendet", OPEN: "noch im Bezug",
}  # fmt: skip
CAUSES = {
    "erwerb": ARBEIT, "mehr_erwerb": ARBEIT, "alv": "versicherung", "iv": "versicherung", "ahv_el": "versicherung", "ausbildung": "ausbildung",
    "unterhalt": "ausbildung", "wegzug_gemeinde": "wegzug", "wegzug_kanton": "wegzug",
}  # fmt: skip
ABGELOEST = "abgeloest"
WEGE = {ARBEIT: "Erwerb", ABGELOEST: "andere Ablösung", OTHERWISE: "ohne Ablösung", OPEN: "noch im Bezug"}
TOGETHER = " Wo wenige starben oder wegzogen, stehen sie bei «nicht zurück»."
# Instead of a table that tells nothing.
NOTHING = Published({}, frozenset())
DANACH = {"zurueck": "wieder im Bezug", "weg": "gestorben oder aus dem Kanton", "nicht": "nicht zurück"}
# Whoever died or left the canton cannot come back here.
GONE = frozenset({"tod", "wegzug_kanton"})
DIMENSIONEN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "geschlecht": ("Geschlecht", {"1": "männlich", "2": "weiblich", "3": "unbestimmt", "": "nicht erfasst"}),
    "alter": ("Altersklasse", {**{name: name for _, name in AGE_CLASSES}, "": "nicht erfasst"}),
    "personengruppe": (
        "Personengruppe",
        {"regel": "Regelstrukturen", "fluechtling": "anerkannte Flüchtlinge", "vorlaeufig_aufgenommen": "vorläufig Aufgenommene", "schutzstatus_s": "Schutzstatus S", "asylsuchend": "Asylsuchende", "": "nicht erfasst"},
    ),
    "gemeinde": ("Grösse der Gemeinde", {"unter 2000": "unter 2'000", "2000–4999": "2'000–4'999", "5000–9999": "5'000–9'999", "10000 und mehr": "10'000 und mehr", "": "nicht erfasst"}),
}  # fmt: skip


@dataclass(frozen=True)
class Lauf:
    """One case: ``months`` until it ended as ``ende`` says, ``seen`` months since it began, ``back`` months from the Ablösung until it was needed
    again (None: not), ``since`` the Ablösung."""

    region: str
    fall_id: int
    months: float
    seen: float
    ende: str
    grund: str
    back: float | None
    since: float
    merkmale: Mapping[str, str]


@dataclass(frozen=True)
class Kreis:
    """All cases that the session sees, and which of them were chosen: what may be told of these is a matter of all."""

    alle: Sequence[Lauf]
    gewaehlt: frozenset[int]
    gitter: Gitter

    @property
    def laeufe(self) -> list[Lauf]:
        return [lauf for lauf in self.alle if lauf.fall_id in self.gewaehlt]

    def tafel(self, name: str, entries: Sequence[tuple[int, Cell]], *, je_region: bool = False) -> Published | None:
        """The table of the chosen cases."""
        return self.gitter.tafel(name, entries, je_region=je_region)

    @property
    def is_one_region(self) -> bool:
        return REGION in self.gitter.gewaehlt


def wirkung(session: FallSession, auswahl: Auswahl) -> list[Abschnitt]:
    """The sections that have enough cases, in the order of the page."""
    found = [*gehalten(session, "wirkung", auswahl, lambda: _sections(session, auswahl))]
    if geschuetzt(session, auswahl).auswahl == alle(auswahl):
        found.append(falllast_tafel(session, regionen(session), schwelle(session)))
    elif gitter(session, auswahl).is_region:
        # The very row that the table of the canton has.
        whole, names = falllast_tafel(session, regionen(session), schwelle(session)), regionen(session)
        found.append(None if whole is None else _of_region(whole, names.get(auswahl.region, auswahl.region)))
    return mit_spreizung((one for one in found if one is not None), WIRKUNG)


def _sections(session: FallSession, auswahl: Auswahl) -> list[Abschnitt | None]:
    """What follows from the cases; how much work there is now is asked each time."""
    rows, names = spuren(session, auswahl), regionen(session)
    grid = gitter(session, auswahl)
    every = rows if not grid.gewaehlt else spuren(session, alle(auswahl))
    kreis = Kreis([_lauf(spur, session.now) for spur in every], frozenset(spur.fall_id for spur in rows), grid)
    found = [_ende(kreis, horizon) for horizon in HORIZONS]
    after = {horizon: _nach(kreis, horizon) for horizon in HORIZONS}
    found += [_ende_je_region(kreis, names), _rueckkehr(after), _arbeit(kreis, names)]
    found += [_bestand(after[horizon], horizon) for horizon in (6, 12)]
    found += [_gleich(kreis, key) for key in DIMENSIONEN] if _tells_how_many_left(kreis) else []
    found += [_uebersteuert(session, kreis, key) for key in DIMENSIONEN]
    if not grid.gewaehlt:
        found += [_uebergaben(session, names, grid.schwelle), aufwand(rows, names, session.now, grid.schwelle)]
    return _aufwand_among_all(session, auswahl, found) if grid.is_region else found


def _aufwand_among_all(session: FallSession, auswahl: Auswahl, found: Sequence[Abschnitt | None]) -> list[Abschnitt | None]:
    """Of a single region the rows that the canton's tables without counts by case have of it, too."""
    there = {one.schluessel for one in found if one is not None}
    name, whole = regionen(session).get(auswahl.region, auswahl.region), gehalten(session, "wirkung", alle(auswahl), lambda: _sections(session, alle(auswahl)))
    return [*found, *(_of_region(one, name) for one in whole if one is not None and one.schluessel in ("uebergaben", "aufwand") and one.schluessel not in there)]


def _of_region(one: Abschnitt, name: str) -> Abschnitt | None:
    row = next((row for row in one.zeilen if row[0] == name), None)
    return None if row is None else replace(one, zeilen=(row,), hinweis="", n=row[one.kopf.index("Fälle")] if "Fälle" in one.kopf else one.n, masse=(), anteile=())


def _lauf(spur: Spur, now: datetime) -> Lauf:
    began = spur.begonnen_am.timestamp()
    until = min(_moments(spur, "abloesung"), default=None)
    back = min((moment for moment in _moments(spur, RETURNED) if until is not None and moment >= until), default=None)
    grund = spur.angaben.get("hauptgrund", "")
    ende = CAUSES.get(grund, "andere") if until is not None else OTHERWISE if spur.beendet_am is not None else OPEN
    end = until if until is not None else (spur.beendet_am or now).timestamp()
    return Lauf(
        spur.region, spur.fall_id, max(0.0, (end - began) / MONTH), (now.timestamp() - began) / MONTH, ende, grund,
        None if until is None or back is None else (back - until) / MONTH, 0.0 if until is None else (now.timestamp() - until) / MONTH,
        {**spur.angaben, "alter": spur.altersklasse},
    )  # fmt: skip


def _by(lauf: Lauf, horizon: float) -> str:
    """How the case had ended after so many months."""
    return lauf.ende if lauf.months <= horizon else OPEN


def _ende(kreis: Kreis, horizon: int) -> Abschnitt | None:
    table = kreis.tafel(f"ende {horizon}", _ends(kreis, horizon))
    if table is None or horizon == 12 and not _agrees(table, kreis):
        return None
    whole, numbers = table[ALL, ALL], {one: table.numbers.get((_way(one), one), 0) for one in ENDS}
    rows = tuple((word, anzahl(numbers[one]), _share(numbers[one], whole)) for one, word in ENDS.items())
    return Abschnitt(
        f"ende_{horizon}", f"Wie Fälle in {horizon} Monaten enden",
        f"Alle Fälle, die vor mindestens {horizon} Monaten begannen, nach ihrem ersten Ende. Ein Ende schliesst die anderen aus (konkurrierende Risiken).",
        ("Ende", "Fälle", "Anteil"), rows, n=anzahl(whole), anteile=tuple(anteil(numbers[one], whole) for one in ENDS),
    )  # fmt: skip


def _agrees(table: Published, kreis: Kreis) -> bool:
    """Whether the ways out are told, and withheld, as the table by region has them: what only one of the two tells would give the other away."""
    by_region = kreis.tafel("ende region", _ends_by_region(kreis), je_region=True)
    return by_region is not None and all(by_region.numbers.get((ALL, way), 0) == table.numbers.get((way, ALL), 0) for way in (*WEGE, ALL))


def _way(end: str) -> str:
    return end if end in WEGE else ABGELOEST


def _ends(kreis: Kreis, horizon: int = 12) -> list[tuple[int, Cell]]:
    """The way out of each case, and its end more exactly: of one table, whose sums are withheld together with its parts."""
    return [(lauf.fall_id, (_way(end), end)) for lauf in kreis.alle if lauf.seen >= horizon for end in (_by(lauf, horizon),)]


def _ends_by_region(kreis: Kreis) -> list[tuple[int, Cell]]:
    return [(lauf.fall_id, (lauf.region, _way(_by(lauf, 12)))) for lauf in kreis.alle if lauf.seen >= 12]


def _share(part: int | None, whole: int | None) -> str:
    return "*" if part is None or whole is None else f"{100 * part / whole:.1f} %" if whole else "–"


def _ende_je_region(kreis: Kreis, names: Mapping[str, str]) -> Abschnitt | None:
    table = kreis.tafel("ende region", _ends_by_region(kreis), je_region=True)
    return _table("ende_region", "Ende in 12 Monaten je Region", "Fälle, die vor mindestens 12 Monaten begannen.", table, names, WEGE, is_one_row=kreis.is_one_region, share=ARBEIT, first="Region", of="Anteil Erwerb", je_region="Ende in 12 Monaten durch Erwerb")


def _nach(kreis: Kreis, horizon: int) -> Published | None:
    """What became of people after their Ablösung, of one table for both sections; None unless how many came back is told.

    That number Kennzahlen tell, too: withheld here it would give away the others. Where few died or moved away they are among those not back.
    """
    known = [(lauf.fall_id, (_kind(lauf), _back(lauf, horizon))) for lauf in kreis.alle if _is_followed(lauf, horizon)]
    together: list[tuple[int, Cell]] = [(fall, (kind, "zurueck" if back == "zurueck" else "nicht")) for fall, (kind, back) in known]
    for name, entries in ((f"nach {horizon}", known), (f"nach {horizon} zusammen", together)):
        table = kreis.tafel(name, entries)
        if table is not None and None not in (table.numbers.get((ALL, column), 0) for column in (*DANACH, ALL)):
            return table
    return None


def _rueckkehr(after: Mapping[int, Published | None]) -> Abschnitt | None:
    definition = f"Abgelöste, deren Ablösung so lange zurückliegt. Wer gestorben oder aus dem Kanton gezogen ist, kann hier nicht zurückkehren und steht für sich.{TOGETHER}"
    parts = [({str(horizon): f"innert {horizon} Monaten"}, _sums(table, str(horizon))) for horizon, table in after.items() if table is not None]
    columns = next((found for _, part in parts if len(found := _columns(part)) == len(DANACH)), _columns(NOTHING))
    # A line without the column stands between others that have it.
    lines = (zeilen(part, row, _columns(part), share="zurueck")[0] for row, part in parts)
    told = tuple(line if len(line) == len(columns) + 3 else (*line[:2], "–", *line[2:]) for line in lines)
    shares = tuple(genau(part, row, "zurueck")[0] for row, part in parts)
    head = kopf("Zeit", columns.values(), share="zurück")
    return Abschnitt("rueckkehr", "Rückkehr nach der Ablösung", definition, head, told, n=_je_zeit(told), anteile=shares) if told else None


def _columns(table: Published) -> dict[str, str]:
    return {one: word for one, word in DANACH.items() if one != "weg" or (ALL, one) in table.numbers}


def _sums(table: Published, row: str) -> Published:
    """The sums of the columns as a table of one row."""
    sums = {column: number for (first, column), number in table.numbers.items() if first == ALL}
    return Published({(name, column): number for column, number in sums.items() for name in (row, ALL)}, frozenset())


def _je_zeit(told: Sequence[tuple[str, ...]]) -> str:
    """``203 innert 6 Monaten``: the number before the share."""
    return ", ".join(f"{row[-2]} {row[0]}" for row in told)


def _is_followed(lauf: Lauf, horizon: float) -> bool:
    """Whether the case came to an Ablösung so long ago."""
    return lauf.ende not in (OPEN, OTHERWISE) and lauf.since >= horizon


def _back(lauf: Lauf, horizon: float) -> str:
    if lauf.back is not None and lauf.back <= horizon:
        return "zurueck"
    return "weg" if lauf.grund in GONE else "nicht"


def _arbeit(kreis: Kreis, names: Mapping[str, str]) -> Abschnitt | None:
    columns = {ARBEIT: "Erwerb", "andere": "anderer Grund"}
    table = kreis.tafel("arbeit", [(lauf.fall_id, (lauf.region, _kind(lauf))) for lauf in kreis.alle if _is_followed(lauf, 0)], je_region=True)
    definition = "Ablösungen, deren Hauptgrund eine Erwerbsaufnahme oder mehr Erwerbseinkommen ist, an allen Ablösungen."
    return _table("arbeit", "Eintritte in den Arbeitsmarkt", definition, table, names, columns, is_one_row=kreis.is_one_region, share=ARBEIT, first="Region", of="Anteil Erwerb", je_region="Ablösungen durch Erwerb")


def _bestand(table: Published | None, horizon: int) -> Abschnitt | None:
    rows = {ARBEIT: "Ablösung durch Erwerb", "andere": "andere Ablösung"}
    definition = f"Ablösungen vor mindestens {horizon} Monaten: wie viele danach {horizon} Monate ohne neuen Bezug blieben, von allen.{TOGETHER}"
    return _table(f"bestand_{horizon}", f"Bestand nach {horizon} Monaten", definition, table, rows, _columns(table or NOTHING), share="nicht", first="Ablösung", of="Anteil nicht zurück")


def _kind(lauf: Lauf) -> str:
    return ARBEIT if lauf.ende == ARBEIT else "andere"


def _table(
    key: str, title: str, definition: str, table: Published | None, rows: Mapping[str, str], columns: Mapping[str, str], *,
    share: str, first: str, of: str, hinweis: str = "", test: bool = False, je_region: str = "", is_one_row: bool = False,
) -> Abschnitt | None:  # fmt: skip
    """A section with a table of two dimensions; ``test`` adds whether the rows differ by more than chance (chi squared).

    ``je_region``: the rows are regions, and this is what their share is called beside other figures. ``is_one_row``: the total is that of the only row.
    """
    if table is None:
        return None
    told, told_rows = [hinweis, _tested(inner(table, list(rows), list(columns)))] if test else [hinweis], zeilen(table, rows, columns, share=share)
    shown = len(told_rows) - (is_one_row and len(told_rows) > 1)
    return Abschnitt(
        key, title, definition, kopf(first, columns.values(), share=of), told_rows[:shown], " ".join(part for part in told if part),
        n=anzahl(table[ALL, ALL]), masse=anteile(je_region, table, share) if je_region else (), anteile=genau(table, rows, share)[:shown],
    )  # fmt: skip


def _tested(numbers: list[list[int]] | None) -> str:
    if numbers is None or len(numbers) < 2 or len(numbers[0]) < 2:
        return ""
    return f"Unterschied zwischen den Gruppen: {p_text(float(chi2_contingency(numbers, correction=False).pvalue))} (χ²)."


def _tells_how_many_left(kreis: Kreis) -> bool:
    """Whether it follows from how cases end how many left within 12 months: otherwise these tables, with their sums, would give away who did not."""
    by_region = kreis.tafel("ende region", _ends_by_region(kreis), je_region=True)
    return by_region is not None and None not in (by_region.numbers.get((ALL, way), 0) for way in (OTHERWISE, OPEN, ALL))


def _gleich(kreis: Kreis, key: str) -> Abschnitt | None:
    title, words = DIMENSIONEN[key]
    columns = {"ja": "abgelöst", "nein": "nicht abgelöst"}
    table = kreis.tafel(f"gleich {key}", [(lauf.fall_id, (_group(lauf, key), "nein" if _by(lauf, 12) in (OPEN, OTHERWISE) else "ja")) for lauf in kreis.alle if lauf.seen >= 12])
    definition = "Fälle, die vor mindestens 12 Monaten begannen, nach der antragstellenden Person."
    # A median tells of single cases; with filters it would of the difference between choices.
    told = _medians(kreis.laeufe, key, kreis.gitter.schwelle) if table is not None and not kreis.gitter.gewaehlt else ""
    return _table(f"gleich_{key}", f"Ablösung in 12 Monaten nach {title}", definition, table, words, columns, share="ja", first=title, of="Anteil", hinweis=told, test=True)


def _medians(laeufe: Sequence[Lauf], key: str, least: int) -> str:
    """Median durations of groups in which enough ended; of the others none is told."""
    _, words = DIMENSIONEN[key]
    found = []
    for group, word in words.items():
        spells = [(lauf.months, lauf.ende not in (OPEN, OTHERWISE)) for lauf in laeufe if _group(lauf, key) == group]
        if sum(ended for _, ended in spells) >= 2 * least:
            found.append(f"{word} {monate(kaplan_meier(spells).quantile(0.5))}")
    return f"Median der Dauer bis zur Ablösung in Monaten (Kaplan–Meier): {', '.join(found)}." if len(found) > 1 else ""


def _group(lauf: Lauf, key: str) -> str:
    _, words = DIMENSIONEN[key]
    value = lauf.merkmale.get(key, "")
    return value if value in words else ""


def _uebersteuert(session: FallSession, kreis: Kreis, key: str) -> Abschnitt | None:
    title, words = DIMENSIONEN[key]
    of = {lauf.fall_id: _group(lauf, key) for lauf in kreis.alle}
    query = select(Segmentzuordnung.fall_id, Segmentzuordnung.segment, Segmentzuordnung.vorschlag).where(Segmentzuordnung.vorschlag != "")
    rows = [(fall, (of[fall], "gefolgt" if segment == proposed else "uebersteuert")) for fall, segment, proposed in session.execute(query) if fall in of]
    table = kreis.tafel(f"vorschlag {key}", rows)
    columns = {"gefolgt": "gefolgt", "uebersteuert": "übersteuert"}
    definition = "Segmentvorschläge für Personen des Haushalts, nach der antragstellenden Person."
    return _table(f"vorschlag_{key}", f"Übersteuerte Vorschläge nach {title}", definition, table, words, columns, share="uebersteuert", first=title, of="Anteil", test=True)


def _uebergaben(session: FallSession, names: Mapping[str, str], least: int) -> Abschnitt | None:
    rows = spuren(session, Auswahl(prozess="uebergabe"))
    columns = {"0": "ohne Rückfrage", "1": "eine", "2": "mehrere"}
    pairs = [(spur.region, str(min(2, len(_moments(spur, "rueckfrage"))))) for spur in rows]
    days = [(spur.beendet_am - spur.begonnen_am).total_seconds() / 86_400 for spur in rows if spur.beendet_am is not None]
    told = f"Dauer: Median {quantil(days, 0.5):.0f} Tage, neun von zehn höchstens {quantil(days, 0.9):.0f} Tage (n = {anzahl(len(days))})." if len(days) >= 2 * least else ""
    definition = "Übergaben an eine andere Region, nach der abgebenden, mit der Zahl der Rückfragen der übernehmenden."
    found = _table("uebergaben", "Übergaben", definition, publish(counted(pairs), threshold=least) if pairs else None, names, columns, share="0", first="Bisherige Region", of="Anteil ohne Rückfrage", hinweis=told, je_region="Übergaben ohne Rückfrage")
    own = rahmen(session, Auswahl(prozess="uebergabe"))
    return None if found is None else replace(found, zeitraum=own.zeitraum, fassung=f"{own.fassung} (Übergabe)")
