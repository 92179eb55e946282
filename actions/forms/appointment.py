"""The appointment form: service, subject, day, time and contact, said in any order and corrected at any time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from rasa_sdk import Tracker

from actions.asking import language
from actions.base import entity
from actions.forming import is_question, plain
from actions.forms.form import (
    PROBLEM,
    Slots,
    ValidateForm,
    declines,
    intent_of,
    is_chatter,
    problem,
    refuses,
    typed,
    wrong_contact,
)
from actions.forms.wishes import OFFERED, WISH, Wishes
from actions.handoff_form import cut
from actions.services import Services
from bot.desk import routing
from bot.desk.appointments import Appointments
from bot.knowledge import choice
from bot.text.contacts import read_contact
from bot.text.french import listed
from bot.text.french import words as subject_words
from bot.text.spoken.moments import read_moment
from bot.text.town_lists import names

FORM = "appointment_form"
SERVICE, SUBJECT, DAY, TIME = (
    "appointment_service",
    "appointment_subject",
    "appointment_day",
    "appointment_time",
)
CONTACT, CONFIRMED, CHANGING = "appointment_contact", "appointment_confirmed", "appointment_changing"
CANCELLED = "appointment_cancelled"
"""That an appointment is to be cancelled, not made."""
ORDER = (SERVICE, SUBJECT, DAY, TIME, CONTACT, CONFIRMED)
NOT_A_SUBJECT = frozenset(
    {
        *("greet", "goodbye", "thank", "bot_identity", "repeat_or_rephrase", "language_switch", "privacy_request"),
        *("resume", "affirm", "deny", "ask_opening_hours", "ask_status_of_request", "ask_human", "complaint"),
    }
)
BOOKING = listed(
    """
    rendez vous rdv prendre prends pris fixer reserver reservation creneau bloquer obtenir avoir demander voudrais veux
    souhaite souhaiterais aimerais besoin faut pourrais possible peux mairie ville hotel service bureau guichet appointment
    book make need want would like please schedule get slot meeting with the for an to at town hall can could
    disponible dispo dispos disponibilites date jour heure prochain semaine
    """
)
"""Words that ask for an appointment and do not say what for; folded."""
NONE = "none"
"""The contact of whoever leaves none."""
_DAY_OF_MONTH = re.compile(r"\ble \d")
_NOTHING = re.compile(r"\b(?:rien|nothing)\b")
_FOR = re.compile(
    r"\s*(?:(?:oui|non|no|yes)\W+)?(?:(?:c['’]est|it['’]s|plut[oô]t)\s+)?(?:pour|for)\s+(?P<what>\D.*)", re.I | re.S
)
_AFTER_FOR = re.compile(r"\b(?:pour|for)\s+(?P<what>\D.*)", re.I | re.S)
_EDGES = re.compile(r"^[\s,.;:-]+|(?:[\s,.;:-]+|\s(?:à|a|le|pour|vers|at|on))+$", re.I)
_ANNOUNCED = re.compile(
    r"[\s,;.:(-]*(?:\b(?:et|and|voici)\s+)?(?:\bjoignable\s+(?:au|sur|à|par)\b\s*)?(?:(?:\b(?:mon|ma|le|my)\s+)?"
    r"\b(?:adresse\s+)?(?:e-?mail|mail|m[eé]l|courriel|t[eé]l(?:[eé]phone)?|portable|mobile|num[eé]ro|phone)\b\.?"
    r"(?:\s+(?:de\s+t[eé]l(?:[eé]phone)?|portable|number))?(?:\s+(?:est|c['’]est|is)(?:\s+le)?)?)?[\s:]*$",
    re.I,
)
_ANNOUNCED_CHARS = 40
_CANCELS = re.compile(r"\b(?:annul\w+|supprim\w+|decommand\w+|cancel)\b")


class ValidateAppointmentForm(ValidateForm):
    """`validate_appointment_form`"""

    form = FORM
    opener = "book_appointment"
    gathered = (*ORDER, CHANGING, CANCELLED, OFFERED, WISH)
    choices = frozenset({DAY, TIME})

    async def begin(self, services: Services, say: Callable[[Any], None], tracker: Tracker) -> Slots:
        """See `ValidateForm.begin`: « mardi prochain à 14h30 pour un passeport » tells four things."""
        text = typed(tracker)
        book = Appointments(services.office, services.hours, services.bookings)
        slots: Slots = {}
        if cancels(text):
            return {CANCELLED: True}
        index = await services.knowledge.index()
        wish = without_moment(services, text)
        if any(word not in BOOKING for word in subject_words(wish)):
            slots[SUBJECT] = subject_of(services, text) or None
            # Words that only ask for an appointment hide what it is for.
            matter = wish if routing.naming(wish, services.office) else slots[SUBJECT] or wish
            routed = routing.route(matter, index, services.office)
            able = [code for code in routed.services if code in book.services]
            slots[SERVICE] = next((code for code in able if code == routed.services[0]), None)
            if routed.services and slots[SERVICE] is None and (routed.sure or not able):
                slots[PROBLEM] = problem("appointment_not_here", **services.office.reach(routed.services[0]))
        if len(book.services) == 1:
            slots[SERVICE] = book.services[0]
        asks = bool(slots.get(SERVICE) and slots.get(SUBJECT))
        wishes = Wishes(services, book, {SERVICE: slots.get(SERVICE)}, language(tracker), asks)
        slots = {**slots, **await wishes.read(text)}
        contact = read_contact(text).contact
        if contact:
            slots[CONTACT] = contact.shown
        return slots

    async def hear(
        self, services: Services, say: Callable[[Any], None], tracker: Tracker, requested: str
    ) -> Slots | None:
        """See `ValidateForm.hear`."""
        if (pressed := self._pressed(services, tracker)) is not None:
            return await self._fitting(services, tracker, pressed)
        text, intent = typed(tracker), intent_of(tracker)
        if requested == CONFIRMED and intent == "affirm":
            return {CONFIRMED: True}
        if not text and intent not in {"affirm", "deny"}:
            return None
        if requested in {DAY, TIME, CONFIRMED} and (offered := tracker.get_slot(OFFERED)):
            # « Le 3 » is a day of the month, « la 3 » the third of the times.
            at = None if _DAY_OF_MONTH.search(plain(text)) else choice.place(text, len(offered))
            if at is None and intent == "affirm" and len(offered) == 1:
                at = 0
            if at is not None:
                return await self._fitting(services, tracker, _at(str(offered[at])))
        heard = await self._said(services, tracker, requested, text, intent)
        if heard is not None:
            return heard
        if requested == CONFIRMED and _NOTHING.search(plain(text)):
            return {CONFIRMED: None}
        if requested == CONFIRMED and refuses(tracker):
            return {CONFIRMED: None, CHANGING: True}
        if requested in {DAY, TIME} and refuses(tracker) and not is_question(text):
            return await self._wishes(services, tracker).others(tracker.get_slot(OFFERED) or ())
        return None

    async def missing(self, services: Services, tracker: Tracker, slots: Slots) -> str | None:
        """See `ValidateForm.missing`."""
        if slots.get(CANCELLED) or not services.office.appointments.services:
            return None
        return next((name for name in ORDER if slots.get(name, tracker.get_slot(name)) is None), None)

    def takes_any_words(self, requested: str) -> bool:
        """See `ValidateForm.takes_any_words`."""
        return requested == SUBJECT

    def _pressed(self, services: Services, tracker: Tracker) -> Slots | None:
        """What a button says."""
        if moment := entity(tracker, "appointment_at"):
            return _at(str(moment))
        if day := entity(tracker, DAY):
            return {DAY: str(day), TIME: None}
        if (code := entity(tracker, SERVICE)) in services.office.appointments.services:
            return {SERVICE: code}
        if entity(tracker, CONTACT) == NONE:
            return {CONTACT: NONE}
        if (change := entity(tracker, "change")) in ORDER:
            return {str(change): None, CONFIRMED: None, **({TIME: None} if change == DAY else {})}
        return None

    async def _said(self, services: Services, tracker: Tracker, requested: str, text: str, intent: str) -> Slots | None:
        """What typed words tell: an answer to the question, or a correction of another one."""
        slots: Slots = {}
        contact = read_contact(text)
        if contact.contact:
            slots[CONTACT] = contact.contact.shown
        elif requested == CONTACT and (wrong := wrong_contact(text)):
            return {CONTACT: None, PROBLEM: wrong}
        rest = text if contact.span is None else text[: contact.span[0]] + " " + text[contact.span[1] :]
        asks, subject = is_question(text), ""
        if requested == SUBJECT and not is_chatter(tracker, NOT_A_SUBJECT) and not asks:
            subject = subject_of(services, text, announced=False)
        elif requested != SERVICE and not asks and (corrected := _FOR.match(without_moment(services, rest))):
            # « C'est pour un passeport » to whatever is asked.
            subject = subject_of(services, corrected["what"], announced=False)
        if subject:
            slots[SUBJECT] = subject
        if requested == SERVICE:
            slots |= await self._service(services, without_moment(services, rest))
            if slots.get(SERVICE) and choice.place(text, len(services.office.appointments.services)) is None:
                told = subject_of(services, rest)
                slots |= {SUBJECT: told} if told and not tracker.get_slot(SUBJECT) else {}
        elif SUBJECT not in slots and (named := routing.naming(rest, services.office)) and not asks:
            code = next((code for code in named if code in services.office.appointments.services), None)
            if code is not None and code != tracker.get_slot(SERVICE):
                slots[SERVICE] = code
        if not asks or requested in {DAY, TIME}:
            known = bool(slots.get(SUBJECT) or tracker.get_slot(SUBJECT))
            wishes = self._wishes(services, tracker, slots.get(SERVICE), keeps=True, asks=known)
            slots = {**slots, **await wishes.read(rest)}
        if not slots and requested == CONTACT and not asks and (refuses(tracker) or declines(text)):
            return {CONTACT: NONE}
        if not slots:
            return None
        slots = {**await self._rechecked(services, tracker, slots), **slots}
        if requested == CONFIRMED:
            slots.setdefault(CONFIRMED, None)
        return slots

    async def _service(self, services: Services, text: str) -> Slots:
        codes = services.office.appointments.services
        at = choice.place(text, len(codes))
        if at is not None:
            return {SERVICE: codes[at]}
        if all(word in BOOKING for word in subject_words(text)):
            return {}
        found = routing.route(text, await services.knowledge.index(), services.office).services
        code = next((code for code in found if code in codes), None)
        if code is not None:
            return {SERVICE: code}
        if found and not is_question(text):
            return {SERVICE: None, PROBLEM: problem("appointment_not_here", **services.office.reach(found[0]))}
        return {}

    async def _rechecked(self, services: Services, tracker: Tracker, slots: Slots) -> Slots:
        """A day and a time that were wished for before the service was known, or for another one."""
        code = slots.get(SERVICE)
        if not code or code == tracker.get_slot(SERVICE) or DAY in slots or OFFERED in slots:
            return {}
        wishes = self._wishes(services, tracker, code)
        # What was offered was free at the other service.
        known = tracker.get_slot(DAY), tracker.get_slot(TIME), tracker.get_slot(WISH)
        return {OFFERED: None, **await wishes.recheck(*known)}

    def _wishes(
        self, services: Services, tracker: Tracker, service: str | None = None, keeps: bool = False, asks: bool = True
    ) -> Wishes:
        """What reads a wish; with `keeps` one that may leave out the day or the time that is known already."""
        book = Appointments(services.office, services.hours, services.bookings)
        known = {SERVICE: service or tracker.get_slot(SERVICE)}
        if keeps:
            known |= {DAY: tracker.get_slot(DAY), TIME: tracker.get_slot(TIME)}
        return Wishes(services, book, known, language(tracker), asks=asks and bool(known[SERVICE]))

    async def _fitting(self, services: Services, tracker: Tracker, pressed: Slots) -> Slots:
        """A time that a button offered, if it is still free; what else it says as it is."""
        slots = {**await self._rechecked(services, tracker, pressed), **pressed, CONFIRMED: None}
        slots.setdefault(OFFERED, None)
        if pressed.get(DAY):
            at = time.fromisoformat(pressed[TIME]) if pressed.get(TIME) else None
            slots |= await self._wishes(services, tracker).settle(date.fromisoformat(pressed[DAY]), at)
        return slots


def cancels(text: str) -> bool:
    """Whether who speaks of an appointment wants one that they have cancelled."""
    return _CANCELS.search(plain(text)) is not None


def subject_of(services: Services, text: str, announced: bool = True) -> str:
    """What an appointment is for, in the citizen's words without day, time and contact; "" if they do not say.

    « Rdv état civil pour ma carte d'identité mardi » is announced: what stands after « pour » is the subject.
    """
    span = read_contact(text).span
    bare = text if span is None else f"{_unannounced(text[: span[0]])} {text[span[1] :]}"
    rest = without_moment(services, bare)
    named = routing.naming(rest, services.office) if announced else ()
    empty = {word for code in named for name in names(services.office.services[code]) for word in name.split()}
    after = _AFTER_FOR.search(rest) if announced else None
    for said in (after["what"] if after else "", rest):
        if any(word not in BOOKING and word not in empty for word in subject_words(said)):
            return cut(_EDGES.sub("", said))
    return ""


def _unannounced(text: str) -> str:
    """What stands before a contact, without « mon mail est », which is no part of what an appointment is for."""
    place = max(len(text) - _ANNOUNCED_CHARS, 0)
    return text[:place] + _ANNOUNCED.sub("", text[place:])


def without_moment(services: Services, text: str) -> str:
    """A text without the day and the time in it, as far as they stand in one piece."""
    read = read_moment(text, services.hours.day(services.clock()))
    spans = sorted(span for span in (read.date.span, read.time.span) if span)
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


def _at(moment: str) -> Slots:
    """The slots of a moment in local time, as a button carries it."""
    at = datetime.fromisoformat(moment)
    return {DAY: at.date().isoformat(), TIME: at.strftime("%H:%M")}
