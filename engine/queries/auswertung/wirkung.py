"""What the harmonisation aims at: how cases end and stay ended, whether alike for everybody, handovers, and how much work it is.

Shares "within h months" count only cases that were observed for h months; ends that exclude each other stand side by side (competing risks).
Every table is published as a whole with its sums, so that no hidden number follows from the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from scipy.stats import chi2_contingency

from engine.queries.auswertung.abschnitt import (
    Abschnitt,
    anteile,
    anzahl,
    genau,
    inner,
    kopf,
    monate,
    p_text,
    zeilen,
)
from engine.queries.auswertung.aufwand import aufwand, falllast_tafel
from engine.queries.auswertung.augenblick import augenblick
from engine.queries.auswertung.auswahl import FALL, Auswahl, regionen
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.kreis import Kreis, kreis
from engine.queries.auswertung.laeufe import ARBEIT, DANACH, DIMENSIONEN, ENDS, HORIZONS, WEGE, Lauf, group, moments, way
from engine.queries.auswertung.rahmen import rahmen
from engine.queries.auswertung.schutz import alle, geschuetzt, gitter, spuren
from engine.queries.auswertung.spreizung import WIRKUNG, mit_spreizung
from engine.queries.auswertung.viele import quantil
from engine.queries.auswertung.zellschutz import als_ganzes, anteil, je_ort, schwelle
from engine.statistics.suppression import ALL, Published
from engine.statistics.survival import kaplan_meier
from engine.store.session import FallSession

TOGETHER = " Wo wenige starben oder wegzogen, stehen sie bei «nicht zurück»."
# Instead of a table that tells nothing.
NOTHING = Published({}, frozenset())


def wirkung(session: FallSession, auswahl: Auswahl) -> list[Abschnitt]:
    """The sections that have enough cases, in the order of the page."""
    found = [*gehalten(session, "wirkung", auswahl, lambda: _sections(session, auswahl))]
    if geschuetzt(session, auswahl).auswahl == Auswahl():
        found.append(_falllast(session))
    elif auswahl.prozess == FALL and gitter(session, auswahl).is_region:
        # The very row that the table of the canton has.
        whole, names = _falllast(session), regionen(session)
        found.append(None if whole is None else _of_region(whole, names.get(auswahl.region, auswahl.region)))
    return mit_spreizung((one for one in found if one is not None), WIRKUNG)


def _falllast(session: FallSession) -> Abschnitt | None:
    return gehalten(session, "falllast", Auswahl(), lambda: falllast_tafel(session, regionen(session), schwelle(session)))


def _sections(session: FallSession, auswahl: Auswahl) -> list[Abschnitt | None]:
    """What follows from the cases."""
    circle, names = kreis(session, auswahl), regionen(session)
    found = [_ende(circle, horizon) for horizon in HORIZONS]
    after = {horizon: circle.nach(horizon) for horizon in HORIZONS}
    found += [_ende_je_region(circle, names), _rueckkehr(after), _arbeit(circle, names)]
    found += [_bestand(after[horizon], horizon) for horizon in (6, 12)]
    found += [_gleich(circle, key) for key in DIMENSIONEN]
    found += [_uebersteuert(circle, key) for key in DIMENSIONEN]
    grid = circle.gitter
    if not grid.gewaehlt and auswahl.prozess == FALL:
        found += [_uebergaben(session, names, grid.schwelle), aufwand(spuren(session, auswahl), names, augenblick(session).at, orte=circle.verbund.orte, least=grid.schwelle)]
    return _aufwand_among_all(session, auswahl, found) if grid.is_region else found


def _aufwand_among_all(session: FallSession, auswahl: Auswahl, found: Sequence[Abschnitt | None]) -> list[Abschnitt | None]:
    """Of a single region the rows that the canton's tables without counts by case have of it, too."""
    there = {one.schluessel for one in found if one is not None}
    name, whole = regionen(session).get(auswahl.region, auswahl.region), gehalten(session, "wirkung", alle(auswahl), lambda: _sections(session, alle(auswahl)))
    return [*found, *(_of_region(one, name) for one in whole if one is not None and one.schluessel in ("uebergaben", "aufwand") and one.schluessel not in there)]


