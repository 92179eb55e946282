"""A conversation with the actions, on a real database and the small town's articles, without Rasa's server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import text

from actions.answer import ActionAnswer, ActionOtherwise
from actions.base import GuichetAction
from actions.feedback import ActionAffirm, ActionDeny
from actions.services import Services
from bot.clock import Clock
from bot.desk.hours import Hours
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.following import FollowedFiches
from bot.messages import Address
from bot.settings import Office
from bot.settings_hours import read_week
from bot.store.sql import Store
from bot.text.wording import load as load_wording
from bot.wire import Say, WireButton, read
from tests.databases import opened
from tests.knowledge import small

OFFICE = msgspec.structs.replace(
    small.OFFICE, town=msgspec.structs.replace(small.OFFICE.town, opening=read_week({"mon-fri": "9:00-17:00"}))
)
"""The small town, open in the week; `small.NOON` is a Monday, 13 h by its clock."""
WEB = Address("web", "talk")


class Talk:
    """A conversation without Rasa: what it would hand to the actions and do with what they return."""

    def __init__(self, services: Callable[[], Awaitable[Services]], sender_id: str = "talk") -> None:
        self.services = services
        self.sender_id = sender_id
        self.slots: dict[str, Any] = {}
        self.loop = ""
        """The form that is open."""
        self.language = "fr"
        self.followed = ""
        """The action that the last one asked to be run next."""
        self.events: list[dict[str, Any]] = []
        self.turns = 0

    async def ask(self, text: str, intent: str = "ask_question", **entities: Any) -> Say:
        """The one reply to a message."""
        action: type[GuichetAction] = {"affirm": ActionAffirm, "deny": ActionDeny}.get(intent, ActionAnswer)
        self.turns += 1
        return await self.run(action(self.services), text, intent, f"m{self.turns}", **entities)

    async def press(self, button: WireButton) -> Say:
        """What a button under an answer brings."""
        intent, brace, own = button.payload.removeprefix("/").partition("{")
        return await self.ask(button.payload, intent, **json.loads(brace + own or "{}"))

    async def run(self, action: GuichetAction, text: str, intent: str, message_id: str, **entities: Any) -> Say:
        """The one reply of an action to a message."""
        (said,) = await self.hear(action, text, intent, message_id, **entities)
        return said

    async def hear(
        self, action: GuichetAction, text: str, intent: str, message_id: str = "", **entities: Any
    ) -> list[Say]:
        """Every reply of an action to a message."""
        self.listen(text, intent, message_id, **entities)
        return await self.act(action)

    def listen(self, text: str, intent: str, message_id: str = "", **entities: Any) -> None:
        """A message that no action has answered yet."""
        if not message_id:
            self.turns += 1
            message_id = f"m{self.turns}"
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 1.0},
            "entities": [{"entity": name, "value": value} for name, value in entities.items()],
            "metadata": {"message_id": message_id, "channel": "web", "language": self.language},
        }
        self.events.append({"event": "user", **message})

    def open(self, form: str) -> None:
        """Rasa opens a form, or closes the open one."""
        self.loop = form
        self.events.append({"event": "active_loop", "name": form or None})

    async def act(self, action: GuichetAction) -> list[Say]:
        """Every reply of one more action to the last message."""
        dispatcher = CollectingDispatcher()
        message = {key: value for key, value in self.heard.items() if key != "event"}
        loop = {"name": self.loop} if self.loop else {}
        tracker = Tracker(
            self.sender_id, dict(self.slots), message, list(self.events), False, None, loop, action.name()
        )
        self.followed = ""
        for event in await action.run(dispatcher, tracker, {}):
            self.events.append(event)
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.loop = event["name"] or ""
            elif event["event"] == "followup":
                self.followed = event["name"]
        assert [said["text"] for said in dispatcher.messages] == [None] * len(dispatcher.messages)
        self.events += [{"event": "bot", "data": {"custom": said["custom"]}} for said in dispatcher.messages]
        return [read(said["custom"]) for said in dispatcher.messages]

    async def otherwise(self, text: str, intent: str) -> list[Say]:
        """What is added after the numbers of an alarm."""
        return await self.hear(ActionOtherwise(self.services), text, intent, "alarm")

    @property
    def heard(self) -> dict[str, Any]:
        """The last message."""
        return next(event for event in reversed(self.events) if event["event"] == "user")

    @property
    def answered(self) -> tuple[object, object]:
        return self.slots.get("answered_article"), self.slots.get("answered_passage")


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[Store]:
    """A database with the small town's articles."""
    async with opened(folder) as store:
        await store.articles.replace("markdown", small.articles(), small.NOON)
        yield store


def services_on(
    store: Store, office: Office = OFFICE, clock: Clock = lambda: small.NOON, fiches: FollowedFiches | None = None
) -> Services:
    """What actions need, on a test's database."""
    return Services(
        office=office,
        knowledge=KnowledgeBase(store.articles, office, clock, fiches=fiches),
        ratings=store.ratings,
        cases=store.cases,
        bookings=store.bookings,
        photos=store.photos,
        agents=store.agents,
        conversations=store.conversations,
        hours=Hours(office),
        wording=load_wording(office),
        clock=clock,
    )


@asynccontextmanager
async def talking(
    store: Store, office: Office = OFFICE, clock: Clock = lambda: small.NOON, fiches: FollowedFiches | None = None
) -> AsyncIterator[Talk]:
    """A citizen's talk; the conversation is one of the database."""
    services = services_on(store, office, clock, fiches)
    conversation = await store.conversations.open(WEB, "fr", clock())

    async def given() -> Services:
        return services

    yield Talk(given, conversation.id)
    await services.close()


async def ratings(store: Store) -> list[tuple[str, str, bool]]:
    """(message id, article, helpful) as the database has them."""
    query = text("SELECT message_id, article_id, helpful FROM ratings ORDER BY id")
    rows = await store.database.read(lambda connection: connection.execute(query).all())
    return [(row[0], row[1], bool(row[2])) for row in rows]
