"""« Oui » and « non »: after an answer they rate it, otherwise they only keep the talk going."""

from __future__ import annotations

from collections.abc import Callable

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.answer import Place
from actions.base import ANSWERED_ARTICLE, ANSWERED_PASSAGE, Events, GuichetAction
from actions.services import Services
from bot.messages import AnswerStatus
from bot.settings import GENERAL_SERVICE
from bot.wire import Say


class ActionAffirm(GuichetAction):
    """`action_affirm`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_affirm"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """It helped, or just yes."""
        return await rate(services, say, tracker, helpful=True)


class ActionDeny(GuichetAction):
    """`action_deny`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_deny"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """It did not help, or just no."""
        return await rate(services, say, tracker, helpful=False)


async def rate(services: Services, say: Callable[[Say], None], tracker: Tracker, helpful: bool) -> Events:
    """Record a rating of what was answered last, once; the article stays for questions that go on about it.

    Raises:
        StoreError: it is not recorded.
    """
    article_id = tracker.get_slot(ANSWERED_ARTICLE)
    if not article_id or Place.read(tracker.get_slot(ANSWERED_PASSAGE)) is None:
        say(Say("more"))
        return []
    # The store keeps one rating a message: Rasa may run this action twice for the same one.
    message_id = message_key(tracker)
    await services.ratings.record(message_id, tracker.sender_id, str(article_id), helpful, services.clock())
    if helpful:
        say(Say("rated_helpful"))
    else:
        about = await services.knowledge.about(str(article_id))
        code = about.services[0] if about.status is not AnswerStatus.LOST else GENERAL_SERVICE
        say(Say("rated_useless", values=services.office.reach(code)))
    return [SlotSet(ANSWERED_PASSAGE, None)]


def message_key(tracker: Tracker) -> str:
    """The gateway's id of the message, else Rasa's own (`rasa shell` has no gateway)."""
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    return str(metadata.get("message_id") or message.get("message_id") or f"turn-{len(tracker.events)}")
