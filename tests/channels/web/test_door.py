"""What may come through a connection."""

from __future__ import annotations

import pytest

from channels.web.door import Packet


@pytest.mark.parametrize(
    "frame",
    ['51-["user_uttered",{"_placeholder":true,"num":0}]', '61-3["x"]', '21-["x"]', '50-["x"]', '5["x"]'],
)
def test_announced_attachments_are_refused(frame: str) -> None:
    """Whatever kind of packet announces them, and however many."""
    with pytest.raises(ValueError, match="binary"):
        Packet(encoded_packet=frame)


def test_what_a_client_says_is_read() -> None:
    """An event with its data, as the base reads it; numbers with a dash in the data announce nothing."""
    read = Packet(encoded_packet='27["user_uttered",{"message":"1-2"}]')

    assert (read.id, read.data) == (7, ["user_uttered", {"message": "1-2"}])
