"""A model to replay on: one main process and the processes it may call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from engine.definitions.plain import Scope, read
from engine.model.errors import NotFound
from engine.replay.compiling import compiled
from engine.replay.net import Net


@dataclass(frozen=True)
class Model:
    """``hash`` stands for everything that decides about alignments: the drawings and which of them is the main one."""

    main: Scope
    called: Mapping[str, Scope]
    hash: str

    @property
    def unsupported(self) -> tuple[str, ...]:
        """What of the drawings is not replayed as drawn, in German."""
        return tuple(dict.fromkeys(reason for scope in (self.main, *self.called.values()) for reason in scope.unsupported))

    def net(self, *, match: str, counts: Mapping[str, int] | None, events: str = "optional") -> Net:
        """The model compiled for logs in which each label occurs at most so often in one case; see ``Net``."""
        return compiled(self.main, self.called, match=match, counts=counts, events=events)


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
