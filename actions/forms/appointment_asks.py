"""What the appointment form asks."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import date, datetime
from typing import ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.asking import language
from actions.base import Events, GuichetAction
from actions.forms.appointment import CHANGING, CONFIRMED, CONTACT, DAY, FORM, NONE, SERVICE, SUBJECT, TIME
from actions.forms.form import LEAVE, PROBLEM, asking, inform
from actions.forms.wishes import FAR, OFFERED, Wishes
from actions.services import Services
from bot.desk.appointments import Appointments, Wish
from bot.text.moments_words import day as day_in_words
from bot.text.moments_words import in_full, moment
from bot.text.typography import typeset
from bot.wire import Say, WireButton


class AskService(GuichetAction):
    """`action_ask_appointment_form_appointment_service`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{SERVICE}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """With which of the services that take appointments."""
        known = services.office.services
        offered = tuple(
            WireButton(inform(**{SERVICE: code}), title=typeset(known[code].name))
            for code in services.office.appointments.services
        )
        lines, values, more = asking(tracker, "appointment_service", "appointment_service_again")
        say(Say(lines, values=values, buttons=(*offered, *more)))
        return []


class AskSubject(GuichetAction):
    """`action_ask_appointment_form_appointment_subject`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{SUBJECT}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """What for, in the citizen's words."""
        lines, values, more = asking(tracker, "appointment_subject", "appointment_subject")
        service = services.office.services[str(tracker.get_slot(SERVICE))].name
        say(Say(lines, values={**values, "service": service}, buttons=more))
        return []


class AskWhen(GuichetAction):
    """What asking for the day and for the time have in common: free times, as buttons."""

    slot: ClassVar[str]

    @abstractmethod
    def name(self) -> str:
        """See `GuichetAction.name`; abstract, for Rasa registers whatever is not."""

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """The free times that fit what was said, else the next ones."""
        now, zone = services.clock(), services.office.zone
        wrong = tracker.get_slot(PROBLEM) or {}
        days = [value for name, value in sorted((wrong.get("values") or {}).items()) if name in {"day0", "day1"}]
        if days:
            today = services.hours.day(now)
            buttons = tuple(
                WireButton(
                    inform(**{DAY: one}), title=typeset(day_in_words(date.fromisoformat(one), today, language(tracker)))
                )
                for one in days
            )
            say(Say(str(wrong["line"]), buttons=buttons))
            return []
        offered = tracker.get_slot(OFFERED)
        if not offered:
            book = Appointments(services.office, services.hours, services.bookings)
            service, settled = str(tracker.get_slot(SERVICE)), tracker.get_slot(DAY)
            first = date.fromisoformat(str(settled)) if settled else services.hours.day(now)
            free = await book.free(service, Wish(first, first if settled else first + FAR), now)
            offered = Wishes(services, book, {}).written(free)
        spoken = language(tracker)
        moments = [datetime.fromisoformat(one).replace(tzinfo=zone) for one in offered]
        buttons = tuple(
            WireButton(inform(appointment_at=one), title=typeset(moment(at, now, zone, spoken)))
            for one, at in zip(offered, moments, strict=True)
        )
        line = f"{self.slot}" if offered else "appointment_nothing_free"
        lines, values, more = asking(tracker, line, f"{self.slot}_again")
        values |= services.office.reach(str(tracker.get_slot(SERVICE)))
        if settled_day := tracker.get_slot(DAY):
            values.setdefault(
                "day", day_in_words(date.fromisoformat(str(settled_day)), services.hours.day(now), spoken)
            )
        say(Say(lines, values=values, buttons=(*buttons, *more)))
        return [SlotSet(OFFERED, offered)]


class AskDay(AskWhen):
    """`action_ask_appointment_form_appointment_day`"""

    slot = DAY

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{DAY}"


class AskTime(AskWhen):
    """`action_ask_appointment_form_appointment_time`"""

    slot = TIME

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{TIME}"


class AskContact(GuichetAction):
    """`action_ask_appointment_form_appointment_contact`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{CONTACT}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Where to write or call should something change."""
        lines, values, more = asking(tracker, "appointment_contact", "appointment_contact_again")
        without = WireButton(inform(**{CONTACT: NONE}), key="issue_no_contact_title")
        say(Say(lines, values=values, buttons=(without, *more)))
        return []


class AskConfirmed(GuichetAction):
    """`action_ask_appointment_form_appointment_confirmed`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return f"action_ask_{FORM}_{CONFIRMED}"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """All of it, to be confirmed; or what is to be changed."""
        changes = tuple(
            WireButton(inform(change=slot), key=f"change_{slot}_title")
            for slot in (DAY, TIME, SUBJECT, SERVICE, CONTACT)
        )
        if tracker.get_slot(CHANGING):
            say(Say("appointment_change", buttons=(*changes, LEAVE)))
            return [SlotSet(CHANGING, None)]
        yes = WireButton("/affirm", key="confirm_title")
        say(Say("appointment_recap", values=recap(services, tracker), buttons=(yes, changes[0], changes[-1])))
        return []


def recap(services: Services, tracker: Tracker) -> dict[str, str]:
    """What the form has gathered, in words."""
    book = Appointments(services.office, services.hours, services.bookings)
    at = book.moment(
        date.fromisoformat(str(tracker.get_slot(DAY))),
        datetime.strptime(str(tracker.get_slot(TIME)), "%H:%M").time(),  # noqa: DTZ007 - a time of day alone
    )
    spoken, contact = language(tracker), str(tracker.get_slot(CONTACT))
    return {
        **services.office.reach(str(tracker.get_slot(SERVICE))),
        "subject": typeset(str(tracker.get_slot(SUBJECT))),
        "moment": in_full(at, services.clock(), services.office.zone, spoken),
        "contact": services.wording.say("appointment_no_contact", spoken) if contact == NONE else contact,
    }
