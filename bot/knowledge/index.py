"""The articles as an index in memory: what is found where, and how strongly. Immutable once built.

Two tantivy indexes, because an article and a passage are ranked by different fields. Each field is scored apart
(BM25); how scores become one is the business of `bot.knowledge.search`.
"""

from __future__ import annotations

import math
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import tantivy

from bot.knowledge.articles import Passage, passages
from bot.settings import Service
from bot.store.base import Article
from bot.text import memory
from bot.text.french import STOP_WORDS, tokens, words
from bot.text.spelling import Speller

T = TypeVar("T")
Scores = npt.NDArray[np.float64]

ARTICLE_FIELDS = ("title", "keywords", "headings", "body", "service", "shape")
PASSAGE_FIELDS = ("heading", "body")
SHAPE = "shape"
_WORD_FIELDS = tuple(field for field in ARTICLE_FIELDS if field != "shape")
"""Three to five letters in a row of title, keywords and headings: finds misspelt and compound words."""
MAX_WORDS = 40
"""Of one question; what comes after is not read."""

_ANALYSER = "french"
_GRAMS = "grams"
_WRITER_BYTES = 15_000_000


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question as the base knows it."""

    word: str
    """As asked, folded."""
    stem: str
    weight: float
    """Its inverse document frequency; the highest of all when no article has it."""
    known: float
    """1 as it stands, less when its spelling was corrected, 0 when the base has no such word."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question, read."""

    terms: tuple[Term, ...]
    shape: str
    """The words in one string, with spelling corrected."""

    @property
    def mass(self) -> float:
        """The weight of all words: what a perfect match would find."""
        return sum(term.weight for term in self.terms)


KEPT = 32
"""Searches of an index that are kept: a question is often looked up twice within a moment, by those who answer at once."""
TERM_ENTRIES = 300_000
"""Scores of single terms in single articles and passages that are kept: some 20 MB at most."""
CORRECTED = 0.8
"""How much a corrected word counts as known."""


