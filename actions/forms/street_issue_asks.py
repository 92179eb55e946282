"""What the report of a street issue asks, and what follows it."""

from __future__ import annotations

from collections.abc import Callable

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.asking import language
from actions.base import Events, GuichetAction, message_key
from actions.forming import offer_to_resume
from actions.forms.form import FAILED, LEAVE, PROBLEM, asking, inform, is_opened_by
from actions.forms.street_issue import (
    CATEGORIES,
    CATEGORY,
    CHANGING,
    CONFIRMED,
    CONTACT,
    DESCRIPTION,
    FORM,
    FROM_PHOTO,
    NONE,
    PHOTO,
    PHOTOS,
    PLACE,
    POSITION,
    SENT,
    SHARED,
    UNKNOWN,
    ValidateStreetIssueForm,
    service_of,
)
from actions.services import Services
from bot.cases import CaseKind, Cause, NewCase
from bot.desk.queue import due
from bot.errors import Missing
from bot.messages import Location
from bot.rasa_events import SUSPENDED_FORM
from bot.text.typography import typeset
from bot.text.wording import DEFAULT, Wording
from bot.wire import Say, WireButton

EFFECT = "street_issue"


class AskCategory(GuichetAction):
    """`action_ask_street_issue_form_issue_category`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{CATEGORY}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Which kind."""
        lines, values, more = asking(tracker, "issue_category", "issue_category")
        buttons = tuple(WireButton(inform(**{CATEGORY: name}), key=f"issue_{name}_title") for name in CATEGORIES)
        say(Say(lines, values=values, buttons=(*buttons, *more)))
        return []


class AskPlace(GuichetAction):
    """`action_ask_street_issue_form_issue_place`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{PLACE}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Where; the second time with other words, and a way out."""
        lines, values, more = asking(tracker, "issue_place", "")
        lines, values = understood(services, tracker, lines, values)
        failed = tracker.get_slot(FAILED) or {}
        unknown = (WireButton(inform(**{PLACE: UNKNOWN}), key="issue_place_unknown_title"),) if failed else ()
        say(Say(lines, values=values, buttons=(*unknown, *more)))
        return []


class AskDescription(GuichetAction):
    """`action_ask_street_issue_form_issue_description`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{DESCRIPTION}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """In the citizen's words."""
        lines, values, more = asking(tracker, "issue_description", "issue_description")
        lines, values = understood(services, tracker, lines, values)
        say(Say(lines, values=values, buttons=more))
        return []


class AskPhoto(GuichetAction):
    """`action_ask_street_issue_form_issue_photo`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{PHOTO}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """A photo helps, and need not be."""
        lines, values, more = asking(tracker, "issue_photo", "")
        lines, values = understood(services, tracker, lines, values)
        without = WireButton(inform(**{PHOTO: NONE}), key="issue_no_photo_title")
        say(Say(lines, values=values, buttons=(without, *more)))
        return []


class AskContact(GuichetAction):
    """`action_ask_street_issue_form_issue_contact`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{CONTACT}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Where to say what became of it, for whoever wants to know."""
        lines, values, more = asking(tracker, "issue_contact", "issue_contact_again")
        without = WireButton(inform(**{CONTACT: NONE}), key="issue_no_contact_title")
        say(Say(lines, values=values, buttons=(without, *more)))
        return []


class AskConfirmed(GuichetAction):
    """`action_ask_street_issue_form_issue_confirmed`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{CONFIRMED}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """All of it, to be confirmed; or what is to be changed."""
        slots = (PLACE, DESCRIPTION, CATEGORY, PHOTO, CONTACT)
        changes = tuple(WireButton(inform(change=slot), key=f"change_{slot}_title") for slot in slots)
        if tracker.get_slot(CHANGING):
            say(Say("issue_change", buttons=(*changes, LEAVE)))
            return [SlotSet(CHANGING, None)]
        yes = WireButton("/affirm", key="confirm_title")
        values, lines = recap(services, tracker)
        say(Say("+".join(lines), values=values, buttons=(yes, changes[0], changes[1])))
        return []


