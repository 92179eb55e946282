"""Answers a question, recognised or not, with a passage of an article: found by the citizen's own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.asking import CONTACT_HELPED, PERSON, asked, pending
from actions.base import (
    ANSWERED_ARTICLE,
    ANSWERED_PASSAGE,
    LOST,
    OFFERED,
    Events,
    GuichetAction,
    entity,
    message_key,
    words,
)
from actions.choosing import asked_before, picked, titles
from actions.offering import person_button
from actions.requests import read_number, status_of
from actions.returned import IN_PART, PARTLY, rate_contact
from actions.services import Services
from bot.cases import Cause
from bot.knowledge.answer import Answer
from bot.knowledge.articles import Passage
from bot.messages import AnswerStatus
from bot.text.french import fold
from bot.text.typography import typeset
from bot.wire import Say, WireButton, WireSource

CHOOSE = "choose"
MORE = "more"
DISTRESS = "self_harm_distress"


@dataclass(frozen=True, slots=True)
class Place:
    """How far an article was shown, in one number for the slot `answered_passage`: 3.002 is from the third, two more."""

    first: int
    """The passage that answered."""
    further: int = 0
    """How many were shown since."""

    def slot(self) -> float:
        """As the tracker and the buttons keep it."""
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
        if intent == CHOOSE:
            answer = await services.knowledge.about(str(entity(tracker, "article")), asked_before(tracker))
        elif chosen := picked(tracker, await titles(services, tracker)):
            answer = await services.knowledge.about(chosen.article_id, chosen.question)
        else:
            text = words(tracker.latest_message.get("text"))
            if read_number(text) and await status_of(services, say, tracker, text):
                return []
            if (question := pending(tracker)) and question["what"] == CONTACT_HELPED and PARTLY.search(fold(text)):
                return await rate_contact(services, say, tracker, int(question["case"]), IN_PART)
            answer = await services.knowledge.ask(text, tracker.get_slot(ANSWERED_ARTICLE))
        return told(services, say, tracker, answer)

    async def _more(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """The next passage of the article whose button was pressed, whatever was answered since."""
        article_id = entity(tracker, "article") or tracker.get_slot(ANSWERED_ARTICLE)
        shown = entity(tracker, "passage") if entity(tracker, "article") else tracker.get_slot(ANSWERED_PASSAGE)
        place = Place.read(shown) or Place(0)
        answer = await services.knowledge.about(str(article_id)) if article_id else Answer(AnswerStatus.LOST)
        if answer.status is AnswerStatus.EXPIRED:
            return told(services, say, tracker, answer)
        # In the order of the page, from the passage that answered and round to the one before it.
        pieces = sorted(answer.passages, key=lambda passage: passage.number)
        place = Place(place.first, place.further + 1)
        if place.further >= len(pieces):
            say(Say("more"))
            return []
        passage = pieces[(place.first + place.further) % len(pieces)]
        left = place.further + 1 < len(pieces)
        say(_said("answer+helped", services, answer, passage, place, left))
        return _remembered(passage.article_id, place)


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


def told(services: Services, say: Callable[[Say], None], tracker: Tracker, answer: Answer) -> Events:
    """Say an answer of any kind, and what the tracker keeps of it."""
    match answer.status:
        case AnswerStatus.ANSWERED:
            return _answered(services, say, answer)
        case AnswerStatus.CHOOSE:
            offered = {p.article_id: s.title for p, s in zip(answer.passages, answer.sources, strict=True)}
            offer(say, "choose" if len(offered) > 1 else "choose_one", offered)
            # « Oui » and « non » to titles are no rating of what was answered before them.
            return [*_forgotten(), SlotSet(OFFERED, list(offered))]
        case AnswerStatus.EXPIRED:
            return _expired(services, say, answer)
        case AnswerStatus.UNAVAILABLE:
            say(Say("unavailable", status=answer.status))
            return []
        case _:
            return lost(say, tracker)


def offer(say: Callable[[Say], None], line: str, titles: dict[str, str]) -> None:
    """Titles to choose from, by article id."""
    buttons = tuple(
        WireButton(f"/{CHOOSE}{json.dumps({'article': article_id})}", title=typeset(title))
        for article_id, title in titles.items()
    )
    say(Say(line, buttons=buttons, status=AnswerStatus.CHOOSE))


def shown(passage: Passage) -> str:
    """A passage as a citizen reads it: under its own headings; the article's title stands with the source."""
    if not passage.headings:
        return typeset(passage.text)
    return typeset(f"{' – '.join(passage.headings)}\n\n{passage.text}")


def _answered(
    services: Services, say: Callable[[Say], None], answer: Answer, lines: str = "answer+reach_person+helped"
) -> Events:
    first = answer.passages[0]
    place = Place(first.number)
    say(_said(lines, services, answer, first, place, len(answer.passages) > 1))
    return _remembered(first.article_id, place)


def _said(lines: str, services: Services, answer: Answer, passage: Passage, place: Place, left: bool) -> Say:
    source = answer.sources[0]
    # « Voir plus » goes on with an answer that was counted.
    counted = passage.article_id if passage is answer.passages[0] else ""
    # Each button knows its own bubble: it may be pressed after other answers.
    own = json.dumps({"article": passage.article_id, "passage": place.slot()})
    rating = (WireButton(f"/affirm{own}", key="yes_title"), WireButton(f"/deny{own}", key="no_title"))
    return Say(
        lines,
        values={"passage": shown(passage), **services.office.reach(answer.services[0])},
        buttons=(*rating, WireButton(f"/{MORE}{own}", key="more_title")) if left else rating,
        sources=(WireSource(typeset(source.title), source.url, source.publisher, source.updated, counted),),
        status=AnswerStatus.ANSWERED,
    )


def _remembered(article_id: str, place: Place) -> Events:
    return [
        SlotSet(ANSWERED_ARTICLE, article_id),
        SlotSet(ANSWERED_PASSAGE, place.slot()),
        SlotSet(LOST, None),
        SlotSet(OFFERED, None),
    ]


def _forgotten() -> Events:
    return [SlotSet(name, None) for name in (ANSWERED_ARTICLE, ANSWERED_PASSAGE, LOST, OFFERED)]


def _expired(services: Services, say: Callable[[Say], None], answer: Answer) -> Events:
    values = {"title": typeset(answer.sources[0].title), **services.office.reach(answer.services[0])}
    say(Say("expired", values=values, status=AnswerStatus.EXPIRED))
    return _forgotten()


def lost(say: Callable[[Say], None], tracker: Tracker, once: str = "lost") -> Events:
    """`once` asks to say it another way; twice in a row leads to a person, and counting starts anew.

    The slot keeps what was said last and to which message: Rasa may run an action twice for it, which says the same.
    """
    key = message_key(tracker.latest_message)
    last = tracker.get_slot(LOST) or {}
    again = last.get("again") if key and last.get("message_id") == key else last.get("again") is False
    offered = (person_button(Cause.LOST),) if again else ()
    say(Say("lost_again" if again else once, buttons=offered, status=AnswerStatus.LOST))
    # The article stays for a question that goes on about it; there is nothing to rate or to choose.
    return [
        SlotSet(ANSWERED_PASSAGE, None),
        SlotSet(OFFERED, None),
        SlotSet(LOST, {"again": again, "message_id": key}),
        *(asked(tracker, PERSON, cause=Cause.LOST.value) if again else []),
    ]
