"""The account of a run: three queues with skills, priorities and overflow, and what is declared of them."""

from __future__ import annotations

from typing import Any

from fs_app.db import Database
from fs_app.queues.model import Did, Queue, QueueMember
from fs_app.routing.model import AgentSkill, QueueSkill, Skill, SkillRelaxation
from tests.faults.plan import AGENTS, DIDS
from tests.support.program import ROOT, Plan, Program

MESSAGE = "en/away.wav"
PLAN = Plan(agents=AGENTS, ring_s=5, no_answer_delay_s=1, inter_call_s=0, record="all")
LEVELS = {1: 8, 2: 3, 3: 6}
"""Agent by place → level of the technical skill."""

NEED, RELAXED_AFTER_S, RELAXED_TO = 5, 4, 2
MEMBERS = {0: (0, 1, 2, 3, 4), 1: (1, 2, 3, 4), 2: (0, 3, 4)}
"""Queue by place → agents by place: commercial, technical, emergency."""

LONGEST_WAIT_S = {0: 15, 2: 12}


def configure(app: Program) -> dict[str, Any]:
    """Write it into the program's database before its first start; what is declared, for the checker."""
    db = Database(app.database_url, ROOT / "migrations")
    db.open()
    try:
        declared: dict[str, Any] = db.write(lambda: _write(app))
    finally:
        db.close()
    return declared


def _write(app: Program) -> dict[str, Any]:
    account, agents = app.ids.account, app.ids.agents
    commercial = Queue.get_by_id(app.ids.queue)
    common = {
        "account": account,
        "ring_s": PLAN.ring_s,
        "no_answer_delay_s": 1,
        "created_at": 1,
    }
    technical = Queue.create(
        name="Technical", number="701", wrap_up=False, inter_call_s=1, strategy="fewest_calls", **common
    )
    emergency = Queue.create(
        name="Emergency",
        number="702",
        inter_call_s=0,
        strategy="ring_all",
        priority=3,
        disposition_set=commercial.disposition_set,
        **common,
    )
    commercial.max_wait_s = LONGEST_WAIT_S[0]
    commercial.max_wait_then, commercial.max_wait_queue = "queue", emergency
    commercial.save()
    technical.max_length, technical.max_length_then, technical.max_length_message = 5, "hang_up", MESSAGE
    technical.save()
    emergency.max_wait_s, emergency.max_wait_then = LONGEST_WAIT_S[2], "voicemail"
    emergency.voicemail_greeting, emergency.voicemail_max_s, emergency.voicemail_silence_s = MESSAGE, 4, 2
    emergency.save()
    queues = [commercial, technical, emergency]
    for place, queue in enumerate(queues):
        QueueMember.delete().where(QueueMember.queue == queue).execute()
        for agent in MEMBERS[place]:
            QueueMember.create(account=account, queue=queue, agent=agents[agent])
    skill = Skill.create(account=account, name="Networks")
    for agent, level in LEVELS.items():
        AgentSkill.create(account=account, agent=agents[agent], skill=skill, level=level)
    need = QueueSkill.create(account=account, queue=technical, skill=skill, level=NEED)
    SkillRelaxation.create(account=account, queue_skill=need, after_s=RELAXED_AFTER_S, level=RELAXED_TO)
    for number, queue in zip(DIDS[1:3], queues[1:], strict=True):
        Did.create(account=account, number=number, queue=queue)
    Did.create(account=account, number=DIDS[3], queue=commercial, priority=5)
    needs = [(skill.id, NEED, [(RELAXED_AFTER_S, RELAXED_TO)])]
    return {
        "queues": [
            {
                "id": queue.id,
                "members": [agents[a] for a in MEMBERS[place]],
                "priority": queue.priority,
                "needs": needs if queue is technical else [],
                "max_wait_s": LONGEST_WAIT_S.get(place, 0),
                "ring_all": queue is emergency,
            }
            for place, queue in enumerate(queues)
        ],
        "dids": {
            DIDS[0]: (commercial.id, 0),
            DIDS[1]: (technical.id, 0),
            DIDS[2]: (emergency.id, 0),
            DIDS[3]: (commercial.id, 5),
        },
        "skills": {agents[place]: {skill.id: level} for place, level in LEVELS.items()},
        "messages": [MESSAGE],
    }
