"""One task's form: look, keep a draft, complete. Whoever comes second sees both versions and loses nothing (``webui.fassungen``)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from engine import commands, queries
from engine.commands.entwuerfe import discard_draft
from engine.definitions.forms import Form
from engine.model.access import is_room, region_of
from engine.model.errors import FallflussError, FormInvalid, NotAllowed, NotFound, Stale, TaskClaimed, TaskNotOpen
from engine.queries import TaskView, konten
from engine.queries.formulare import origins
from engine.store.session import FallSession
from webui import words, zweifel
from webui.aufgaben import aufgaben
from webui.auftraege import own_list
from webui.fassungen import stand
from webui.formulare import Seite, change_rows, newly_asked, seite, with_known
from webui.rules import AUFGABENROLLEN, FALLROLLEN, FORMULARROLLEN, requires
from webui.transactions import access, note_read, reading, writing
from webui.zuweisung import zuteilung

__all__ = ["aufgaben"]

OTHER_WINDOW = "Zu dieser Aufgabe haben Sie in einem anderen Fenster schon einen neueren Entwurf gespeichert. Was hier steht, ist noch nicht gespeichert."


@aufgaben.get("/<int:key>")
@requires(*FORMULARROLLEN)
def aufgabe(key: int) -> ResponseReturnValue:
    with reading() as session:
        view = _reached(session, key)
        if not view.is_open:
            return zweifel.over(session, view, None)
        _check(session, view)
        raw = dict(view.draft.data) if view.draft else view.form.prefill(view.values) if view.form else {}
        html = _page(session, view, raw)
    note_read("aufgabe", view.fall)
    return html


@aufgaben.post("/<int:key>")
@requires(*FORMULARROLLEN)
def senden(key: int) -> ResponseReturnValue:
    action = request.form.get("_aktion", "")
    known = {"entwurf": _save_draft, "abschliessen": _complete, "verwerfen": _discard, "waehlen": _choose, "notiz": zweifel.keep_as_note}
    if action in known:
        return known[action](key)
    with reading() as session:
        view = _reached(session, key)
        if not view.is_open:
            return zweifel.over(session, view, _raw(view.form))
        _check(session, view)
        return _page(session, view, change_rows(_raw(view.form), action), is_unsaved=True)


@aufgaben.post("/<int:key>/entwurf")
@requires(*FORMULARROLLEN)
def entwurf(key: int) -> ResponseReturnValue:
    """A draft kept while somebody types; the page's script asks."""
    try:
        with writing() as session:
            revision = _keep(session, _workable(session, key))
            return jsonify(revision=revision, um=words.zeit(session.now))
    except Stale:
        return jsonify(meldung=OTHER_WINDOW), 409
    except (TaskNotOpen, TaskClaimed) as error:
        return jsonify(meldung=str(error)), 409
    except (NotFound, NotAllowed):
        raise  # refused and recorded like anywhere else
    except FallflussError as error:
        return jsonify(meldung=str(error)), 503


