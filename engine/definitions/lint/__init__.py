"""What must hold before a diagram runs: one small module per rule, named like its rule.

A rule of diagrams is a module with ``RULE`` and ``check(file, catalog)``; forms and decisions are checked as they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from engine.definitions.bpmn import BpmnFile
from engine.definitions.bpmn import read as read_bpmn
from engine.definitions.catalog import Catalog, Severity
from engine.definitions.dmn import Decision, read_decisions
from engine.definitions.forms import Form
from engine.definitions.forms import read as read_form
from engine.definitions.lint import (
    assignment,
    binding,
    boundary_event,
    boundary_twice,
    business_rule_task,
    call_activity,
    called_process_known,
    condition_holds,
    dead_end,
    decision_known,
    decisions,
    duplicate_id,
    end_event,
    event_gateway,
    event_gateway_twice,
    event_reference,
    event_trigger,
    feel_functions,
    feel_syntax,
    flow_ends,
    form_known,
    forms,
    gateway_conditions,
    gateway_default,
    io_mapping,
    known_element,
    layout,
    layout_numbers,
    looks_again,
    loop_waits,
    message,
    message_throw,
    modeler,
    multi_instance,
    multi_instance_nested,
    no_ad_hoc,
    no_cancel_event,
    no_compensation,
    no_complex_gateway,
    no_condition_on_task_flow,
    no_conditional_event,
    no_double_flow,
    no_event_subprocess,
    no_implicit_split,
    no_link_event,
    no_listeners,
    no_parallel_loop,
    no_standard_loop,
    no_transaction,
    one_process,
    parallel_join,
    parameters,
    platform,
    reachable,
    script_task,
    service_task,
    start_event,
    start_trigger,
    task_schedule,
    timer,
    user_task,
    variable_written,
)
from engine.definitions.lint.variables import Writers, writers
from engine.model.errors import DefinitionInvalid, Finding

Check = Callable[[BpmnFile, Catalog], Iterator[Finding]]

RULES: tuple[Check, ...] = (
    platform.check,
    one_process.check,
    known_element.check,
    assignment.check,
    binding.check,
    boundary_event.check,
    boundary_twice.check,
    business_rule_task.check,
    call_activity.check,
    called_process_known.check,
    dead_end.check,
    decision_known.check,
    end_event.check,
    event_gateway.check,
    event_gateway_twice.check,
    event_reference.check,
    event_trigger.check,
    feel_functions.check,
    feel_syntax.check,
    flow_ends.check,
    form_known.check,
    gateway_conditions.check,
    gateway_default.check,
    io_mapping.check,
    layout.check,
    layout_numbers.check,
    looks_again.check,
    loop_waits.check,
    message.check,
    message_throw.check,
    multi_instance.check,
    multi_instance_nested.check,
    no_ad_hoc.check,
    no_cancel_event.check,
    no_compensation.check,
    no_complex_gateway.check,
    no_condition_on_task_flow.check,
    no_conditional_event.check,
    no_double_flow.check,
    no_event_subprocess.check,
    no_implicit_split.check,
    no_link_event.check,
    no_listeners.check,
    no_parallel_loop.check,
    no_standard_loop.check,
    no_transaction.check,
    parallel_join.check,
    parameters.check,
    reachable.check,
    script_task.check,
    service_task.check,
    start_event.check,
    start_trigger.check,
    task_schedule.check,
    timer.check,
    user_task.check,
)

# Nobody could read a larger diagram, and some rules compare every gateway with every other.
MAX_ELEMENTS = 600


@dataclass
class Upload:
    """The files as far as they could be read; ``findings`` tells about the others."""

    diagrams: list[BpmnFile] = field(default_factory=list)
    decisions: list[tuple[str, Decision]] = field(default_factory=list)
    forms: list[tuple[str, Form]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def lint(files: Mapping[str, bytes], *, known: Catalog | None = None, missing: Severity = "error", together: bool = True) -> list[Finding]:
    """Everything that speaks against running these files, errors first within each file.

    ``known`` holds the ids of what is deployed already. ``missing`` is the severity of a reference to something that neither the
    files nor ``known`` contain: ``warning`` where the rest may come later. ``together`` says that the files are one deployment.
    """
    upload = _read(files)
    catalog = replace(_catalog(upload, known or Catalog(), missing), uploaded=_uploaded(upload) if together else None)
    found = [*upload.findings, *_twice(upload)]
    written = writers(upload.diagrams, [form for _, form in upload.forms])
    for diagram in upload.diagrams:
        found += _diagram(diagram, catalog, written)
    found += [finding for file, decision in upload.decisions for finding in decisions.check(decision, file, catalog)]
    found += [finding for file, form in upload.forms for finding in forms.check(form, file, catalog)]
    places = {file: place for place, file in enumerate(files)}
    return sorted(dict.fromkeys(found), key=lambda finding: (places.get(finding.file, 0), finding.severity))


def _diagram(diagram: BpmnFile, catalog: Catalog, written: Writers) -> list[Finding]:
    """Where ids are not unique nothing else can be said: elements would stand inside themselves."""
    count = sum(len(process.elements) for process in diagram.processes)
    if count > MAX_ELEMENTS:
        message = f"Das Diagramm hat {count} Elemente; erlaubt sind {MAX_ELEMENTS}. Teilen Sie es in aufgerufene Prozesse auf."
        return [Finding(diagram.file, "", "", "size", "error", message)]
    twice = list(duplicate_id.check(diagram, catalog))
    if twice:
        return twice
    own = [finding for check in RULES for finding in check(diagram, catalog)]
    own += [finding for together in (condition_holds.check, variable_written.check) for finding in together(diagram, catalog, written)]
    return [*own, *modeler.check(diagram, own)]


def _read(files: Mapping[str, bytes]) -> Upload:
    upload = Upload()
    for file, content in files.items():
        try:
            _read_one(upload, file, content)
        except DefinitionInvalid as error:
            upload.findings += error.findings
    if not files:
        upload.findings.append(Finding("", "", "", "file", "error", "Es wurde keine Datei angegeben. Nennen Sie Dateien mit der Endung .bpmn, .dmn oder .form."))
    return upload


def _read_one(upload: Upload, file: str, content: bytes) -> None:
    kind = PurePath(file).suffix.lower()
    if kind == ".bpmn":
        upload.diagrams.append(read_bpmn(content, file))
    elif kind == ".dmn":
        upload.decisions += [(file, decision) for decision in read_decisions(content, file).values()]
    elif kind == ".form":
        upload.forms.append((file, read_form(content, file)))
    else:
        upload.findings.append(Finding(file, "", "", "file", "error", "Diese Art Datei kann nicht übernommen werden. Erlaubt sind .bpmn, .dmn und .form."))


def _catalog(upload: Upload, known: Catalog, missing: Severity) -> Catalog:
    return replace(
        known,
        processes=known.processes | {process.id for diagram in upload.diagrams for process in diagram.processes if process.executable},
        decisions=known.decisions | {decision.id for _, decision in upload.decisions},
        forms=known.forms | {form.id for _, form in upload.forms},
        missing=missing,
    )


def _uploaded(upload: Upload) -> frozenset[tuple[str, str]]:
    processes = {("process", process.id) for diagram in upload.diagrams for process in diagram.processes if process.executable}
    decisions = {("decision", decision.id) for _, decision in upload.decisions}
    return frozenset(processes | decisions | {("form", form.id) for _, form in upload.forms})


def _twice(upload: Upload) -> Iterator[Finding]:
    """The same id in two files: which of the two would run is not said."""
    ids = [("Der Prozess", d.file, p.id) for d in upload.diagrams for p in d.processes if p.executable]
    ids += [("Die Entscheidung", file, decision.id) for file, decision in upload.decisions]
    ids += [("Das Formular", file, form.id) for file, form in upload.forms]
    seen: dict[tuple[str, str], str] = {}
    for what, file, name in ids:
        first = seen.setdefault((what, name), file)
        if first != file:
            yield Finding(file, name, "", "id-in-two-files", "error", f"{what} «{name}» steht auch in {first}. Löschen Sie eine der Dateien, oder geben Sie eine andere Id.")
