"""The tab Skills: what an agent must be able to do, relaxed in steps while the caller waits."""

from __future__ import annotations

import re

from flask import request

from fs_app.admin import skills
from fs_app.admin.queue_skills import PART, NeedForm, Needs
from fs_app.web.admin.common import typed_number, whole
from fs_app.web.admin.queue_tabs.frame import Tab

NEED = re.compile(r"need-(\d{1,4})-skill")


def _typed() -> Needs:
    """Empty lines do not count, neither needs nor steps."""
    rows = sorted(int(found[1]) for name in request.form if (found := NEED.fullmatch(name)))
    needs = []
    for row in rows[:100]:
        after, to = request.form.getlist(f"need-{row}-after"), request.form.getlist(f"need-{row}-to")
        pairs = list(zip(after, to, strict=False))[:100]
        steps = [(whole(a), whole(b)) for a, b in pairs if a.strip() or b.strip()]
        steps.sort(key=lambda step: -1 if step[0] is None else step[0])
        skill = typed_number(f"need-{row}-skill")
        if skill is not None or steps:
            needs.append(NeedForm(skill, typed_number(f"need-{row}-level"), tuple(steps)))
    return Needs(tuple(needs))


TAB = Tab("skills", ("need",), PART, _typed, skills.choices)
