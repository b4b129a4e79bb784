"""The section «Replay» of ``make bench``: how fast logs come in, and what the reference log costs on its model."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import click
import pytest

from engine.replay.conformance import Replayer
from engine.replay.files import read_model
from engine.replay.tables import read_csv
from engine.replay.xes import read_xes
from tests.replay.reference import reference

COPIES = 20


def best(what: Callable[[], object], rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        begun = perf_counter()
        what()
        times.append(perf_counter() - begun)
    return min(times)


def bench_replay() -> None:
    """Print the rates; where the reference data is missing, say so."""
    click.echo("\nReplay")
    try:
        receipt, drawn, loan = reference("receipt.xes.gz"), reference("receipt_imf02.bpmn"), reference("LoanApp_simplified_test.csv.gz")
    except pytest.skip.Exception as missing:
        click.echo(f"  {missing}")
        return
    log, model = read_xes(receipt), read_model([drawn])
    events = sum(len(case.events) for case in log.cases)
    click.echo(f"  XES einlesen           {events / best(lambda: read_xes(receipt)):>10,.0f} Ereignisse/s (Ziel 60'000)")
    with tempfile.TemporaryDirectory() as folder:
        table, rows = _larger(loan, Path(folder))
        click.echo(f"  CSV einlesen           {rows / best(lambda: read_csv(table)):>10,.0f} Zeilen/s (Ziel 300'000)")
    variants = log.variants(match="name")
    click.echo(f"  receipt × imf02        {best(lambda: Replayer(model, match='name').replay(variants)):>10.3f} s (Ziel 0.25)")
    tenfold = {variant: frequency * 10 for variant, frequency in variants.items()}
    click.echo(f"  dasselbe, zehnmal      {best(lambda: Replayer(model, match='name').replay(tenfold), 1):>10.3f} s")


def _larger(loan: Path, folder: Path) -> tuple[Path, int]:
    with gzip.open(loan, "rt", encoding="utf-8") as opened:
        header, *lines = opened.read().splitlines()
    table = folder / "loan.csv"
    table.write_text("\n".join([header, *(f"{copy}-{line}" for copy in range(COPIES) for line in lines)]), encoding="utf-8")
    return table, COPIES * len(lines)


if __name__ == "__main__":
    bench_replay()
