"""One CDR file per leg, as mod_xml_cdr writes it (switch_ivr.c, switch_ivr_generate_xml_cdr)."""

from __future__ import annotations

import time
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from fs_app.sim import causes, wire
from fs_app.sim.channel import STATE_NUMBERS, Channel
from fs_app.sim.events import HOSTNAME


def _stamp(us: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(us // 1_000_000))


class Cdrs:
    """The spool folder; None writes nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def close_variables(self, ch: Channel) -> None:
        """The variables that a leg gets at its end (switch_channel_set_timestamps)."""
        variables = ch.variables
        marks = {
            "start": ch.created_us, "profile_start": ch.profile_us, "answer": ch.answered_us,
            "bridge": ch.bridged_us, "progress": ch.progress_us, "progress_media": ch.progress_media_us,
            "end": ch.hungup_us,
        }  # fmt: skip
        values = {
            "hangup_cause": ch.cause,
            "hangup_cause_q850": str(
                causes.Q850.get(ch.cause, 16) if causes.Q850.get(ch.cause, 16) < 128 else 16
            ),
            "digits_dialed": "none",
            "last_app": ch.application,
            "last_arg": ch.application_data,
            "caller_id": f'"{ch.caller_name}" <{ch.caller_number}>',
        }
        for name, us in marks.items():
            if us:
                values[f"{name}_stamp"] = _stamp(us)
            values[f"{name}_epoch"] = str(us // 1_000_000)
            values[f"{name}_uepoch"] = str(us)
        whole = ch.hungup_us - ch.created_us
        billed = ch.hungup_us - ch.answered_us if ch.answered_us else 0
        waited = ch.bridged_us - ch.created_us if ch.bridged_us else 0
        answered = ch.answered_us - ch.created_us if ch.answered_us else 0
        for short, us in {"": whole, "bill": billed, "wait": waited, "answer": answered}.items():
            second, milli, micro = (
                ("duration", "mduration", "uduration")
                if not short
                else (f"{short}sec", f"{short}msec", f"{short}usec")
            )
            values |= {second: str(us // 1_000_000), milli: str(us // 1000), micro: str(us)}
        variables.update(values)

    def write(self, ch: Channel) -> None:
        if self.folder is None:
            return
        path = self.folder / f"{ch.uuid}.cdr.xml"
        path.write_bytes(wire.raw(document(ch)))


def document(ch: Channel) -> str:
    """The file's text: variables URL-encoded, then XML-escaped."""
    out = ['<?xml version="1.0"?>\n']
    out.append(f"<cdr core-uuid={quoteattr(ch.core.stamper.core_uuid)} switchname={quoteattr(HOSTNAME)}>\n")
    direction = "inbound" if ch.inbound else "outbound"
    out.append(
        f"  <channel_data>\n    <state>{ch.state}</state>\n    <direction>{direction}</direction>\n"
        f"    <state_number>{STATE_NUMBERS[ch.state]}</state_number>\n  </channel_data>\n"
        "  <call-stats></call-stats>\n  <variables>\n"
    )
    for name, value in ch.variables.items():
        values = value[7:].split("|:") if value.startswith("ARRAY::") else [value]
        out.extend(
            f"    <{name}>{escape(wire.url_encode(one))}</{name}>\n" for one in values if _is_name(name)
        )
    out.append("  </variables>\n  <app_log>\n")
    for app, data, at in ch.app_log:
        out.append(
            f"    <application app_name={_attribute(app)} app_data={_attribute(data)} "
            f'app_stamp="{at}"></application>\n'
        )
    out.append("  </app_log>\n")
    flow = list(reversed(ch.callflow)) or [
        {"extension": ch.destination, "context": ch.context, "dialplan": ""}
    ]
    for index, step in enumerate(flow):
        out.append(_callflow(ch, step, len(flow) - index))
    out.append("</cdr>\n")
    return "".join(out)


def _is_name(name: str) -> bool:
    return name.replace("-", "_").replace(".", "_").isidentifier()


def _attribute(value: str) -> str:
    return quoteattr("".join(c for c in value if c >= " "))


def _text(value: str) -> str:
    return escape("".join(c for c in value if c >= " "))


def _callflow(ch: Channel, step: dict[str, str], index: int) -> str:
    times = {
        "created_time": ch.created_us, "profile_created_time": ch.profile_us, "progress_time": ch.progress_us,
        "progress_media_time": ch.progress_media_us, "answered_time": ch.answered_us,
        "bridged_time": ch.bridged_us, "last_hold_time": ch.held_us, "hold_accum_time": ch.hold_total_us,
        "hangup_time": ch.hungup_us, "resurrect_time": 0, "transfer_time": ch.transferred_us,
    }  # fmt: skip
    profile = {
        "username": ch.caller_number if ch.inbound else "", "dialplan": step["dialplan"],
        "caller_id_name": ch.caller_name, "caller_id_number": ch.caller_number,
        "callee_id_name": ch.callee_name, "callee_id_number": ch.callee_number, "ani": ch.first_caller_number,
        "aniii": "", "network_addr": "127.0.0.1", "rdnis": "", "destination_number": step["extension"],
        "uuid": ch.uuid, "source": "mod_sofia" if ch.inbound else "src/switch_ivr_originate.c",
        "context": step["context"], "chan_name": ch.name,
    }  # fmt: skip
    lines = [f'  <callflow dialplan={_attribute(step["dialplan"])} profile_index="{index}">\n']
    lines.append(
        f"    <extension name={_attribute(step['extension'])} number={_attribute(step['extension'])}>\n"
    )
    lines.append("    </extension>\n    <caller_profile>\n")
    lines += [f"      <{name}>{_text(value)}</{name}>\n" for name, value in profile.items()]
    lines.append("    </caller_profile>\n    <times>\n")
    lines += [f"      <{name}>{value}</{name}>\n" for name, value in times.items()]
    lines.append("    </times>\n  </callflow>\n")
    return "".join(lines)
