"""Legs from outside: through the trunk, or from a registered phone."""

from __future__ import annotations

import uuid as uuids
from typing import TYPE_CHECKING

from fs_app.sim import life, route
from fs_app.sim.channel import Channel
from fs_app.sim.party import Party

if TYPE_CHECKING:
    from fs_app.sim.core import Core


def incoming(core: Core, party: Party, to: str, *, trunk: bool) -> Channel:
    """A leg from outside: through the trunk, or from a registered phone."""
    profile, context = ("external", "trunk") if trunk else ("internal", "phones")
    host = "127.0.0.1:5097" if trunk else party.domain
    number = party.number
    name = party.name or number
    ch = Channel(
        core, str(uuids.uuid4()), f"sofia/{profile}/{number}@{host}", inbound=True, caller_number=number,
        caller_name=name, destination=to, context=context,
    )  # fmt: skip
    core.add(ch)
    ch.party = party
    values = {
        "direction": "inbound", "uuid": ch.uuid, "call_uuid": ch.uuid, "session_id": str(core.sessions_made),
        "sip_from_user": number, "sip_from_uri": f"{number}@{host}", "sip_from_host": host,
        "channel_name": ch.name, "sip_call_id": party.new_call_id(), "sip_network_ip": "127.0.0.1",
        "sip_req_user": to, "sip_to_user": to, "sip_req_uri": f"{to}@127.0.0.1:5080",
        "sip_to_uri": f"{to}@127.0.0.1:5080", "sip_from_display": party.name,
        "sip_full_from": f'"{party.name}" <sip:{number}@{host}>;tag=1', "max_forwards": "70",
        "sofia_profile_name": profile, "recovery_profile_name": profile,
        "endpoint_disposition": "DELAYED NEGOTIATION",
    }  # fmt: skip
    if not trunk:
        values |= {"user_name": party.user, "domain_name": party.domain, "sip_auth_username": party.user}
        values |= party.user_variables
    ch.variables.update(values)
    ch.state = "CS_INIT"
    ch.fire("CHANNEL_STATE")
    ch.fire("CHANNEL_CREATE")
    life.start(ch, lambda c: route.route(c, to, context, "XML"))
    return ch