class ActionStreetIssue(GuichetAction):
    """`action_street_issue`: what follows the form."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_street_issue"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Open the case that the form has gathered."""
        if tracker.get_slot(SUSPENDED_FORM) == FORM:
            # Left, and that was said.
            return []
        if not tracker.get_slot(CONFIRMED):
            return forgotten()
        now = services.clock()
        new = gathered(services, tracker, Cause.FORM)
        try:
            opened = await services.cases.open(new, now, photos=tracker.get_slot(PHOTOS) or ())
        except Missing:
            # `rasa shell` has no conversation of ours, and an erased one is gone.
            say(Say("reach"))
            return forgotten()
        values = {**services.office.reach(new.service), "number": opened.case.number}
        say(Say("issue_opened", values=values, case=opened.case.id))
        return [*forgotten(), *offer_to_resume(say, tracker)]


def understood(services: Services, tracker: Tracker, lines: str, values: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Before the first question to whoever said at once what it is about: what the bot took from it."""
    category, spoken = str(tracker.get_slot(CATEGORY) or ""), language(tracker)
    if not category or tracker.get_slot(PROBLEM) or not is_opened_by(tracker, FORM):
        return lines, values
    wording = services.wording
    values = {
        **values,
        "category": wording.say(f"issue_{category}_title", spoken),
        "place": typeset(_place(tracker, wording, spoken)),
    }
    return f"{'issue_begun_where' if tracker.get_slot(PLACE) else 'issue_begun'}+{lines}", values


def gathered(services: Services, tracker: Tracker, cause: Cause) -> NewCase:
    """The case of what the form knows, however much that is."""
    wording = services.wording
    category = str(tracker.get_slot(CATEGORY) or "other")
    service = service_of(category, services)
    contact = str(tracker.get_slot(CONTACT) or "")
    where = tracker.get_slot(POSITION)
    details = {
        "category": wording.say(f"issue_{category}_title"),
        "place": _place(tracker, wording),
        "description": str(tracker.get_slot(DESCRIPTION) or ""),
    }
    now = services.clock()
    return NewCase(
        conversation_id=tracker.sender_id,
        message_id=message_key(tracker.latest_message),
        effect=EFFECT,
        kind=CaseKind.STREET_ISSUE,
        service=service,
        cause=cause,
        subject=str(tracker.get_slot(DESCRIPTION) or details["category"]),
        details={name: value for name, value in details.items() if value},
        contact="" if contact == NONE else contact,
        due_at=due(CaseKind.STREET_ISSUE, False, services.hours, services.office, service, now),
        location=Location(*where) if isinstance(where, list) and len(where) == 2 else None,
    )


def recap(services: Services, tracker: Tracker) -> tuple[dict[str, str], list[str]]:
    """What the form has gathered, in words, and the lines that say it."""
    wording = services.wording
    category, contact = str(tracker.get_slot(CATEGORY)), str(tracker.get_slot(CONTACT))
    photos, spoken = len(tracker.get_slot(PHOTOS) or ()), language(tracker)
    values = {
        **services.office.reach(service_of(category, services)),
        "category": wording.say(f"issue_{category}_title", spoken),
        "place": typeset(_place(tracker, wording, spoken)),
        "description": typeset(str(tracker.get_slot(DESCRIPTION))),
        "photos": str(photos),
        "contact": contact,
    }
    line = "issue_recap"
    if photos and tracker.get_slot(PHOTO) == SENT:
        line = "issue_recap_photos" if photos > 1 else "issue_recap_photo"
    lines = [line, "issue_recap_contact" if contact != NONE else "issue_recap_no_contact", "issue_recap_right"]
    return values, lines


def forgotten() -> Events:
    """What the form gathered is used, or is not wanted any more."""
    return [SlotSet(name, None) for name in (*ValidateStreetIssueForm.gathered, FAILED, PROBLEM)]


def _place(tracker: Tracker, wording: Wording, spoken: str = DEFAULT) -> str:
    place = str(tracker.get_slot(PLACE) or "")
    return wording.say(f"issue_place_{place}", spoken) if place in {UNKNOWN, FROM_PHOTO, SHARED} else place
