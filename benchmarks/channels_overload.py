"""More messages than can be answered: each is to be stored, and answered once and in order when there is time again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import Connection, func, select

from benchmarks import machine
from benchmarks.channels_load import Load
from benchmarks.channels_payloads import MAKERS
from benchmarks.channels_town import Site
from bot.store.sql import open_store
from bot.store.tables import inbox, outbox

CHANNEL = "telegram"
RATE = 150.0
PACE_SECONDS = 0.5
"""Rasa's for each answer, sixteen at once: 32 a second."""
CITIZENS = 300
SLACK = 4.0
"""So many times as long as the answers need at least, before what is left is counted as lost."""


async def overload(site: Site, seconds: float) -> dict[str, Any]:
    """Counts of what was sent, accepted, stored and shown."""
    load = Load(site.port, CHANNEL, MAKERS[CHANNEL](), CITIZENS)
    started = time.perf_counter()
    sent = await load.pour(RATE, seconds)
    answers = await site.answers()
    waiting = len(sent.accepted) - len(answers["shown"])
    deadline = time.perf_counter() + SLACK * waiting * PACE_SECONDS / 16 + 30
    while len(answers["shown"]) < len(sent.accepted) and time.perf_counter() < deadline:
        await asyncio.sleep(1)
        answers = await site.answers()
    drained = time.perf_counter() - started
    # Whatever comes twice comes after a moment.
    await asyncio.sleep(5)
    answers = await site.answers()
    stored, open_in, open_out = await _count(site.database_url)
    shown = Counter(number for _, number in answers["shown"])
    order: dict[str, list[int]] = defaultdict(list)
    for citizen, number in answers["shown"]:
        if number is not None:
            order[citizen].append(number)
    return {
        "offered_per_s": RATE,
        "seconds": seconds,
        "accepted": len(sent.accepted),
        "refused": sent.refused,
        "to_200": machine.summary(sent.seconds),
        "stored": stored,
        "waiting_when_the_rush_ended": waiting,
        "drained_after_s": round(drained),
        "unsettled_at_the_end": {"inbox": open_in, "outbox": open_out},
        "answered_once": sum(shown[number] == 1 for number, _ in sent.accepted),
        "answered_twice": sum(shown[number] > 1 for number, _ in sent.accepted),
        "never_answered": sum(shown[number] == 0 for number, _ in sent.accepted),
        "other_lines_shown": shown[None],
        "citizens": len(order),
        "citizens_answered_out_of_order": sum(numbers != sorted(numbers) for numbers in order.values()),
    }


async def _count(url: str) -> tuple[int, int, int]:
    store = await open_store(url)

    def work(connection: Connection) -> tuple[int, int, int]:
        stored = connection.execute(select(func.count()).select_from(inbox)).scalar_one()
        open_in, open_out = (
            connection.execute(select(func.count()).select_from(box).where(box.c.settled_at.is_(None))).scalar_one()
            for box in (inbox, outbox)
        )
        return stored, open_in, open_out

    try:
        return await store.database.read(work)
    finally:
        await store.close()
