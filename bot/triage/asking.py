"""What a letter is asked about: its subject, what to look up for it, and the place that it names."""

from __future__ import annotations

import re

from bot.desk import suggest
from bot.letters import Letter
from bot.text.addresses import read_address
from bot.text.clean import clean

MAX_SUBJECT_CHARS = 100
MAX_ADDRESS_TEXT_CHARS = 4_000
PREFIX = re.compile(r"^(?:\s*(?:re|tr|fw|fwd|rép|rep)\s*:)+\s*", re.IGNORECASE)
"""Of the subject of an answer or a forward."""
_SENTENCE = re.compile(r"[^.!?\n]+\?")


def subject_of(letter: Letter) -> str:
    """A letter's subject without « Re : »; "" for one that is too long to be quoted."""
    subject = " ".join(PREFIX.sub("", clean(letter.subject[: 4 * MAX_SUBJECT_CHARS])).split())
    return subject if len(subject) <= MAX_SUBJECT_CHARS else ""


def asked(subject: str, words: str) -> str:
    """What to look up for a letter: its subject with its questions, else with its first words."""
    questions = [" ".join(found.split()) for found in _SENTENCE.findall(words)]
    said = " ".join(questions) if questions else " ".join(words.split())
    whole = said if subject and subject.casefold() in said.casefold() else f"{subject}. {said}".lstrip(". ")
    return whole[: suggest.MAX_CHARS]


def street_of(text: str) -> str:
    """The first address with a house number that a text names; "" for none."""
    found = read_address(text[:MAX_ADDRESS_TEXT_CHARS])
    return " ".join(found.line.split()) if found and found.number else ""
