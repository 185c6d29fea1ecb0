"""Every way in which a call can fail has words in three languages."""

from __future__ import annotations

import pytest

from fs_app.outgoing import causes
from fs_app.sim.causes import FROM_SIP, Q850
from fs_app.web.i18n import LANGUAGES, catalogue


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_words(language: str) -> None:
    for kind in causes.ALL:
        for key in (f"dial.cause.{kind}", f"dial.ended.{kind}"):
            message = catalogue(language).get(key)
            assert message is not None and message.string, key


def test_every_answer_of_an_operator_is_more_than_it_failed() -> None:
    for status, cause in FROM_SIP.items():
        assert causes.of_number(cause) != causes.OTHER, (status, cause)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("USER_BUSY", "busy"),
        ("NO_ANSWER", "no_answer"),
        ("CALL_REJECTED", "rejected"),
        ("UNALLOCATED_NUMBER", "unallocated"),
        ("NO_ROUTE_DESTINATION", "no_route"),
        ("NORMAL_CIRCUIT_CONGESTION", "congestion"),
        ("SUBSCRIBER_ABSENT", "switched_off"),
        ("NUMBER_CHANGED", "changed"),
        ("GATEWAY_DOWN", "gateway_down"),
        ("INVALID_NUMBER_FORMAT", "incomplete"),
        ("ORIGINATOR_CANCEL", "cancelled"),
        ("SOMETHING_NEW", "failed"),
    ],
)
def test_what_people_meet(cause: str, kind: str) -> None:
    assert causes.of_number(cause) == kind


def test_causes_are_names_that_freeswitch_has() -> None:
    ours = {"LOST_TRACK", "REFUSED", "NO_PROOF", "BEARERCAPABILITY_NOTAUTH", "BEARERCAPABILITY_NOTAVAIL"}
    ours |= {"FACILITY_NOT_IMPLEMENTED", "SERVICE_NOT_IMPLEMENTED"}  # of Q.850, not played by the simulator
    assert {*causes.KINDS, *causes.OWN} - set(Q850) == ours
