"""Misconfigurations, one function each: what is planted, by the rule that must find it.

Those about the switch change its answers, as a real one gave them; tests/real/test_doctor.py plants the same things in
the configuration of a real FreeSWITCH.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent
from fs_app.audio.model import Sound, SoundFile
from fs_app.digest import a1_hash
from fs_app.hours.model import Schedule
from fs_app.ivr.model import Flow
from fs_app.queues.model import Did, Queue, QueueMember
from tests.unit.doctor.place import DOMAIN, Place, hashed

Plant = Callable[[Place], object]

SOFIA = "xml_locate configuration configuration name sofia.conf"
FSAPP = "xml_locate dialplan context name fsapp"
TRUNK = "xml_locate dialplan context name trunk"
GATEWAY = "sofia xmlstatus gateway"
XML_CDR = "xml_locate configuration configuration name xml_cdr.conf"


def _nobody_listens(place: Place) -> None:
    place.switch.stop()


def _wrong_password(place: Place) -> None:
    place.switch.password = "another one, and long enough"


def _factory_password(place: Place) -> None:
    place.switch.password = "ClueCon"


def _weak_password(place: Place) -> None:
    place.password = place.switch.password = "short"


def _refused_address(place: Place) -> None:
    place.switch.greeting = (
        "Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"
    )


def _somebody_else(place: Place) -> None:
    place.switch.greeting = "HTTP/1.0 400 Bad Request\nContent-Type: text/html\n\n"


def _deaf(place: Place) -> None:
    place.switch.greeting = ""


def _open_socket(place: Place) -> None:
    place.configured("event_socket", 'value="127.0.0.1"', 'value="0.0.0.0"')
    place.configured("event_socket", 'value="loopback.auto"', 'value=""')


def _everywhere(place: Place) -> None:
    place.configured("event_socket", 'value="127.0.0.1"', 'value="::"')


def _without_module(place: Place) -> None:
    rows = json.loads(place.switch.answers["show modules as json"])["rows"]
    kept = [row for row in rows if row["ikey"] != "mod_xml_cdr"]
    place.switch.answers["show modules as json"] = json.dumps({"row_count": len(kept), "rows": kept})


def _without_beeps(place: Place) -> None:
    place.answer("show modules as json", '"mod_avmd"', '"mod_other"')


def _strange_phone(place: Place) -> None:
    row = {"reg_user": "1001", "realm": "old.example", "url": "sofia/internal/sip:1001@192.0.2.7"}
    place.switch.answers["show registrations as json"] = json.dumps({"row_count": 1, "rows": [row]})


def _force_domain(place: Place) -> None:
    place.answer(
        SOFIA,
        '<param name="challenge-realm" value="auto_from">',
        '<param name="challenge-realm" value="auto_from"></param>'
        '<param name="force-register-domain" value="$${domain}">',
    )


def _lease(place: Place) -> None:
    place.running()
    place.answer("global_getvar", f"fsapp_lease={str(int(time.time()))[:6]}", "fsapp_lease=179")


def _door_closed(place: Place) -> None:
    place.running()
    place.see(machine={"listening": frozenset({("127.0.0.1", 1)})})


def _old_files(place: Place, number: int) -> None:
    old = time.time() - 3600
    for i in range(number):
        file = place.folder / "cdr" / f"{i}.cdr.xml"
        file.write_text("<cdr/>")
        os.utime(file, (old, old))


def _readable_settings(place: Place) -> None:
    file = place.folder / "fs-app.conf"
    file.write_text("FS_APP_LOG_LEVEL=info\n")
    file.chmod(0o644)
    place.environment["FS_APP_CONFIG"] = str(file)


def _flow(place: Place, **values: object) -> None:
    def write() -> None:
        account = Account.get()
        flow = Flow.create(account=account, name="Accueil", draft={}, created_at=1, updated_at=1, **values)
        Did.update(flow=flow).execute()

    place.db.write(write)


def _hours(place: Place) -> None:
    def write() -> None:
        schedule = Schedule.create(account=Account.get(), name="Semaine", created_at=1)
        Queue.update(schedule=schedule).execute()

    place.db.write(write)


def _future(place: Place) -> None:
    place.sql("insert into schema_migration (name, applied) values ('9999_future', '2030-01-01')")


def _journal_ahead(place: Place) -> None:
    (place.folder / "journal" / "journal-0.jsonl").write_text('00000000 [9000,1,"x",null,null,null,{}]\n')


def _own_sound(place: Place) -> None:
    def write() -> None:
        account = Account.get()
        sound = Sound.create(account=account, name="Bienvenue", kind="prompt", created_at=1, changed_at=1)
        SoundFile.create(
            account=account, sound=sound, language="fr", path="1/1/abc.wav", duration_ms=900, created_at=1
        )

    place.db.write(write)


def _write_sound(place: Place) -> None:
    for rate in ("8000", "16000"):
        file = place.folder / "sounds" / "1" / "1" / rate / "abc.wav"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"RIFF")


def _unhealthy(place: Place) -> None:
    checks = [{"name": "journal", "ok": False, "key": "health.journal.held", "text": "disk",
               "params": {"why": "full", "held": 3}}]  # fmt: skip
    place.running(checks=checks)


def _failures(place: Place) -> None:
    place.running()
    place.see(program={"metrics": {'fsapp_failures_total{where="schedule"}': 2.0}})


PLANTS: dict[str, Plant] = {
    # --- the program itself
    "program.stopped": lambda p: None,
    "program.silent": lambda p: p.see(program={"pid": 7, "health": {}}),
    "program.unhealthy": _unhealthy,
    "program.slow": lambda p: (p.running(), p.see(program={"metrics": {"fsapp_loop_lag_p99_seconds": 0.9}})),
    "program.failures": _failures,
    "program.refused": lambda p: (
        p.running(),
        p.see(program={"metrics": {'fsapp_unknown_transitions_total{machine="call"}': 1.0}}),
    ),
    # --- the event socket
    "link.refused": _nobody_listens,
    "link.timeout": _deaf,
    "link.stranger": _somebody_else,
    "link.acl": _refused_address,
    "link.password": _wrong_password,
    "link.default_password": _factory_password,
    "link.weak_password": _weak_password,
    "link.open": _open_socket,
    "link.everywhere": _everywhere,
    "link.sim_away": lambda p: p.set(switch="sim"),
    "link.simulated": lambda p: p.see(switch={"simulated": True}),
    # --- the way of a call
    "door.elsewhere": lambda p: p.answer(FSAPP, f"127.0.0.1:{p.door} async", "127.0.0.1:8099 async"),
    "door.loopback": lambda p: p.see(switch={"local": False, "host": "192.0.2.4"}),
    "door.closed": _door_closed,
    "dialplan.missing": lambda p: p.switch.answers.update({FSAPP: "can't find anything"}),
    "dialplan.different": lambda p: p.answer(FSAPP, "max_forwards=70", "max_forwards=7"),
    "dialplan.no_context": lambda p: p.switch.answers.update({TRUNK: "can't find anything"}),
    "dialplan.entrance": lambda p: p.answer(TRUNK, "home XML fsapp", "1000 XML default"),
    "dialplan.hold": lambda p: p.answer("global_getvar", "hold_hangup_xfer_exten=home:XML:fsapp", "x=y"),
    "modules.missing": _without_module,
    "modules.wanted": _without_beeps,
    "modules.old": lambda p: p.answer("version", "Version 1.11.3", "Version 1.6.20"),
    "clocks.apart": lambda p: setattr(p.switch, "late_s", -2.6),
    "clocks.far_apart": lambda p: setattr(p.switch, "late_s", 40.0),
    "clocks.lease": _lease,
    # --- SIP
    "profiles.none": lambda p: p.switch.answers.update({SOFIA: "<configuration name='sofia.conf'/>"}),
    "profiles.stopped": lambda p: p.answer("sofia xmlstatus", "RUNNING (0)", "DOWN"),
    "profiles.no_auth": lambda p: p.answer(
        SOFIA, '<param name="auth-calls" value="true">', '<param name="auth-calls" value="false">'
    ),
    "profiles.blind": lambda p: p.answer(
        SOFIA, '"accept-blind-reg" value="false"', '"accept-blind-reg" value="true"'
    ),
    "profiles.everybody": lambda p: p.configured("acl", "127.0.0.1/32", "0.0.0.0/0"),
    "profiles.track_calls": lambda p: p.answer(SOFIA, '"track-calls" value="true"', '"x" value="true"'),
    "profiles.media_timeout": lambda p: p.answer(
        SOFIA, '"rtp-hold-timeout-sec" value="1800"', '"x" value="0"'
    ),
    "profiles.transfer": lambda p: p.answer(
        SOFIA, '"disable-transfer" value="true"', '"disable-transfer" value="false"'
    ),
    "codecs.missing": lambda p: p.answer(SOFIA, '"PCMA,PCMU"', '"G729,OPUS"'),
    "codecs.nothing_common": lambda p: p.switch.answers.update(
        {SOFIA: p.switch.answers[SOFIA].replace('"PCMA,PCMU"', '"PCMU"', 2).replace('"PCMA,PCMU"', '"PCMA"')}
    ),
    "codecs.transcoding": lambda p: p.switch.answers.update(
        {SOFIA: p.switch.answers[SOFIA].replace('"PCMA,PCMU"', '"PCMU@20i,PCMA"', 2)}
    ),
    "network.loopback": lambda p: p.answer(
        SOFIA, '"proxy" value="127.0.0.1:9"', '"proxy" value="sip.example.net"'
    ),
    "network.nat": lambda p: (
        p.answer(SOFIA, '"proxy" value="127.0.0.1:9"', '"proxy" value="sip.example.net"'),
        p.answer(SOFIA, 'ip" value="127.0.0.1"', 'ip" value="10.0.0.5"'),
    ),
    "network.rtp_few": lambda p: p.configured("switch", 'value="32700"', 'value="16500"'),
    "network.rtp_none": lambda p: p.configured("switch", 'value="32700"', 'value="100"'),
    "network.rtp_shared": lambda p: p.configured("switch", 'value="32700"', 'value="64000"'),
    "trunk.none": lambda p: p.set(dial_string="sofia/gateway/carrier/{number}"),
    "trunk.unregistered": lambda p: p.answer(GATEWAY, "<state>NOREG</state>", "<state>FAIL_WAIT</state>"),
    "trunk.down": lambda p: p.answer(GATEWAY, "<status>UP</status>", "<status>DOWN</status>"),
    # --- what lies beside the calls
    "directory.away": lambda p: p.running(),
    "directory.stale": lambda p: p.see(directory={"trouble": "", "problem": "no such file"}),
    "directory.unbound": lambda p: p.configured("xml_curl", '"gateway-url"', '"other"'),
    "directory.elsewhere": lambda p: p.configured("xml_curl", f":{p.directory}/", ":8099/"),
    "directory.unanswered": lambda p: (
        p.see(directory={"trouble": ""}),
        p.switch.answers.update({"user_exists": "false"}),
    ),
    "directory.domain": _strange_phone,
    "directory.forced_domain": _force_domain,
    "cdr.missing": lambda p: (p.running(), shutil.rmtree(p.folder / "cdr")),
    "cdr.growing": lambda p: p.running() or _old_files(p, 20),
    "cdr.waiting": lambda p: _old_files(p, 1),
    "cdr.not_writable": lambda p: p.file_is("spool", switch_writes=False),
    "cdr.off": lambda p: p.switch.answers.update({XML_CDR: "can't find anything"}),
    "cdr.elsewhere": lambda p: p.configured("xml_cdr", str(p.folder / "cdr"), "/var/log/freeswitch/xml_cdr"),
    "cdr.settings": lambda p: p.configured(
        "xml_cdr", '"log-b-leg" value="true"', '"log-b-leg" value="false"'
    ),
    "recordings.missing": lambda p: p.set(recordings_dir=p.folder / "not" / "mounted"),
    "recordings.not_writable": lambda p: p.file_is("recordings", ours=False),
    "recordings.switch_missing": lambda p: (
        p.set(switch_recordings_dir="/srv/recordings")
        or p.switch.answers.update({"file_exists /srv/recordings": "false"})
    ),
    "recordings.switch_writes": lambda p: p.file_is("recordings", switch_writes=False),
    "recordings.full": lambda p: (
        p.set(recordings_reserve_mb=1_000_000) or p.file_is("recordings", free=10 * 1024**2)
    ),
    "recordings.low": lambda p: p.file_is("recordings", free=300 * 1024**2),
    "sounds.missing": lambda p: p.set(sounds_dir=p.folder / "no sounds"),
    "sounds.file_missing": lambda p: p.change(Queue, greeting="fr/bienvenue.wav"),
    "sounds.switch_missing": lambda p: (
        p.set(switch_sounds_dir="/srv/sounds") or p.switch.answers.update({"file_exists": "false"})
    ),
    "sounds.switch_reads": lambda p: p.file_is("sounds", switch_reads=False),
    "sounds.language": lambda p: p.change(Account, language="de"),
    "sounds.library_missing": _own_sound,
    "sounds.library_switch": lambda p: (
        _own_sound(p),
        _write_sound(p),
        p.set(switch_library_dir="/srv/library"),
        p.switch.answers.update({"file_exists /srv/library": "false"}),
    ),
    # --- database, secrets, web
    "database.missing": lambda p: p.set(database_url=f"sqlite:///{p.folder / 'other.db'}"),
    "database.away": lambda p: p.file.write_bytes(b"no database at all" * 100),
    "database.locked": lambda p: p.see(data={"trouble": "locked"}),
    "database.migrations": lambda p: p.sql("delete from schema_migration where name like '0010%'"),
    "database.newer": _future,
    "database.behind": _journal_ahead,
    "secrets.key_mode": lambda p: (p.folder / "secret_key").chmod(0o644),
    "secrets.key_weak": lambda p: p.set(secret_key="secret" * 2),
    "secrets.database_mode": lambda p: p.file.chmod(0o644),
    "secrets.config_mode": _readable_settings,
    "secrets.data_mode": lambda p: p.folder.chmod(0o777),
    "web.open": lambda p: p.set(web_listen="0.0.0.0:8080"),
    "web.cookie": lambda p: p.set(trusted_proxies=1),
    "web.cookie_lost": lambda p: p.set(cookie_secure=True, web_listen="0.0.0.0:8080"),
    "web.proxies": lambda p: p.set(cookie_secure=True),
    "web.metrics_token": lambda p: p.set(metrics_token="abc"),
    "web.login_limit": lambda p: p.set(password_login_limit="1000 per minute"),
    "web.superuser": lambda p: p.running() or p.see(program={"uid": 0}),
    "web.taken": lambda p: p.set(web_listen=f"127.0.0.1:{p.switch.port}"),
    # --- people, queues, numbers, hours
    "people.weak_password": lambda p: p.db.write(
        lambda: User.update(password_hash=hashed("admin123")).where(User.role == "admin").execute()
    ),
    "people.weak_phone": lambda p: p.change(Agent, sip_ha1=a1_hash("1001", DOMAIN, "1234")),
    "people.no_admin": lambda p: p.db.write(
        lambda: User.update(active=False).where(User.role == "admin").execute()
    ),
    "people.no_account": lambda p: p.see(data={"tables": {}}),
    "people.no_phone": lambda p: None,
    "centre.queue_empty": lambda p: p.db.write(lambda: QueueMember.delete().execute()),
    "centre.hours_empty": _hours,
    "centre.number_nowhere": lambda p: p.change(Did, queue=None),
    "centre.number_closed": lambda p: p.change(Queue, active=False),
    "centre.number_unpublished": _flow,
    "centre.no_number": lambda p: p.change(Did, active=False),
    "centre.number_unknown": lambda p: (
        p.running() or p.see(program={"metrics": {"fsapp_calls_to_nobody_total": 4.0}})
    ),
    # --- the machine
    "machine.python": lambda p: p.see(machine={"python": (3, 9)}),
    "machine.disk": lambda p: p.file_is("data", free=100 * 1024**2),
    "machine.inodes": lambda p: p.file_is("data", free_files=12),
    "machine.folder": lambda p: p.file_is("data", ours=False),
    "machine.files": lambda p: p.see(machine={"most_files": 1024}),
    "machine.memory": lambda p: p.see(machine={"memory_free": 0.02}),
    "machine.load": lambda p: p.see(machine={"load": 9.0, "processors": 2}),
    "machine.zones": lambda p: p.change(Account, time_zone="Europe/Atlantis"),
    "machine.ffmpeg": lambda p: p.see(machine={"tools": {"espeak-ng": "/usr/bin/espeak-ng"}}),
    "machine.espeak": lambda p: p.see(machine={"tools": {"ffmpeg": "/x", "ffprobe": "/x"}}),
}
