"""Which goes first where both the town's article and the State's fiches are about a question. Pure.

The town's own answer does when it is sure, unless a fiche is plainly about more of what was asked: « je veux divorcer »
shares one keyword with the town's page on the family record book and all of its words with the fiches on divorce.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.knowledge import aspects, publics
from bot.knowledge.answer import Answer
from bot.knowledge.circumstances import NEGATIONS, age, ages, facts, stems
from bot.knowledge.engine.found import Findings, Found
from bot.knowledge.library import Library
from bot.knowledge.search import search
from bot.knowledge.talk import Talk
from bot.text.french import tokens, words

TOWN, STATE, BOTH = "town", "state", "both"
HELD = 0.8
"""From this share of a question in its title and keywords on, a page of the town needs no rival's title beside it."""
PLAINLY = 0.5
"""So much more of a question stands in the title of a fiche that is plainly nearer to it."""
SURE = 0.9
"""A fiche whose title has all that was asked is taken from this likeliness on."""
LOOKED_AT, AGREEING = 5, 3
"""So it is where so many of the likeliest fiches have all of it in their titles, and the town's page nothing."""
BESIDE = 0.15
"""A page that supposes less is no rival below this share of the best one's likeliness."""
FAMILY = 4
"""Stems of which one begins with the other are of one family from so many letters on."""
_CLAUSES = re.compile(r"[.,;:?!](?:\s|$)")
_OF_WORK = frozenset({"@employee", "@public_agent"})
"""For whom a page is, is asked and not guessed; see `bot.knowledge.publics`."""


def first(library: Library, own: Answer, question: str, findings: Findings) -> str:
    """`TOWN`, `STATE` or `BOTH`, whose titles are offered then, for a sure answer of the town's and what was found beside it."""
    gate = library.office.knowledge
    hits = search(library.index, question, 1)
    if not hits or hits[0].article.id != own.passages[0].article_id or hits[0].article.fiche:
        return TOWN
    best = findings.hits[0] if findings.hits else None
    fiche = library.searcher.fiche(best.key) if best is not None else None
    if best is None or fiche is None or findings.in_scope < gate.scope_threshold:
        return TOWN
    if aspects.stands_alone(aspects.asked(question)):
        # « Prendre rendez-vous », « à quelle heure » are asked of the town.
        return TOWN
    title, asked = hits[0].article.title, _asked(question)
    if (whole := bearing(findings.hits, question)) is not None and not publics.alike(title, whole.title):
        # « Je déménage » is the State's page of that name; the town's on parking for the van is about more.
        return BOTH if _share(stems(title), asked) < 1 else TOWN
    if publics.alike(title, fiche.title):
        # On one subject the town's own page is the nearer one; two titles that say the same are no choice.
        return TOWN
    here, there = _share(asked, stems(title)), _share(asked, stems(fiche.title))
    # Several words of a question among a page's keywords are no accident.
    if there - here >= PLAINLY and (len(asked) == 1 or hits[0].features.core < HELD):
        near = [hit for hit in findings.hits[:LOOKED_AT] if _share(asked, stems(hit.title)) == 1]
        plain = there == 1 and (best.score >= SURE or (here == 0 and len(near) >= AGREEING))
        return STATE if plain else BOTH
    return BOTH if best.score >= gate.fiche_threshold and hits[0].features.core < HELD else TOWN


def bearing(hits: Sequence[Found], question: str) -> Found | None:
    """The likeliest hit whose title says just what was asked, and no more; None if none does."""
    asked = _asked(aspects.moving(question))
    return next(
        (hit for hit in hits if _share(asked, title := stems(hit.title)) == 1 and _share(title, asked) == 1), None
    )


def half_asked(library: Library, question: str) -> bool:
    """Whether a question is one word that a page of the town surely has: « mariage » is not only the marriage certificate."""
    hits = search(library.index, question, 1)
    one = len(library.index.read(question).terms) <= 1
    return bool(hits) and one and hits[0].score >= library.office.knowledge.answer_threshold


def speaks_of(library: Library, own: Answer, question: str) -> bool:
    """Whether an article of the town has the circumstances that a question names in its title or under a heading."""
    return _circumstances(question) <= _of_article(library, own)


