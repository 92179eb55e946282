"""« Oui » and « non »: they rate an answer, choose among titles, or only keep the talk going."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet

from actions import asking, handoff
from actions.answer import lost, offer, told
from actions.answer import replied as dialogued
from actions.asking import pending
from actions.base import ANSWERED_ARTICLE, ANSWERED_PASSAGE, Events, GuichetAction, Place, entity, message_key, words
from actions.choosing import Picked, asked_before, picked, titles
from actions.forming import open_form, resumed
from actions.offering import person_button
from actions.remembered import talk_of
from actions.returned import NO, YES, rate_contact
from actions.services import Services
from bot.cases import Cause
from bot.knowledge import choice
from bot.knowledge.answer import CHOICES
from bot.knowledge.library import is_fiche
from bot.messages import AnswerStatus
from bot.rasa_events import SUSPENDED_FORM
from bot.settings import GENERAL_SERVICE
from bot.wire import Say


class ActionAffirm(GuichetAction):
    """`action_affirm`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_affirm"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """It helped, that is the page, or just yes."""
        return await heard(services, say, tracker, yes=True)


class ActionDeny(GuichetAction):
    """`action_deny`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_deny"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """It did not help, it is none of the pages, or just no."""
        return await heard(services, say, tracker, yes=False)


async def heard(services: Services, say: Callable[[Say], None], tracker: Tracker, yes: bool) -> Events:
    """A pressed button means its own answer; typed, it means what was said last.

    Raises:
        StoreError: a rating is not recorded, or titles cannot be read.
    """
    article_id, place = entity(tracker, "article"), Place.read(entity(tracker, "passage"))
    if article_id and place is not None:
        return await rate(services, say, tracker, str(article_id), place, yes)
    if open_form(tracker):
        # Not what the form asked; it asks again.
        return []
    if question := pending(tracker):
        return await replied(services, say, tracker, question, yes)
    if (answered := await dialogued(services, say, tracker)) is not None:
        return answered
    offered = await titles(services, tracker)
    if offered:
        return await chosen(services, say, tracker, offered, yes)
    if choice.place(words(tracker.latest_message.get("text")), CHOICES) is not None:
        # « Le premier », and nothing was offered: that rates nothing.
        say(Say("nothing_offered"))
        return []
    article_id, place = tracker.get_slot(ANSWERED_ARTICLE), Place.read(tracker.get_slot(ANSWERED_PASSAGE))
    if article_id and place is not None:
        return await rate(services, say, tracker, str(article_id), place, yes)
    say(Say("more"))
    return []


async def replied(
    services: Services, say: Callable[[Say], None], tracker: Tracker, question: Mapping[str, Any], yes: bool
) -> Events:
    """« Oui » or « non » to what the bot itself asked just before.

    Raises:
        StoreError: what was agreed to cannot be done now.
    """
    match question["what"], yes:
        case asking.PERSON, True:
            return [FollowupAction(handoff.FORM)]
        case asking.RESUME, True:
            return resumed(say, tracker)
        case asking.WITHDRAW, True:
            await handoff.withdraw(services, say, tracker, str(question["case"]))
        case asking.WITHDRAW, False:
            return await handoff.still_waiting(services, say, tracker, int(question["case"]))
        case asking.CONTACT_HELPED, _:
            rating = YES if yes else NO
            return await rate_contact(services, say, tracker, int(question["case"]), rating)
        case asking.RESUME, False:
            say(Say("dropped"))
            return [SlotSet(SUSPENDED_FORM, None)]
        case _:
            say(Say("more"))
    return []


async def chosen(
    services: Services, say: Callable[[Say], None], tracker: Tracker, offered: dict[str, str], yes: bool
) -> Events:
    """« Oui » takes the only title, or asks which; « non » is none of them. « Oui, la première » takes that one."""
    pick = picked(tracker, offered)
    if pick is None and yes and len(offered) == 1:
        pick = Picked(next(iter(offered)), asked_before(tracker))
    if pick is not None:
        return told(
            services, say, tracker, await services.knowledge.about(pick.article_id, pick.question, talk_of(tracker))
        )
    if yes:
        offer(say, "choose_which", offered, none=any(map(is_fiche, offered)))
        return []
    return lost(say, tracker, once="none_fits")


async def rate(
    services: Services, say: Callable[[Say], None], tracker: Tracker, article_id: str, place: Place, helpful: bool
) -> Events:
    """Record a rating of an answer; the article stays for questions that go on about it.

    The store keeps one rating a message: Rasa may run this action twice for the same one. Of two ratings of an article
    in a conversation the later counts; pressing the same button again rates nothing.

    Raises:
        StoreError: it is not recorded.
    """
    if not _pressed_already(tracker):
        key = message_key(tracker.latest_message, _heard_at(tracker))
        await services.ratings.record(key, tracker.sender_id, article_id, helpful, services.clock())
    if helpful:
        say(Say("rated_helpful"))
    else:
        about = await services.knowledge.about(article_id)
        code = about.services[0] if about.status is not AnswerStatus.LOST else GENERAL_SERVICE
        say(Say("rated_useless", values=services.office.reach(code), buttons=(person_button(Cause.RATED),)))
    question: Events = [] if helpful else asking.asked(tracker, asking.PERSON, cause=Cause.RATED.value)
    last = (tracker.get_slot(ANSWERED_ARTICLE), tracker.get_slot(ANSWERED_PASSAGE))
    return [*question, *([SlotSet(ANSWERED_PASSAGE, None)] if last == (article_id, place.slot()) else [])]


def _heard_at(tracker: Tracker) -> str:
    """What names a message without an id: whose it is, and its moment. Its place would not: long trackers are cut."""
    moment = next((event.get("timestamp") for event in asking.heard(tracker, before_this=False)), None)
    return f"{tracker.sender_id} {moment}"


def _pressed_already(tracker: Tracker) -> bool:
    """Whether the last button pressed under this answer was this one, by another message."""
    pressed = str(tracker.latest_message.get("text") or "")
    answer = pressed.partition("{")[2]
    key = message_key(tracker.latest_message)
    for event in reversed(tracker.events if answer and pressed.startswith("/") else []):
        text = str(event.get("text") or "")
        rates = event.get("event") == "user" and text.startswith(("/affirm{", "/deny{"))
        if rates and text.partition("{")[2] == answer and message_key(event) != key:
            return text == pressed
    return False
