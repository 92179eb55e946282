"""What agents decided, as training data: which examples and phrasings may be added, and which must not.

A new example is refused for what `guichet nlu check` refuses: its words teach another act, or nearly, or stand in the
evaluation. So is a phrasing that is a sign for another page already. What is known already is left out without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from bot.lessons import Decision, Lesson, Written
from bot.privacy.redact import MASKS
from bot.understanding.examples import Findings, Pair, check
from bot.understanding.measures import ALARMS, FALLBACK, QUESTION, Labelled
from bot.understanding.nearness import neighbours
from bot.understanding.pieces import key

LONGEST = 160
"""Characters of an example or a phrasing (docs/phrasings.md)."""
TEACHING = frozenset({Decision.RIGHT, Decision.INTENT, Decision.ARTICLE})
_MARKUP = re.compile(r"[\[\]{}]")
"""What Rasa would read as an annotation."""


class Refusal(str, Enum):
    """Why a decided lesson does not become training data."""

    MASKED = "masked"
    """Personal data was masked in it: nobody says « [nom] »."""
    FORM = "form"
    """Too long, a command, or with signs that Rasa reads as markup."""
    OTHER_ACT = "other_act"
    EVALUATION = "evaluation"
    OTHER_PAGE = "other_page"
    NO_ACT = "no_act"
    """Right, but it was understood as none of the acts and answered by no article."""
    ALARM = "alarm"
    """Danger and distress are taught by hand alone."""
    NO_PAGE = "no_page"
    """Its article is not there any more."""
    NO_FILE = "no_file"
    """Its article was imported from a file that is gone."""
    FILE_CHANGED = "file_changed"
    """Its article's file says something else than the article in place: import it first."""
    FILE_FORM = "file_form"
    """Its article's file has no front matter in which a keyword can be added, or has as many as it may."""


Takes = Callable[[str, str], Refusal | None]
"""Puts a phrasing into the article of an id, or says why it cannot be."""


def _takes_all(article_id: str, text: str) -> Refusal | None:
    return None


@dataclass(frozen=True, slots=True)
class Taught:
    """What an export adds, and what it does not."""

    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By act."""
    phrasings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By article id."""
    refused: Sequence[tuple[Lesson, Refusal]] = ()
    known: Sequence[Lesson] = ()
    """Taught already: nothing is added."""
    added: Sequence[Lesson] = ()
    written: Sequence[Written] = ()
    """Of each lesson that is done with, by id, what is added for it."""

    @property
    def settled(self) -> tuple[int, ...]:
        """Ids of the lessons that are done with."""
        return tuple(one.lesson_id for one in self.written)


@dataclass(slots=True)
class _Wish:
    """What one lesson would add."""

    lesson: Lesson
    example: Labelled | None
    article: str


def taught(
    lessons: Sequence[Lesson],
    examples: Sequence[Labelled],
    evaluation: Sequence[Labelled],
    phrasings: Mapping[str, Sequence[str]],
    takes: Takes = _takes_all,
) -> Taught:
    """What lessons add to examples and to phrasings; the oldest decision wins over one that contradicts it.

    `phrasings` are those that there are, by the names of `page_of`; `takes` is asked once for each new one.
    """
    refused: list[tuple[Lesson, Refusal]] = []
    wishes: list[_Wish] = []
    reserved = {key(one.text) for one in evaluation}
    for lesson in lessons:
        wish = _wish(lesson)
        found = wish if isinstance(wish, Refusal) else _unfit(lesson.text, reserved)
        if isinstance(found, Refusal):
            refused.append((lesson, found))
        elif isinstance(wish, _Wish):
            wishes.append(wish)
    wishes, clashing = _without_clashes(wishes, examples)
    refused += [(one.lesson, Refusal.OTHER_ACT) for one in clashing]
    return _sorted_out(wishes, examples, phrasings, refused, takes)


def page_of(article_id: str) -> str:
    """The name of an article among the phrasings: a fiche's bare id, or the id of the town's article."""
    return article_id.partition(":")[2] or article_id


