"""Answers a question, recognised or not, with a passage of an article: found by the citizen's own words."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions import fiches, navigating
from actions.asking import CONTACT_HELPED, PERSON, asked, pending
from actions.base import (
    ANSWERED_ARTICLE,
    ANSWERED_PASSAGE,
    LOST,
    OFFERED,
    Events,
    GuichetAction,
    Place,
    entity,
    message_key,
    words,
)
from actions.choosing import asked_before, picked, titles
from actions.fiches import CASE, GUIDE, NONE_OF_THESE, PUBLIC
from actions.offering import person_button
from actions.remembered import kept, number, read_at, read_path, talk_of, waiting_now
from actions.requests import status_of
from actions.returned import IN_PART, PARTLY, rate_contact
from actions.services import Services
from bot.cases import Cause
from bot.knowledge.answer import Answer
from bot.knowledge.articles import Passage
from bot.knowledge.competences import Door
from bot.knowledge.library import is_fiche
from bot.messages import AnswerStatus
from bot.text.french import fold
from bot.text.references import read_number
from bot.text.typography import typeset
from bot.wire import Say, WireButton, WireSource

CHOOSE = "choose"
MORE = "more"
PRESSED = frozenset({CASE, GUIDE, PUBLIC})
DISTRESS = "self_harm_distress"


class ActionAnswer(GuichetAction):
    """`action_answer`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_answer"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Answer what was asked, chosen, or asked more of."""
        intent = tracker.latest_message.get("intent", {}).get("name")
        talk = talk_of(tracker)
        if intent == MORE:
            return await self._more(services, say, tracker)
        if intent == NONE_OF_THESE:
            return lost(say, tracker, once="none_fits", person=True)
        if intent in PRESSED:
            return told(services, say, tracker, await pressed(services, tracker, str(intent)))
        if intent == CHOOSE:
            answer = await services.knowledge.about(str(entity(tracker, "article")), asked_before(tracker), talk)
        elif chosen := picked(tracker, await titles(services, tracker)):
            answer = await services.knowledge.about(chosen.article_id, chosen.question, talk)
        else:
            text = words(tracker.latest_message.get("text"))
            if (gone := await self.navigated(services, say, tracker)) is not None:
                return gone
            if read_number(text) and await status_of(services, say, tracker, text):
                return []
            if (question := pending(tracker)) and question["what"] == CONTACT_HELPED and PARTLY.search(fold(text)):
                return await rate_contact(services, say, tracker, int(question["case"]), IN_PART)
            answer = await services.knowledge.ask(text, tracker.get_slot(ANSWERED_ARTICLE), talk)
        return told(services, say, tracker, answer)

    async def navigated(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events | None:
        """What a button's words do when they are typed; None if they are not a button's, or there is none like it."""
        talk, article_id = talk_of(tracker), tracker.get_slot(ANSWERED_ARTICLE)
        typed = navigating.typed(words(tracker.latest_message.get("text")))
        if typed == navigating.MORE and article_id and tracker.get_slot(ANSWERED_PASSAGE) is not None:
            return await self._more(services, say, tracker)
        if typed == navigating.NONE and tracker.get_slot(OFFERED):
            return lost(say, tracker, once="none_fits", person=True)
        if typed == navigating.OTHER and article_id and talk.known and talk.fiche == article_id:
            return told(services, say, tracker, await services.knowledge.cases(talk.fiche, talk.question, talk.go()))
        # « Retour » to nowhere is no question on the right of return.
        return lost(say, tracker) if typed and not waiting_now(tracker) else None

    async def _more(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """The next passage of the article whose button was pressed, whatever was answered since."""
        article_id = entity(tracker, "article") or tracker.get_slot(ANSWERED_ARTICLE)
        shown = entity(tracker, "passage") if entity(tracker, "article") else tracker.get_slot(ANSWERED_PASSAGE)
        place = Place.read(shown) or Place(0)
        if article_id and is_fiche(str(article_id)):
            return await self._more_of_fiche(services, say, tracker, str(article_id), place)
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

    async def _more_of_fiche(
        self, services: Services, say: Callable[[Say], None], tracker: Tracker, key: str, place: Place
    ) -> Events:
        """The next passage of a fiche, of the case that the answer above was for."""
        talk = talk_of(tracker)
        pressed_own = entity(tracker, "article") is not None
        known = read_path(entity(tracker, "cases")) if pressed_own else talk.known
        mark = number(tracker, "mark") if pressed_own else talk.mark
        place = Place(place.first, place.further + 1)
        answer = await services.knowledge.more(key, known, mark, place.first, place.further, talk)
        if not answer.passages:
            say(Say("more"))
            return []
        say(fiches.answered(services, answer, place))
        return [*_remembered(key, place), *kept(tracker, answer.talk)]


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
        if answer.beside is not None:
            say(fiches.answered(services, answer, Place(answer.passages[0].number), opening="otherwise_state"))
            return [
                *_remembered(answer.passages[0].article_id, Place(answer.passages[0].number)),
                *kept(tracker, answer.talk),
            ]
        key = "otherwise_distress" if intent == DISTRESS else "otherwise_emergency"
        return _answered(services, say, answer, f"{key}+answer+helped")


async def pressed(services: Services, tracker: Tracker, intent: str) -> Answer:
    """What a button of a fiche's dialogue asks for. It knows its own bubble, and may be pressed after other answers.

    Raises:
        StoreError: see `KnowledgeBase.ask`.
    """
    talk, knowledge = talk_of(tracker), services.knowledge
    key, page = str(entity(tracker, "article") or ""), number(tracker, "page")
    if intent == PUBLIC:
        return await knowledge.public(
            str(entity(tracker, "public") or ""), talk.question or asked_before(tracker), talk
        )
    if intent == GUIDE:
        at = read_at(entity(tracker, "at"))
        if entity(tracker, "take") is not None:
            return await knowledge.take(key, at, number(tracker, "take"), talk)
        if entity(tracker, "back"):
            return await knowledge.back(key, at, talk)
        return await knowledge.guide(key, at, talk, page)
    question = talk.question if talk.fiche == key else ""
    if entity(tracker, "again"):
        return await knowledge.cases(key, question, talk, page)
    return await knowledge.case(key, read_path(entity(tracker, "cases")), number(tracker, "mark"), question, talk)


async def replied(services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events | None:
    """What typed words answer to a case, a step or a public that was asked just before; None if they do not.

    Raises:
        StoreError: see `KnowledgeBase.ask`.
    """
    text = words(tracker.latest_message.get("text"))
    if not text or not waiting_now(tracker):
        return None
    answer = await services.knowledge.reply(text, talk_of(tracker))
    return None if answer is None else told(services, say, tracker, answer)


def told(services: Services, say: Callable[[Say], None], tracker: Tracker, answer: Answer) -> Events:
    """Say an answer of any kind, and what the tracker keeps of it."""
    spoken = (lambda line: say(fiches.in_french(line))) if answer.english else say
    return [*_told(services, spoken, tracker, answer), *kept(tracker, answer.talk)]


def _told(services: Services, say: Callable[[Say], None], tracker: Tracker, answer: Answer) -> Events:
    match answer.status:
        case AnswerStatus.ANSWERED if answer.beside is not None:
            place = Place(answer.passages[0].number)
            say(fiches.answered(services, answer, place))
            return _remembered(answer.passages[0].article_id, place)
        case AnswerStatus.ANSWERED:
            return _answered(services, say, answer)
        case AnswerStatus.NARROWED:
            say(fiches.narrowed(services, answer))
            # The page stays for what goes on about it; there is nothing to rate yet.
            return [*_forgotten(), SlotSet(ANSWERED_ARTICLE, answer.talk.fiche if answer.talk else None)]
        case AnswerStatus.GUIDED:
            say(fiches.guided(services, answer))
            return _forgotten()
        case AnswerStatus.CHOOSE if answer.options:
            say(fiches.publics(answer))
            return _forgotten()
        case AnswerStatus.CHOOSE:
            offered = {p.article_id: s.title for p, s in zip(answer.passages, answer.sources, strict=True)}
            line = "choose" if len(offered) > 1 else "choose_one"
            offer(say, line, offered, none=answer.talk is not None, door=answer.door)
            # « Oui » and « non » to titles are no rating of what was answered before them.
            return [*_forgotten(), SlotSet(OFFERED, list(offered))]
        case AnswerStatus.OUT_OF_SCOPE:
            say(fiches.out_of_scope(answer))
            # The article stays for a question that goes on about it.
            forgotten = [SlotSet(name, None) for name in (ANSWERED_PASSAGE, LOST, OFFERED)]
            return [*forgotten, *asked(tracker, PERSON, cause=Cause.LOST.value)]
        case AnswerStatus.EXPIRED:
            return _expired(services, say, answer)
        case AnswerStatus.UNAVAILABLE:
            say(Say("unavailable", status=answer.status))
            return []
        case _:
            return lost(say, tracker)


def offer(
    say: Callable[[Say], None], line: str, titles: dict[str, str], none: bool = False, door: Door | None = None
) -> None:
    """Titles to choose from, by article id; with `none` also that it is none of them. A `door` is said before them."""
    buttons = tuple(
        WireButton(f"/{CHOOSE}{json.dumps({'article': article_id})}", title=typeset(title))
        for article_id, title in titles.items()
    )
    all_buttons = (*buttons, fiches.none_button()) if none else buttons
    values = {} if door is None else {"body": typeset(door.body.line)}
    lines = line if door is None else f"not_ours_beside+{line}"
    say(Say(lines, values=values, buttons=all_buttons, status=AnswerStatus.CHOOSE))


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
    said = _said(lines, services, answer, first, place, len(answer.passages) > 1)
    if answer.door is not None:
        # Before how to reach a person of the town: it is the other half of the answer.
        values = {**said.values, "body": typeset(answer.door.body.line)}
        said = msgspec.structs.replace(said, say=said.say.replace("answer", "answer+not_ours_beside", 1), values=values)
    say(said)
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


def lost(say: Callable[[Say], None], tracker: Tracker, once: str = "lost", person: bool = False) -> Events:
    """`person` offers one the first time already. `once` asks to say it another way; twice in a row leads to a person, and counting starts anew.

    The slot keeps what was said last and to which message: Rasa may run an action twice for it, which says the same.
    """
    key = message_key(tracker.latest_message)
    last = tracker.get_slot(LOST) or {}
    again = last.get("again") if key and last.get("message_id") == key else last.get("again") is False
    offered = (person_button(Cause.LOST),) if again or person else ()
    say(Say("lost_again" if again else once, buttons=offered, status=AnswerStatus.LOST))
    # The article stays for a question that goes on about it; there is nothing to rate or to choose.
    return [
        SlotSet(ANSWERED_PASSAGE, None),
        SlotSet(OFFERED, None),
        SlotSet(LOST, {"again": again, "message_id": key}),
        *(asked(tracker, PERSON, cause=Cause.LOST.value) if again or person else []),
    ]
