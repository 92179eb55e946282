"""A conversation with the actions, on a real database and the small town's articles, without Rasa's server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import text

from actions.answer import ActionAnswer, ActionOtherwise
from actions.base import GuichetAction
from actions.feedback import ActionAffirm, ActionDeny
from actions.services import Services
from bot.knowledge.base import KnowledgeBase
from bot.store.sql import Store, migrate, open_store
from bot.wire import Say, WireButton, read
from tests.knowledge import small


class Talk:
    """A conversation without Rasa: what it would hand to the actions and do with what they return."""

    def __init__(self, services: Callable[[], Awaitable[Services]]) -> None:
        self.services = services
        self.slots: dict[str, Any] = {}
        self._events: list[dict[str, Any]] = []
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
        message = {
            "text": text,
            "intent": {"name": intent},
            "entities": [{"entity": name, "value": value} for name, value in entities.items()],
            "metadata": {"message_id": message_id},
        }
        self._events.append({"event": "user", **message})
        dispatcher = CollectingDispatcher()
        tracker = Tracker("talk", dict(self.slots), message, list(self._events), False, None, {}, "action_listen")
        for event in await action.run(dispatcher, tracker, {}):
            self.slots[event["name"]] = event["value"]
        (said,) = dispatcher.messages
        assert said["text"] is None
        return read(said["custom"])

    async def otherwise(self, text: str, intent: str) -> list[Say]:
        """What is added after the numbers of an alarm."""
        message = {"text": text, "intent": {"name": intent}, "entities": [], "metadata": {"message_id": "alarm"}}
        dispatcher = CollectingDispatcher()
        tracker = Tracker("talk", dict(self.slots), message, [], False, None, {}, "utter_emergency")
        for event in await ActionOtherwise(self.services).run(dispatcher, tracker, {}):
            self.slots[event["name"]] = event["value"]
        return [read(said["custom"]) for said in dispatcher.messages]

    @property
    def answered(self) -> tuple[object, object]:
        return self.slots.get("answered_article"), self.slots.get("answered_passage")


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[Store]:
    """A database with the small town's articles."""
    url = f"sqlite+aiosqlite:///{folder / 'guichet.db'}"
    migrate(url)
    store = await open_store(url)
    await store.articles.replace("markdown", small.articles(), small.NOON)
    yield store
    await store.close()


@asynccontextmanager
async def talking(store: Store) -> AsyncIterator[Talk]:
    knowledge = KnowledgeBase(store.articles, small.OFFICE, lambda: small.NOON)
    services = Services(small.OFFICE, knowledge, store.ratings, lambda: small.NOON)

    async def given() -> Services:
        return services

    yield Talk(given)
    await services.close()


async def ratings(store: Store) -> list[tuple[str, str, bool]]:
    """(message id, article, helpful) as the database has them."""
    query = text("SELECT message_id, article_id, helpful FROM ratings ORDER BY id")
    rows = await store.database.read(lambda connection: connection.execute(query).all())
    return [(row[0], row[1], bool(row[2])) for row in rows]
