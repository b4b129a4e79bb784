"""Papers of a case: choose, fill in what only this letter needs, get a PDF; the Auskunft with its blackening; a region's letterhead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine import queries
from engine.cases.auskunft import EVERYWHERE
from engine.cases.papiere import TITEL
from engine.commands import auskunft, journal, papiere
from engine.model.errors import FormInvalid, NotFound
from engine.queries import konten
from engine.queries.papiere import lacks, letterhead
from engine.store.tables import Auskunft
from webui.akte import attachment
from webui.rules import requires
from webui.transactions import access, note_read, reading, writing

papier = Blueprint("papier", __name__)

# What only this letter needs: name, label, hint, and whether it is needed. Everything else comes from the case.
FELDER: Mapping[str, tuple[tuple[str, str, str, bool], ...]] = {
    "einladung": (
        ("termin", "Termin", "Zum Beispiel 3. September 2026, 14 Uhr", True),
        ("ort", "Ort", "", True),
        ("thema", "Thema", "", False),
    ),
    "unterlagen": (("frist", "Frist", "Zum Beispiel 30.9.2026", True),),
}
LETTERS = tuple(FELDER)


@papier.get("/faelle/<fall_nr>/papiere/<art>")
@requires(*papiere.PAPIERROLLEN)
def papier_zeigen(fall_nr: str, art: str) -> ResponseReturnValue:
    return _form(fall_nr, art)


@papier.post("/faelle/<fall_nr>/papiere/<art>")
@requires(*papiere.PAPIERROLLEN)
def papier_erstellen(fall_nr: str, art: str) -> ResponseReturnValue:
    errors = {name: f"Geben Sie «{label}» ein." for name, label, _, needed in FELDER.get(art, ()) if needed and not request.form.get(name, "").strip()}
    if art in LETTERS and not request.form.get("person_id"):
        errors["person_id"] = "Wählen Sie, an wen der Brief geht."
    if errors:
        return _form(fall_nr, art, errors), 422
    keep = request.form.get("ablegen") == "ja"
    with writing() as session:
        made, pdf = papiere.make_paper(session, fall_nr, art, request.form.to_dict(), keep=keep)
    if not keep:
        return attachment(pdf, f"{made.titel} {fall_nr}.pdf", "application/pdf")
    flash(f"«{made.titel}» ist erstellt und bei den Dokumenten abgelegt.")
    return redirect(url_for("akte.dokumente_zeigen", fall_nr=fall_nr), 303)


@papier.post("/faelle/<fall_nr>/auskunft")
@requires(*auskunft.PREPARES)
def auskunft_beginnen(fall_nr: str) -> ResponseReturnValue:
    with writing() as session:
        made = auskunft.begin_auskunft(session, fall_nr, request.form.get("person_id", ""))
    return redirect(url_for("papier.auskunft_zeigen", fall_nr=fall_nr, id=made.id), 303)


@papier.get("/faelle/<fall_nr>/auskunft/<int:id>")
@requires(*auskunft.PREPARES)
def auskunft_zeigen(fall_nr: str, id: int) -> ResponseReturnValue:
    return _auskunft(fall_nr, id)


@papier.post("/faelle/<fall_nr>/auskunft/<int:id>")
@requires(*auskunft.PREPARES)
def auskunft_speichern(fall_nr: str, id: int) -> ResponseReturnValue:
    revision = int(request.form.get("_revision", "0")) if request.form.get("_revision", "0").isdigit() else 0
    if request.form.get("_aktion") == "herausgeben":
        with writing() as session:
            auskunft.release_auskunft(session, id, revision=revision)
        flash("Die Auskunft ist geprüft und als PDF bei den Dokumenten abgelegt.")
        return redirect(url_for("akte.dokumente_zeigen", fall_nr=fall_nr), 303)
    try:
        with writing() as session:
            auskunft.change_auskunft(session, id, request.form.getlist("auswahl"), _typed(), revision=revision)
    except FormInvalid as error:
        return _auskunft(fall_nr, id, error.errors), 422
    flash("Gespeichert. So ginge die Auskunft heraus; eine zweite Person muss sie prüfen.")
    return redirect(url_for("papier.auskunft_zeigen", fall_nr=fall_nr, id=id), 303)


@papier.get("/briefkopf/<region>")
@requires(*papiere.SETS_LETTERHEAD)
def briefkopf(region: str) -> ResponseReturnValue:
    return _briefkopf(region)


@papier.post("/briefkopf/<region>")
@requires(*papiere.SETS_LETTERHEAD)
def briefkopf_speichern(region: str) -> ResponseReturnValue:
    file = request.files.get("logo")
    logo = (file.filename, file.stream.read()) if file is not None and file.filename else None
    try:
        with writing() as session:
            papiere.set_letterhead(session, region, request.form.to_dict(), logo)
    except FormInvalid as error:
        return _briefkopf(region, error.errors), 422
    flash("Der Briefkopf ist gespeichert.")
    return redirect(url_for("papier.briefkopf", region=region), 303)


def _form(fall_nr: str, art: str, errors: Mapping[str, str] | None = None) -> str:
    if art not in TITEL:
        raise NotFound("Dieses Papier")
    with reading() as session:
        view = queries.overview(session, fall_nr)
        shown = list(session.scalars(select(Auskunft).where(Auskunft.fall_id == view.fall.id).order_by(Auskunft.id.desc())))
        return render_template(
            "papiere/papier.html", fall=view.fall, art=art, titel=TITEL[art], felder=FELDER.get(art, ()), is_letter=art in LETTERS,
            personen=[one for one in view.personen if one.bis is None], errors=errors or {}, typed=request.form, auskuenfte=shown, fehlt=lacks(session, view, art),
            regionen=konten.regionen(session), may_journal=journal.may_write(session, view.fall.region),
        )  # fmt: skip


def _auskunft(fall_nr: str, id: int, errors: Mapping[str, str] | None = None) -> str:
    with writing() as session:
        view = queries.overview(session, fall_nr)
        found = auskunft.own_auskunft(session, id)
        if found.fall_id != view.fall.id:
            raise NotFound("Die Auskunft")
        rows = auskunft.preview(session, view, found)
        typed = _typed() if errors else found.schwaerzungen
        chosen = set(request.form.getlist("auswahl") if errors else found.auswahl)
        names = konten.names(session, [found.bearbeitet_von, found.geprueft_von])
        html = render_template(
            "papiere/auskunft.html", fall=view.fall, auskunft=found, rows=rows, stellen=_by_entry(typed), chosen=chosen, errors=errors or {},
            person_=next((one for one in view.personen if one.person_id == found.person_id), None), namen=names, everywhere=EVERYWHERE,
            may_release=bool(access().rollen_in(found.region) & set(auskunft.RELEASES)) and found.bearbeitet_von != access().konto,
            regionen=konten.regionen(session), may_journal=True,
        )  # fmt: skip
    note_read("auskunft", view.fall)
    return html


def _typed() -> list[dict[str, str]]:
    """The blackenings on the page: for each entry passages, one a line, and their reason."""
    found: list[dict[str, str]] = []
    for name in request.form:
        kind, _, key = name.partition("-")
        grund = request.form.get(f"grund-{key}", "").strip()
        if kind == "stellen":
            found += [{"eintrag": key, "stelle": line.strip(), "grund": grund} for line in request.form[name].splitlines() if line.strip()]
        elif kind == "ganz":
            found.append({"eintrag": key, "stelle": "", "grund": grund})
    return found


def _by_entry(schwaerzungen: list[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in schwaerzungen:
        entry = found.setdefault(one["eintrag"], {"stellen": [], "grund": one["grund"], "ganz": False})
        if one["stelle"]:
            entry["stellen"].append(one["stelle"])
        else:
            entry["ganz"] = True
    return found


def _briefkopf(region: str, errors: Mapping[str, str] | None = None) -> str:
    if region not in access().regionen:
        raise NotFound("Die Sozialregion")
    with reading() as session:
        kopf = letterhead(session, region)
        return render_template("papiere/briefkopf.html", region=region, regionen=konten.regionen(session), kopf=request.form if errors else kopf, has_logo=bool(kopf["logo"]), errors=errors or {})
