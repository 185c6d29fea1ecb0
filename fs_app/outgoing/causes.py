"""Why a call did not come about, in kinds that people know; each has words (`dial.cause.<kind>`). Pure.

The causes are FreeSWITCH's (switch_types.h, Q.850): the network's answer, as the operator's SIP status led to it.
"""

from __future__ import annotations

KINDS: dict[str, str] = {
    "USER_BUSY": "busy",
    "NO_ANSWER": "no_answer",
    "ALLOTTED_TIMEOUT": "no_answer",
    "PROGRESS_TIMEOUT": "no_answer",
    "NO_USER_RESPONSE": "unreachable",
    "SUBSCRIBER_ABSENT": "switched_off",
    "USER_NOT_REGISTERED": "switched_off",
    "CALL_REJECTED": "rejected",
    "UNALLOCATED_NUMBER": "unallocated",
    "NUMBER_CHANGED": "changed",
    "REDIRECTION_TO_NEW_DESTINATION": "changed",
    "INVALID_NUMBER_FORMAT": "incomplete",
    "NO_ROUTE_DESTINATION": "no_route",
    "NO_ROUTE_TRANSIT_NET": "no_route",
    "EXCHANGE_ROUTING_ERROR": "no_route",
    "DESTINATION_OUT_OF_ORDER": "out_of_order",
    "NORMAL_CIRCUIT_CONGESTION": "congestion",
    "SWITCH_CONGESTION": "congestion",
    "REQUESTED_CHAN_UNAVAIL": "congestion",
    "CHANNEL_UNACCEPTABLE": "congestion",
    "NETWORK_OUT_OF_ORDER": "network",
    "NORMAL_TEMPORARY_FAILURE": "network",
    "SERVICE_UNAVAILABLE": "network",
    "RECOVERY_ON_TIMER_EXPIRE": "network",
    "INTERWORKING": "network",
    "GATEWAY_DOWN": "gateway_down",
    "INVALID_GATEWAY": "gateway_down",
    "INVALID_PROFILE": "gateway_down",
    "INVALID_URL": "gateway_down",
    "OUTGOING_CALL_BARRED": "barred",
    "INCOMING_CALL_BARRED": "barred",
    "FACILITY_REJECTED": "barred",
    "BEARERCAPABILITY_NOTAUTH": "barred",
    "INCOMPATIBLE_DESTINATION": "incompatible",
    "BEARERCAPABILITY_NOTAVAIL": "incompatible",
    "FACILITY_NOT_IMPLEMENTED": "incompatible",
    "SERVICE_NOT_IMPLEMENTED": "incompatible",
    "MEDIA_TIMEOUT": "lost",
    "LOST_TRACK": "lost",
    "SYSTEM_SHUTDOWN": "lost",
    "CRASH": "lost",
    "MANAGER_REQUEST": "lost",
    "REFUSED": "refused",
    "NO_PROOF": "no_proof",
    "ORIGINATOR_CANCEL": "cancelled",
    "LOSE_RACE": "cancelled",
    "NORMAL_CLEARING": "hung_up",
}

OTHER = "failed"

OWN: dict[str, str] = {
    "USER_BUSY": "own_busy",
    "CALL_REJECTED": "own_rejected",
    "NO_ANSWER": "own_no_answer",
    "NO_USER_RESPONSE": "own_gone",
    "RECOVERY_ON_TIMER_EXPIRE": "own_gone",
    "USER_NOT_REGISTERED": "own_gone",
    "ORIGINATOR_CANCEL": "cancelled",
    "NORMAL_CLEARING": "cancelled",
}
"""Of the agent's own telephone, which rings first."""

OWN_OTHER = "own_failed"

FORBIDDEN: dict[str, str] = {
    "error.dial_blacklisted": "blacklisted",
    "error.dial_hours": "hours",
    "error.dial_hours_never": "hours",
    "error.agent_away": "colleague",
    "error.agent_busy": "colleague",
    "error.agent_no_phone": "colleague",
}
"""Of our own refusals between the request and the dialling, by their keys."""

FORBIDDEN_OTHER = "not_allowed"

TOLD = ("legal.", "error.record_")
"""How the keys of reasons begin that were told in their own words when somebody looked (`listwork.looks`,
`legal.service`)."""

ALL = frozenset(
    {*KINDS.values(), *OWN.values(), *FORBIDDEN.values(), OTHER, OWN_OTHER, FORBIDDEN_OTHER, "told"}
)


def of_number(cause: str) -> str:
    """The kind of the cause with which the number's leg ended before anybody talked."""
    return KINDS.get(cause, OTHER)


def of_own(cause: str) -> str:
    """The kind of the cause with which the agent's own telephone was not picked up."""
    return OWN.get(cause, OWN_OTHER)


def of_refusal(key: str) -> str:
    """The kind of our own refusal to dial a number that could be dialled a moment ago."""
    return "told" if key.startswith(TOLD) else FORBIDDEN.get(key, FORBIDDEN_OTHER)
