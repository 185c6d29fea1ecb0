"""The stages of a call (a test compares this with the table):

    NEW -[greeting]> GREETING
    NEW -[queued]> WAITING
    NEW -[offered]> OFFERED
    NEW -[refused]> ENDING
    GREETING -[queued]> WAITING
    GREETING -[refused]> ENDING
    NEW -[turned_away]> FAREWELL
    GREETING -[turned_away]> FAREWELL
    WAITING -[offered]> OFFERED
    WAITING -[refused]> ENDING
    WAITING -[turned_away]> FAREWELL
    FAREWELL -[farewell_said]> ENDING
    NEW -[to_voicemail]> VOICEMAIL
    GREETING -[to_voicemail]> VOICEMAIL
    WAITING -[to_voicemail]> VOICEMAIL
    VOICEMAIL -[message_left]> ENDING
    NEW -[diverted]> DIVERTING
    GREETING -[diverted]> DIVERTING
    WAITING -[diverted]> DIVERTING
    NEW -[menu]> MENU
    MENU -[greeting]> GREETING
    MENU -[queued]> WAITING
    MENU -[refused]> ENDING
    MENU -[turned_away]> FAREWELL
    MENU -[to_voicemail]> VOICEMAIL
    MENU -[diverted]> DIVERTING
    MENU -[offered]> OFFERED
    MENU -[menu_over]> ENDING
    DIVERTING -[back_in_menu]> MENU
    OUTSIDE -[back_in_menu]> MENU
    VOICEMAIL -[back_in_menu]> MENU
    OFFERED -[back_in_menu]> MENU
    CONNECTING -[back_in_menu]> MENU
    TALKING -[survey]> MENU
    HELD -[survey]> MENU
    DIVERTING -[outside_failed]> WAITING
    DIVERTING -[turned_away]> FAREWELL
    DIVERTING -[bridged]> OUTSIDE
    OUTSIDE -[outside_hung_up]> ENDING
    OFFERED -[offer_failed]> WAITING
    OFFERED -[agent_answered]> CONNECTING
    OFFERED -[dialling]> DIALING
    OFFERED -[to_colleague]> STAYING
    DIALING -[customer_answered]> CONNECTING
    DIALING -[bridged]> TALKING
    OFFERED -[bridged]> TALKING
    CONNECTING -[offer_failed]> WAITING
    CONNECTING -[bridged]> TALKING
    WAITING -[bridged]> TALKING
    TALKING -[held]> HELD
    TALKING -[agent_hung_up]> ENDING
    TALKING -[line_lost]> WAITING
    HELD -[bridged]> TALKING
    HELD -[agent_hung_up]> ENDING
    HELD -[line_lost]> WAITING
    CONFERENCE -[line_lost]> WAITING
    CONFERENCE -[agent_hung_up]> ENDING
    TALKING -[conference]> CONFERENCE
    HELD -[conference]> CONFERENCE
    CONFERENCE -[bridged]> TALKING
    TALKING -[transferred]> TALKING
    HELD -[transferred]> TALKING
    CONFERENCE -[transferred]> TALKING
    TALKING -[transferred_outside]> OUTSIDE
    HELD -[transferred_outside]> OUTSIDE
    CONFERENCE -[transferred_outside]> OUTSIDE
    TALKING -[queued]> WAITING
    HELD -[queued]> WAITING
    TALKING -[offered]> OFFERED
    HELD -[offered]> OFFERED
    TALKING -[diverted]> DIVERTING
    HELD -[diverted]> DIVERTING
    DIVERTING -[offered]> OFFERED
    CONNECTING -[offered]> OFFERED
    TALKING -[customer_left]> STAYING
    HELD -[customer_left]> STAYING
    CONFERENCE -[customer_left]> STAYING
    STAYING -[lines_over]> ENDED
    CONFERENCE -[caller_hung_up]> ENDED
    STAYING -[caller_hung_up]> ENDED
    NEW -[caller_hung_up]> ENDED
    GREETING -[caller_hung_up]> ENDED
    FAREWELL -[caller_hung_up]> ENDED
    VOICEMAIL -[caller_hung_up]> ENDED
    DIVERTING -[caller_hung_up]> ENDED
    OUTSIDE -[caller_hung_up]> ENDED
    WAITING -[caller_hung_up]> ENDED
    OFFERED -[caller_hung_up]> ENDED
    DIALING -[caller_hung_up]> ENDED
    CONNECTING -[caller_hung_up]> ENDED
    TALKING -[caller_hung_up]> ENDED
    HELD -[caller_hung_up]> ENDED
    ENDING -[caller_hung_up]> ENDED
    MENU -[caller_hung_up]> ENDED

MENU: he is led by a voice menu (`Call.flow`), from which he may go anywhere, and to which he comes back from a number
that did not answer, a box, or (to be asked how it was) from his agent. FAREWELL is a message to somebody for whom there
is no room, or no agent in time. DIVERTING: a number outside is being dialled for him; OUTSIDE: he talks there. DIALING:
an agent has the call of somebody who is called back, and waits for him to answer; such a call has no caller's leg
before (`absent`). The caller's leg decides: when it is gone the call has ENDED, whatever else was going on, unless the
agent talks on with somebody whom he called beside him (STAYING). ENDING is "we are hanging it up". An ended call stays
in memory until it is qualified, if it must be.

Who is called beside the customer has a state of his own (`line.py`). CONFERENCE: the three of them together. A blind
transfer takes the customer from his agent (into a queue's line, to another agent's telephone, to a number outside);
one that fails comes back (`transfer.py`).
"""

