"""What is said to somebody who is unhappy, did not follow, speaks another language, or asks about their data."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.answer import ActionAnswer, replied, told
from actions.asking import PERSON, asked, language
from actions.base import ANSWERED_ARTICLE, ANSWERED_PASSAGE, Events, GuichetAction, Place, words
from actions.forming import open_form, plain, resumed
from actions.handoff import offer_to_withdraw
from actions.offering import person_button
from actions.requests import status_of
from actions.services import Services
from bot.cases import CaseKind, CaseState, Cause
from bot.errors import PayloadRejected
from bot.knowledge.answer import Answer
from bot.knowledge.library import is_fiche
from bot.messages import AnswerStatus
from bot.rasa_events import SUSPENDED_FORM
from bot.text.french import listed
from bot.text.french import words as subject_words
from bot.text.typography import typeset
from bot.wire import Say, WireButton, WireSource, read, speak

SHORT_CHARS = 300
"""An answer that is said again is cut at the last sentence before that many characters."""
INSULT = re.compile(
    r"\b(?:con|conne|cons|connard\w*|connass\w*|conn?eries?|encul\w*|salop\w*|salaud\w*|put(?:e|es|ain)|merd\w*|fdp|ntm|tg|pd"
    r"|ta gueule|ferme la|abruti\w*|cretin\w*|debil\w*|idiot\w*|imbecile\w*|batard\w*|bouffon\w*|naze|tocard\w*|ordure"
    r"|fuck\w*|shit\w*|stupid|moron|bastard\w*|bitch|asshole|idiots|dumb|crap)\b"
)
"""Folded words that insult somebody, whoever it is."""
OF_REQUESTS = listed(
    """
    demande demandes dossier dossiers signalement signalements requete requetes suivi suivre suite suites etat avancement
    avance avancer reponse reponses repondu repond mail mails email courriel courrier lettre message messages formulaire
    numero appel appele rappel rappele rappelee rdv relance relancer relances attends attend attente toujours jamais rien
    recu recue recus bien arrive arrivee traite traitee traitement cours passe semaine semaines mois jour jours lundi mardi
    mercredi jeudi vendredi samedi dimanche hier envoye envoyee envoyes depose deposee fait nouvelle nouvelles depuis
    request application status answer reply email message sent still case number update progress report
    """
)
"""Words that ask after a request and do not say what it was about; folded."""
LANGUAGES = {
    "en": r"english|anglais\w*|ingles",
    "fr": r"francais\w*|french|frances",
    "es": r"espan\w*|espagnol\w*|spanish|castellano|hablas?|habla",
    "de": r"deutsch\w*|allemand\w*|german",
    "pt": r"portug\w*|falas?|falam",
    "it": r"italian\w*|parlate|parlo",
    "ar": r"arab\w*|العربية|عرب\w*",
    "uk": r"ukrain\w*|україн\w*",
    "ru": r"russ\w*|рус\w*",
    "tr": r"turc|turque|turk\w*",
    "zh": r"chinois\w*|chinese|mandarin|中文|汉语|漢語|普通话",
    "ro": r"roumain\w*|roman\w*|vorbi\w*",
    "pl": r"polon\w*|polsk\w*|polish",
}
"""Which language a message names, in French, English or itself; folded."""
_LANGUAGE = {code: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for code, pattern in LANGUAGES.items()}
_SCRIPTS = {
    "ar": re.compile("[\u0600-\u06ff]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
    "uk": re.compile("[іїєґ]"),
    "ru": re.compile("[а-я]"),
}
OWN_LINES = frozenset({"es", "de", "pt", "it", "ar", "uk", "ru", "tr", "zh", "ro", "pl"})
"""Languages in which one line says which are spoken here."""


class ActionComplaint(GuichetAction):
    """`action_complaint`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_complaint"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Take it calmly, and offer to pass it on to a person; unless it is the case that was asked: « je suis fonctionnaire »."""
        if (events := await replied(services, say, tracker)) is not None:
            return events
        text = words(tracker.latest_message.get("text"))
        line = "insult" if INSULT.search(plain(text)) else "complaint"
        if open_form(tracker):
            say(Say(f"{line}_noted"))
            return []
        say(Say(line, buttons=(person_button(Cause.ASKED), WireButton("/deny", key="no_title"))))
        return asked(tracker, PERSON, cause=Cause.ASKED.value)