def for_them(library: Library, hits: Sequence[Found], question: str) -> list[Found]:
    """The hits that know the circumstances or the age that a question names, by their title or by one of their cases.

    Pages that are for that age as a whole leave the others out: « RSA jeune actif » says so in its first words.
    """
    wanted, years = _circumstances(question), age(question)
    if years is not None and (own := [hit for hit in hits if for_age(library, hit.key, years)]):
        return own
    found: list[Found] = []
    for hit in hits:
        fiche, outline = library.searcher.fiche(hit.key), library.searcher.outline(hit.key)
        if fiche is None or outline is None:
            continue
        titles = [fiche.title, *(title for one in outline.questions for title in one.options)]
        known = {fact for title in titles for fact in facts(title)}
        spans = [span for title in titles if (span := ages(title)) is not None]
        fitting = years is not None and any(low <= years <= high for low, high in spans)
        if fitting or (wanted and wanted <= known and (years is None or not spans)):
            found.append(hit)
    return found


def for_age(library: Library, key: str, years: int) -> bool | None:
    """Whether a page is for people of an age, by its title or its first words; None if it does not say."""
    fiche = library.searcher.fiche(key)
    if fiche is None:
        return None
    # « Il n'est pas nécessaire d'avoir 25 ans ou plus » says for whom a page is not only.
    said = (
        ages(one) for one in _CLAUSES.split(fiche.description) if not NEGATIONS & set(tokens(one.partition(" ans")[0]))
    )
    span = ages(fiche.title) or next((span for span in said if span), None)
    return None if span is None else span[0] <= years <= span[1]


def unsaid_last(hits: Sequence[Found], question: str, talk: Talk) -> list[Found]:
    """The hits in their order, but those for a circumstance that nobody named behind rivals on the same subject.

    « Créer une micro-entreprise » is not asked by a jobseeker because the likeliest page is one for jobseekers.
    """
    if not hits:
        return []
    said = facts(" ; ".join((question, *talk.titles))) | _OF_WORK

    def unsaid(hit: Found) -> frozenset[str]:
        return _circumstances(hit.title) - said

    asked, least = _asked(question), unsaid(hits[0])
    rivals = [
        hit
        for hit in hits
        if unsaid(hit) < least
        and hit.score >= BESIDE * hits[0].score
        and _share(asked, stems(hit.title)) >= _share(asked, stems(hits[0].title))
    ]
    return [*rivals, *(hit for hit in hits if hit not in rivals)]


def named_by(hits: Sequence[Found], new: Sequence[str], beside: str) -> Found | None:
    """The likeliest hit whose title has all the new words of a question, and stands beside a title on the same subject."""
    wanted = {fact for word in new for fact in facts(word)}
    return next(
        (hit for hit in hits if wanted and wanted <= facts(hit.title) and publics.alike(hit.title, beside)), None
    )


def in_case(own: Answer, question: str) -> Answer:
    """The town's answer from its passage for the circumstance that a question names, where just one has it as heading."""
    wanted = _circumstances(question)
    if not wanted or aspects.asked(question):
        return own
    having = [at for at, one in enumerate(own.passages) if wanted <= facts(" ; ".join(one.headings))]
    if len(having) != 1:
        return own
    at = having[0]
    return replace(own, passages=(*own.passages[at:], *own.passages[:at]))


def _circumstances(text: str) -> frozenset[str]:
    return frozenset(fact for fact in facts(text) if fact.startswith("@"))


def _asked(question: str) -> frozenset[str]:
    """What a question is about: its words without the sides."""
    return stems(" ".join(word for word in words(question) if not aspects.beside(word)))


def _share(asked: frozenset[str], held: frozenset[str]) -> float:
    return sum(_held(one, held) for one in asked) / len(asked) if asked else 0.0


def _held(asked: str, held: frozenset[str]) -> bool:
    """Whether a stem is there, or one of its family: « mariage » and « se marier »."""
    return any(one == asked or (min(len(one), len(asked)) >= FAMILY and _begins(one, asked)) for one in held)


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _of_article(library: Library, own: Answer) -> frozenset[str]:
    place = library.index.place(own.passages[0].article_id)
    if place is None:
        return frozenset()
    headings = " ; ".join(title for one in library.index.passages[place] for title in one.headings)
    return facts(library.index.articles[place].title) | _circumstances(headings)