from __future__ import annotations

from enum import StrEnum

from fs_app.machine import Machine


class Stage(StrEnum):
    NEW = "NEW"
    GREETING = "GREETING"
    FAREWELL = "FAREWELL"
    VOICEMAIL = "VOICEMAIL"
    MENU = "MENU"
    DIVERTING = "DIVERTING"
    OUTSIDE = "OUTSIDE"
    WAITING = "WAITING"
    OFFERED = "OFFERED"
    DIALING = "DIALING"
    CONNECTING = "CONNECTING"
    TALKING = "TALKING"
    HELD = "HELD"
    CONFERENCE = "CONFERENCE"
    STAYING = "STAYING"
    ENDING = "ENDING"
    ENDED = "ENDED"


class Role(StrEnum):
    CALLER = "caller"
    AGENT = "agent"
    OUTSIDE = "outside"
    CONSULTED = "consulted"


_S = Stage
MACHINE: Machine[Stage] = Machine(
    "call",
    {
        (_S.NEW, "greeting"): _S.GREETING,
        (_S.NEW, "queued"): _S.WAITING,
        (_S.NEW, "offered"): _S.OFFERED,
        (_S.NEW, "refused"): _S.ENDING,
        (_S.GREETING, "queued"): _S.WAITING,
        (_S.GREETING, "refused"): _S.ENDING,
        (_S.NEW, "turned_away"): _S.FAREWELL,
        (_S.GREETING, "turned_away"): _S.FAREWELL,
        (_S.WAITING, "offered"): _S.OFFERED,
        (_S.WAITING, "refused"): _S.ENDING,
        (_S.WAITING, "turned_away"): _S.FAREWELL,
        (_S.FAREWELL, "farewell_said"): _S.ENDING,
        (_S.NEW, "to_voicemail"): _S.VOICEMAIL,
        (_S.GREETING, "to_voicemail"): _S.VOICEMAIL,
        (_S.WAITING, "to_voicemail"): _S.VOICEMAIL,
        (_S.VOICEMAIL, "message_left"): _S.ENDING,
        (_S.NEW, "diverted"): _S.DIVERTING,
        (_S.GREETING, "diverted"): _S.DIVERTING,
        (_S.WAITING, "diverted"): _S.DIVERTING,
        (_S.NEW, "menu"): _S.MENU,
        (_S.MENU, "greeting"): _S.GREETING,
        (_S.MENU, "queued"): _S.WAITING,
        (_S.MENU, "refused"): _S.ENDING,
        (_S.MENU, "turned_away"): _S.FAREWELL,
        (_S.MENU, "to_voicemail"): _S.VOICEMAIL,
        (_S.MENU, "diverted"): _S.DIVERTING,
        (_S.MENU, "offered"): _S.OFFERED,
        (_S.MENU, "menu_over"): _S.ENDING,
        (_S.DIVERTING, "back_in_menu"): _S.MENU,
        (_S.OUTSIDE, "back_in_menu"): _S.MENU,
        (_S.VOICEMAIL, "back_in_menu"): _S.MENU,
        (_S.OFFERED, "back_in_menu"): _S.MENU,
        (_S.CONNECTING, "back_in_menu"): _S.MENU,
        (_S.TALKING, "survey"): _S.MENU,
        (_S.HELD, "survey"): _S.MENU,
        (_S.DIVERTING, "outside_failed"): _S.WAITING,
        (_S.DIVERTING, "turned_away"): _S.FAREWELL,
        (_S.DIVERTING, "bridged"): _S.OUTSIDE,
        (_S.OUTSIDE, "outside_hung_up"): _S.ENDING,
        (_S.OFFERED, "offer_failed"): _S.WAITING,
        (_S.OFFERED, "agent_answered"): _S.CONNECTING,
        (_S.OFFERED, "dialling"): _S.DIALING,
        (_S.OFFERED, "to_colleague"): _S.STAYING,
        (_S.DIALING, "customer_answered"): _S.CONNECTING,
        (_S.DIALING, "bridged"): _S.TALKING,
        (_S.OFFERED, "bridged"): _S.TALKING,
        (_S.CONNECTING, "offer_failed"): _S.WAITING,
        (_S.CONNECTING, "bridged"): _S.TALKING,
        (_S.WAITING, "bridged"): _S.TALKING,
        (_S.TALKING, "held"): _S.HELD,
        (_S.TALKING, "agent_hung_up"): _S.ENDING,
        (_S.TALKING, "line_lost"): _S.WAITING,
        (_S.HELD, "bridged"): _S.TALKING,
        (_S.HELD, "agent_hung_up"): _S.ENDING,
        (_S.HELD, "line_lost"): _S.WAITING,
        (_S.CONFERENCE, "line_lost"): _S.WAITING,
        (_S.CONFERENCE, "agent_hung_up"): _S.ENDING,
        (_S.TALKING, "conference"): _S.CONFERENCE,
        (_S.HELD, "conference"): _S.CONFERENCE,
        (_S.CONFERENCE, "bridged"): _S.TALKING,
        (_S.TALKING, "transferred"): _S.TALKING,
        (_S.HELD, "transferred"): _S.TALKING,
        (_S.CONFERENCE, "transferred"): _S.TALKING,
        (_S.TALKING, "transferred_outside"): _S.OUTSIDE,
        (_S.HELD, "transferred_outside"): _S.OUTSIDE,
        (_S.CONFERENCE, "transferred_outside"): _S.OUTSIDE,
        (_S.TALKING, "queued"): _S.WAITING,
        (_S.HELD, "queued"): _S.WAITING,
        (_S.TALKING, "offered"): _S.OFFERED,
        (_S.HELD, "offered"): _S.OFFERED,
        (_S.TALKING, "diverted"): _S.DIVERTING,
        (_S.HELD, "diverted"): _S.DIVERTING,
        (_S.DIVERTING, "offered"): _S.OFFERED,
        (_S.CONNECTING, "offered"): _S.OFFERED,
        (_S.TALKING, "customer_left"): _S.STAYING,
        (_S.HELD, "customer_left"): _S.STAYING,
        (_S.CONFERENCE, "customer_left"): _S.STAYING,
        (_S.STAYING, "lines_over"): _S.ENDED,
        **{(stage, "caller_hung_up"): _S.ENDED for stage in _S if stage is not _S.ENDED},
    },
)

HEARS_MUSIC = frozenset({Stage.WAITING, Stage.OFFERED, Stage.CONNECTING, Stage.HELD, Stage.DIVERTING})
"""In these stages the caller is at home, in our outbound session, with hold music."""


IN_CONVERSATION = frozenset({Stage.TALKING, Stage.HELD, Stage.CONFERENCE})
"""Customer and agent have each other, though perhaps not this moment."""

WITH_AGENT = frozenset({Stage.CONNECTING, Stage.DIALING, Stage.STAYING, *IN_CONVERSATION})
"""An agent has taken the call, and his leg is there."""
