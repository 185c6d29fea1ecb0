"""Templates and the builders of addresses are compiled once for a process: each test has an application of its own, and
compiling took half of its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """In memory; a template whose text has changed has another checksum."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


def keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, for each application of this process."""
    _keep_builders(monkeypatch)
    compiled, usual = Compiled(), Flask.create_jinja_environment

    def create(self: Flask) -> Environment:
        made = usual(self)
        made.bytecode_cache = compiled
        return made

    monkeypatch.setattr(Flask, "create_jinja_environment", create)


def _keep_builders(monkeypatch: pytest.MonkeyPatch) -> None:
    """What werkzeug writes and compiles for each rule depends on the rule's words alone."""
    made: dict[tuple[Any, ...], Callable[..., Any]] = {}
    usual = Rule._compile_builder

    def compile_builder(self: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        words = (self.rule, self.host, self.subdomain, repr(self.defaults), repr(self._trace), append_unknown)
        if words not in made:
            made[words] = usual(self, append_unknown)
        return made[words]

    monkeypatch.setattr(Rule, "_compile_builder", compile_builder)
