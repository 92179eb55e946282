"""Whom a case may be passed on to, and what is written to them before an agent has changed it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.cases import Case
from bot.desk.words import Words
from bot.knowledge.competences import Competences, Door
from bot.knowledge.competent import Competent
from bot.settings import Office
from bot.store.base import CITIZEN, Entry
from bot.text.clean import clean
from bot.text.contact_details import details
from bot.text.moments_words import full_day

LINES = 5
"""So many of the citizen's last lines stand in what is prefilled; an agent shortens it or adds to it."""
LINE_CHARS = 1200


def bodies(office: Office) -> Mapping[str, Door]:
    """By code: the project's bodies as the town reaches them, and every other office of its directory."""
    found = dict(Competences(office).doors)
    named = {door.body.name for door in found.values()}
    for code, entry in office.directory.items():
        if entry.service or entry.name in named:
            continue
        parts = (entry.phone, entry.address, entry.url, entry.email)
        found[code] = Door(code, Competent(entry.name, tuple(part for part in parts if part)), entry.email)
    return found


def said_by_citizen(case: Case, lines: Sequence[Entry]) -> str:
    """The citizen's last words, the oldest first; the case's subject where nothing of them is left."""
    said = [clean(line.text)[:LINE_CHARS] for line in lines if line.author == CITIZEN and line.text.strip()]
    return "\n\n".join(said[-LINES:]) or case.subject


def draft(case: Case, lines: Sequence[Entry], office: Office, words: Words, named: Callable[[str], str]) -> str:
    """What is prefilled: the case's number and day, and the citizen's own words; no name and no address.

    `named` says what a form's field is called.
    """
    day = full_day(case.opened_at.astimezone(office.zone).date(), "fr")
    gathered = [f"{named(slot)} : {value}" for slot, value in case.details.items() if value]
    said = "\n\n".join([said_by_citizen(case, lines), *(["\n".join(gathered)] if gathered else [])])
    return words.say("referral_letter", "draft", number=case.number, day=day, office=office.town.office, words=said)


def personal(text: str) -> list[str]:
    """Telephone numbers and addresses in a text, as they stand there: what an agent looks at twice."""
    return list(dict.fromkeys(text[one.start : one.end] for one in details(text)))


def subject(case: Case, office: Office, words: Words) -> str:
    """The subject of the mail."""
    return words.say("referral_letter", "subject", number=case.number, office=office.town.office)


def stamp(moment: datetime | None) -> str:
    """A moment as the page reads it."""
    return moment.isoformat() if moment is not None else ""
