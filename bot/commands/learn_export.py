"""`guichet learn export`: what agents decided since the last one goes into training data, what they took back comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot import clock
from bot.analytics import topics_taught
from bot.commands import nlu_models
from bot.commands.knowledge_store import opened
from bot.desk.words import load_words
from bot.knowledge.engine.resources import FOLDER, PHRASINGS, read_phrasings, resources
from bot.knowledge.phrased import Pages
from bot.lessons import Decision, Lesson, Why, Written
from bot.privacy.own import own_contacts
from bot.settings import Settings
from bot.store.sql import Store
from bot.supervisor.plan import PROJECT
from bot.understanding import learnt, withdrawn, written
from bot.understanding.examples import read_evaluation, read_training
from bot.understanding.learnt import TEACHING, Taught, page_of, taught
from bot.understanding.measures import QUESTION, Labelled
from bot.understanding.pieces import key

MAX_EXPORTED = 2000
"""Lessons of one export: more is no change that anybody reads."""


@dataclass(slots=True)
class TakenOut:
    """What an export takes out again, because its decision changed."""

    lessons: list[Lesson] = field(default_factory=list)
    """That something was taken out for, or that had nothing left there."""
    left: dict[int, Written] = field(default_factory=dict)
    """By lesson, what of it stays since the new decision wants it too."""
    elsewhere: list[tuple[Lesson, Path]] = field(default_factory=list)
    """Those whose words stand in a file that this export does not change."""
    files: list[Path] = field(default_factory=list)
    by_hand: list[tuple[str, str]] = field(default_factory=list)
    """Articles without a file, and the phrasings that they should lose."""
    examples: set[tuple[str, str]] = field(default_factory=set)
    phrasings: set[tuple[str, str]] = field(default_factory=set)
    """What is not taught any more: act or page, and the words' key."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an export did."""

    taught: Taught
    taken: TakenOut
    files: tuple[Path, ...]


async def export(settings: Settings, into: Path | None) -> Done:
    """Write what was decided into the project and the town, or into a copy of both.

    Raises:
        ConfigurationError: a file cannot be read or written.
        StoreError: the database does not answer.
    """
    places = written.Places(into or PROJECT, into or settings.root)
    async with opened(settings) as store:
        articles = {one.id: one for one in await store.articles.all()}
        folder = settings.office.knowledge.folder
        pages = Pages(articles, settings.root / folder, places.town / folder, settings.office.services)
        taken = _take_out(await store.lessons.to_withdraw(MAX_EXPORTED), pages, places, settings.root)
        lessons = [one for one in taken.lessons if one.decision in TEACHING]
        lessons += await store.lessons.to_export(MAX_EXPORTED)
        lessons += await _said_by_others(store, taken)
        lessons += await _of_groups(settings, store)
        if not lessons and not taken.lessons:
            return Done(Taught(), taken, ())
        found = taught(
            lessons,
            _examples(into, taken),
            read_evaluation(nlu_models.EVALUATION),
            _said(pages, articles, settings.root, into, taken),
            pages.takes,
        )
        today = clock.now().astimezone(settings.office.zone).date()
        by_hand = {one.id: one.title for one in articles.values() if not pages.is_file(one.id)}
        files = written.write(found, by_hand, today, places, taken.by_hand)
        files = [*files, *pages.write(), *taken.files]
        # Behind the files: whoever is stopped in between finds them known, or gone, at the next export.
        await store.lessons.withdrawn([taken.left[one.id] for one in taken.lessons])
        await store.lessons.exported([_merged(one, taken) for one in found.written if one.lesson_id > 0], clock.now())
        return Done(found, taken, tuple(dict.fromkeys(files)))


def _take_out(outdated: Sequence[Lesson], pages: Pages, places: written.Places, town: Path) -> TakenOut:
    taken = TakenOut()
    for lesson in outdated:
        wanted, text = learnt.wanted(lesson), lesson.text
        act = "" if lesson.written_act == wanted.act else lesson.written_act
        page = "" if lesson.written_page == wanted.page else lesson.written_page
        files: list[Path] = []
        is_gone = not page or written.is_fiche(page) or not pages.is_file(page) or pages.gives_up(page, text)
        if act:
            files += withdrawn.example(text, act, places.acts)
        if page and written.is_fiche(page):
            files += withdrawn.phrasing(text, page, places.town)
        elif page and not pages.is_file(page):
            taken.by_hand.append((page, text))
        needs_files = bool(act) or written.is_fiche(page)
        there = None
        if needs_files and not files:
            there = next(filter(None, (withdrawn.stands(text, one) for one in (PROJECT, town))), None)
        if not is_gone:
            there = pages.file(page)
        taken.files += files
        if there is not None:
            taken.elsewhere.append((lesson, there))
            continue
        taken.lessons.append(lesson)
        taken.left[lesson.id] = Written(
            lesson.id, "" if act else lesson.written_act, "" if page else lesson.written_page
        )
        taken.examples |= {(act, key(text))} if act else set()
        taken.phrasings |= {(page_of(page), key(text))} if page else set()
    return taken


def _merged(one: Written, taken: TakenOut) -> Written:
    """What is added for a lesson, with what stands there of it already."""
    left = taken.left.get(one.lesson_id, one)
    return replace(one, act=one.act or left.act, page=one.page or left.page)


async def _said_by_others(store: Store, taken: TakenOut) -> list[Lesson]:
    """Lessons for which nothing was written since the same words stood there, that now are taken out."""
    gone = {words for _, words in taken.examples | taken.phrasings}
    if not gone:
        return []
    there = await store.lessons.lately_exported(MAX_EXPORTED)
    return [one for one in there if not one.is_written and one.decision in TEACHING and key(one.text) in gone]


async def _of_groups(settings: Settings, store: Store) -> list[Lesson]:
    """The questions of groups that an agent attached, as lessons: under no number of their own, so that each export
    looks at them again and finds known what was written before.
    """
    intents = load_words().names("intent")
    moment = clock.now()
    return [
        Lesson(
            id=-group.topic_id,
            text=text,
            language="fr",
            intent=QUESTION,
            confidence=0.0,
            article="",
            meant="",
            why=Why.LOST,
            times=1,
            at=moment,
            decision=Decision.INTENT if group.target in intents else Decision.ARTICLE,
            value=group.target,
        )
        for group in await topics_taught.taught(store.topics, own_contacts(settings.office))
        for text in group.phrasings
    ]


def _examples(into: Path | None, taken: TakenOut) -> list[Labelled]:
    found = read_training(PROJECT / "nlu")
    if into is not None and any((into / "nlu").rglob("*.yml")):
        found += read_training(into / "nlu")
    return [one for one in found if not taken.examples or (one.intent, key(one.text)) not in taken.examples]


def _said(
    pages: Pages, articles: Iterable[str], root: Path, into: Path | None, taken: TakenOut
) -> dict[str, tuple[str, ...]]:
    """By page, the phrasings that it has, those of an earlier export too."""
    said = dict(resources(root).phrasings)
    for page, phrasings in read_phrasings(into / FOLDER / PHRASINGS).items() if into else ():
        said[page] = (*said.get(page, ()), *phrasings)
    said |= {one: pages.words(one) for one in articles}
    for page in {page for page, _ in taken.phrasings}:
        said[page] = tuple(one for one in said.get(page, ()) if (page, key(one)) not in taken.phrasings)
    return said
