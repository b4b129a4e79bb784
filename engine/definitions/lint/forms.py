"""What a form's own texts must hold besides its structure, which reading it has checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from engine.definitions.catalog import Catalog
from engine.definitions.forms import AnyComponent, Field, Form, Group, TextField, walk
from engine.definitions.forms.show import expressions
from engine.definitions.lint import parameters
from engine.definitions.parameter import CONTEXT
from engine.model.errors import Finding, Trouble

RULE = "form-feel"
PATTERN = "form-pattern"


def check(form: Form, file: str, catalog: Catalog) -> Iterator[Finding]:
    """FEEL in conditions, limits and texts, and the patterns."""
    for component, attribute, source in expressions(form.components):
        for name in parameters.unknown(source):
            yield Finding(file, _place(component), component.label, parameters.RULE, "error", f"{attribute}: {parameters.complaint(name)}")
        problem = catalog.parse_error(source)
        unknown = [] if problem else catalog.unknown_functions(source)
        message = f"ist fehlerhaft: {problem.rstrip('.')}" if problem else f"ruft «{unknown[0]}» auf, das es nicht gibt" if unknown else ""
        if message:
            yield Finding(file, _place(component), component.label, RULE, "error", f"Der FEEL-Ausdruck «{source[:80]}» ({attribute}) {message}. Berichtigen Sie ihn.")
    for component in walk(form.components):
        if _place(component) == CONTEXT:
            yield Finding(file, CONTEXT, component.label, parameters.RULE, "warning", parameters.HIDDEN)
        if isinstance(component, TextField) and component.pattern and not _is_pattern(component.pattern, catalog):
            yield Finding(file, component.key, component.label, PATTERN, "error", f"Das Muster «{component.pattern[:80]}» ist kein regulärer Ausdruck. Berichtigen Sie es.")


def _is_pattern(pattern: str, catalog: Catalog) -> bool:
    try:
        found = catalog.feel.evaluate_all(['matches("", muster)'], {"muster": pattern}, now=datetime(2026, 1, 1, tzinfo=UTC))
    except Trouble:
        return False
    return isinstance(found[0], bool)


def _place(component: AnyComponent) -> str:
    if isinstance(component, Field):
        return component.key
    return (component.path if isinstance(component, Group) else "") or component.id
