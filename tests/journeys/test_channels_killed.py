"""Citizens write on five channels while everything is killed at random: what was taken is answered, once, in order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.journeys.killing import Report, kill

pytestmark = [pytest.mark.journey, pytest.mark.rasa, pytest.mark.timeout(600)]

SECONDS = 90.0
POLLING_SECONDS = 15.0
SEED = random.randrange(10**6)


def check(report: Report) -> None:
    print(report)
    assert report.count.wrong == [], f"seed {report.seed}"


async def test_every_message_on_every_channel_through_random_kills(tmp_path: Path) -> None:
    """Gateway, Rasa, action server, all of them, the supervisor too: every message has the answers of a calm town."""
    report = await kill(tmp_path, SECONDS, "", SEED)

    check(report)
    assert sum(report.kills.values()) >= SECONDS / 12
    assert report.kills["supervisor"] >= 2
    assert report.count.messages >= SECONDS / 2
    assert report.repeated > 0


async def test_a_bot_that_fetches_its_messages(tmp_path: Path) -> None:
    """Telegram without a webhook: what was fetched and not stored when the gateway was killed is fetched again."""
    report = await kill(tmp_path, POLLING_SECONDS, "", SEED, conversations=12, receive="polling")

    check(report)
    assert report.kills
