"""One tree of errors. A message is German, for the person at the screen: what happened, whether anything was saved, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class FallflussError(Exception):
    """Base of everything the engine reports on purpose."""


class Trouble(FallflussError):
    """An element cannot go on until somebody corrects variables or a decision; the runtime turns it into an incident.

    ``kind`` is one of Camunda's incident types, such as ``CONDITION_ERROR`` or ``EXTRACT_VALUE_ERROR``.
    """

    def __init__(self, kind: str, message: str):
        self.kind = kind
        self.message = message
        super().__init__(message)


class NotWaiting(FallflussError):
    """The key was completed, cancelled, or never created; the state is unchanged."""

    def __init__(self, key: int):
        self.key = key
        super().__init__(f"Unter dem Schlüssel {key} wartet nichts mehr; es wurde nichts geändert. Bitte die Seite neu laden.")


class TaskNotOpen(FallflussError):
    """The task was completed, cancelled, or never created."""

    def __init__(self, key: int):
        self.key = key
        super().__init__(
            "Diese Aufgabe ist nicht mehr offen: Jemand hat sie inzwischen erledigt, oder der Fall ist weitergegangen. "
            "Es wurde nichts gespeichert. Bitte die Aufgabenliste neu laden."
        )


class TaskClaimed(FallflussError):
    """Somebody else works on the task."""

    def __init__(self, key: int, assignee: str):
        self.key = key
        self.assignee = assignee
        super().__init__(f"Diese Aufgabe bearbeitet bereits {assignee}. Es wurde nichts gespeichert.")


class JobNotTaken(FallflussError):
    """Nobody works on the job, so there is no time to change."""

    def __init__(self, key: int):
        self.key = key
        super().__init__(
            f"Am Job {key} arbeitet gerade niemand; die Zeit lässt sich nur ändern, solange ihn jemand geholt hat. Es wurde nichts geändert."
        )


class Stale(FallflussError):
    """Another transaction changed the same case first."""

    def __init__(self) -> None:
        super().__init__(
            "Der Fall wurde gleichzeitig an anderer Stelle weitergeführt. Es wurde nichts gespeichert. "
            "Bitte die Seite neu laden und die Eingabe prüfen."
        )


class NotFound(FallflussError):
    """Nothing of that name exists for this person; things of another region look exactly the same."""

    def __init__(self, what: str):
        self.what = what
        super().__init__(f"{what} wurde nicht gefunden.")


class NotAllowed(FallflussError):
    """The person's roles do not permit this action."""

    def __init__(self, what: str):
        self.what = what
        super().__init__(f"Dafür fehlt die Berechtigung: {what}. Es wurde nichts geändert.")


class NobodyWaits(FallflussError):
    """A message met no open subscription."""

    def __init__(self, name: str, correlation: str):
        self.name = name
        self.correlation = correlation
        super().__init__(f"Auf die Meldung «{name}» für «{correlation}» wartet zurzeit kein Fall. Es wurde nichts geändert.")


class NoRegionContext(FallflussError):
    """A query for case data was issued without saying for which regions: a defect of the caller, never of a user."""


class FormInvalid(FallflussError):
    """``errors`` maps the path of a field, such as ``personen.0.geburtsdatum``, to its message."""

    def __init__(self, errors: Mapping[str, str]):
        self.errors = dict(errors)
        super().__init__("Die Eingaben sind noch nicht vollständig. Es wurde nichts gespeichert.")


@dataclass(frozen=True)
class Finding:
    """One remark of the linter. ``severity`` is ``error`` (refuses the deployment) or ``warning``."""

    file: str
    element: str
    name: str
    rule: str
    severity: str
    message: str


class DefinitionInvalid(FallflussError):
    """A file cannot be executed correctly, and nothing of its deployment was stored. ``reasons`` says why, without saying that."""

    def __init__(self, findings: Sequence[Finding]):
        self.findings = tuple(findings)
        first = "; ".join(f"{', '.join(part for part in (f.file, f.element) if part)}: {f.message}" for f in self.findings[:3])
        more = f" (und {len(self.findings) - 3} weitere)" if len(self.findings) > 3 else ""
        self.reasons = f"{first}{more}"
        super().__init__(f"Nicht übernommen, nichts wurde gespeichert: {self.reasons}")