def _save_draft(key: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            _keep(session, _workable(session, key))
            saved_at = words.zeit(session.now)
    except (Stale, TaskNotOpen, TaskClaimed) as error:
        return zweifel.answer(key, error)
    flash(f"Entwurf gespeichert um {saved_at}. Nur Sie sehen ihn; der Fall ist noch nicht weitergegangen.")
    return redirect(url_for("aufgaben.aufgabe", key=key), 303)


def _keep(session: FallSession, view: TaskView) -> int:
    # The page's own idea of the case, not today's: it says what the person had before them.
    return commands.save_draft(
        session, view.aufgabe.key, _raw(view.form), revision=zweifel.revision(), fenster=zweifel.fenster(), stand=request.form.get("_stand", "")[:64]
    )


def _discard(key: int) -> ResponseReturnValue:
    with writing() as session:
        _reached(session, key)
        discard_draft(session, key)
    flash("Der Entwurf ist verworfen.")
    return redirect(url_for("aufgaben.aufgabe", key=key), 303)


def _complete(key: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            view = _workable(session, key)
            raw = _raw(view.form)
            if view.form and (asked := _not_asked_yet(session, view, raw)):
                return _page(session, view, raw, asked=asked, is_unsaved=True)
            if zweifel.is_doubtful(view, raw):
                raise Stale
            ref = commands.complete_task(session, key, raw)
    except FormInvalid as error:
        return _rejected(key, error.errors)
    except (Stale, TaskNotOpen, TaskClaimed) as error:
        return zweifel.answer(key, error)
    flash(f"«{view.aufgabe.name}» ist abgeschlossen.")
    if is_room(view.aufgabe.region):
        return redirect(url_for("einfuehrung.verlauf", region=region_of(view.aufgabe.region)), 303)
    if access().has(*FALLROLLEN):
        return redirect(url_for("faelle.fall", fall_nr=ref.fall_nr), 303)
    return redirect(own_list(), 303)


def _choose(key: int) -> ResponseReturnValue:
    """Back into the form with what was chosen of both versions; nothing is sent yet."""
    try:
        with reading() as session:
            view = _workable(session, key)
            return _page(session, view, zweifel.chosen(session, view, _raw(view.form)), is_unsaved=True)
    except (TaskNotOpen, TaskClaimed) as error:
        return zweifel.answer(key, error)


def _rejected(key: int, errors: Mapping[str, str]) -> ResponseReturnValue:
    with reading() as session:
        view = _workable(session, key)
        return _page(session, view, _raw(view.form), errors=errors, is_unsaved=True), 422


def _workable(session: FallSession, key: int) -> TaskView:
    """The task, if it is open and this person may work on it.

    Raises:
        NotFound, TaskNotOpen, NotAllowed, TaskClaimed
    """
    view = _reached(session, key)
    if not view.is_open:
        raise TaskNotOpen(key)
    _check(session, view)
    return view


def _reached(session: FallSession, key: int) -> TaskView:
    """The task, open or over; who works on no cases reaches only tasks of their own group.

    Raises:
        NotFound
    """
    view = queries.task(session, key)
    works_there = access().rollen_in(view.aufgabe.region) & {*AUFGABENROLLEN}
    if not works_there and not commands.may_work(session, view.aufgabe):
        raise NotFound("Die Aufgabe")
    return view


def _check(session: FallSession, view: TaskView) -> None:
    if not commands.may_work(session, view.aufgabe):
        raise NotAllowed(f"die Aufgabe «{view.aufgabe.name}»")
    if (other := commands.has_precedence(session, view.aufgabe)) is not None:
        raise TaskClaimed(view.aufgabe.key, konten.names(session, [other]).get(other, other))


def _not_asked_yet(session: FallSession, view: TaskView, raw: Mapping[str, Any]) -> list[str]:
    if view.form is None:
        return []
    return newly_asked(seite(view.form, raw, view.values, session.now), request.form.get("_gezeigt"))


def _raw(form: Form | None) -> dict[str, Any]:
    return form.values_from(request.form) if form else {}


def _page(
    session: FallSession,
    view: TaskView,
    raw: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    asked: list[str] | None = None,
    is_unsaved: bool = False,
) -> str:
    if view.form and is_unsaved:
        raw = with_known(view.form, raw, view.values, session.now, request.form.get("_gezeigt"))
    formular: Seite | None = seite(view.form, raw, view.values, session.now, errors, _herkunft(session, view)) if view.form else None
    now = stand(view.form, view.values)
    return render_template(
        "aufgaben/aufgabe.html",
        aufgabe=view.aufgabe,
        fall=view.fall,
        einfuehrung=_einfuehrung(session, view.aufgabe.region),
        title=view.form.title if view.form else "",
        formular=formular,
        draft=view.draft,
        # After a rejected post the page stays the one it was, so that two windows notice each other.
        revision=zweifel.revision() if is_unsaved else view.draft.revision if view.draft else 0,
        fenster=(is_unsaved and zweifel.fenster()) or uuid.uuid4().hex,
        stand=(is_unsaved and request.form.get("_stand", "")[:64]) or (view.draft.stand if view.draft and not is_unsaved else "") or now,
        asked=asked or [],
        is_unsaved=is_unsaved,
        is_mine=view.aufgabe.assignee == current_user.get_login(),
        zuteilung=zuteilung(session, view.aufgabe),
    )


def _einfuehrung(session: FallSession, place: str) -> tuple[str, str] | None:
    """Kürzel and name of the region whose introduction the task belongs to, if it does."""
    region = region_of(place)
    return (region, konten.regionen(session).get(region, region)) if is_room(place) else None


def _herkunft(session: FallSession, view: TaskView) -> dict[str, str]:
    """Beside each prefilled field where its value comes from, by top-level key."""
    assert view.form
    found = origins(session, view.aufgabe, view.form.prefill(view.values))
    names = konten.names(session, [one.by for one in found.values()])
    return {key: f"Aus «{one.was}», {words.datum(one.at)}, {names.get(one.by, one.by)}" for key, one in found.items()}
