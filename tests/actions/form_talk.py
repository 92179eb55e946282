"""A conversation in a form, as Rasa would lead it, and the town's agents beside it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.base import REQUESTED, GuichetAction
from actions.forms import appointment, appointment_asks, street_issue, street_issue_asks
from actions.forms.appointment_done import ActionAppointment
from actions.handoff import CONTACT, FORM, SERVICE, SUBJECT, ActionHandoff
from actions.handoff_asks import AskHandoffContact, AskHandoffService, AskHandoffSubject
from actions.handoff_form import ValidateHandoffForm
from bot.agents import NewAgent, Role
from bot.cases import Case
from bot.clock import Clock
from bot.settings import Office
from bot.store.sql import Store
from bot.wire import Say, WireButton
from tests.actions.talk import Talk, talking
from tests.knowledge import small

EVENING = small.NOON + timedelta(hours=7)
"""20 h: closed since 17 h."""

ASKS: dict[str, type[GuichetAction]] = {
    SUBJECT: AskHandoffSubject,
    SERVICE: AskHandoffService,
    CONTACT: AskHandoffContact,
}


def lines(said: list[Say]) -> list[str]:
    """The keys of what was said."""
    return [line.say for line in said]


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


@dataclass(frozen=True, slots=True)
class Kind:
    """The actions of a citizen's form."""

    form: str
    opener: str
    validate: type[GuichetAction]
    asks: tuple[type[GuichetAction], ...]
    done: type[GuichetAction]


APPOINTMENT = Kind(
    appointment.FORM,
    "book_appointment",
    appointment.ValidateAppointmentForm,
    (
        appointment_asks.AskService,
        appointment_asks.AskSubject,
        appointment_asks.AskDay,
        appointment_asks.AskTime,
        appointment_asks.AskContact,
        appointment_asks.AskConfirmed,
    ),
    ActionAppointment,
)
STREET_ISSUE = Kind(
    street_issue.FORM,
    "report_street_issue",
    street_issue.ValidateStreetIssueForm,
    (
        street_issue_asks.AskCategory,
        street_issue_asks.AskPlace,
        street_issue_asks.AskDescription,
        street_issue_asks.AskPhoto,
        street_issue_asks.AskContact,
        street_issue_asks.AskConfirmed,
    ),
    street_issue_asks.ActionStreetIssue,
)


class CitizenForm:
    """Turns of an appointment or a report; who answers an interruption is left to Rasa."""

    def __init__(self, talk: Talk, store: Store, kind: Kind) -> None:
        self.talk = talk
        self.store = store
        self.kind = kind
        self.photos: list[str] = []
        """Ids of those that come with the next message."""

    async def say(self, text: str, intent: str = "ask_question", message_id: str = "", **entities: str) -> list[Say]:
        """Every reply to a message; [] where it is none of the form's business."""
        talk = self.talk
        opening = not talk.loop
        talk.listen(text, intent, message_id, **entities)
        talk.heard["metadata"]["photos"], self.photos = self.photos, []
        if opening:
            talk.open(self.kind.form)
        return await self._turn()

    async def begin(self, text: str) -> list[Say]:
        """Every reply to what opens the form."""
        return await self.say(text, self.kind.opener)

    async def says(self, *texts: str) -> list[Say]:
        """The replies to the last of several messages."""
        said: list[Say] = []
        for text in texts:
            said = await self.say(text)
        return said

    async def again(self) -> list[Say]:
        """What the form says after somebody else has answered."""
        return await self._turn()

    async def press(self, button: WireButton) -> list[Say]:
        """What a button brings."""
        intent, brace, own = button.payload.removeprefix("/").partition("{")
        return await self.say(button.payload, intent, "", **json.loads(brace + own or "{}"))

    async def cases(self) -> list[Case]:
        """Those of this citizen, the newest first."""
        return await self.store.cases.find(self.talk.sender_id)

    async def _turn(self) -> list[Say]:
        """Validation, then the next question; or the form closes, and what it led to."""
        talk = self.talk
        before = len(talk.events)
        said = await talk.act(self.kind.validate(talk.services))
        if not any(event["event"] == "slot" for event in talk.events[before:]):
            talk.events.append({"event": "action_execution_rejected", "name": self.kind.form})
            return said
        if requested := talk.slots.get(REQUESTED):
            asks = [ask(talk.services) for ask in self.kind.asks]
            (asking,) = [ask for ask in asks if ask.name() == f"action_ask_{self.kind.form}_{requested}"]
            return [*said, *await talk.act(asking)]
        talk.open("")
        said += await talk.act(self.kind.done(talk.services))
        if talk.followed == self.kind.form:
            talk.open(self.kind.form)
            said += await self._turn()
        return said


@asynccontextmanager
async def filling(
    store: Store, kind: Kind, office: Office, clock: Clock = lambda: small.NOON
) -> AsyncIterator[CitizenForm]:
    """A citizen of a town whose form is not open yet."""
    async with talking(store, office, clock) as talk:
        yield CitizenForm(talk, store, kind)


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
