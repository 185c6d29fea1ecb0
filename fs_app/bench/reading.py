"""`fs-app bench reading`: a file of a million lines is read as a stream, and its numbers are checked."""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import click

from fs_app.bench.figures import Goal, Meanwhile, tell
from fs_app.imports.reading import guess, rows
from fs_app.imports.reading.numbers import Check, Checked

LINES = 1_000_000
NUMBERS = 200_000
ROUNDS = 3
"""The best counts: whatever else the machine does can only make a round slower."""

GOALS = (
    Goal("line_us", 2.5, at_most=True),
    Goal("number_us", 1_000_000 / 150_000, at_most=True),
    Goal("memory_mb", 200.0),
)


@click.command()
@click.option("--lines", default=LINES, show_default=True, help="Lines of the file, ten columns each.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
def reading(lines: int, seed: int, json_output: bool) -> None:
    """Lines and telephone numbers a second, and the memory that reading takes."""
    rnd = random.Random(seed)
    meanwhile = Meanwhile([os.getpid()])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "million.csv"
        size = _write(path, lines, rnd)
        for _ in rows(path, guess(path)):
            break  # what is imported and compiled at the first line is no part of reading
        before = _peak_mb()
        line_us = min(_read(path, lines) for _ in range(ROUNDS))
    figures = {
        "file_mb": round(size / 1e6, 1),
        "line_us": round(line_us, 3),
        "lines_per_s": round(1e6 / line_us),
        "memory_mb": round(_peak_mb() - before, 1),
    }
    for name, texts in _spellings(rnd).items():
        figures[f"{name}_us"] = round(min(_check(texts) for _ in range(ROUNDS)), 3)
    figures["number_us"] = figures["national_us"]
    figures["numbers_per_s"] = round(1e6 / figures["number_us"])
    sys.exit(tell("reading", figures | meanwhile.figures(), GOALS, json_output))


def _write(path: Path, lines: int, rnd: random.Random) -> int:
    with path.open("w", encoding="cp1252", newline="") as file:
        file.write("Réf;Nom;Prénom;Téléphone;E-mail;Adresse;CP;Ville;Pays;Commentaire\r\n")
        for number in range(lines):
            mobile = f"06{rnd.randrange(10**8):08}"
            file.write(
                f"{number};Lefèvre{number};Zoé;{mobile};zoe.{number}@example.org;{number % 99} rue de la Paix;"
                f"{rnd.randrange(1000, 99000):05};Besançon;FR;à rappeler\r\n"
            )
    return path.stat().st_size


def _read(path: Path, lines: int) -> float:
    """Microseconds of processor for a line."""
    dialect, begin = guess(path), time.process_time()
    count = sum(1 for _ in rows(path, dialect))
    spent = time.process_time() - begin
    if count != lines:
        raise click.ClickException(f"{count} lines were read, {lines} written")
    return spent / lines * 1e6


def _spellings(rnd: random.Random) -> dict[str, list[str]]:
    mobiles = [f"6{rnd.randrange(10**8):08}" for _ in range(NUMBERS)]
    return {
        "national": [f"0{m}" for m in mobiles],
        "spaced": [" ".join(f"0{m}"[at : at + 2] for at in range(0, 10, 2)) for m in mobiles],
        "international": [f"+33{m}" for m in mobiles],
        "without_zero": mobiles,
        "any_ten_digits": [f"{rnd.randrange(10**10):010}" for _ in range(NUMBERS)],
    }


def _check(texts: list[str]) -> float:
    """Microseconds of processor for a number."""
    check = Check("FR")
    begin = time.process_time()
    good = sum(isinstance(check.check(text), Checked) for text in texts)
    spent = time.process_time() - begin
    if not good:
        raise click.ClickException("no number was taken")
    return spent / len(texts) * 1e6


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
