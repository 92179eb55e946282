"""What is kept at hand of citizens' words, and that it is let go."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter, OrderedDict, defaultdict
from datetime import timedelta

from bot import safety
from bot.letters import Letter
from bot.mailroom import Gist
from bot.settings import read_office
from bot.tasks import stop
from bot.text import memory
from bot.text.contact_details import details
from bot.triage import examples, learning
from bot.triage.examples import Example
from bot.triage.reading import Triage
from tests.triage.drafting import ROOT, replying

SECRET = bytes(reversed(b"acclaralbmoz")).decode()
"""A name that stands nowhere else, not even in this file as it is read."""


def holding(word: str) -> int:
    """How many dicts, lists, sets and tuples of this process hold a text with a word."""
    found = 0
    for one in gc.get_objects():
        # Of dicts also our own kinds; those of libraries may do what they like when they are read.
        if type(one) in {dict, list, set, frozenset, tuple, memory.Kept, OrderedDict, defaultdict, Counter}:
            texts = [*one, *one.values()] if isinstance(one, dict) else list(one)
            found += any(type(text) is str and word in text.casefold() for text in texts)
    return found


async def _answered(triage: Triage) -> None:
    """What a gateway does with a letter."""
    body = (
        f"Bonjour, le lampadaire devant chez M. {SECRET}, 3 rue Basse, est éteint. Où est le {SECRET} ? 06 12 34 56 78"
    )
    letter = Letter(SECRET, f"{SECRET}@citoyen.example", SECRET)
    reading = triage.read(letter, body)
    gist = triage.gist(letter, reading)
    triage.alike(gist, letter, [Gist(1, None, 1, tuple(gist), "autre@citoyen.example")])
    drafts, _ = replying()
    await drafts.suggest(letter, reading, 3)
    await drafts.short(letter, reading)
    details(body)


def few() -> list[Example]:
    services = read_office(ROOT / "office.yml").services
    return [one for one in examples.load(ROOT / learning.FOLDER, services) if one.is_letter][::8]


async def test_no_word_of_an_erased_letter_stays_at_hand() -> None:
    """After everything was forgotten nothing in the process holds the name that was in the letter."""
    before = holding(SECRET)
    triage = Triage(learning.learn(few()), safety.load())
    await _answered(triage)
    kept = holding(SECRET)
    memory.forget()
    gc.collect()

    assert kept > before
    assert holding(SECRET) == before


async def test_it_is_forgotten_by_itself_within_a_bounded_time() -> None:
    """Every few minutes in a running gateway; here as quickly as the test asks."""
    kept: memory.Kept[int] = memory.Kept()
    kept["mot"] = 1
    task = asyncio.create_task(memory.follow(timedelta(milliseconds=10)))
    try:
        for _ in range(500):
            if not kept:
                break
            await asyncio.sleep(0.01)
    finally:
        await stop(task)

    assert kept == {}
    assert timedelta(0) < memory.FORGET_EVERY <= timedelta(minutes=15)


def test_what_was_remembered_is_worked_out_anew() -> None:
    """A remembered function answers the same after everything was forgotten, and is asked again."""
    asked: list[str] = []

    @memory.remembered(10)
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [length("mot"), length("mot")] == [3, 3]
    memory.forget()
    assert length("mot") == 3
    assert asked == ["mot", "mot"]


def test_whoever_is_gone_is_not_kept_for_it() -> None:
    """Naming a cache keeps nobody alive."""
    kept: memory.Kept[int] = memory.Kept()
    registered = len(memory._objects)
    del kept
    gc.collect()
    memory.Kept[int]()

    assert len(memory._objects) <= registered
