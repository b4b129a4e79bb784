"""A model to replay on: one main process and the processes it may call."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from engine.definitions.plain import Node, Scope, read
from engine.model.errors import NotFound
from engine.replay.compiling import compiled
from engine.replay.net import AUTOMATIC, Net, label

# Counts up when more is decided with silent steps than before: what was left undecided is then tried again.
PASSING = 2


@dataclass(frozen=True)
class Model:
    """``hash`` stands for everything that decides about alignments: the drawings, which of them is the main one, and what is ``silent``."""

    main: Scope
    called: Mapping[str, Scope]
    hash: str
    silent: frozenset[str] = frozenset()

    @property
    def unsupported(self) -> tuple[str, ...]:
        """What of the drawings is not replayed as drawn, in German."""
        return tuple(dict.fromkeys(reason for scope in (self.main, *self.called.values()) for reason in scope.unsupported))

    def net(self, *, match: str, counts: Mapping[str, int] | None, events: str = "optional") -> Net:
        """The model compiled for logs in which each label occurs at most so often in one case; see ``Net``."""
        return compiled(self.main, self.called, match=match, counts=counts, events=events, silent=self.silent)

    def automatic(self, *, match: str) -> frozenset[str]:
        """What logs would call the automatic elements, as far as logs show any."""
        shown = (node for scope in (self.main, *self.called.values()) for node in _nodes(scope) if node.type in AUTOMATIC)
        return frozenset(label(node, match=match) for node in shown if node.called is None or node.called not in self.called)

    def names(self) -> dict[str, str]:
        """What the drawings call their elements; those without a name are left out."""
        return {node.id: node.name for scope in (self.main, *self.called.values()) for node in _nodes(scope) if node.name}

    def where_most(self, elements: Container[str]) -> str:
        """The process in whose diagram most of these elements stand; the main one where none does."""
        counts = {process: sum(node.id in elements for node in _nodes(scope)) for process, scope in self.called.items()}
        most = max(counts, key=lambda process: counts[process], default=self.main.id)
        return most if counts.get(most) else self.main.id

    def without(self, silent: frozenset[str]) -> Model:
        """The same model for logs that never show the automatic elements of these labels: passing by them costs nothing."""
        return replace(self, silent=silent, hash=sha256(repr((self.hash, sorted(silent), PASSING)).encode()).hexdigest()) if silent else self


def only_human(model: Model, seen: Container[str], *, match: str) -> Model:
    """For a log that shows nothing but these labels: automatic elements that it never shows count for nothing."""
    return model.without(frozenset(one for one in model.automatic(match=match) if one not in seen))


def _nodes(scope: Scope) -> Iterator[Node]:
    for node in scope.nodes.values():
        yield node
        if node.body is not None:
            yield from _nodes(node.body)


def load(files: Sequence[tuple[str, bytes]], main: str | None = None) -> Model:
    """A model from diagrams, named and as bytes; the main process is ``main``, or the first of the first file.

    Raises:
        DefinitionInvalid: a file is no BPMN.
        NotFound: no file holds the process ``main``.
    """
    processes, contents = _read(files)
    first = main or next(iter(processes), "")
    if first not in processes:
        raise NotFound(f"Der Prozess «{first}» in den angegebenen Diagrammen")
    # What is never called decides nothing: a release that changes another diagram keeps what was found.
    reached = {id_: processes[id_] for id_ in sorted(_reached(first, processes))}
    return Model(processes[first], reached, _digest(first, [contents[id_] for id_ in reached]))


def hashes(files: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """The hash that ``load`` would give to the model of each process in the files, which are read once.

    Raises:
        DefinitionInvalid: a file is no BPMN.
    """
    processes, contents = _read(files)
    return {first: _digest(first, [contents[id_] for id_ in _reached(first, processes)]) for first in processes}


def _read(files: Sequence[tuple[str, bytes]]) -> tuple[dict[str, Scope], dict[str, bytes]]:
    processes: dict[str, Scope] = {}
    contents: dict[str, bytes] = {}
    for name, content in files:
        for scope in read(content, name):
            contents.setdefault(scope.id, content)
            processes.setdefault(scope.id, scope)
    return processes, contents


def _digest(first: str, contents: Iterable[bytes]) -> str:
    return sha256(repr((first, sorted({sha256(content).hexdigest() for content in contents}))).encode()).hexdigest()


def _reached(first: str, processes: Mapping[str, Scope]) -> set[str]:
    """The process and whatever it calls, directly or by what it calls."""
    found, todo = {first}, [processes[first]]
    while todo:
        for node in todo.pop().nodes.values():
            if node.body is not None:
                todo.append(node.body)
            if node.called and node.called in processes and node.called not in found:
                found.add(node.called)
                todo.append(processes[node.called])
    return found
