"""Jobs that this server does itself, by type. A handler runs inside the transaction that completes its job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.commands import einfuehrung, ewk, neben, partner, sistierung, uebergabe
from engine.store.session import FallSession
from engine.store.tables import Hinweis, Instanz, Job

Handler = Callable[[FallSession, Instanz, Job], Mapping[str, Any] | None]


def hinweis(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Leave a notice for a role: escalations are notices, no tasks (process description, chapter 5).

    Headers: ``an_rolle``, ``text``; a text of the form ``=name`` is that variable of the task.
    """
    text = job.headers.get("text") or ""
    said = str(neben.seen(session, instanz, job).get(text[1:]) or "") if text.startswith("=") else text
    session.add(
        Hinweis(
            fall_id=instanz.fall_id,
            region=instanz.region,
            at=session.now,
            an_rolle=job.headers.get("an_rolle") or "fallfuehrung",
            text=said or "Hinweis ohne Text",
        )
    )


# What stays within the case, so that trial runs may do it too.
HARMLESS = ("hinweis",)

HANDLERS: dict[str, Handler] = {
    "hinweis": hinweis,
    "austausch.protokollieren": partner.record,
    "einfuehrung.melden": einfuehrung.tell,
    "ewk.verarbeiten": ewk.work_off,
    "fall.benennen": neben.call,
    "fall.benachrichtigen": neben.report,
    # The same under the name it has in diagrams released earlier.
    "fall.melden": neben.report,
    "fall.eroeffnen": neben.open_fall,
    "fall.lesen": neben.read_case,
    "fall.merken": neben.remember,
    "fristen.anhalten": sistierung.pause,
    "fristen.fortsetzen": sistierung.go_on,
    "aufgaben.zaehlen": neben.count_open,
    "meldung.wecken": neben.wake,
    "neben.beenden": neben.end_beside,
    "neben.starten": neben.start,
    "uebergabe.ziel": uebergabe.look_up_commune,
    "uebergabe.dossier": uebergabe.change_dossier,
    "uebergabe.paket": uebergabe.write_package,
    "uebergabe.anbieten": uebergabe.offer,
    "uebergabe.annehmen": uebergabe.accept,
    "uebergabe.melden": uebergabe.tell_other_region,
    "uebergabe.zurueckziehen": uebergabe.withdraw,
    "uebergabe.vollziehen": uebergabe.carry_out,
}
