"""An agent has closed the case: the bot has the conversation again, and asks whether the contact helped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.asking import CONTACT_HELPED, PERSON, asked
from actions.base import Events, GuichetAction, entity
from actions.forming import offer_to_resume
from actions.handoff import FORM
from actions.offering import person_button
from actions.services import Services
from bot.cases import Cause
from bot.rasa_events import SUSPENDED_FORM
from bot.wire import Say, WireButton

RATINGS = {"3": "yes_title", "2": "partly_title", "1": "no_title"}
"""What a citizen may say of a contact, and the words of its button."""
YES, IN_PART, NO = 3, 2, 1
PARTLY = re.compile(
    r"^\W*(?:oui |non |mais )*(?:en partie|partiellement|un peu|a moitie|moyennement|plus ou moins|partly)\b"
)
"""How the middle one is typed; folded."""


class ActionReturned(GuichetAction):
    """`action_returned`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_returned"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Say who answers now, ask for a rating, and offer the form that was left."""
        case_id = str(entity(tracker, "case") or "")
        own = await services.cases.find(tracker.sender_id)
        case = next((one for one in own if str(one.id) == case_id), None)
        events: Events = []
        if case is None:
            say(Say("returned"))
        else:
            buttons = tuple(
                WireButton(f"/rate_contact{json.dumps({'case': case_id, 'rating': rating})}", key=key)
                for rating, key in RATINGS.items()
            )
            values = {"number": case.number, **services.office.reach(case.service)}
            say(Say("returned+rate_contact", values=values, buttons=buttons))
            events = asked(tracker, CONTACT_HELPED, case=case.id)
        if tracker.get_slot(SUSPENDED_FORM) == FORM:
            # The person whom it was to lead to has answered.
            return [*events, SlotSet(SUSPENDED_FORM, None)]
        # Two questions at once: « oui » means the first, and the form has its button.
        resume = offer_to_resume(say, tracker)
        return events or resume


class ActionRateContact(GuichetAction):
    """`action_rate_contact`: one of the buttons under that question."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_rate_contact"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Record it; the last one counts."""
        case_id, rating = str(entity(tracker, "case") or ""), str(entity(tracker, "rating") or "")
        if not case_id.isdecimal() or rating not in RATINGS:
            say(Say("more"))
            return []
        return await rate_contact(services, say, tracker, int(case_id), int(rating))


async def rate_contact(
    services: Services, say: Callable[[Say], None], tracker: Tracker, case_id: int, rating: int
) -> Events:
    """Record how a contact was found; who was not helped is offered a person again.

    Raises:
        StoreError: it is not recorded.
    """
    if not await services.cases.rate(case_id, tracker.sender_id, rating, services.clock()):
        say(Say("more"))
        return []
    if rating != NO:
        say(Say("contact_rated"))
        return []
    say(Say("contact_useless", buttons=(person_button(Cause.RATED),)))
    return asked(tracker, PERSON, cause=Cause.RATED.value)
