"""How often one may try to sign in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk.doorway import PASSWORD, Doorway, doorway, errors


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorway]:
    async with doorway(tmp_path) as built:
        yield built


async def test_after_five_failures_the_right_password_is_refused_too(door: Doorway) -> None:
    """For as long as the page says, which is when the oldest failure is fifteen minutes old."""
    await door.fail(1)
    door.clock.turn(minutes=4)
    await door.fail(4)
    refused = await door.sign_in()

    assert (refused.status, refused.headers["Retry-After"], refused.cookie) == (429, "660", None)
    assert "Réessayez dans 11 minutes" in errors(refused)[0]
    door.clock.turn(minutes=10, seconds=59)
    still = await door.sign_in()
    assert (still.status, "Réessayez dans 1 minute." in errors(still)[0]) == (429, True)
    door.clock.turn(seconds=1)
    assert (await door.sign_in()).status == 303


async def test_tries_that_are_not_heard_do_not_prolong_the_wait(door: Doorway) -> None:
    """Whoever goes on trying keeps an agent out no longer than the window."""
    await door.fail(5)
    for _ in range(14):
        door.clock.turn(minutes=1)
        assert (await door.sign_in()).status == 429
    door.clock.turn(minutes=1)

    assert (await door.sign_in()).status == 303


async def test_an_unknown_login_is_throttled_like_a_known_one(door: Doorway) -> None:
    """Who asks for long enough does not learn which accounts there are."""
    await door.fail(5, "nobody")

    assert (await door.sign_in("NOBODY")).status == 429
    assert (await door.sign_in()).status == 303


async def test_signing_in_forgives_the_account(door: Doorway) -> None:
    """Four failures, then the right password, then four more are no reason to wait."""
    await door.fail(4)
    assert (await door.sign_in()).status == 303
    await door.fail(4)

    assert (await door.sign_in()).status == 303


async def test_thirty_failures_of_a_network_are_its_last_for_a_while(tmp_path: Path) -> None:
    """Over all accounts; another network, behind our own proxy, still signs in."""
    async with doorway(tmp_path, proxies=1) as door:
        for number in range(30):
            answer = await door.post(
                login=f"nobody{number}", password="wrong", headers={"X-Forwarded-For": "203.0.113.9"}
            )
            assert answer.status == 403
        form = {"login": "claire.m", "password": PASSWORD}
        refused = await door.post(headers={"X-Forwarded-For": "203.0.113.9"}, **form)
        other = await door.post(headers={"X-Forwarded-For": "203.0.113.10"}, **form)

        assert (refused.status, other.status) == (429, 303)
        door.clock.turn(minutes=15)
        assert (await door.post(headers={"X-Forwarded-For": "203.0.113.9"}, **form)).status == 303


async def test_many_tries_at_once_are_no_more_than_five(door: Doorway) -> None:
    """Those that come while others are being checked wait for their turn, and then are too many."""
    answers = await asyncio.gather(*(door.sign_in("claire.m", f"un mauvais mot {number}") for number in range(20)))

    assert sorted(answer.status for answer in answers) == [403] * 5 + [429] * 15
