"""sched_api and sched_del: api commands at a later time, by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gevent

if TYPE_CHECKING:
    from fs_app.sim.core import Core


class Scheduler:
    """`+N` or an epoch once, `@N` every N seconds; a group is deleted by its name."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._groups: dict[str, list[gevent.Greenlet]] = {}

    def add(self, when: str, group: str, command: str) -> None:
        repeat = when.startswith("@")
        seconds = float(when.lstrip("+@") or 0)
        task = gevent.spawn_later(seconds, self._run, group, command, seconds if repeat else 0.0)
        self._groups.setdefault(group, []).append(task)

    def _run(self, group: str, command: str, every: float) -> None:
        name, _, argument = command.partition(" ")
        while True:
            self._core.api(name, argument)
            if not every:
                break
            gevent.sleep(every)
        tasks = self._groups.get(group, [])
        if gevent.getcurrent() in tasks:
            tasks.remove(gevent.getcurrent())

    def delete(self, group: str) -> int:
        tasks = self._groups.pop(group, [])
        for task in tasks:
            if task is not gevent.getcurrent():
                task.kill(block=False)
        return len(tasks)

    def clear(self) -> None:
        for group in list(self._groups):
            self.delete(group)
