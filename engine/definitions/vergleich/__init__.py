"""What changed between two versions of a diagram, a file of decisions, a form, or a whole set of them.

Pure: files in, differences out, the same for the screens and the command line. ``dataclasses.asdict`` makes JSON of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.definitions.forms.read import load
from engine.definitions.vergleich import diagramm, formular, tabelle
from engine.definitions.vergleich.model import Change, Comparison, Detail, Tabelle, compare_parts
from engine.definitions.xml import invalid, local, parse

__all__ = ["Change", "Comparison", "Detail", "FileComparison", "Tabelle", "compare", "compare_sets", "id_of", "kind_of"]

KINDS = {".bpmn": "process", ".dmn": "decision", ".form": "form"}


@dataclass(frozen=True)
class FileComparison:
    """One file of two sets; ``art`` is neu, weg or geaendert. ``comparison`` is empty where only comments or spaces differ."""

    file: str
    art: str
    comparison: Comparison


def kind_of(file: str) -> str:
    """process, decision or form, by the file's name.

    Raises:
        DefinitionInvalid: another kind of file.
    """
    for suffix, kind in KINDS.items():
        if file.endswith(suffix):
            return kind
    raise invalid(file, "Verglichen werden Dateien .bpmn, .dmn und .form.", "vergleich")


def id_of(content: bytes, file: str) -> str:
    """The id of the first process or decision, or of the form, in a file.

    Raises:
        DefinitionInvalid: it cannot be read, or has none.
    """
    kind = kind_of(file)
    if kind == "form":
        found = str(load(content, file).get("id") or "")
    else:
        found = next((node.get("id", "") for node in parse(content, file) if local(node) == kind), "")
    if not found:
        raise invalid(file, "In der Datei ist kein Prozess, keine Entscheidung und kein Formular mit einer Kennung.", "vergleich")
    return found


def compare(before: bytes, after: bytes, *, file: str) -> Comparison:
    """What changed from one version of a file to another; ``file`` says by its name what both are.

    Raises:
        DefinitionInvalid: one of them cannot be read.
    """
    kind = kind_of(file)
    if kind == "form":
        return Comparison(formular.compare(load(before, file), load(after, file)))
    old, new = parse(before, file), parse(after, file)
    if kind == "process":
        return Comparison(compare_parts(diagramm.parts(old), diagramm.parts(new)))
    return Comparison(*tabelle.compare(old, new))


def compare_sets(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[FileComparison, ...]:
    """Which files came, went and changed, by their names."""
    found = []
    for file in sorted({*before, *after}):
        if file not in before or file not in after:
            found.append(FileComparison(file, "neu" if file in after else "weg", Comparison()))
        elif before[file] != after[file]:
            found.append(FileComparison(file, "geaendert", compare(before[file], after[file], file=file)))
    return tuple(found)