def _of_region(one: Abschnitt, name: str) -> Abschnitt | None:
    row = next((row for row in one.zeilen if row[0] == name), None)
    return None if row is None else replace(one, zeilen=(row,), hinweis="", n=next((row[place] for place, head in enumerate(one.kopf) if head in ("Fälle", "Übergaben")), one.n), masse=(), anteile=())


def _ende(circle: Kreis, horizon: int) -> Abschnitt | None:
    table = circle.tafel(f"ende {horizon}")
    if table is None:
        return None
    whole, numbers = table[ALL, ALL], {one: table.numbers.get((way(one), one), 0) for one in ENDS}
    rows = tuple((word, anzahl(numbers[one]), _share(table, numbers[one])) for one, word in ENDS.items())
    return Abschnitt(
        f"ende_{horizon}", f"Wie Fälle in {horizon} Monaten enden",
        f"Alle Fälle, die vor mindestens {horizon} Monaten begannen, nach ihrem ersten Ende. Ein Ende schliesst die anderen aus (konkurrierende Risiken).",
        ("Ende", "Fälle", "Anteil"), rows, n=anzahl(whole), anteile=tuple(anteil(numbers[one], whole) if table.carries(whole) else None for one in ENDS),
    )  # fmt: skip


def _share(table: Published, part: int | None) -> str:
    """Of round numbers in round percents."""
    whole = table[ALL, ALL]
    if part is None or whole is None:
        return "*"
    return f"{100 * part / whole:.{1 if table.step == 1 else 0}f} %" if whole and table.carries(whole) else "–"


def _ende_je_region(circle: Kreis, names: Mapping[str, str]) -> Abschnitt | None:
    return _table("ende_region", "Ende in 12 Monaten je Region", "Fälle, die vor mindestens 12 Monaten begannen.", circle.tafel("ende region"), names, WEGE, is_one_row=circle.is_one_region, share=ARBEIT, first="Region", of="Anteil Erwerb", je_region="Ende in 12 Monaten durch Erwerb")


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
    return replace(table, numbers={(name, column): number for column, number in sums.items() for name in (row, ALL)})


def _je_zeit(told: Sequence[tuple[str, ...]]) -> str:
    """``203 innert 6 Monaten``: the number before the share."""
    return ", ".join(f"{row[-2]} {row[0]}" for row in told)


def _arbeit(circle: Kreis, names: Mapping[str, str]) -> Abschnitt | None:
    columns = {ARBEIT: "Erwerb", "andere": "anderer Grund"}
    definition = "Ablösungen, deren Hauptgrund eine Erwerbsaufnahme oder mehr Erwerbseinkommen ist, an allen Ablösungen."
    return _table("arbeit", "Eintritte in den Arbeitsmarkt", definition, circle.tafel("arbeit"), names, columns, is_one_row=circle.is_one_region, share=ARBEIT, first="Region", of="Anteil Erwerb", je_region="Ablösungen durch Erwerb")


def _bestand(table: Published | None, horizon: int) -> Abschnitt | None:
    rows = {ARBEIT: "Ablösung durch Erwerb", "andere": "andere Ablösung"}
    definition = f"Ablösungen vor mindestens {horizon} Monaten: wie viele danach {horizon} Monate ohne neuen Bezug blieben, von allen.{TOGETHER}"
    return _table(f"bestand_{horizon}", f"Bestand nach {horizon} Monaten", definition, table, rows, _columns(table or NOTHING), share="nicht", first="Ablösung", of="Anteil nicht zurück")


def _table(
    key: str, title: str, definition: str, table: Published | None, rows: Mapping[str, str], columns: Mapping[str, str], *,
    share: str, first: str, of: str, von: str = "Fälle", hinweis: str = "", test: bool = False, je_region: str = "", is_one_row: bool = False,
) -> Abschnitt | None:  # fmt: skip
    """A section with a table of two dimensions, ``von`` is what it counts; ``test`` adds whether the rows differ by more than chance (chi squared).

    ``je_region``: the rows are regions, and this is what their share is called beside other figures. ``is_one_row``: the total is that of the only row.
    """
    if table is None:
        return None
    told, told_rows = [hinweis, _tested(inner(table, list(rows), list(columns)))] if test and table.carries(table[ALL, ALL]) else [hinweis], zeilen(table, rows, columns, share=share)
    shown = len(told_rows) - (is_one_row and len(told_rows) > 1)
    return Abschnitt(
        key, title, definition, kopf(first, columns.values(), share=of, von=von), told_rows[:shown], " ".join(part for part in told if part),
        n=anzahl(table[ALL, ALL]), masse=anteile(je_region, table, share) if je_region else (), anteile=genau(table, rows, share)[:shown],
    )  # fmt: skip


