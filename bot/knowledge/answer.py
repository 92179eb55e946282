"""From a question to an answer: a passage, a choice of titles, or an honest no. Pure: an index and values in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.knowledge import aspects
from bot.knowledge.articles import Passage, expired
from bot.knowledge.index import Index
from bot.knowledge.search import Hit, best_passage, search
from bot.messages import AnswerStatus, Source
from bot.settings import Office
from bot.store.base import Article
from bot.text.french import tokens
from bot.text.normalise import normalise

CHOICES = 3
NEAR, FAR = 0.5, 0.25
"""A title is offered when it is so strong, as a share of the best; a weaker one only where there is no other choice."""
TIE = 0.1
"""Pages whose scores differ by less answer a question of one word equally well."""
SHORT_WORDS = 2
AFTER_AND_WORDS = 3
"""How many words that carry a subject a question may have to be about what was just answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the knowledge base says to a question.

    ANSWERED: `passages` are the article's, the one that answers first and the others behind it in turn. CHOOSE: one
    passage, source and service for each title. EXPIRED: source and service of the article that is out of date.
    """

    status: AnswerStatus
    passages: tuple[Passage, ...] = ()
    question: str = ""
    sources: tuple[Source, ...] = ()
    services: tuple[str, ...] = ()
    """Codes of `office.yml`."""


def answer(index: Index, office: Office, question: str, today: date, previous: str | None = None) -> Answer:
    """Answer a citizen's own words; `previous` is the article that was answered just before."""
    question = normalise(question)
    if not index.articles:
        return Answer(AnswerStatus.UNAVAILABLE, question=question)
    hits = search(index, question, CHOICES + 2)
    if previous is not None and goes_on(index, question, previous, hits, office.knowledge.answer_threshold):
        return about(index, office, previous, question, today)
    if not hits or hits[0].score < office.knowledge.choose_threshold:
        return Answer(AnswerStatus.LOST, question=question)
    valid = [hit for hit in hits if not expired(hit.article, today)]
    sure = [hit for hit in valid if hit.score >= office.knowledge.answer_threshold]
    if sure:
        tied = [hit for hit in valid if hit.score >= sure[0].score - TIE]
        if len(tied) > 1 and len(index.read(question).terms) <= 1:
            # « horaires », « carte »: one word that several pages answer as well is a question half asked.
            return _choice(office, tied, question)
        return _answered(index, office, sure[0].passage, question)
    near = _within(valid, NEAR * hits[0].features.strength)
    if hits[0] not in valid and (hits[0].score >= office.knowledge.answer_threshold or not near):
        return _expired(office, hits[0].article, question)
    return _choice(office, near if len(near) > 1 else _within(valid, FAR * hits[0].features.strength)[:2], question)


def about(index: Index, office: Office, article_id: str, question: str, today: date) -> Answer:
    """Answer with an article that is settled: its passage that fits the question best. LOST if there is none."""
    question = normalise(question)
    place = index.place(article_id)
    if place is None:
        return Answer(AnswerStatus.LOST, question=question)
    if expired(index.articles[place], today):
        return _expired(office, index.articles[place], question)
    return _answered(index, office, best_passage(index, index.read(question), question, place), question)


def goes_on(index: Index, question: str, previous: str, hits: Sequence[Hit], sure: float) -> bool:
    """Whether a question is about the article that was just answered.

    A question without a subject of its own (« combien ça coûte ? ») is, unless only another article has what it asks.
    A short one (« et pour un mariage ? ») is when the article has its words and no other article surely answers.
    """
    place = index.place(previous)
    if place is None:
        return False
    query = index.read(question)
    asked = aspects.asked(question)
    elsewhere = next((hit.score for hit in hits if hit.article.id != previous), 0.0)
    shown = max((aspects.fit(asked, piece.headings, piece.text) for piece in index.passages[place]), default=0.0)
    held, _ = index.coverage(query, place)
    if aspects.bare(question):
        return bool(asked or query.terms) and (shown > 0 or held > 0 or elsewhere < sure)
    opened = tokens(question)[:1] == ["et"]
    short = len(query.terms) <= (AFTER_AND_WORDS if opened else SHORT_WORDS)
    return short and elsewhere < sure and held > 0.5


def source(office: Office, article: Article) -> Source:
    """Where a citizen reads on: the article's source, else its page on the town's site (a path beginning with "/")."""
    url = article.source or f"/articles/{article.id}"
    updated = article.updated.isoformat() if article.updated else ""
    if url.startswith("/"):
        return Source(article.title, url, office.town.office, updated)
    return Source(article.title, url, (urlsplit(url).hostname or "").removeprefix("www."), updated)


def _within(hits: Sequence[Hit], strength: float) -> list[Hit]:
    return [hit for hit in hits if hit.features.strength >= strength]


def _answered(index: Index, office: Office, first: Passage, question: str) -> Answer:
    place = index.place(first.article_id)
    assert place is not None
    pieces, article = index.passages[place], index.articles[place]
    turned = pieces[first.number :] + pieces[: first.number]
    return Answer(AnswerStatus.ANSWERED, turned, question, (source(office, article),), (article.service,))


def _expired(office: Office, article: Article, question: str) -> Answer:
    return Answer(AnswerStatus.EXPIRED, (), question, (source(office, article),), (article.service,))


def _choice(office: Office, hits: Sequence[Hit], question: str) -> Answer:
    offered = hits[:CHOICES]
    return Answer(
        AnswerStatus.CHOOSE,
        tuple(hit.passage for hit in offered),
        question,
        tuple(source(office, hit.article) for hit in offered),
        tuple(hit.article.service for hit in offered),
    )
