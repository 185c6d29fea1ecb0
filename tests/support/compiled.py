"""What an application compiles before it can answer, templates and builders of addresses, is compiled once: each test
and each program of a test has an application of its own, and compiling took half of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

Setter = Callable[[object, str, object], None]


def keep(put: Setter = setattr) -> None:
    """From now on, in this process and in those that it forks. `put`: how an attribute is replaced."""
    _keep_templates(put)
    _keep_builders(put)


def _keep_templates(put: Setter) -> None:
    """In the temporary directory of this user: a template whose text has changed is compiled anew."""
    usual, compiled = Flask.create_jinja_environment, FileSystemBytecodeCache()

    def create(self: Flask) -> Environment:
        made = usual(self)
        made.bytecode_cache = compiled
        return made

    put(Flask, "create_jinja_environment", create)


def _keep_builders(put: Setter) -> None:
    """What werkzeug writes and compiles for each rule depends on the rule's words alone."""
    usual = Rule._compile_builder
    made: dict[tuple[Any, ...], Callable[..., Any]] = {}

    def compile_builder(self: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        words = (self.rule, self.host, self.subdomain, repr(self.defaults), repr(self._trace), append_unknown)
        if words not in made:
            made[words] = usual(self, append_unknown)
        return made[words]

    put(Rule, "_compile_builder", compile_builder)
