"""The simulated FreeSWITCH: the event socket on a real TCP port, with scripted people at the far ends.

It runs as a process of its own (`fs-app sim`), so the program can't tell it from a FreeSWITCH, and what it
implements is the vocabulary of `esl/commands.py`, no more. Order and text of events and replies follow
transcripts of FreeSWITCH 1.11.3; every behaviour has a test in `tests/conformance/` that runs on both.

    wire, session, server, outbound   bytes, commands of a connection, listening, `socket` sessions
    events, channel, life, bridge     event frames; one leg: data, its greenlet, two legs together
    dialplan, apps_*, api_*           what a leg executes; what the event socket may ask
    originate, conference, media      outgoing legs; rooms; durations of sounds and recordings
    people, control, demo, faults     the world outside, its remote control, living callers, misbehaviour
    cdr, core                         a CDR per leg as mod_xml_cdr writes it; the switch as a whole
    world                             the client side for tests: `SimWorld`
"""
