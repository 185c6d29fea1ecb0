"""Percentiles, what else the machine does, and how the figures of a benchmark are told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import psutil


def at(values: Iterable[float], share: float) -> float:
    """The value below which this share of them lies; 0 without any."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else 0.0


def spread(values: Sequence[float], name: str) -> dict[str, float]:
    """Number, median, 99th percentile and worst, by figures' names (`name_p99_ms` …); values in ms."""
    return {
        f"{name}_count": len(values),
        f"{name}_p50_ms": at(values, 0.5),
        f"{name}_p99_ms": at(values, 0.99),
        f"{name}_worst_ms": at(values, 1.0),
    }


@dataclass(frozen=True, slots=True)
class Goal:
    """`figure` must be below `limit`, or not above it (`at_most`)."""

    figure: str
    limit: float
    at_most: bool = False

    def met(self, figures: Mapping[str, float]) -> bool:
        value = figures[self.figure]
        return value <= self.limit if self.at_most else value < self.limit

    def __str__(self) -> str:
        return f"goal: {self.figure} {'<=' if self.at_most else '<'}"


def tell(bench: str, figures: Mapping[str, float], goals: Sequence[Goal], json_output: bool) -> int:
    """Print the table (and one JSON object on the last line); the exit status: 1 when a goal is missed."""
    for name, figure in figures.items():
        click.echo(f"{name:<42}{figure:>14,.10g}")
    for goal in goals:
        said = "met" if goal.met(figures) else f"MISSED: {figures[goal.figure]:g}"
        click.echo(f"{goal!s:<42}{goal.limit:>14g}  {said}")
    if json_output:
        told: dict[str, Any] = {
            g.figure: {"at_most" if g.at_most else "less_than": g.limit, "met": g.met(figures)} for g in goals
        }
        click.echo(json.dumps({"bench": bench, "figures": figures, "goals": told}))
    return 0 if all(goal.met(figures) for goal in goals) else 1


def cores() -> tuple[set[int], set[int]]:
    """One core for what is measured and the others for what measures it; the same one when there is one only."""
    mine = sorted(os.sched_getaffinity(0))
    return {mine[0]}, set(mine[1:]) or {mine[0]}


class Meanwhile:
    """What the machine did while something was measured: figures of a machine that is busy elsewhere are worse.

    `of` are the process ids that belong to the benchmark, children not included.
    """

    def __init__(self, of: Iterable[int]) -> None:
        self._processes = [psutil.Process(pid) for pid in of]
        self._begin = psutil.cpu_times()
        self._own = self._burnt()

    def figures(self) -> dict[str, float]:
        """`others_cpu`: cores that others used in the mean; `machine_cpu`: cores that were used by anybody."""
        now, first = psutil.cpu_times(), self._begin
        all_of_it = sum(now) - sum(first)
        idle = (now.idle - first.idle) + (getattr(now, "iowait", 0.0) - getattr(first, "iowait", 0.0))
        seconds = all_of_it / (psutil.cpu_count() or 1)
        if seconds <= 0:
            return {"machine_cpu": 0.0, "others_cpu": 0.0}
        used = (all_of_it - idle) / seconds
        own = (self._burnt() - self._own) / seconds
        return {"machine_cpu": round(used, 2), "others_cpu": round(max(0.0, used - own), 2)}

    def _burnt(self) -> float:
        burnt = 0.0
        for process in self._processes:
            times = process.cpu_times()
            burnt += times.user + times.system
        return burnt
