"""What is wrong with a request, in German and with the name of the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import ValidationError

_KINDS = {
    "string": "Text",
    "integer": "eine ganze Zahl",
    "number": "eine Zahl",
    "boolean": "true oder false",
    "object": "ein Objekt",
    "array": "eine Liste",
    "null": "leer",
}


def sentence(error: ValidationError) -> str:
    """One sentence about one error."""
    return _SENTENCES.get(str(error.validator), _otherwise)(_where(error), error)


def _where(error: ValidationError) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    return f"«{path[:120]}»" if path else "Die Anfrage"


def _otherwise(where: str, error: ValidationError) -> str:
    return f"{where} ist nicht zulässig."


def _type(where: str, error: ValidationError) -> str:
    kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    return f"{where} muss {' oder '.join(_KINDS[str(kind)] for kind in kinds)} sein."


def _required(where: str, error: ValidationError) -> str:
    missing = [name for name in error.validator_value if name not in error.instance]
    return f"{where}: Es fehlt {', '.join(f'«{name}»' for name in missing)}."


def _unknown(where: str, error: ValidationError) -> str:
    known: Mapping[str, Any] = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    names = [str(name)[:60] for name in error.instance if name not in known]
    words = ", ".join(f"«{name}»" for name in names[:5])
    return f"{where}: {words} kennt diese Schnittstelle hier nicht. Möglich sind: {', '.join(known) or 'keine Angaben'}."


def _pattern(where: str, error: ValidationError) -> str:
    wanted = str(error.validator_value)
    if wanted.startswith("^(") and wanted.endswith(")$"):
        return f"{where} muss eines von diesen sein: {', '.join(wanted[2:-2].split('|'))}."
    if "[0-9]+" in wanted:
        return f"{where} muss ein Schlüssel sein, also Text aus Ziffern."
    return f"{where} muss ein Zeitpunkt mit Zone sein, zum Beispiel 2026-08-31T08:00:00Z."


_SENTENCES: Mapping[str, Callable[[str, ValidationError], str]] = {
    "type": _type,
    "required": _required,
    "additionalProperties": _unknown,
    "pattern": _pattern,
    "const": lambda where, error: f"{where} kann nur «{error.validator_value}» sein.",
    "minimum": lambda where, error: f"{where} muss mindestens {error.validator_value} sein.",
    "maximum": lambda where, error: f"{where} darf höchstens {error.validator_value} sein.",
    "minLength": lambda where, error: f"{where} darf nicht leer sein.",
    "maxLength": lambda where, error: f"{where} darf höchstens {error.validator_value} Zeichen haben.",
    "maxItems": lambda where, error: f"{where} darf höchstens {error.validator_value} Einträge haben.",
    "minProperties": lambda where, error: f"{where} darf kein leeres Objekt sein.",
}
