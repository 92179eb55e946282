"""What actions need, made once a process at the first question: there is no event loop before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.agents import Agents
from bot.casework import Bookings, Cases, Photos
from bot.clock import Clock, now
from bot.desk.hours import Hours
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.following import FollowedFiches
from bot.knowledge.opening import OpenedFiches
from bot.settings import Office, Settings, load
from bot.store.base import Conversations, Ratings
from bot.store.sql import open_store
from bot.text.wording import Wording
from bot.text.wording import load as load_wording


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an action may use."""

    office: Office
    knowledge: KnowledgeBase
    ratings: Ratings
    cases: Cases
    bookings: Bookings
    photos: Photos
    agents: Agents
    conversations: Conversations
    hours: Hours
    wording: Wording
    clock: Clock = now
    release: Callable[[], Awaitable[None]] | None = None

    async def close(self) -> None:
        """Let go of what was opened for them."""
        await self.knowledge.close()
        if self.release is not None:
            await self.release()


async def open_services(settings: Settings) -> Services:
    """Services on a migrated database.

    Raises:
        ConfigurationError: the database's URL is wrong, or its tables are not those of this code.
        StoreError: the database does not answer.
    """
    store = await open_store(settings.database_url)
    return Services(
        office=settings.office,
        knowledge=KnowledgeBase(
            store.articles,
            settings.office,
            fiches=FollowedFiches(store.fiches, OpenedFiches(store.fiches, settings.data, settings.root)),
        ),
        ratings=store.ratings,
        cases=store.cases,
        bookings=store.bookings,
        photos=store.photos,
        agents=store.agents,
        conversations=store.conversations,
        hours=Hours(settings.office),
        wording=load_wording(settings.office),
        release=store.close,
    )


class Shared:
    """The services of this process; a failed opening is tried again by the next question."""

    def __init__(self) -> None:
        self._opening: asyncio.Task[Services] | None = None

    @property
    def begun(self) -> bool:
        """Whether anybody has asked for them."""
        return self._opening is not None

    async def __call__(self) -> Services:
        """The services, opened if they are not.

        Raises:
            ConfigurationError: see `open_services`.
            StoreError: see `open_services`.
        """
        opening = self._opening
        if opening is None or (opening.done() and (opening.cancelled() or opening.exception())):
            opening = self._opening = asyncio.create_task(open_services(load()), name="actions.services")
        # One question that is given up must not take the opening from the others.
        return await asyncio.shield(opening)


shared = Shared()
