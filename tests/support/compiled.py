"""Templates are compiled once for a process: each test has an application of its own, and compiling took a fifth."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


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
    compiled, usual = Compiled(), Flask.create_jinja_environment

    def create(self: Flask) -> Environment:
        made = usual(self)
        made.bytecode_cache = compiled
        return made

    monkeypatch.setattr(Flask, "create_jinja_environment", create)