class Kept(Generic[T]):
    """The last values of something, from any number of threads."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> T | None:
        """What was kept, None if nothing is."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: str, value: T) -> None:
        """Keep a value, and let the oldest go."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._at_most:
                self._values.popitem(last=False)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()


class Index:
    """All articles, ready to be searched from any number of threads."""

    def __init__(
        self,
        articles: Iterable[Article],
        services: Mapping[str, Service],
        ignored: Iterable[str] = (),
        lexicon: Set[str] = frozenset(),
        version: int = 0,
    ) -> None:
        """`ignored` are words that distinguish no question: the town's name. `lexicon` are words never corrected."""
        self.version = version
        self.articles = tuple(articles)
        self.passages = tuple(passages(article) for article in self.articles)
        self._stop_words = STOP_WORDS | {token for text in ignored for token in tokens(text)}
        self._stem = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer("french")).build()
        )
        self._places = {article.id: place for place, article in enumerate(self.articles)}
        fields = [
            _article_fields(article, pieces, services)
            for article, pieces in zip(self.articles, self.passages, strict=True)
        ]
        self._stems = [self._stems_of(" ".join(texts.values())) for texts in fields]
        self._core = [self._stems_of(f"{texts['title']} {texts['keywords']}") for texts in fields]
        self._pieces = [
            [self._stems_of(f"{' '.join(piece.headings)} {piece.text}") for piece in pieces] for pieces in self.passages
        ]
        self._frequency = Counter(stem for stems in self._stems for stem in stems)
        vocabulary = Counter(word for texts in fields for text in texts.values() for word in self._words(text))
        self._speller = Speller(vocabulary)
        self._lexicon = lexicon
        for texts in fields:
            texts[SHAPE] = self._shape(self._words(f"{texts['title']} {texts['keywords']} {texts['headings']}"))
        self._article_index, self._article_schema = self._built(ARTICLE_FIELDS, fields)
        self._passage_places = [
            (place, number) for place, pieces in enumerate(self.passages) for number in range(len(pieces))
        ]
        self._passage_index, self._passage_schema = self._built(
            PASSAGE_FIELDS,
            [{"heading": " ".join(piece.headings), "body": piece.text} for pieces in self.passages for piece in pieces],
        )
        # A searcher is a view of an index that never changes; making one costs as much as a search.
        self._article_searcher = self._article_index.searcher()
        self._passage_searcher = self._passage_index.searcher()
        self.asked: Kept[Any] = Kept(KEPT)
        """What `bot.knowledge.search` has found last, by question."""
        self._terms: dict[tuple[str, tuple[str, ...]], tuple[npt.NDArray[np.int32], Scores]] = {}
        self._term_entries = 0
        self._term_hits: dict[str, dict[int, list[tuple[str, int, float]]]] = {}
        memory.register(self, "forget")

    def forget(self) -> None:
        """Let go of what was asked."""
        self.asked.clear()
        self._terms.clear()
        self._term_hits.clear()
        self._term_entries = 0

    def place(self, article_id: str) -> int | None:
        """Where an article stands in `articles`, None if there is none."""
        return self._places.get(article_id)

    def read(self, question: str) -> Query:
        """A question's words, stemmed, weighted, and corrected against the base's own words."""
        asked = list(dict.fromkeys(word for word in words(question) if word not in self._stop_words))[:MAX_WORDS]
        found = [self._term(word) for word in asked]
        unique = {term.stem: term for term, _ in reversed(found)}
        terms = tuple(term for term, _ in found if unique[term.stem] is term)
        return Query(terms, self._shape(spelt for _, spelt in found))

    def strengths(self, query: Query) -> Scores:
        """How much of every article fits, by place: the mean over its fields of BM25 over the question's mass, about [0, 2]."""
        stems, grams = _stems(query), list(dict.fromkeys(self._grams.analyze(query.shape)))
        words = self._summed([self._term_scores(stem, _WORD_FIELDS) for stem in stems]) / (query.mass or 1.0)
        shape = self._summed([self._term_scores(gram, (SHAPE,)) for gram in grams]) / (len(grams) or 1)
        return (words + shape) / len(ARTICLE_FIELDS)

    def _summed(self, found: Sequence[tuple[npt.NDArray[np.int32], Scores]]) -> Scores:
        if not found:
            return np.zeros(len(self.articles))
        places = np.concatenate([places for places, _ in found])
        values = np.concatenate([values for _, values in found])
        return np.asarray(np.bincount(places, values, len(self.articles)), np.float64)

    def _term_scores(self, term: str, fields: tuple[str, ...]) -> tuple[npt.NDArray[np.int32], Scores]:
        """The articles that have a term in these fields, once for each, and its BM25 there.

        A question's score is the sum of those of its terms, which are the same ones from question to question.
        """
        known = self._terms.get((term, fields))
        if known is None:
            matches = [
                match
                for field in fields
                for match in _matches(self._article_searcher, self._article_schema, field, term, len(self.articles))
            ]
            known = (
                np.array([place for place, _ in matches], np.int32),
                np.array([score for _, score in matches], np.float64),
            )
            self._count(len(matches))
            self._terms[term, fields] = known
        return known

    def passage_scores(self, query: Query, mass: float, place: int) -> dict[str, dict[int, float]]:
        """BM25 of every field for the passages of an article that have any of the words, by number, over a mass."""
        scores: dict[str, dict[int, float]] = {field: {} for field in PASSAGE_FIELDS}
        for stem in _stems(query):
            for field, number, score in self._term_passages(stem).get(place, ()):
                scores[field][number] = scores[field].get(number, 0.0) + score / (mass or 1.0)
        return scores

    def _term_passages(self, stem: str) -> dict[int, list[tuple[str, int, float]]]:
        """By article, the field and the number of each passage that has a term, and its BM25 there."""
        known = self._term_hits.get(stem)
        if known is None:
            known, count = {}, len(self._passage_places)
            for field in PASSAGE_FIELDS:
                matches = _matches(self._passage_searcher, self._passage_schema, field, stem, count)
                self._count(len(matches))
                for row, score in matches:
                    place, number = self._passage_places[row]
                    known.setdefault(place, []).append((field, number, score))
            self._term_hits[stem] = known
        return known

    def _count(self, entries: int) -> None:
        """Keep no more than `TERM_ENTRIES`."""
        self._term_entries += entries + 1
        if self._term_entries > TERM_ENTRIES:
            self._terms.clear()
            self._term_hits.clear()
            self._term_entries = entries + 1

    def beside_subject(self, query: Query, place: int) -> Query:
        """A question without the words that name the article's subject: those that most of its passages have."""
        pieces = self._pieces[place]
        common = len(pieces) / 2
        terms = tuple(term for term in query.terms if sum(term.stem in stems for stems in pieces) < max(common, 2))
        return Query(terms, query.shape)

    def coverage(self, query: Query, place: int) -> tuple[float, float]:
        """Which share of the question's mass an article holds: anywhere, and in its title or keywords; [0, 1]."""
        mass = query.mass or 1.0
        return (
            sum(term.weight * term.known for term in query.terms if term.stem in self._stems[place]) / mass,
            sum(term.weight * term.known for term in query.terms if term.stem in self._core[place]) / mass,
        )

    @cached_property
    def _analyser(self) -> tantivy.TextAnalyzer:
        """Lower case, accents folded, elisions apart, stop words out, Snowball stems: as `words`, in tantivy."""
        return (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(r"[\p{L}\p{N}]+"))
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.ascii_fold())
            .filter(tantivy.Filter.custom_stopword(sorted(self._stop_words)))
            .filter(tantivy.Filter.stemmer("french"))
            .build()
        )

    @cached_property
    def _grams(self) -> tantivy.TextAnalyzer:
        return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(3, 5)).build()

    def _built(self, names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> tuple[tantivy.Index, tantivy.Schema]:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("row", fast=True)
        for name in names:
            builder.add_text_field(name, tokenizer_name=_GRAMS if name == SHAPE else _ANALYSER, index_option="freq")
        schema = builder.build()
        index = tantivy.Index(schema)
        index.register_tokenizer(_ANALYSER, self._analyser)
        index.register_tokenizer(_GRAMS, self._grams)
        with index.writer(_WRITER_BYTES, num_threads=1) as writer:
            for row, texts in enumerate(rows):
                document = tantivy.Document()
                document.add_unsigned("row", row)
                for name in names:
                    document.add_text(name, texts[name])
                writer.add_document(document)
        index.reload()
        return index, schema

    def _words(self, text: str) -> list[str]:
        return [word for word in tokens(text) if word not in self._stop_words]

    def _stems_of(self, text: str) -> frozenset[str]:
        return frozenset(self._stem.analyze(" ".join(self._words(text))))

    def _shape(self, parts: Iterable[str]) -> str:
        return " ".join(dict.fromkeys(parts))

    def _term(self, word: str) -> tuple[Term, str]:
        """A word's term, and its spelling as the base has it."""
        stem, spelt, known = self._stem_of(word), word, 1.0
        if stem not in self._frequency:
            known = 0.0
            meant = None if word in self._lexicon else self._speller.correct(word)
            if meant is not None:
                stem, spelt, known = self._stem_of(meant), meant, CORRECTED
        return Term(word, stem, self._weight(stem), known), spelt

    def _stem_of(self, word: str) -> str:
        return next(iter(self._stem.analyze(word)), word)

    def _weight(self, stem: str) -> float:
        """BM25's inverse document frequency over articles."""
        count, frequency = len(self.articles), self._frequency.get(stem, 0)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def _article_fields(article: Article, pieces: Sequence[Passage], services: Mapping[str, Service]) -> dict[str, str]:
    service = services.get(article.service)
    headings = dict.fromkeys(heading for piece in pieces for heading in piece.headings)
    return {
        "title": article.title,
        "keywords": " ; ".join(article.keywords),
        "headings": " ; ".join(headings),
        "body": "\n".join(piece.text for piece in pieces),
        "service": f"{service.name} {service.about}" if service else "",
    }


def _stems(query: Query) -> list[str]:
    return [term.stem for term in query.terms if term.known]


def _matches(
    searcher: tantivy.Searcher, schema: tantivy.Schema, field: str, term: str, limit: int
) -> list[tuple[int, float]]:
    """(row, score) of every document that has a term in a field."""
    if not limit:
        return []
    hits = searcher.search(tantivy.Query.term_query(schema, field, term, "freq"), limit, count=False).hits
    rows = searcher.fast_field_values("row", [address for _, address in hits]) if hits else []
    return [(int(row), float(score)) for (score, _), row in zip(hits, rows, strict=True)]
