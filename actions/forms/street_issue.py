"""The report of a street issue: what kind, where, in which words, a photo, and where to answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from rasa_sdk import Tracker

from actions.base import entity
from actions.forming import is_question, plain
from actions.forms.form import (
    PROBLEM,
    Slots,
    ValidateForm,
    declines,
    intent_of,
    is_chatter,
    photos_of,
    position_of,
    problem,
    refuses,
    typed,
    wrong_contact,
)
from actions.handoff_form import cut
from actions.services import Services
from bot.errors import Missing
from bot.knowledge import choice
from bot.messages import Location
from bot.text.contacts import read_contact
from bot.text.french import listed
from bot.text.french import words as subject_words
from bot.text.places import Place, outside, part_of, read_place

FORM = "street_issue_form"
CATEGORY, PLACE, DESCRIPTION, PHOTO = "issue_category", "issue_place", "issue_description", "issue_photo"
CONTACT, CONFIRMED, CHANGING = "issue_contact", "issue_confirmed", "issue_changing"
PHOTOS, POSITION = "issue_photos", "issue_position"
"""The ids of photos; where one of them was taken: [latitude, longitude]."""
ORDER = (CATEGORY, PLACE, DESCRIPTION, PHOTO, CONTACT, CONFIRMED)
NONE, SENT, UNKNOWN, FROM_PHOTO, SHARED = "none", "sent", "unknown", "photo", "shared"
MAX_PHOTOS = 5
CATEGORIES = {
    "road": "voirie",
    "light": "eclairage_public",
    "rubbish": "proprete_dechets",
    "green": "espaces_verts",
    "water": "eau_assainissement",
    "sign": "voirie",
    "other": "accueil_general",
}
"""Each kind of issue and the service that looks after it, where the town has it."""
SIGNS = {
    "light": r"lampadaires?|reverberes?|candelabres?|eclairage|lumieres?|ampoules?|street ?lights?|lamps?",
    "rubbish": r"ordures?|dechets?|encombrants?|depots? sauvages?|poubelles?|detritus|gravats?|matelas|frigos?|tas de"
    r"|sale|salete|crottes?|tags?|graffitis?|bacs?|conteneurs?|seringues?|rubbish|trash|garbage|dumping|litter",
    "water": r"fuites? d eau|bouches? d egouts?|egouts?|caniveaux?|plaques?|inondations?|inonde\w*|canalisations?|borne incendie"
    r"|fontaines?|eau qui|leaks?|drains?|flood\w*",
    "green": r"arbres?|branches?|haies?|pelouses?|herbes?|parcs?|squares?|jeux|toboggans?|balancoires?|bancs?|massifs?|trees?|bench(?:es)?"
    r"|playground",
    "sign": r"panneaux?|feux? (?:tricolores?|rouges?|vert)|feux?|signalisation|marquage|passages? pietons?|stops?|potelets?|bornes?"
    r"|signs?|traffic lights?",
    "road": r"nids? de poules?|trous?|trottoirs?|chaussees?|routes?|bitume|goudron|paves?|dalles?|affaissements?|ralentisseurs?"
    r"|dos d ane|voirie|potholes?|sidewalks?|pavements?|road",
}
"""Words by which a kind is known, the surest first; folded."""
_SIGNS = {name: re.compile(rf"\b(?:{pattern})\b") for name, pattern in SIGNS.items()}
_NOT_KNOWN = re.compile(r"\b(?:sais pas|sai pas|aucune idee|jsp|don t know|no idea|not sure|partout)\b")
_NOTHING = re.compile(r"\b(?:rien|nothing)\b")
_HERE = re.compile(r"\b(?:position|photo|gps|localisation|image)\b")
REPORTING = listed(
    """
    signaler signale signalement voudrais veux souhaite faire probleme problemes bonjour declarer report would like want
    an issue street rue quelque chose voie publique mairie to some something the
    """
)
"""Words that announce a report and do not make one; folded."""
CHATTER = frozenset(
    {
        *("greet", "goodbye", "thank", "bot_identity", "repeat_or_rephrase", "language_switch", "privacy_request"),
        *("resume", "ask_human", "ask_opening_hours", "ask_status_of_request", "book_appointment"),
    }
)


class ValidateStreetIssueForm(ValidateForm):
    """`validate_street_issue_form`"""

    form = FORM
    opener = "report_street_issue"
    gathered = (*ORDER, CHANGING, PHOTOS, POSITION)

    async def begin(self, services: Services, say: Callable[[Any], None], tracker: Tracker) -> Slots:
        """See `ValidateForm.begin`: « un lampadaire est cassé devant l'école » tells kind, place and description."""
        text = typed(tracker)
        slots: Slots = {CATEGORY: category_of(text, services)}
        if any(word not in REPORTING for word in subject_words(text)) and slots[CATEGORY]:
            slots[DESCRIPTION] = cut(text)
        place = read_place(text)
        if place is not None and (place.address is not None or slots[CATEGORY]) and (said := part_of(place)):
            slots |= self._placed(services, Place(said, place.address))
        contact = read_contact(text).contact
        if contact:
            slots[CONTACT] = contact.shown
        return slots | await self._photos(services, tracker, slots)

    async def hear(
        self, services: Services, say: Callable[[Any], None], tracker: Tracker, requested: str
    ) -> Slots | None:
        """See `ValidateForm.hear`."""
        photos = await self._photos(services, tracker, {})
        if (pressed := self._pressed(services, tracker)) is not None:
            return {**pressed, **photos, CONFIRMED: None}
        text, intent = typed(tracker), intent_of(tracker)
        if requested == CONFIRMED and _NOTHING.search(plain(text)):
            return {CONFIRMED: None}
        if requested == CONFIRMED and intent == "affirm" and not photos:
            return {CONFIRMED: True}
        heard = self._said(services, tracker, requested, text, intent) if text or intent in {"affirm", "deny"} else None
        if heard is None and not photos:
            return {CONFIRMED: None, CHANGING: True} if requested == CONFIRMED and refuses(tracker) else None
        return {**(heard or {}), **photos, CONFIRMED: None}

    async def missing(self, services: Services, tracker: Tracker, slots: Slots) -> str | None:
        """See `ValidateForm.missing`."""
        return next((name for name in ORDER if slots.get(name, tracker.get_slot(name)) is None), None)

    def takes_any_words(self, requested: str) -> bool:
        """See `ValidateForm.takes_any_words`."""
        return requested == DESCRIPTION

    def _pressed(self, services: Services, tracker: Tracker) -> Slots | None:
        """What a button says."""
        if (category := entity(tracker, CATEGORY)) in CATEGORIES:
            return {CATEGORY: category}
        if entity(tracker, PHOTO) == NONE:
            return {PHOTO: NONE}
        if entity(tracker, CONTACT) == NONE:
            return {CONTACT: NONE}
        if entity(tracker, PLACE) == UNKNOWN:
            return {PLACE: UNKNOWN}
        if (change := entity(tracker, "change")) in ORDER:
            return {str(change): None, **({PHOTOS: None, POSITION: None} if change == PHOTO else {})}
        return None

    def _said(self, services: Services, tracker: Tracker, requested: str, text: str, intent: str) -> Slots | None:
        """What typed words tell: an answer to the question, or a correction of another one."""
        contact = read_contact(text)
        if contact.contact:
            return {CONTACT: contact.contact.shown}
        asks = is_question(text)
        if requested == CONTACT:
            if wrong := wrong_contact(text):
                return {CONTACT: None, PROBLEM: wrong}
            return {CONTACT: NONE} if refuses(tracker) or (not asks and declines(text)) else None
        if requested == PHOTO:
            if refuses(tracker) or (not asks and declines(text)):
                return {PHOTO: NONE}
            return {PHOTO: None, PROBLEM: problem("issue_photo_how")} if intent == "affirm" else None
        if requested == DESCRIPTION and not asks and not is_chatter(tracker, {*CHATTER, "affirm", "deny"}):
            return {DESCRIPTION: cut(text)}
        if requested == CATEGORY and not asks:
            at = choice.place(text, len(CATEGORIES))
            found = list(CATEGORIES)[at] if at is not None else category_of(text, services)
            if found is None and not is_chatter(tracker, {*CHATTER, "affirm", "deny", "complaint"}):
                found = "other"
            if found is None:
                return None
            return {
                CATEGORY: found,
                **({DESCRIPTION: cut(text)} if len(subject_words(text)) > 2 and at is None else {}),
            }
        place = None if asks else read_place(text)
        if requested == PLACE and not asks:
            return self._place(services, tracker, text, intent, place)
        if place is not None and requested == CONFIRMED and part_of(place):
            return self._placed(services, Place(part_of(place), place.address))
        if place is not None and place.address is not None:
            # « non, c'est 12 rue des Lilas »
            return self._placed(services, place)
        if requested == CONFIRMED and not asks and (found := category_of(text, services)):
            return {CATEGORY: found}
        return None

    def _place(self, services: Services, tracker: Tracker, text: str, intent: str, place: Place | None) -> Slots | None:
        """An answer to « where »; « je ne sais pas » is asked again once, then taken."""
        if tracker.get_slot(POSITION) and _HERE.search(plain(text)):
            return {PLACE: FROM_PHOTO}
        if _NOT_KNOWN.search(plain(text)) or intent == "deny":
            failed = tracker.get_slot("form_failed") or {}
            if failed.get("slot") == PLACE:
                return {PLACE: UNKNOWN}
            return {PLACE: None, PROBLEM: problem("issue_place_how")}
        if place is not None:
            return self._placed(services, place)
        if is_chatter(tracker, {*CHATTER, "affirm", "complaint"}):
            return None
        # Whatever else is typed here may be a place that only people of the town know.
        return {PLACE: cut(text)}

    def _placed(self, services: Services, place: Place) -> Slots:
        """A place, unless it is clearly in another town."""
        town = services.office.town
        if place.address is not None and outside(place.address, postcode(town.address), town.name):
            return {PLACE: None, PROBLEM: problem("issue_outside", place=place.address.line)}
        return {PLACE: cut(place.text)}

    async def _photos(self, services: Services, tracker: Tracker, slots: Slots) -> Slots:
        """The photos that came with the message and are this citizen's; the first position among them, or the one that
        was sent instead, may say where.

        Raises:
            StoreError: they cannot be looked for.
        """
        if (shared := position_of(tracker)) is not None:
            return self._positioned(tracker, slots, shared, SHARED)
        given = photos_of(tracker)
        if not given:
            return {}
        try:
            address = (await services.conversations.get(tracker.sender_id)).address
        except Missing:
            return {}
        found = await services.photos.of(address, given)
        if not found:
            return {}
        kept = [*(tracker.get_slot(PHOTOS) or []), *(photo.id for photo in found)]
        sent: Slots = {PHOTO: SENT, PHOTOS: list(dict.fromkeys(kept))[:MAX_PHOTOS]}
        where = next((photo.location for photo in found if photo.location), None)
        return sent if where is None else sent | self._positioned(tracker, slots, where, FROM_PHOTO)

    def _positioned(self, tracker: Tracker, slots: Slots, where: Location, how: str) -> Slots:
        """A position, which also says where if nothing else has."""
        is_open = slots.get(PLACE) is None and tracker.get_slot(PLACE) in {None, UNKNOWN}
        return {POSITION: [where.latitude, where.longitude], **({PLACE: how} if is_open else {})}


def category_of(text: str, services: Services) -> str | None:
    """The kind of issue that words name, None if they name none."""
    folded = plain(text)
    return next((name for name, sign in _SIGNS.items() if sign.search(folded)), None)


def service_of(category: str, services: Services) -> str:
    """The code of the service that looks after a kind of issue; the general one where the town has no such service."""
    code = CATEGORIES.get(category, CATEGORIES["other"])
    return code if code in services.office.services else CATEGORIES["other"]


def postcode(address: str) -> str:
    """The postcode in an address; "" if it has none."""
    found: Sequence[str] = re.findall(r"\b\d{5}\b", address)
    return found[0] if found else ""
