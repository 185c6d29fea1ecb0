"""Sends what is due. The outbox is a table; the scheduler only wakes this (`fs_app/schedule.py`).

Claim, in the database; send; write down what became of it. A result that the database does not take at once is kept
and written later: until then the message stays claimed, and a program that dies meanwhile finds it as unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gevent
import structlog
from gevent.lock import BoundedSemaphore

from fs_app import metrics
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import DatabaseBusy
from fs_app.messaging import mail, outbox, sms
from fs_app.messaging.outbox import Job
from fs_app.messaging.outcome import NotSent, Outcome, Unclear
from fs_app.messaging.vault import SecretLost, Vault
from fs_app.outward import Network
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Messages that are sent beside each other."""

LOOK_S = 30.0
"""How often it is looked for messages that are claimed and under way nowhere."""

FAREWELL_S = 8.0
"""What is not sent by then when the program ends is unknown at its next start."""

LARGEST_ATTACHMENT = 15 * 1024**2
"""A longer recording is named in the mail and heard in the program."""


class Messages:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        tasks: Tasks,
        threads: Threads,
        vault: Vault,
        recordings: Path,
        allowed: Sequence[Network],
    ) -> None:
        """`recordings`: their folder; `allowed`: private networks that providers may be in."""
        self._db = db
        self._clock = clock
        self._tasks = tasks
        self._threads = threads
        self._allowed = allowed
        self._recordings = recordings
        self._jobs: dict[
            int, Job
        ] = {}  # claimed by this program, with those whose end is not written down yet
        self._results: list[tuple[Job, Outcome]] = []
        self._settling = BoundedSemaphore(1)
        self._stopping = False
        self._looked_at = clock.monotonic()
        self.vault = vault

    def start(self) -> None:
        """Raises DatabaseBusy when the database is away for long."""
        now = self._clock.now_ms()
        left = self._db.write_at_start(lambda: outbox.left_behind(now))
        if left:
            log.warning("messages may have been sent or not when the program ended", messages=left)

    def stop(self) -> None:
        """What is being sent is finished, and written down, for a few seconds; nothing new begins."""
        self._stopping = True
        with gevent.Timeout(FAREWELL_S, False):
            while self._jobs:
                gevent.sleep(0.05)

    def round(self) -> None:
        """Once a second. Raises DatabaseBusy; nothing is lost then, the next round does it."""
        self._settle()
        self._look_for_stray()
        free, now = AT_ONCE - len(self._jobs), self._clock.now_ms()
        if free <= 0 or self._stopping or not self._db.read(lambda: outbox.is_due(now)):
            return
        for job in self._db.write(lambda: outbox.claim(now, free)):
            self._begin(job)

    def send_now(self, make: Callable[[], Any], wait_s: float = 25.0) -> int:
        """Put one into the outbox and send it while somebody looks on (a test). `make()`, inside `Database.write`,
        makes the row. Returns the message's number; after `wait_s` seconds it may be under way still."""
        now = self._clock.now_ms()

        def claim() -> tuple[int, Job | None]:
            row = make()
            return row.id, outbox.claimed(row, now, outbox.limits(row.account_id))

        number, job = self._db.write(claim)
        if job is not None:
            self._begin(job).join(wait_s)
        return number

    def _begin(self, job: Job) -> gevent.Greenlet:
        self._jobs[job.id] = job
        return self._tasks.spawn(f"message {job.id}", self._send_and_settle, job)

    def _send_and_settle(self, job: Job) -> None:
        outcome: Outcome = Unclear("failed_inside")
        try:
            outcome = self._send(job)
        finally:
            self._results.append((job, outcome))
        try:
            self._settle()
        except DatabaseBusy as error:
            log.warning("the database does not take what became of a message", error=str(error))

    def _settle(self) -> None:
        with self._settling:
            while self._results:
                job, outcome = self._results[0]
                state = self._db.write(partial(outbox.settle, job, outcome, self._clock.now_ms()))
                self._results.pop(0)
                self._jobs.pop(job.id, None)
                metrics.MESSAGES.labels(channel=job.channel, state=state).inc()
                log.info("message", message=job.id, channel=job.channel, state=state, tries=job.tries)

    def _look_for_stray(self) -> None:
        """Claimed in a transaction whose end this program did not hear of (a locked database): nobody sends them."""
        if self._clock.monotonic() - self._looked_at < LOOK_S:
            return
        self._looked_at, own, now = self._clock.monotonic(), list(self._jobs), self._clock.now_ms()
        before = now - round(1000 * LOOK_S)
        if self._db.read(lambda: outbox.stray(own, before)):
            found = self._db.write(lambda: outbox.take_back(own, before))
            log.warning("messages that nobody sent are in the line again", messages=found)

    def _send(self, job: Job) -> Outcome:
        try:
            secret = self.vault.open(job.account, job.secret)
        except SecretLost:
            return NotSent("secret_lost")
        if job.channel == "sms":
            gateway = sms.Gateway(**job.settings)
            return sms.send(gateway, secret, job.recipient, job.text, job.identifier, self._allowed)
        server = mail.Server(**job.settings)
        try:
            built = self._threads.run(self._built, server, job)
        except OSError as error:
            return NotSent("no_recording", error.strerror or "", again=True)
        except ValueError as error:  # what no mail can carry
            return NotSent("wrong_settings", str(error)[:200])
        return mail.send(server, secret, job.recipient, built, self._allowed)

    def _built(self, server: mail.Server, job: Job) -> bytes:
        """In a thread: a recording of minutes is megabytes to encode."""
        attachment = None
        if job.path:
            path = self._recordings / job.path
            if path.stat().st_size <= LARGEST_ATTACHMENT:
                attachment = mail.Attachment(path.name, path.read_bytes())
        return mail.build(
            server, job.recipient, job.subject, job.text, job.identifier, self._clock.now_ms(), attachment
        )
