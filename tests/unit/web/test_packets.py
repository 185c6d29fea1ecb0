"""Messages for browsers read the same as those of the library that we write them without."""

from typing import Any

import pytest
from socketio.packet import EVENT, Packet

from fs_app.web.packets import TextPacket

PICTURE = {"seq": 1, "name": "Élodie", "lines": [{"id": "a", "can": ["hold"]}], "work": None, "up": True}


@pytest.mark.parametrize(
    "data", [PICTURE, {"text": "\ud83d"}, {"number": 2**70}, {1: "one"}, {}, {"quote": '"\\\n'}]
)
def test_a_message_says_the_same_as_the_librarys(data: dict[Any, Any]) -> None:
    ours = Packet(encoded_packet=TextPacket(EVENT, ["agent", data], namespace="/").encode())
    theirs = Packet(encoded_packet=Packet(EVENT, ["agent", data], namespace="/").encode())
    assert (ours.packet_type, ours.namespace, ours.id, ours.data) == (
        theirs.packet_type,
        theirs.namespace,
        theirs.id,
        theirs.data,
    )


def test_what_a_browser_sends_is_read_as_before() -> None:
    for text in ('217["agent.available",{}]', '2["x",{"note":"\\ud83d"}]', "0", '40{"tab":"t"}'):
        assert TextPacket(encoded_packet=text).data == Packet(encoded_packet=text).data
    with pytest.raises(ValueError, match="Expecting"):
        TextPacket(encoded_packet="2[nonsense")
