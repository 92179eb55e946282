"""A conversation in the form before a person takes over, as Rasa would lead it, and the town's agents beside it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from actions.base import GuichetAction
from actions.handoff import CONTACT, FORM, SERVICE, SUBJECT, ActionHandoff
from actions.handoff_asks import AskHandoffContact, AskHandoffService, AskHandoffSubject
from actions.handoff_form import ValidateHandoffForm
from bot.agents import NewAgent, Role
from bot.cases import Case
from bot.store.sql import Store
from bot.wire import Say, WireButton
from tests.actions.talk import Talk, talking
from tests.knowledge import small

ASKS: dict[str, type[GuichetAction]] = {
    SUBJECT: AskHandoffSubject,
    SERVICE: AskHandoffService,
    CONTACT: AskHandoffContact,
}


class FormTalk:
    """Turns of a form; what the rules of an interruption say is left to Rasa."""

    def __init__(self, talk: Talk, store: Store) -> None:
        self.talk = talk
        self.store = store

    async def say(self, text: str, intent: str = "ask_question", **entities: str) -> list[Say]:
        """Every reply to a message that is the form's; [] where it is none of its business."""
        talk = self.talk
        if not talk.loop:
            return await self.begin(text, intent, **entities)
        said = await talk.hear(ValidateHandoffForm(talk.services), text, intent, **entities)
        if talk.events[-1] is talk.heard:
            talk.events.append({"event": "action_execution_rejected", "name": FORM})
            return []
        return [*said, *await self._after()]

    async def begin(self, text: str, intent: str = "ask_human", **entities: str) -> list[Say]:
        """Every reply to what opens the form."""
        talk = self.talk
        talk.listen(text, intent, **entities)
        talk.open(FORM)
        return [*await talk.act(ValidateHandoffForm(talk.services)), *await self._after()]

    async def again(self) -> list[Say]:
        """What the form says once an interruption was answered."""
        return [*await self.talk.act(ValidateHandoffForm(self.talk.services)), *await self._after()]

    async def press(self, button: WireButton) -> list[Say]:
        """What a button brings."""
        intent, brace, own = button.payload.removeprefix("/").partition("{")
        return await self.say(button.payload, intent, **json.loads(brace + own or "{}"))

    async def cases(self) -> list[Case]:
        """Those of this citizen, the newest first."""
        return await self.store.cases.find(self.talk.sender_id)

    async def _after(self) -> list[Say]:
        """The next question; or the form closes, and what it led to."""
        talk = self.talk
        requested = talk.slots.get("requested_slot")
        if requested:
            return await talk.act(ASKS[requested](talk.services))
        talk.open("")
        return await talk.act(ActionHandoff(talk.services))


async def staffed(store: Store, at: datetime = small.NOON) -> int:
    """An agent of every service at the desk."""
    made = await store.agents.add(NewAgent("claire", "Claire M.", Role.AGENT, (), "hash"), at)
    await store.agents.set_available(made.id, True)
    await store.agents.seen([made.id], at)
    return made.id


@asynccontextmanager
async def forming(store: Store, at: datetime = small.NOON) -> AsyncIterator[FormTalk]:
    """A citizen at a moment."""
    async with talking(store, clock=lambda: at) as talk:
        yield FormTalk(talk, store)