def _wish(lesson: Lesson) -> _Wish | Refusal:
    match lesson.decision:
        case Decision.INTENT:
            intent, article = lesson.value, ""
        case Decision.ARTICLE:
            intent, article = QUESTION, lesson.value
        case _:
            intent, article = lesson.intent, lesson.article
            # What an article answered was a question, whatever the model was not sure of.
            if article:
                intent = QUESTION
    if intent in ALARMS:
        return Refusal.ALARM
    if intent in {"", FALLBACK, "out_of_scope"}:
        return Refusal.NO_ACT
    return _Wish(lesson, Labelled(lesson.text, intent), article)


def _unfit(text: str, reserved: Iterable[str]) -> Refusal | None:
    if any(mask in text for mask in MASKS):
        return Refusal.MASKED
    is_plain = text.isprintable() and text == " ".join(text.split()) and not _MARKUP.search(text)
    if not is_plain or not 0 < len(text) <= LONGEST or text.startswith(("/", "#")):
        return Refusal.FORM
    return Refusal.EVALUATION if key(text) in reserved else None


def _without_clashes(wishes: list[_Wish], examples: Sequence[Labelled]) -> tuple[list[_Wish], list[_Wish]]:
    """Leave out what `check` would refuse, the newest first, until it refuses nothing of theirs."""
    # `check` compares all with all, which for twenty thousand examples takes minutes: only those near to a wish matter.
    texts = [one.text for one in examples]
    examples = [examples[place] for place in neighbours([one.lesson.text for one in wishes], texts)]
    clashing: list[_Wish] = []
    while wishes:
        own = {one.example for one in wishes if one.example}
        found = check([*examples, *(one.example for one in wishes if one.example)])
        # A pair of an old and a new one costs the new one; of two new ones, the later.
        bad = {pair.second if pair.second in own else pair.first for pair in _pairs(found)} & own
        bad = {one for one in bad if one not in examples}
        if not bad:
            break
        clashing += [one for one in wishes if one.example in bad]
        wishes = [one for one in wishes if one.example not in bad]
    return wishes, clashing


def _pairs(found: Findings) -> Iterable[Pair]:
    return (*found.contradictions, *found.near)


def _sorted_out(
    wishes: Sequence[_Wish],
    examples: Sequence[Labelled],
    phrasings: Mapping[str, Sequence[str]],
    refused: list[tuple[Lesson, Refusal]],
    takes: Takes,
) -> Taught:
    acts = {(one.intent, key(one.text)) for one in examples}
    pages = {key(text): page for page, said in phrasings.items() for text in said}
    new_examples: dict[str, list[str]] = {}
    new_phrasings: dict[str, list[str]] = {}
    known: list[Lesson] = []
    added: list[Lesson] = []
    written: list[Written] = []
    for wish in wishes:
        text, act, page = wish.lesson.text, "", ""
        own, other = page_of(wish.article), pages.get(key(text))
        why = Refusal.OTHER_PAGE if wish.article and other not in {None, own} else None
        if wish.article and other is None:
            why = takes(wish.article, text)
            page = wish.article
        if why is not None:
            refused.append((wish.lesson, why))
            continue
        if page:
            pages[key(text)] = own
            new_phrasings.setdefault(page, []).append(text)
        if wish.example and (wish.example.intent, key(text)) not in acts:
            act = wish.example.intent
            acts.add((act, key(text)))
            new_examples.setdefault(act, []).append(text)
        written.append(Written(wish.lesson.id, act, page))
        (added if act or page else known).append(wish.lesson)
    return Taught(
        examples=dict(sorted(new_examples.items())),
        phrasings=dict(sorted(new_phrasings.items())),
        refused=sorted(refused, key=lambda one: one[0].id),
        known=known,
        added=added,
        written=sorted(written, key=lambda one: one.lesson_id),
    )


def wanted(lesson: Lesson) -> Written:
    """What a decision asks for in training data; nothing where it asks for what must not be taught."""
    wish = _wish(lesson) if lesson.decision in TEACHING else Refusal.NO_ACT
    if isinstance(wish, Refusal):
        return Written(lesson.id)
    return Written(lesson.id, wish.example.intent if wish.example else "", wish.article)