class ActionStatusOfRequest(GuichetAction):
    """`action_status_of_request`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_status_of_request"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """The state of the request; of what was asked elsewhere only what a page says, or how to learn of it."""
        if (events := await replied(services, say, tracker)) is not None:
            return events
        text = words(tracker.latest_message.get("text"))
        if await status_of(services, say, tracker, text):
            return []
        if any(word not in OF_REQUESTS for word in subject_words(text)):
            answer = await services.knowledge.ask(text, None)
            if answer.status is AnswerStatus.ANSWERED:
                return told(services, say, tracker, answer)
        say(Say("status_none"))
        return []


class ActionRepeat(GuichetAction):
    """`action_repeat`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_repeat"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """The last answer again, shorter where it was long; else whatever was said last."""
        if (events := await replied(services, say, tracker)) is not None:
            # « Recommencer », within a guided search.
            return events
        article_id, place = tracker.get_slot(ANSWERED_ARTICLE), Place.read(tracker.get_slot(ANSWERED_PASSAGE))
        last = _said_last(tracker)
        if not last:
            say(Say("greet"))
            return []
        town = article_id and not is_fiche(str(article_id))
        if town and place is not None and last[-1].status is AnswerStatus.ANSWERED:
            answer = await services.knowledge.about(str(article_id))
            if text := _passage(answer, place):
                short = typeset(shorter(text))
                again = last[-1]
                say(
                    Say(
                        "repeat+answer+helped",
                        {"passage": short},
                        again.buttons,
                        _uncounted(again.sources),
                        again.status,
                    )
                )
                return []
        for line in last:
            say(Say(line.say, line.values, line.buttons, _uncounted(line.sources), line.status))
        return []


class ActionLanguage(GuichetAction):
    """`action_language`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_language"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Which languages are spoken here and how to change it, in the one that is wanted if we have a line of it."""
        if (events := await replied(services, say, tracker)) is not None:
            # « En France », asked which case it is.
            return events
        wanted = named_language(str(tracker.latest_message.get("text") or ""))
        line = here("language", tracker)
        other = "fr" if language(tracker).split("-")[0].lower() == "en" else "en"
        title = services.wording.say("french_title" if other == "fr" else "english_title", other)
        button = WireButton(speak(other), title=title)
        say(Say(f"language_{wanted}+{line}" if wanted in OWN_LINES else line, buttons=(button,)))
        return []


def here(line: str, tracker: Tracker) -> str:
    """A line that names the menu of our own page, or the one that does without it on other channels."""
    channel = (tracker.latest_message.get("metadata") or {}).get("channel", "web")
    return line if channel == "web" else f"{line}_elsewhere"


class ActionPrivacy(GuichetAction):
    """`action_privacy`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_privacy"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """What is kept and how long, how it is erased, where that is written in full."""
        if (events := await replied(services, say, tracker)) is not None:
            return events
        say(Say(here("privacy", tracker), values={"case_days": str(services.office.retention.cases)}))
        return []


class ActionResume(GuichetAction):
    """`action_resume`: back to the form that was left."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_resume"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """Open it again, or say that there is none; « la suite » without one goes on with the last answer."""
        if not tracker.get_slot(SUSPENDED_FORM):
            events = await ActionAnswer().navigated(services, say, tracker)
            if events is None:
                events = await replied(services, say, tracker)
            if events is not None:
                return events
        return resumed(say, tracker)


class ActionCancel(GuichetAction):
    """`action_cancel`: drops what was begun, where no form is open."""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_cancel"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """A step back of a guided search, if it is that. A form that was left is forgotten; a place in the queue is only given up after one more question."""
        if (events := await replied(services, say, tracker)) is not None:
            return events
        for case in await services.cases.find(tracker.sender_id):
            if case.state is CaseState.WAITING and case.kind is CaseKind.QUESTION:
                return await offer_to_withdraw(services, say, tracker, case)
        if tracker.get_slot(SUSPENDED_FORM):
            say(Say("dropped"))
            return [SlotSet(SUSPENDED_FORM, None)]
        say(Say("cancel_nothing"))
        return []


def named_language(text: str) -> str:
    """The code of the language that a text asks for, by name or by its letters; "" if it names none."""
    folded = text.lower()
    read_as = plain(text)
    named = [code for code, pattern in _LANGUAGE.items() if pattern.search(read_as) or pattern.search(folded)]
    others = [code for code in named if code not in {"fr", "en"}]
    by_script = next((code for code, pattern in _SCRIPTS.items() if pattern.search(folded)), "")
    return next(iter((*others, *([by_script] if by_script else []), *named)), "")


def shorter(text: str) -> str:
    """The beginning of a text, whole sentences or list lines, about 300 characters at most; never nothing."""
    if len(text) <= SHORT_CHARS:
        return text
    ends = [found.end() for found in re.finditer(r"[.;:](?=\s)|\n", text[:SHORT_CHARS])]
    end = next((end for end in reversed(ends) if text[end - 1] != ":"), 0)
    return text[:end].strip() or f"{text[:SHORT_CHARS].rsplit(' ', 1)[0]}…"


def _uncounted(sources: tuple[WireSource, ...]) -> tuple[WireSource, ...]:
    """Sources of what was said before: an answer that is repeated is no second use of its article."""
    return tuple(msgspec.structs.replace(one, article="") for one in sources)


def _passage(answer: Answer, place: Place) -> str:
    """What was shown last of an article, without its heading; "" if it is gone."""
    pieces = sorted(answer.passages, key=lambda passage: passage.number)
    return pieces[(place.first + place.further) % len(pieces)].text if pieces else ""


def _said_last(tracker: Tracker) -> list[Say]:
    """What the bot said to the message before, in order."""
    found: list[Say] = []
    for event in reversed(tracker.events):
        if event.get("event") == "user" and found:
            break
        custom: Any = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
        if custom:
            try:
                line = read(custom)
            except PayloadRejected:
                continue
            if line.say:
                found.append(line)
    return found[::-1]
