"""One leg: what is known about it, and the events it gives. What it does is in life.py."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event as Signal

from fs_app.sim.events import WITH_VARIABLES, Event, Variables, now_us

if TYPE_CHECKING:
    from fs_app.sim.core import Core
    from fs_app.sim.media import Recording
    from fs_app.sim.party import Party

STATE_NUMBERS = {
    "CS_NEW": 0, "CS_INIT": 1, "CS_ROUTING": 2, "CS_SOFT_EXECUTE": 3, "CS_EXECUTE": 4, "CS_EXCHANGE_MEDIA": 5,
    "CS_PARK": 6, "CS_CONSUME_MEDIA": 7, "CS_HIBERNATE": 8, "CS_RESET": 9, "CS_HANGUP": 10,
    "CS_REPORTING": 11, "CS_DESTROY": 12, "CS_NONE": 13,
}  # fmt: skip

CODEC = {
    "Channel-Read-Codec-Name": "PCMA", "Channel-Read-Codec-Rate": "8000",
    "Channel-Read-Codec-Bit-Rate": "64000", "Channel-Write-Codec-Name": "PCMA",
    "Channel-Write-Codec-Rate": "8000", "Channel-Write-Codec-Bit-Rate": "64000",
}  # fmt: skip

#: Variables of every answered SIP leg: here for their weight and for readers that expect them.
MEDIA_VARIABLES = {
    "video_media_flow": "disabled", "text_media_flow": "disabled", "audio_media_flow": "sendrecv",
    "sip_local_network_addr": "127.0.0.1", "sip_network_ip": "127.0.0.1", "sip_reply_host": "127.0.0.1",
    "rtp_use_codec_string": "PCMA,PCMU,G722", "ep_codec_string": "CORE_PCM_MODULE.PCMA@8000h@20i@64000b",
    "rtp_use_codec_name": "PCMA", "rtp_use_codec_rate": "8000", "rtp_use_codec_ptime": "20",
    "rtp_use_codec_channels": "1", "rtp_last_audio_codec_string": "PCMA@8000h@20i@1c",
    "remote_audio_media_flow": "sendrecv", "remote_video_media_flow": "inactive",
    "remote_text_media_flow": "inactive", "rtp_audio_recv_pt": "8", "rtp_use_pt": "8",
    "read_codec": "PCMA", "original_read_codec": "PCMA", "read_rate": "8000", "original_read_rate": "8000",
    "write_codec": "PCMA", "write_rate": "8000", "dtmf_type": "rfc2833", "rtp_use_timer_name": "soft",
    "rtp_2833_send_payload": "101", "rtp_2833_recv_payload": "101", "local_media_ip": "127.0.0.1",
    "advertised_media_ip": "127.0.0.1", "remote_media_ip": "127.0.0.1",
    "switch_r_sdp": "v=0\r\no=u 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 6008 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n",
    "rtp_local_sdp_str": "v=0\r\no=FreeSWITCH 1 2 IN IP4 127.0.0.1\r\ns=FreeSWITCH\r\nc=IN IP4 127.0.0.1\r\n"
    "t=0 0\r\nm=audio 20540 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n",
}  # fmt: skip


class Channel:
    """A leg. `partner` is who it is bridged with now; `order` what it must do next (see life.py)."""

    def __init__(
        self,
        core: Core,
        uuid: str,
        name: str,
        *,
        inbound: bool,
        caller_number: str,
        caller_name: str,
        destination: str,
        context: str,
    ) -> None:
        self.core = core
        self.uuid: str = uuid
        self.name: str = name
        self.inbound = inbound
        self.caller_number: str = caller_number
        self.caller_name: str = caller_name
        self.first_caller_number = caller_number
        self.first_caller_name = caller_name
        self.ani = caller_number
        self.callee_name = "" if inbound else "Outbound Call"
        self.callee_number = "" if inbound else destination
        self.destination = destination
        self.context: str = context
        self.dialplan = "XML" if inbound else ""
        self.profile_index = 1
        self.state = "CS_NEW"
        self.call_state = "DOWN"
        self.answer_state = "ringing"
        self.hit_dialplan = inbound
        self.created_us = now_us()
        self.profile_us = self.created_us
        self.answered_us = self.progress_us = self.progress_media_us = 0
        self.bridged_us = self.hungup_us = self.transferred_us = 0
        self.cause = ""
        self.variables = Variables({})
        self.party: Party | None = None

        self.partner: Channel | None = None  # audio flows to and from this leg
        self.shown_partner: Channel | None = None  # whose profile the Other-Leg-* headers show
        self.originator = False  # A of its bridge
        self.order: object | None = None
        self.private: deque[object] = deque()  # sendmsg and uuid_broadcast, in order of arrival
        self.event_lock = False  # a broadcast runs: others wait
        self.broken = False  # CF_BREAK
        self.plays = 0  # sounds that run, one over the other
        self.controlled = False  # CF_CONTROLLED: parked under control
        self.second = False  # CF_BLEG: came in, and was the second leg of its last bridge
        self.digits: deque[str] = deque()
        self.wake = Signal()
        self.greenlet: gevent.Greenlet | None = None
        self.done = Signal()
        self.application = ""
        self.application_data = ""
        self.app_log: list[tuple[str, str, int]] = []
        self.callflow: list[dict[str, str]] = []
        self.recordings: dict[str, Recording] = {}
        self.sound = ""  # what the switch plays to it now, '' is silence
        self.displaced = ""
        self.listened: Channel | None = None  # eavesdrop target
        self.listen_mode = "0"
        self.room = ""  # conference
        self.muted: set[str] = set()  # directions of uuid_audio
        self.sessions = 0  # outbound sessions that live
        self.held_us = 0
        self.hold_total_us = 0

    # --- state ------------------------------------------------------------------------------------------------
    @property
    def up(self) -> bool:
        return not self.cause

    @property
    def answered(self) -> bool:
        return self.answered_us > 0

    @property
    def media(self) -> bool:
        return self.answered_us > 0 or self.progress_media_us > 0

    def set_state(self, state: str) -> None:
        self.state = state
        self.fire("CHANNEL_STATE")

    def set_call_state(self, state: str) -> None:
        original, self.call_state = self.call_state, state
        self.fire(
            "CHANNEL_CALLSTATE", {"Original-Channel-Call-State": original, "Channel-Call-State-Number": "0"}
        )

    def flip_caller_id(self) -> None:
        """An outgoing leg that was answered becomes the caller of what follows (switch_channel_flip_cid)."""
        self.hit_dialplan = True
        self.variables.set("pre_transfer_caller_id_number", self.caller_number)
        self.variables.set("channel_cid_flipped", "yes")
        self.callee_name, self.callee_number, self.caller_name, self.caller_number = (
            self.caller_name,
            self.caller_number,
            self.callee_name,
            self.callee_number,
        )

    def take_caller_id_of(self, other: Channel) -> None:
        """The second leg of a bridge shows the first one's caller as its own (switch_ivr_uuid_bridge)."""
        if self.inbound:
            self.second = True
            self.callee_name = self.callee_number = ""
        self.caller_name, self.caller_number = other.caller_name, other.caller_number
        other.callee_name = other.callee_number = ""

    def sort_caller_id(self) -> None:
        """Back in the dialplan after such a bridge, a leg that came in has no caller any more [seen]."""
        if self.second:
            self.second = False
            self.callee_name, self.callee_number = self.caller_name, self.caller_number
            self.caller_name = self.caller_number = ""
            self.first_caller_name = self.first_caller_number = ""

    def poke(self) -> None:
        """Wake the greenlet: something changed."""
        self.wake.set()

    def hearing_changed(self) -> None:
        """What this leg says or hears has changed: its recordings and its partner's go on with that."""
        for ch in (self, self.partner):
            if ch is not None:
                for recording in ch.recordings.values():
                    recording.changed()

    # --- events -----------------------------------------------------------------------------------------------
    def fire(self, name: str, extra: dict[str, str] | None = None, subclass: str = "") -> None:
        core = self.core
        if not core.listens(name, subclass, self.uuid):
            return
        headers = core.stamper.headers(name, now_us(), subclass)
        headers |= self.headers()
        if extra:
            headers |= extra
        variables = (self.variables.json, self.variables.plain) if name in WITH_VARIABLES else None
        core.deliver(Event(name, headers, self.uuid, variables, subclass=subclass))

    def headers(self) -> dict[str, str]:
        number = (
            10
            if self.cause and self.state not in ("CS_REPORTING", "CS_DESTROY")
            else STATE_NUMBERS[self.state]
        )
        headers = {
            "Channel-State": self.state,
            "Channel-Call-State": self.call_state,
            "Channel-State-Number": str(number),
            "Channel-Name": self.name,
            "Unique-ID": self.uuid,
            "Call-Direction": "inbound" if self.inbound else "outbound",
            "Presence-Call-Direction": "inbound" if self.inbound else "outbound",
            "Channel-HIT-Dialplan": "true" if self.hit_dialplan else "false",
            "Channel-Call-UUID": self.variables.get("call_uuid", self.uuid),
            "Answer-State": self.answer_state,
        }
        if self.cause:
            headers["Hangup-Cause"] = self.cause
        if self.media:
            headers |= CODEC
        headers |= self.profile("Caller-")
        other = self.shown_partner
        if other is not None:
            headers["Other-Type"] = "originatee" if self.originator else "originator"
            headers |= other.profile("Other-Leg-")
        return headers

    def profile(self, prefix: str) -> dict[str, str]:
        direction = "inbound" if self.inbound else "outbound"
        profile = {
            f"{prefix}Direction": direction,
            f"{prefix}Logical-Direction": "inbound" if self.hit_dialplan else direction,
        }
        if self.inbound:
            profile[f"{prefix}Username"] = self.caller_number
        if self.dialplan:
            profile[f"{prefix}Dialplan"] = self.dialplan
        if self.caller_name:
            profile[f"{prefix}Caller-ID-Name"] = self.caller_name
        if self.caller_number:
            profile[f"{prefix}Caller-ID-Number"] = self.caller_number
        if self.first_caller_name:
            profile[f"{prefix}Orig-Caller-ID-Name"] = self.first_caller_name
        if self.first_caller_number:
            profile[f"{prefix}Orig-Caller-ID-Number"] = self.first_caller_number
        if self.callee_name:
            profile[f"{prefix}Callee-ID-Name"] = self.callee_name
        if self.callee_number:
            profile[f"{prefix}Callee-ID-Number"] = self.callee_number
        profile[f"{prefix}Network-Addr"] = "127.0.0.1"
        profile[f"{prefix}ANI"] = self.ani
        profile[f"{prefix}Destination-Number"] = self.destination
        profile[f"{prefix}Unique-ID"] = self.uuid
        profile[f"{prefix}Source"] = "mod_sofia" if self.inbound else "src/switch_ivr_originate.c"
        profile[f"{prefix}Context"] = self.context
        profile[f"{prefix}Channel-Name"] = self.name
        if prefix == "Caller-":
            profile["Caller-Profile-Index"] = str(self.profile_index)
        profile[f"{prefix}Profile-Created-Time"] = str(self.profile_us)
        profile[f"{prefix}Channel-Created-Time"] = str(self.created_us)
        profile[f"{prefix}Channel-Answered-Time"] = str(self.answered_us)
        profile[f"{prefix}Channel-Progress-Time"] = str(self.progress_us)
        profile[f"{prefix}Channel-Progress-Media-Time"] = str(self.progress_media_us)
        profile[f"{prefix}Channel-Hangup-Time"] = str(self.hungup_us)
        profile[f"{prefix}Channel-Transfer-Time"] = str(self.transferred_us)
        profile[f"{prefix}Channel-Resurrect-Time"] = "0"
        profile[f"{prefix}Channel-Bridged-Time"] = str(self.bridged_us)
        profile[f"{prefix}Channel-Last-Hold"] = str(self.held_us)
        profile[f"{prefix}Channel-Hold-Accum"] = str(self.hold_total_us)
        profile[f"{prefix}Screen-Bit"] = "true"
        profile[f"{prefix}Privacy-Hide-Name"] = "false"
        profile[f"{prefix}Privacy-Hide-Number"] = "false"
        return profile
