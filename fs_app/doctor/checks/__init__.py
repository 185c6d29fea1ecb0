"""The checks, one family a file, in the order in which they are told.

A family has `RULES` (rule → level), `NEEDS` (parts of the picture without which it can't look: `switch`,
`configuration`, `modules`, `gateways`, `data`) and `check(installation)`, which gives `(rule, params)` for each rule
that is broken. The parameter `account` says whose it is. A check asks nobody: it judges the picture.
"""

from __future__ import annotations

from types import ModuleType

from fs_app.doctor.checks import (
    cdr,
    centre,
    clocks,
    codecs,
    database,
    dialplan,
    directory,
    door,
    link,
    machine,
    modules,
    network,
    people,
    profiles,
    program,
    recordings,
    secrets,
    sounds,
    trunk,
    web,
)

FAMILIES: tuple[ModuleType, ...] = (
    program,
    link,
    door,
    dialplan,
    modules,
    clocks,
    profiles,
    codecs,
    network,
    trunk,
    directory,
    cdr,
    recordings,
    sounds,
    database,
    secrets,
    web,
    people,
    centre,
    machine,
)
