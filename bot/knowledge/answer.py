"""From a question to an answer: a passage, a choice of titles, or an honest no. Pure: an index and values in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.knowledge import aspects
from bot.knowledge.articles import Passage, expired
from bot.knowledge.competences import Door
from bot.knowledge.index import Index, Query
from bot.knowledge.search import Hit, best_passage, search
from bot.knowledge.talk import Beside, Talk
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
WHOLE = 0.9
"""From here on title and keywords hold a question as a whole."""
HEADED = 0.7
"""From here on an article says what is asked under a heading, and not only in passing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the knowledge base says to a question.

    ANSWERED: `passages` are the article's, the one that answers first and the others behind it in turn. CHOOSE: one
    passage, source and service for each title; none of them where `options` are publics. NARROWED: `options` are the
    cases that are asked, `passages` what can be said before. GUIDED: `options` are the answers of one step. EXPIRED:
    source and service of the article that is out of date.
    """

    status: AnswerStatus
    passages: tuple[Passage, ...] = ()
    question: str = ""
    sources: tuple[Source, ...] = ()
    services: tuple[str, ...] = ()
    """Codes of `office.yml`."""
    options: tuple[str, ...] = ()
    """Titles to choose from that are no articles, in their order."""
    beside: Beside | None = None
    """What a fiche says besides its passage; None for a town's article."""
    talk: Talk | None = None
    """What is to be remembered for the next question; None where the State's fiches took no part."""
    door: Door | None = None
    """Whose matter it is where it is not the town's: said alone where nothing else is known, else beside the answer."""
    english: bool = False
    """Whether the question was English, and is answered in the page's own French words."""


def answer(index: Index, office: Office, question: str, today: date, previous: str | None = None) -> Answer:
    """Answer a citizen's own words; `previous` is the article that was answered just before."""
    question = normalise(question)
    if not index.articles:
        return Answer(AnswerStatus.UNAVAILABLE, question=question)
    hits = _found(index, office, question)
    if previous is not None:
        sibling = _sibling(index, question, previous, office.knowledge.answer_threshold)
        if sibling or goes_on(index, question, previous, hits, office.knowledge.answer_threshold):
            return about(index, office, sibling or previous, question, today)
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

    A question without a subject (« combien ça coûte ? ») is, unless it asks for what another article surely says and
    this one does not. One with a subject (« et avec un ancien passeport ? ») is when this article has its words, or a
    pronoun points back, and no other article surely answers.
    """
    place = index.place(previous)
    if place is None:
        return False
    query = index.read(question)
    rivals = [hit for hit in hits if hit.article.id != previous]
    rival = rivals[0] if rivals and rivals[0].score >= sure else None
    if aspects.bare(question):
        return _side_goes_on(index, question, query, place, rival)
    if rival is not None:
        # One word that others have just as well is no subject of its own: « il faut une carte ? ».
        return _tied(rivals) and len(query.terms) <= 1 and index.coverage(query, place)[1] > 0.5
    subject = tuple(term for term in query.terms if not aspects.beside(term.word))
    held, _ = index.coverage(Query(subject, query.shape), place)
    limit = AFTER_AND_WORDS if _opened(question) else SHORT_WORDS
    if len(subject) > limit:
        return False
    if aspects.refers_back(question):
        return True
    return held > 0.5 and (len(query.terms) <= limit or _shown(index, aspects.asked(question), place) > 0)


def _side_goes_on(index: Index, question: str, query: Query, place: int, rival: Hit | None) -> bool:
    """Whether a question that names no subject is about an article; `rival` is another one that surely answers."""
    asked = aspects.asked(question)
    back = aspects.refers_back(question)
    if not asked:
        # « et pour un mineur ? », « je l'ai perdu »; « volé » alone only where the article speaks of it.
        held, _ = index.coverage(query, place)
        alone = back or _opened(question) or held > 0
        return bool(query.terms) and (alone or rival is None or rival.features.core < WHOLE)
    if rival is None:
        return True
    if aspects.standing(asked) and aspects.of_office(question):
        # « vos horaires »: the office's, unless the article is about hours itself.
        return _titled(asked, index.articles[place])
    if back or not _titled(asked, rival.article) or not aspects.stands_alone(asked):
        return True
    shown = _shown(index, asked, place)
    # « prendre rendez-vous »: the other page is about nothing else, and this one only mentions it.
    return shown >= HEADED or (shown > 0 and not aspects.in_passing(asked))


def _sibling(index: Index, question: str, previous: str, sure: float) -> str | None:
    """Another article on the same subject whose title names the side that is asked: prices beside opening hours."""
    place = index.place(previous)
    asked = aspects.asked(question)
    if place is None or not asked or not aspects.bare(question) or aspects.of_office(question):
        return None
    if _shown(index, asked, place) >= HEADED:
        return None
    hits = search(index, f"{question} {index.articles[place].title}", CHOICES + 2)
    found = (hit.article for hit in hits if hit.article.id != previous and hit.score >= sure)
    return next((article.id for article in found if _titled(asked, article)), None)


def _titled(asked: tuple[aspects.Aspect, ...], article: Article) -> bool:
    return aspects.fit(asked, (article.title,), "") == 1.0


def _shown(index: Index, asked: tuple[aspects.Aspect, ...], place: int) -> float:
    """How well an article shows the sides that are asked, in [0, 1]; see `aspects.fit`."""
    title = index.articles[place].title
    return max(
        (aspects.fit(asked, (title, *piece.headings), piece.text) for piece in index.passages[place]), default=0.0
    )


def _tied(hits: Sequence[Hit]) -> bool:
    return len(hits) > 1 and hits[1].score >= hits[0].score - TIE


def _opened(question: str) -> bool:
    return tokens(question)[:1] == ["et"]


def _found(index: Index, office: Office, question: str) -> list[Hit]:
    """What to choose from: who asks for hours or an address and names nothing means the office's own, if it has them."""
    hits = search(index, question, CHOICES + 2)
    asked, of_office = aspects.asked(question), aspects.of_office(question)
    sure = office.knowledge.answer_threshold
    if not aspects.standing(asked) or not ((of_office and aspects.bare(question)) or aspects.only_standing(question)):
        return hits
    if not of_office and len(index.read(question).terms) > 1 and hits and hits[0].score >= sure and not _tied(hits):
        # « j'ai trouvé un téléphone » has more to it than the side.
        return hits
    sides = " ".join(aspects.STANDING[aspect.name] for aspect in asked)
    own = search(index, f"{sides} {office.town.office}", CHOICES + 2)
    return own if own and own[0].score >= sure else hits


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