def _tested(numbers: list[list[int]] | None) -> str:
    if numbers is None or len(numbers) < 2 or len(numbers[0]) < 2:
        return ""
    return f"Unterschied zwischen den Gruppen: {p_text(float(chi2_contingency(numbers, correction=False).pvalue))} (χ²)."


def _gleich(circle: Kreis, key: str) -> Abschnitt | None:
    title, words = DIMENSIONEN[key]
    columns, table = {"ja": "abgelöst", "nein": "nicht abgelöst"}, circle.tafel(f"gleich {key}")
    definition = "Fälle, die vor mindestens 12 Monaten begannen, nach der antragstellenden Person."
    # A median tells of single cases; with filters it would of the difference between choices.
    told = _medians(circle.laeufe, key, circle.gitter.schwelle) if table is not None and not circle.gitter.gewaehlt else ""
    return _table(f"gleich_{key}", f"Ablösung in 12 Monaten nach {title}", definition, table, words, columns, share="ja", first=title, of="Anteil", hinweis=told, test=True)


def _medians(laeufe: Sequence[Lauf], key: str, least: int) -> str:
    """Median durations of groups in which enough ended; of the others none is told."""
    _, words = DIMENSIONEN[key]
    found = []
    for value, word in words.items():
        spells = [(lauf.months, lauf.is_over) for lauf in laeufe if group(lauf, key) == value]
        if sum(ended for _, ended in spells) >= 2 * least:
            found.append(f"{word} {monate(kaplan_meier(spells).quantile(0.5))}")
    return f"Median der Dauer bis zur Ablösung in Monaten (Kaplan–Meier): {', '.join(found)}." if len(found) > 1 else ""


def _uebersteuert(circle: Kreis, key: str) -> Abschnitt | None:
    title, words = DIMENSIONEN[key]
    columns = {"gefolgt": "gefolgt", "übersteuert": "übersteuert"}
    definition = "Segmentvorschläge für Personen des Haushalts, nach der antragstellenden Person."
    return _table(f"vorschlag_{key}", f"Übersteuerte Vorschläge nach {title}", definition, circle.tafel(f"vorschlag {key}"), words, columns, share="übersteuert", first=title, of="Anteil", von="Vorschläge", test=True)


def _uebergaben(session: FallSession, names: Mapping[str, str], least: int) -> Abschnitt | None:
    rows = spuren(session, Auswahl(prozess="uebergabe"))
    columns = {"0": "ohne Rückfrage", "1": "eine", "2": "mehrere"}
    pairs = [(spur.region, str(min(2, len(moments(spur, "rueckfrage"))))) for spur in rows]
    days = [(spur.beendet_am - spur.begonnen_am).total_seconds() / 86_400 for spur in rows if spur.beendet_am is not None]
    told = f"Dauer: Median {quantil(days, 0.5):.0f} Tage, neun von zehn höchstens {quantil(days, 0.9):.0f} Tage (n = {anzahl(len(days))})." if len(days) >= 2 * least else ""
    definition = "Übergaben an eine andere Region, nach der abgebenden, mit der Zahl der Rückfragen der übernehmenden."
    known = Counter(pairs)
    numbers = je_ort(tuple((cell, known[cell]) for cell in product(sorted({region for region, _ in known}), columns)), (("uebergaben", als_ganzes),), least)["uebergaben"]
    found = _table("uebergaben", "Übergaben", definition, Published(numbers, frozenset()) if pairs else None, names, columns, share="0", first="Bisherige Region", of="Anteil ohne Rückfrage", von="Übergaben", hinweis=told, je_region="Übergaben ohne Rückfrage")
    own = rahmen(session, Auswahl(prozess="uebergabe"))
    return None if found is None else replace(found, zeitraum=own.zeitraum, fassung=f"{own.fassung} (Übergabe)")
