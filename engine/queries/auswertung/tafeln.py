"""The figures as tables: what a page shows, the report prints and a file holds is the same, made once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from engine.queries.auswertung import spreizung
from engine.queries.auswertung.abschnitt import (
    FEST,
    HIDDEN,
    PROZENT,
    Abschnitt,
    Mass,
    anteile,
    anzahl,
    kopf,
    mit_vorzeichen,
    monate,
    p_text,
    zehntel,
    zeilen,
)
from engine.queries.auswertung.kennzahlen import DURATION_HORIZON, MONATE, Figures
from engine.queries.auswertung.laeufe import HORIZONS
from engine.queries.auswertung.treue import ERGEBNISSE, PASSEND, Treue
from engine.queries.auswertung.verbund import KANTON
from engine.statistics.spread import Weighed
from engine.statistics.suppression import ALL

T = TypeVar("T")
ARTEN = {"standortbestimmung": "Standortbestimmungen", "kurzassessment": "Kurzassessments"}
PUENKTLICH = "puenktlich"
JE_MONAT, JE_MONAT_TITEL = "puenktlich_monate", "Standortbestimmungen je Monat"
JAHRE = (12, 24)
TREUE, ABWEICHUNGEN = "treue", "abweichungen"
ZUSAMMEN = "alle gewählten zusammen"
OHNE_MONATE = (
    f"«{JE_MONAT_TITEL}» gibt es nur für alle Fälle zusammen: In den Monaten einer Auswahl, auch einer Region, sind es wenige, und wer sie von den "
    "Monaten aller Fälle abzöge, fände die wenigen der übrigen."
)


def tafeln(found: Figures, namen: Mapping[str, str], segmente: Mapping[str, str]) -> list[Abschnitt]:
    """The tables in the order of the page, those of which there is enough; ``namen`` are the regions, ``segmente`` the words for them."""
    made = [
        _dauer(found, namen), _beobachtung(found, namen), _rueckfall(found, namen), _puenktlich(found, namen),
        _je_monat(found), _wechsel(found, segmente), *_uebersteuert(found, namen),
    ]  # fmt: skip
    return spreizung.mit_spreizung(one for one in made if one is not None)


def warum_nicht(titel: Collection[str]) -> str:
    """What is to be said of figures that filters leave away beyond that groups would be small; nothing where there is no more to it."""
    return OHNE_MONATE if JE_MONAT_TITEL in titel else ""


def treue_tafeln(found: Treue, namen: Mapping[str, str]) -> list[Abschnitt]:
    """Adherence, and how far the regions lie apart in it."""
    table = treue_tafel(found, namen)
    return [] if table is None else spreizung.mit_spreizung([table], spreizung.TREUE)


def treue_tafel(found: Treue, namen: Mapping[str, str]) -> Abschnitt | None:
    """Adherence by version and region; of the chosen together where it may not be told by these."""
    rows = _treue_zeilen(found, namen)
    whole = f"Von {anzahl(found.faelle)} Fällen passen {anzahl(found.zahlen['passend'])} ohne Abweichung."
    head = ("Fassung und Region", "Fälle", "passend", "akzeptiert", "abweichend", "nicht entschieden")
    definition = "Jeder Fall auf der Fassung nachgespielt, mit der er lief; die kleinste Zahl von Abweichungen zählt."
    return Abschnitt(TREUE, "Prozesstreue", definition, head, rows, whole, n=anzahl(found.faelle), masse=(_passend(found),)) if rows else None


def _treue_zeilen(found: Treue, namen: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    if not found.zeilen and found.faelle:
        return ((ZUSAMMEN, anzahl(found.faelle), *(anzahl(found.zahlen[one]) for one in ERGEBNISSE)),)
    return tuple(
        (f"Fassung {row.version}, {namen.get(row.region, row.region)}", anzahl(row.faelle), *(anzahl(row.zahlen[one]) for one in ERGEBNISSE))
        for row in nach_namen(found, namen).zeilen
    )


def nach_namen(found: Treue, namen: Mapping[str, str]) -> Treue:
    """The same with its rows by version and the name of the region."""
    return replace(found, zeilen=tuple(sorted(found.zeilen, key=lambda row: (row.version, namen.get(row.region, row.region)))))


def abweichungen_tafel(found: Treue, worte: Mapping[str, str]) -> Abschnitt:
    """Deviations by element, those of most cases first; ``worte`` say what each kind is."""
    rows = tuple((one.name, one.element, worte[one.art], anzahl(one.faelle), one.akzeptiert or "nein") for one in found.abweichungen)
    head = ("Element", "Id", "Abweichung", "Fälle", "akzeptiert")
    definition = "In wie vielen Fällen das Nachspielen an einem Element abweicht; ein Fall zählt je Element und Abweichung einmal. Anzahlen sind gerundet. «akzeptiert» nennt den Grund."
    return Abschnitt(ABWEICHUNGEN, "Abweichungen je Element", definition, head, rows, n=anzahl(found.faelle))


def _passend(found: Treue) -> Mass:
    """The share of fitting cases by region over all versions; of a region with anything hidden there is none."""
    parts: dict[str, list[tuple[int | None, int | None]]] = defaultdict(list)
    for row in found.zeilen:
        parts[row.region].append((row.zahlen[PASSEND], row.faelle))
    sums = {region: _summed(pairs) for region, pairs in parts.items()}
    return Mass("passende Fälle", PROZENT, {region: one for region, one in sums.items() if one is not None}, found.ist_grob)


def _summed(pairs: Sequence[tuple[int | None, int | None]]) -> Weighed | None:
    fitting, whole = (sum(number for number in column if number is not None) for column in zip(*pairs, strict=True))
    return None if not whole or any(number is None for pair in pairs for number in pair) else (fitting / whole, whole)


def _dauer(found: Figures, namen: Mapping[str, str]) -> Abschnitt | None:
    def at(place: str, month: int) -> str:
        share = found.remaining(place, month)
        return "–" if share is None else f"{100 * share:.0f} %"

    rows = tuple(
        (namen.get(name, name), anzahl(found.umfang(name)), monate(curve.quantile(0.5)), f"{curve.restricted_mean(DURATION_HORIZON):.1f}", *(at(name, month) for month in JAHRE))
        for name in _orte(found.durations, namen) for curve in (found.durations[name],)
    )
    head = ("Region", "Fälle", "Median (Monate)", "Mittel bis 24 (Monate)", "nach 12 im Bezug", "nach 24 im Bezug")
    definition = (
        "Vom Beginn des Falls bis zur ersten Ablösung (Kaplan–Meier); wer noch im Bezug ist oder anders endete, zählt bis dahin mit. "
        f"«Mittel» ist die mittlere Dauer, je Fall höchstens {DURATION_HORIZON:.0f} Monate. Kurven und Anteile stehen je Monat, in Stufen zu je {found.stufe} Fällen."
    )
    return Abschnitt("dauer", "Dauer bis zur Ablösung", definition, head, rows, _tests(found), n=_n({name: name for name in found.durations}, found.umfang), masse=_durations(found)) if rows else None


def _durations(found: Figures) -> tuple[Mass, ...]:
    def after(month: int) -> Callable[[str], float | None]:
        return lambda place: found.remaining(place, month)

    measures: dict[tuple[str, str], Callable[[str], float | None]] = {
        ("Dauer, Median", "Mt."): lambda place: zehntel(found.durations[place].quantile(0.5)),
        ("Dauer, Mittel bis 24 Monate", "Mt."): lambda place: zehntel(found.durations[place].restricted_mean(DURATION_HORIZON)),
        **{(f"nach {month} Monaten im Bezug", PROZENT): after(month) for month in JAHRE},
    }
    return tuple(Mass(name, unit, _by_region({place: place for place in found.durations}, of, found.umfang), found.is_grob) for (name, unit), of in measures.items())


def _by_region(places: Mapping[str, T], of: Callable[[T], float | None], number: Callable[[T], int]) -> dict[str, Weighed]:
    """What the regions show, without the canton and where there is nothing to show."""
    found = {name: (of(one), number(one)) for name, one in places.items() if name != KANTON}
    return {name: (value, weight) for name, (value, weight) in found.items() if value is not None}


def _tests(found: Figures) -> str:
    told = []
    if found.log_rank is not None:
        test, freedom = found.log_rank, "Freiheitsgrad" if found.log_rank.degrees == 1 else "Freiheitsgrade"
        told.append(f"Log-Rang-Test zwischen den Regionen: χ²{FEST}={FEST}{test.statistic:.2f}, {test.degrees} {freedom}, {p_text(test.p)}. Er nimmt unabhängige Fälle an.")
    if found.pilot is not None:
        told.append(f"Pilotregionen gegen die übrigen: Unterschied der mittleren Dauer {mit_vorzeichen(found.pilot.difference, 'Monate')}, {p_text(found.pilot.p)} (ganze Regionen vertauscht, {anzahl(found.pilot.arrangements)} Anordnungen).")
    return " ".join(told)


def _beobachtung(found: Figures, namen: Mapping[str, str]) -> Abschnitt | None:
    rows = tuple((namen.get(name, name), *(anzahl(found.at_risk(name, month)) for month in MONATE)) for name in _orte(found.durations, namen))
    head = ("Region", *(f"{month} Monate" for month in MONATE))
    definition = "So viele Fälle sind nach so vielen Monaten noch im Bezug und unter Beobachtung (Zahlen unter der Kaplan–Meier-Kurve), gerundet auf Vielfache der kleinsten, die gezeigt wird."
    return Abschnitt("dauer_beobachtung", "Unter Beobachtung nach Monaten", definition, head, rows, n=_n({name: name for name in found.durations}, found.umfang)) if rows else None


def _rueckfall(found: Figures, namen: Mapping[str, str]) -> Abschnitt | None:
    if not found.relapse:
        return None
    places = _orte({**found.durations, **found.relapse}, namen)
    rows = tuple(
        (f"{namen.get(name, name)}, {month} Monate", anzahl(one.number), f"{100 * (one.share or 0):.0f} %", f"{100 * one.lower:.0f} %", f"{100 * one.upper:.0f} %")
        for name in places for month, one in sorted(found.relapse.get(name, {}).items())
    )  # fmt: skip
    definition = (
        "Anteil der Abgelösten, die in so vielen Monaten wieder Hilfe brauchten. Es zählt nur, wer so lange beobachtet ist; mit dem 95-%-Bereich (Wilson). "
        "Wo es zu wenige sind, fehlt die Zeile."
    )
    whole = _whole(found.relapse) or {}
    n = ", ".join(f"{anzahl(one.number)} nach {month} Monaten" for month, one in whole.items())
    head = ("Wo und innert", "Abgelöste", "Anteil", "von", "bis")
    return Abschnitt("rueckfall", "Rückfall nach der Ablösung", definition, head, rows, _ohne_rueckfall(found, places, namen), n=n or HIDDEN, masse=_relapses(found))


def _ohne_rueckfall(found: Figures, places: Sequence[str], namen: Mapping[str, str]) -> str:
    """Of whom nothing may be told: first those of whom nothing is at all, then those who lack a horizon only."""
    nobody = [name for name in places if not found.relapse.get(name)]
    lacking = {month: [name for name in places if name not in nobody and month not in found.relapse[name]] for month in HORIZONS}
    listed = {"": nobody, **{f"innert {month} Monaten: ": names for month, names in lacking.items()}}
    told = "; ".join(f"{when}{', '.join(namen.get(name, name) for name in names)}" for when, names in listed.items() if names)
    return f"Zu wenige Fälle, um etwas zu zeigen, oder solche liessen sich zurückrechnen: {told}." if told else ""


def _relapses(found: Figures) -> tuple[Mass, ...]:
    shown = {month: {name: shares[month] for name, shares in found.relapse.items() if month in shares} for month in HORIZONS}
    return tuple(Mass(f"Rückfall innert {month} Monaten", PROZENT, _by_region(places, lambda one: one.share, lambda one: one.number), found.is_grob) for month, places in shown.items())


def _puenktlich(found: Figures, namen: Mapping[str, str]) -> Abschnitt | None:
    rows = tuple(
        (f"{ARTEN[art]}, {namen.get(name, name)}", anzahl(done), anzahl(of), f"{100 * done / of:.0f} %") for art, places in found.punctual.items() for name in _orte(places, namen) for done, of in (places[name],)
    )
    n = ", ".join(f"{_n(places, lambda pair: pair[1])} {ARTEN[art]}" for art, places in found.punctual.items())
    masse = tuple(Mass(f"{ARTEN[art]} innert Frist", PROZENT, _by_region(places, lambda pair: pair[0] / pair[1], lambda pair: pair[1]), found.is_grob) for art, places in found.punctual.items())
    head, definition = ("Was und wo", "pünktlich", "von", "Anteil"), "Erledigte Aufgaben mit Frist: bis zur Frist erledigt, an allen."
    return Abschnitt(PUENKTLICH, "Pünktlich innert Frist", definition, head, rows, n=n, masse=masse) if rows else None


def _je_monat(found: Figures) -> Abschnitt | None:
    chart = found.reviews
    if chart is None:
        return None
    outside = {found.months[place] for place in chart.signals}
    rows = tuple((month, f"{100 * share:.0f} %", "ja" if month in outside else "nein") for month, share in zip(found.months, chart.values, strict=True))
    definition = f"Anteil pünktlicher Standortbestimmungen je Monat der Frist (XmR-Karte); wo weniger als {found.threshold} pünktlich oder verspätet waren, sind Monate zusammengefasst."
    n = _n(found.punctual.get("standortbestimmung", {}), lambda pair: pair[1])
    return Abschnitt(JE_MONAT, JE_MONAT_TITEL, definition, ("Zeit", "pünktlich", "ausserhalb der Grenzen"), rows, _grenzen(found), n=f"{n}, {len(rows)} Punkte")


def _grenzen(found: Figures) -> str:
    chart = found.reviews
    if chart is None:
        return ""
    outside = ", ".join(found.months[place] for place in chart.signals)
    limits = f"Mitte {100 * chart.centre:.0f} %, Grenzen {100 * chart.lower:.0f} bis {100 * chart.upper:.0f} %"
    return f"Standortbestimmungen je Monat (XmR): {limits}. {f'Ausserhalb: {outside}.' if outside else 'Kein Monat liegt ausserhalb.'}"


def _wechsel(found: Figures, segmente: Mapping[str, str]) -> Abschnitt | None:
    table = found.transitions
    if table is None:
        return None
    columns = {one: word for one, word in segmente.items() if (ALL, one) in table.numbers}
    head = ("Von", *columns.values(), "Total")
    definition = "Von einem Segment (Zeile) ins nächste (Spalte) derselben Person."
    drawn = sum(number or 0 for cell, number in table.numbers.items() if ALL not in cell)
    whole = table[ALL, ALL]
    note = f"Gezeichnet sind {anzahl(drawn)} von {anzahl(whole)} Wechseln; die übrigen sind zu selten, um gezeigt zu werden." if whole and drawn < whole else ""
    return Abschnitt("wechsel", "Segmentwechsel", definition, head, zeilen(table, segmente, columns), n=anzahl(whole), hinweis=note)


def _uebersteuert(found: Figures, namen: Mapping[str, str]) -> list[Abschnitt]:
    columns = {"gefolgt": "gefolgt", "übersteuert": "übersteuert"}
    titles = {"region": "Region", "regel": "Regel"}
    definition = "Wie oft die Fallführung vom Vorschlag der Segmentierung abwich."
    made = []
    for art, table in found.overrides.items():
        words = namen if art == "region" else {code: f"{sentence} ({code})" for code, sentence in found.regeln.items()}
        rows = dict(sorted({cell[0]: words.get(cell[0], cell[0]) for cell in table.numbers if cell[0] != ALL}.items(), key=lambda row: row[1 if art == "region" else 0]))
        head, told = kopf(titles[art], columns.values(), share="Anteil", von="Vorschläge"), zeilen(table, rows, columns, share="übersteuert")
        # The total of a single region is that region once more.
        told = told[:1] if art == "region" and len(rows) == 1 else told
        masse = anteile("übersteuerte Vorschläge", table, "übersteuert") if art == "region" else ()
        made.append(Abschnitt(f"uebersteuert_{art}", f"Übersteuerte Vorschläge je {titles[art]}", definition, head, told, n=anzahl(table[ALL, ALL]), masse=masse))
    return made


def _orte(places: Mapping[str, object], namen: Mapping[str, str]) -> list[str]:
    """The regions by their names, the canton last."""
    return sorted(places, key=lambda name: (name == KANTON, namen.get(name, name)))


def _whole(places: Mapping[str, T]) -> T | None:
    """What is of all regions together, or of the only one."""
    return places.get(KANTON) if len(places) != 1 else next(iter(places.values()))


def _n(places: Mapping[str, T], of: Callable[[T], int]) -> str:
    whole = _whole(places)
    return HIDDEN if whole is None else anzahl(of(whole))
