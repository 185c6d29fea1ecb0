"""The figures at /metrics. Names follow Prometheus' rules (base units, `_total` for counters)."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

FAILURES = Counter("fsapp_failures_total", "Exceptions that ended a piece of work", ["where"])
EVENTS = Counter("fsapp_switch_events_total", "Frames received from FreeSWITCH", ["kind"])
COMMANDS = Counter("fsapp_switch_commands_total", "Commands sent to FreeSWITCH", ["verb", "result"])
COMMAND_SECONDS = Histogram(
    "fsapp_switch_command_seconds",
    "Time from command to reply",
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
SWITCH_LEGS = Gauge("fsapp_switch_legs", "Legs that FreeSWITCH carries")
SWITCH_LEGS_A_SECOND = Gauge("fsapp_switch_new_legs_per_second", "New legs of FreeSWITCH in the last second")
SWITCH_LEGS_MOST = Gauge("fsapp_switch_legs_most", "Most legs that FreeSWITCH takes")
TRUNK_UP = Gauge("fsapp_trunk_up", "1 while the gateway is up, and registered when it has to be", ["gateway"])
PHONES_REGISTERED = Gauge("fsapp_phones_registered", "Telephones registered at FreeSWITCH")
DISK_FREE = Gauge("fsapp_disk_free_bytes", "Room on the disk of a folder", ["folder"])
SCHEDULED = Counter("fsapp_scheduled_runs_total", "Runs of scheduled work", ["work", "result"])
FINDINGS = Gauge("fsapp_doctor_findings", "What the last examination of the installation found", ["level"])
LINK_UP = Gauge("fsapp_switch_link_up", "1 while both event socket links are up")
LINK_LOSSES = Counter("fsapp_switch_link_losses_total", "Times that the link to FreeSWITCH was lost")
LOOP_LAG = Histogram(
    "fsapp_loop_lag_seconds",
    "How late the event loop runs a timer",
    buckets=(0.001, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1, 3),
)
GC_SECONDS = Histogram(
    "fsapp_garbage_collection_seconds",
    "How long a garbage collection held up everything",
    ["generation"],
    buckets=(0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1),
)
LOOP_LAG_P99 = Gauge(
    "fsapp_loop_lag_p99_seconds", "99th percentile of the last minute of how late the event loop runs a timer"
)
CALLS = Gauge("fsapp_calls", "Calls in progress", ["stage"])
AGENTS = Gauge("fsapp_agents", "Agents by shown state", ["state"])
JOURNAL_LAG = Gauge("fsapp_journal_unprojected", "Journal entries not yet in the database")
JOURNAL_HELD = Gauge("fsapp_journal_held", "Journal entries held in memory because the disk refuses them")
REPAIRS = Counter(
    "fsapp_reconciliation_repairs_total", "Corrections made by comparing with the switch", ["what"]
)
CALLS_TO_NOBODY = Counter("fsapp_calls_to_nobody_total", "Calls that came in to a number that nobody has")
UNKNOWN_TRANSITIONS = Counter(
    "fsapp_unknown_transitions_total", "Events that a state machine refused", ["machine"]
)
BROWSERS = Gauge("fsapp_browsers", "Connected browser sockets")
RECORDINGS_POSSIBLE = Gauge("fsapp_recordings_possible", "0 while the disk takes no recordings")
RECORDING_FAILURES = Counter(
    "fsapp_recording_failures_total", "Recordings that could not begin or were cut", ["why"]
)
RECORDINGS_DELETED = Counter("fsapp_recordings_deleted_total", "Recordings deleted", ["why"])
AGENTS_MENDED = Counter(
    "fsapp_agent_corrections_total", "Agents whose state was corrected by comparison", ["what"]
)
MESSAGES = Counter(
    "fsapp_messages_total", "Attempts to send a mail or an SMS, by what became of them", ["channel", "state"]
)
