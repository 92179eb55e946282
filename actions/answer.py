"""Answers a question, recognised or not, with a passage of an article: found by the citizen's own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import ANSWERED_ARTICLE, ANSWERED_PASSAGE, LOST, Events, GuichetAction
from actions.services import Services
from bot.knowledge.answer import Answer
from bot.knowledge.articles import Passage
from bot.messages import AnswerStatus
from bot.text.typography import typeset
from bot.wire import Say, WireButton, WireSource

CHOOSE = "choose"
MORE = "more"
DISTRESS = "self_harm_distress"

_MORE_BUTTON = WireButton("/more", key="more_title")
_RATING_BUTTONS = (WireButton("/affirm", key="yes_title"), WireButton("/deny", key="no_title"))


@dataclass(frozen=True, slots=True)
class Place:
    """How far an article was shown, in one number for the slot `answered_passage`: 3.002 is from the third, two more."""

    first: int
    """The passage that answered."""
    further: int = 0
    """How many were shown since."""

    def slot(self) -> float:
        """As the tracker keeps it."""
        return round(self.first + self.further / 1000, 3)

    @classmethod
    def read(cls, value: object) -> Place | None:
        """From the tracker; None when nothing was answered."""
        if not isinstance(value, (int, float)) or value < 0:
            return None
        return cls(int(value), round((value - int(value)) * 1000))


class ActionAnswer(GuichetAction):
    """`action_answer`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_answer"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Answer what was asked, chosen, or asked more of."""
        intent = tracker.latest_message.get("intent", {}).get("name")
        if intent == MORE:
            return await self._more(services, say, tracker)
        previous = tracker.get_slot(ANSWERED_ARTICLE)
        if intent == CHOOSE:
            chosen = next(tracker.get_latest_entity_values("article"), None)
            answer = await services.knowledge.about(str(chosen), asked_before(tracker))
        else:
            answer = await services.knowledge.ask(words(tracker.latest_message.get("text")), previous)
        match answer.status:
            case AnswerStatus.ANSWERED:
                return _answered(services, say, answer)
            case AnswerStatus.CHOOSE:
                return _choice(say, answer)
            case AnswerStatus.EXPIRED:
                return _expired(services, say, answer)
            case AnswerStatus.UNAVAILABLE:
                say(Say("unavailable", status=answer.status))
                return []
            case AnswerStatus.LOST:
                return _lost(say, tracker.get_slot(LOST))

    async def _more(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """The next passage of the article that was answered."""
        article_id = tracker.get_slot(ANSWERED_ARTICLE)
        place = Place.read(tracker.get_slot(ANSWERED_PASSAGE)) or Place(0)
        answer = await services.knowledge.about(str(article_id)) if article_id else Answer(AnswerStatus.LOST)
        if answer.status is AnswerStatus.EXPIRED:
            return _expired(services, say, answer)
        # In the order of the page, from the passage that answered and round to the one before it.
        pieces = sorted(answer.passages, key=lambda passage: passage.number)
        place = Place(place.first, place.further + 1)
        if place.further >= len(pieces):
            say(Say("more"))
            return []
        passage = pieces[(place.first + place.further) % len(pieces)]
        left = place.further + 1 < len(pieces)
        say(_said("answer+helped", services, answer, passage, left))
        return [SlotSet(ANSWERED_PASSAGE, place.slot()), SlotSet(LOST, 0.0)]


class ActionOtherwise(GuichetAction):
    """`action_otherwise`: after the numbers that a model's alarm gets, what the town says if it was only a question.

    The model alone is often wrong: « gros trou dans la route » is not an accident. What the lexicon of `bot.safety`
    has seen never comes here.
    """

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_otherwise"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Answer if an article fits well, else add nothing to the numbers."""
        answer = await services.knowledge.ask(words(tracker.latest_message.get("text")), None)
        if answer.status is not AnswerStatus.ANSWERED:
            return []
        intent = tracker.latest_message.get("intent", {}).get("name")
        key = "otherwise_distress" if intent == DISTRESS else "otherwise_emergency"
        return _answered(services, say, answer, f"{key}+answer+helped")


def words(text: object) -> str:
    """A citizen's own words; a payload has none."""
    return text if isinstance(text, str) and not text.startswith("/") else ""


def asked_before(tracker: Tracker) -> str:
    """The question that led to a choice of titles: what the citizen last typed."""
    spoken = (words(event.get("text")) for event in reversed(tracker.events) if event.get("event") == "user")
    return next((text for text in spoken if text), "")


def shown(passage: Passage) -> str:
    """A passage as a citizen reads it: under its own headings; the article's title stands with the source."""
    if not passage.headings:
        return typeset(passage.text)
    return typeset(f"{' – '.join(passage.headings)}\n\n{passage.text}")


def _answered(
    services: Services, say: Callable[[Say], None], answer: Answer, lines: str = "answer+reach_person+helped"
) -> Events:
    first = answer.passages[0]
    say(_said(lines, services, answer, first, len(answer.passages) > 1))
    return [
        SlotSet(ANSWERED_ARTICLE, first.article_id),
        SlotSet(ANSWERED_PASSAGE, Place(first.number).slot()),
        SlotSet(LOST, 0.0),
    ]


def _said(lines: str, services: Services, answer: Answer, passage: Passage, left: bool) -> Say:
    source = answer.sources[0]
    return Say(
        lines,
        values={"passage": shown(passage), **services.office.reach(answer.services[0])},
        buttons=(_MORE_BUTTON, *_RATING_BUTTONS) if left else _RATING_BUTTONS,
        sources=(WireSource(typeset(source.title), source.url, source.publisher, source.updated),),
        status=AnswerStatus.ANSWERED,
    )


def _choice(say: Callable[[Say], None], answer: Answer) -> Events:
    buttons = tuple(
        WireButton(f"/choose{json.dumps({'article': passage.article_id})}", title=source.title)
        for passage, source in zip(answer.passages, answer.sources, strict=True)
    )
    say(Say("choose" if len(buttons) > 1 else "choose_one", buttons=buttons, status=AnswerStatus.CHOOSE))
    # « Oui » and « non » to three titles are no rating of what was answered before them.
    return [SlotSet(ANSWERED_ARTICLE, None), SlotSet(ANSWERED_PASSAGE, None), SlotSet(LOST, 0.0)]


def _expired(services: Services, say: Callable[[Say], None], answer: Answer) -> Events:
    values = {"title": typeset(answer.sources[0].title), **services.office.reach(answer.services[0])}
    say(Say("expired", values=values, status=AnswerStatus.EXPIRED))
    return [SlotSet(ANSWERED_ARTICLE, None), SlotSet(ANSWERED_PASSAGE, None), SlotSet(LOST, 0.0)]


def _lost(say: Callable[[Say], None], times: object) -> Events:
    """Once asks to say it another way; twice in a row leads to a person, and counting starts anew."""
    again = isinstance(times, (int, float)) and times >= 1
    say(Say("lost_again" if again else "lost", status=AnswerStatus.LOST))
    # The article stays for a question that goes on about it; there is nothing to rate.
    return [SlotSet(ANSWERED_PASSAGE, None), SlotSet(LOST, 0.0 if again else 1.0)]
