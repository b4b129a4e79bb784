"""A form-js schema as typed components; whatever the server could not render or check is refused with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.definitions.forms.checks import VALIDIERUNGEN
from engine.definitions.forms.components import (
    AnyComponent,
    Checkbox,
    Checklist,
    DateTime,
    DynamicList,
    Field,
    Group,
    Number,
    Option,
    Radio,
    Select,
    Separator,
    Spacer,
    Text,
    TextArea,
    TextField,
    fields,
    walk,
)
from engine.definitions.xml import invalid
from engine.model.errors import Finding

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 40
KEY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
Report = Callable[[Mapping[str, Any], str, str], None]


def load(content: bytes, file: str) -> dict[str, Any]:
    """The JSON object of a ``.form`` file.

    Raises:
        DefinitionInvalid: too large, too deep, not UTF-8, not JSON, a name twice in one object, NaN or Infinity, not an object.
    """
    if len(content) > MAX_BYTES:
        raise invalid(file, f"Das Formular ist {len(content) / 1024 / 1024:.0f} MB gross; erlaubt ist 1 MB.", "form")
    try:
        schema = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise invalid(file, f"Das Formular ist kein gültiges JSON: Zeile {error.lineno}, Spalte {error.colno} ({error.msg}).", "form") from error
    except UnicodeDecodeError as error:
        raise invalid(file, f"Das Formular ist nicht als UTF-8 gespeichert (Byte {error.start}).", "form") from error
    except RecursionError as error:
        raise invalid(file, "Das Formular ist zu tief verschachtelt.", "form") from error
    except ValueError as error:
        raise invalid(file, str(error), "form") from error
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        raise invalid(file, "Die Datei ist kein Formular: «components» fehlt. Bitte ein im Modeler gespeichertes Formular hochladen.", "form")
    if _depth(schema) > MAX_DEPTH:
        raise invalid(file, f"Das Formular ist tiefer als {MAX_DEPTH} Ebenen verschachtelt.", "form")
    return schema


def components(schema: Mapping[str, Any], file: str, findings: list[Finding]) -> tuple[AnyComponent, ...]:
    """The typed components; everything wrong with them is added to ``findings``."""

    def report(node: Mapping[str, Any], rule: str, message: str) -> None:
        place, name = str(node.get("key") or node.get("path") or node.get("id") or ""), str(node.get("label") or "")
        findings.append(Finding(file, place, name, rule, "error", message))

    found = tuple(_all(schema["components"], report))
    _check_keys(found, report)
    return found


def _all(nodes: Any, report: Report) -> Iterator[AnyComponent]:
    for node in nodes if isinstance(nodes, list) else []:
        if not isinstance(node, dict):
            report({}, "form-component", "Ein Bestandteil des Formulars ist kein Objekt.")
        elif (reader := READERS.get(str(node.get("type")))) is None:
            report(node, "form-component", f"Der Bestandteil «{node.get('type')}» wird nicht unterstützt. Erlaubt sind: {', '.join(sorted(READERS))}.")
        else:
            yield reader(node, report)


def _common(node: Mapping[str, Any], report: Report) -> dict[str, Any]:
    hide = _object(node, "conditional").get("hide")
    if hide is not None and not (isinstance(hide, str) and hide.strip().startswith("=")):
        report(node, "form-condition", "Die Bedingung zum Ausblenden muss ein FEEL-Ausdruck sein und mit «=» beginnen.")
        hide = None
    properties = {str(name): str(value) for name, value in _object(node, "properties").items()}
    return {
        "type": str(node["type"]),
        "id": str(node.get("id", "")),
        "label": str(node.get("label") or ""),
        "description": str(node.get("description") or ""),
        "hide": hide,
        "properties": properties,
    }


def _field(node: Mapping[str, Any], report: Report) -> dict[str, Any]:
    key = node.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        report(node, "form-key", f"Das Feld braucht einen Schlüssel aus Buchstaben, Ziffern und «_», nicht «{key}».")
    common = _common(node, report)
    for name in (part.strip() for part in common["properties"].get("validierung", "").split(",")):
        if name and name not in VALIDIERUNGEN:
            report(node, "form-validierung", f"Die Validierung «{name}» gibt es nicht. Erlaubt sind: {', '.join(sorted(VALIDIERUNGEN))}.")
    return common | {
        "key": str(key),
        "required": _switch(_object(node, "validate").get("required")),
        "readonly": _switch(node.get("readonly")),
        "disabled": _switch(node.get("disabled")),
        "default": node.get("defaultValue"),
    }


def _text(node: Mapping[str, Any], report: Report) -> dict[str, Any]:
    rules, look = _object(node, "validate"), _object(node, "appearance")
    return _field(node, report) | {
        "min_length": _whole(node, report, "minLength"),
        "max_length": _whole(node, report, "maxLength"),
        "pattern": str(rules["pattern"]) if rules.get("pattern") else None,
        "validation": rules.get("validationType") if rules.get("validationType") in ("email", "phone") else None,
        "prefix": str(look.get("prefixAdorner") or ""),
        "suffix": str(look.get("suffixAdorner") or ""),
    }


def _number(node: Mapping[str, Any], report: Report) -> Number:
    look, decimals = _object(node, "appearance"), node.get("decimalDigits")
    return Number(
        **_field(node, report),
        minimum=_amount(node, report, "min"),
        maximum=_amount(node, report, "max"),
        decimals=decimals if isinstance(decimals, int) else None,
        as_text=node.get("serializeToString") is True,
        prefix=str(look.get("prefixAdorner") or ""),
        suffix=str(look.get("suffixAdorner") or ""),
    )


def _choice(node: Mapping[str, Any], report: Report) -> dict[str, Any]:
    values, key, expression = node.get("values"), node.get("valuesKey"), node.get("valuesExpression")
    if not values and not key and not expression:
        report(node, "form-values", "Das Feld hat keine Auswahlwerte. Tragen Sie Werte ein, oder nennen Sie eine Variable oder einen Ausdruck.")
    return _field(node, report) | {
        "options": options(values) if values else (),
        "values_key": str(key) if key else None,
        "values_expression": str(expression) if expression else None,
    }


def options(values: Any) -> tuple[Option, ...]:
    """Choices from a list of plain values or of ``{label, value}`` objects; anything else in it is left out."""
    found = []
    for value in values if isinstance(values, list) else []:
        if isinstance(value, dict) and "value" in value:
            found.append(Option(str(value.get("label") or value["value"]), value["value"]))
        elif isinstance(value, str | int | float):
            found.append(Option(str(value), value))
    return tuple(found)


def _datetime(node: Mapping[str, Any], report: Report) -> DateTime:
    subtype = node.get("subtype", "date")
    if subtype not in ("date", "time", "datetime"):
        report(node, "form-component", f"Die Art «{subtype}» eines Datumsfelds gibt es nicht. Erlaubt sind date, time und datetime.")
    common = _field(node, report)
    named = node.get("timeLabel") if subtype == "time" else node.get("dateLabel")
    common["label"] = str(named or node.get("dateLabel") or node.get("label") or "")
    days_ahead = _count(node, report, "tage_voraus", -1)
    return DateTime(**common, subtype=str(subtype), no_past=node.get("disallowPassedDates") is True, days_ahead=None if days_ahead < 0 else days_ahead)


def _plain(node: Mapping[str, Any], report: Report) -> Text:
    text = str(node.get("text") or "")
    if "{{#" in text:
        report(node, "form-text", "Blöcke wie «{{#if …}}» werden im Text nicht unterstützt. Verwenden Sie die Bedingung zum Ausblenden.")
    return Text(**_common(node, report), text=text)


def _group(node: Mapping[str, Any], report: Report) -> Group:
    return Group(**_common(node, report), components=tuple(_all(node.get("components"), report)), path=_path(node, report))


def _list(node: Mapping[str, Any], report: Report) -> DynamicList:
    if not node.get("path"):
        report(node, "form-key", "Die Liste braucht einen Pfad: den Namen der Variable, in der ihre Zeilen liegen.")
    inner = tuple(_all(node.get("components"), report))
    repetitions = node["defaultRepetitions"] if isinstance(node.get("defaultRepetitions"), int) else 1
    # Where the author is silent, a list that opens with a row of required fields wants at least that row.
    wanted = 1 if repetitions and any(isinstance(one, Field) and one.required for one in walk(inner)) else 0
    found = DynamicList(
        **_common(node, report),
        components=inner,
        path=_path(node, report),
        repetitions=repetitions,
        min_items=_count(node, report, "minItems", wanted),
        max_items=_count(node, report, "maxItems", 100),
        may_change=node.get("allowAddRemove") is not False,
    )
    if found.may_change and any(isinstance(one, Field) and (one.readonly or one.disabled) for one in walk(inner)):
        report(node, "form-list", "In einer Liste, deren Zeilen man hinzufügen und entfernen kann, gehen schreibgeschützte Felder verloren. Bitte «Zeilen hinzufügen und entfernen» ausschalten.")
    return found


def _path(node: Mapping[str, Any], report: Report) -> str:
    path = str(node.get("path") or "")
    if path and not KEY.fullmatch(path):
        report(node, "form-key", f"Der Pfad «{path}» darf nur aus Buchstaben, Ziffern und «_» bestehen.")
    return path


def _check_keys(scope: tuple[AnyComponent, ...], report: Report) -> None:
    seen: set[str] = set()
    for inner in fields(scope):
        if inner.key in seen:
            report({"key": inner.key, "label": inner.label}, "form-key", f"Der Schlüssel «{inner.key}» kommt mehrfach vor. Geben Sie jedem Feld einen eigenen.")
        seen.add(inner.key)
    for component in walk(scope):
        if isinstance(component, DynamicList) or (isinstance(component, Group) and component.path):
            own = tuple(fields(component.components))
            for key in sorted({f.key for f in own if sum(g.key == f.key for g in own) > 1}):
                report({"key": key, "label": component.label}, "form-key", f"Der Schlüssel «{key}» kommt in «{component.path}» mehrfach vor.")


def _object(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = node.get(name)
    return found if isinstance(found, dict) else {}


def _switch(value: Any) -> bool | str:
    return value if isinstance(value, str) and value.startswith("=") else value is True


def _amount(node: Mapping[str, Any], report: Report, name: str) -> float | str | None:
    value = _object(node, "validate").get(name)
    if value is None or value == "" or (isinstance(value, str) and value.startswith("=")):
        return value or None
    try:
        return float(value)
    except (TypeError, ValueError):
        report(node, "form-validate", f"«{name}» muss eine Zahl oder ein FEEL-Ausdruck sein, nicht «{value}».")
        return None


def _whole(node: Mapping[str, Any], report: Report, name: str) -> int | str | None:
    value = _amount(node, report, name)
    return int(value) if isinstance(value, float) else value


def _count(node: Mapping[str, Any], report: Report, name: str, default: int) -> int:
    value = _object(node, "validate").get(name, _object(node, "properties").get(name))
    if value is None or (str(value).isascii() and str(value).isdigit()):
        return default if value is None else int(value)
    report(node, "form-validate", f"«{name}» muss eine ganze Zahl sein, nicht «{value}».")
    return default


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"Im Formular steht «{twice}» zweimal im selben Objekt. Bitte eine der beiden Angaben löschen.")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"Im Formular steht «{text}»; das ist keine Zahl.")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"Im Formular steht die Zahl «{text}»; sie ist zu gross.")
    return value


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [inner for one in level if isinstance(one, dict | list) for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


READERS: dict[str, Callable[[Mapping[str, Any], Report], AnyComponent]] = {
    "textfield": lambda node, report: TextField(**_text(node, report)),
    "textarea": lambda node, report: TextArea(**_text(node, report)),
    "number": _number,
    "checkbox": lambda node, report: Checkbox(**_field(node, report)),
    "radio": lambda node, report: Radio(**_choice(node, report)),
    "select": lambda node, report: Select(**_choice(node, report)),
    "checklist": lambda node, report: Checklist(**_choice(node, report)),
    "taglist": lambda node, report: Checklist(**_choice(node, report)),
    "datetime": _datetime,
    "text": _plain,
    "group": _group,
    "dynamiclist": _list,
    "separator": lambda node, report: Separator(**_common(node, report)),
    "spacer": lambda node, report: Spacer(**_common(node, report), height=node["height"] if isinstance(node.get("height"), int) else 30),
}
