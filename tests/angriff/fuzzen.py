"""``python -m tests.angriff.fuzzen NAME SEKUNDEN ORDNER``: coverage-guided fuzzing of one reader.

Ends with an error when a reader raises what is no refusal, takes more than five seconds or the process more than 500 MB.
What it found stays in ORDNER.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["engine.definitions", "engine.replay", "engine.cases"]):
    from tests.angriff import eingaben

SECONDS, MEGABYTES = 5, 500
# By the clock of the wall nothing is said on a machine that others use, too: it only ends what hangs for good.
HANGS = 120


def main(name: str, seconds: str, folder: str) -> None:
    corpus = Path(folder) / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(eingaben.ALL[name].seeds()):
        (corpus / f"anfang{number}").write_bytes(seed)
        eingaben.throw(name, seed)
    words = Path(folder) / "woerter"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in eingaben.WORDS), "ascii")
    options = [f"-max_total_time={seconds}", f"-timeout={HANGS}", f"-rss_limit_mb={MEGABYTES}", f"-dict={words}", f"-artifact_prefix={folder}/{name}-", "-max_len=200000", "-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda content: _timed(name, content))
    atheris.Fuzz()


def _timed(name: str, content: bytes) -> None:
    began = time.process_time()
    eingaben.throw(name, content)
    assert time.process_time() - began < SECONDS, "takes too long"


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main(*sys.argv[1:4])
