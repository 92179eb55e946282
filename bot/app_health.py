"""What `/ready` asks of a gateway's parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from bot import clock, metrics
from bot.analytics.night_state import NightState
from bot.bus import Bus
from bot.faults import Seen
from bot.gateway.core import TrustedCore
from bot.gateway.health import Check, Health
from bot.store.sql import Store
from channels.web.sockets import WebSockets

STUCK_AFTER = timedelta(minutes=2)
"""A backlog whose oldest message waits longer makes /ready say so."""


def build_health(
    store: Store,
    core: TrustedCore,
    sockets: WebSockets,
    wakes: Bus,
    faults: Callable[[], Iterable[Seen]],
    night: Callable[[], Awaitable[NightState]],
) -> Health:
    """Its checks, by their names; a mailbox that cannot be read (`faults` says so) is told, and stops nobody else.

    `night` says how the last night of the figures went, which is told and stops nobody either.
    """

    async def database() -> Check:
        await store.ping()
        return Check(True, "answers")

    async def rasa() -> Check:
        return Check(core.trusted, core.detail)

    async def actions() -> Check:
        return Check(core.actions_well, core.actions_detail)

    async def knowledge() -> Check:
        version = await store.articles.version()
        return Check(version > 0, f"version {version}" if version else "no article: run `guichet knowledge import`")

    async def inbox() -> Check:
        return _backlog("inbox", *await store.inbox.waiting(clock.now()))

    async def outbox() -> Check:
        return _backlog("outbox", *await store.outbox.waiting(clock.now()))

    async def bus() -> Check:
        return Check(True, await wakes.ping())

    async def chats() -> Check:
        metrics.CONNECTED.set(sockets.connected)
        return Check(True, f"{sockets.connected} connected")

    async def fetched() -> Check:
        found = [one.why for one in faults()]
        return Check(not found, "; ".join(found)[:1000] or "no fault", needed=False)

    async def figures() -> Check:
        fault = (await night()).fault()
        return Check(not fault, fault or "no fault", needed=False)

    pings = (database, rasa, actions, knowledge, inbox, outbox, bus, chats, fetched, figures)
    return Health({ping.__name__: ping for ping in pings})


def _backlog(box: str, count: int, oldest: timedelta) -> Check:
    metrics.WAITING.labels(box).set(count)
    metrics.OLDEST_SECONDS.labels(box).set(oldest.total_seconds())
    return Check(oldest < STUCK_AFTER, f"{count} waiting, the oldest for {oldest.total_seconds():.0f} s")
