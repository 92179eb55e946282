"""Session ids: ours or none."""

from __future__ import annotations

from typing import Any

import pytest

from channels.web.sessions import MAX_SESSION_ID_CHARS, Sessions

SECRET = "s" * 40


def test_a_session_id_is_believed_by_whoever_has_the_secret() -> None:
    """Another gateway with the same secret believes it."""
    session_id = Sessions([SECRET]).new()

    assert Sessions([SECRET]).key(session_id) == session_id.partition(".")[0]


def test_no_two_session_ids_are_alike() -> None:
    """They are random."""
    made = {Sessions([SECRET]).new() for _ in range(200)}

    assert len(made) == 200


@pytest.mark.parametrize(
    "forged",
    [None, "", 12, [], {}, "user-123", "a" * 24 + "." + "b" * 24, "." * 49, "é" * 49, "x" * (MAX_SESSION_ID_CHARS + 1)],
)
def test_anything_else_is_not_a_session(forged: Any) -> None:
    """Foreign, forged, unsigned and wrongly typed ids have no key."""
    assert Sessions([SECRET]).key(forged) is None
