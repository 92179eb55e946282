"""A base as arrays: every document's words by kind and by passage, their shapes, and their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.engine.documents import Document
from bot.knowledge.engine.grams import Grams, grams
from bot.knowledge.engine.meaning import Meaning, learnt, packed, unit
from bot.knowledge.engine.postings import Floats, Ids, Matrix, Postings, bm25, counted, present, rarity, stacked
from bot.knowledge.engine.shapes import shapes
from bot.knowledge.engine.together import Together, together
from bot.knowledge.engine.vocabulary import Vocabulary

LEXICAL = (
    "title", "description", "headings", "body", "services", "anchors", "forms", "questions", "phrasings", "themes",
    "flat",
)  # fmt: skip
"""Scored by BM25, each apart; "flat" is all of them in one, with their weights (BM25F)."""
HELD = ("covered", "titled")
"""Which part of the question's mass a document has at all, and in its title and phrasings."""
COLUMNS = (*LEXICAL, *HELD)

_SATURATION = {
    "title": (1.2, 0.5), "description": (1.2, 0.5), "headings": (1.2, 0.6), "body": (1.5, 0.75), "services": (1.2, 0.6),
    "anchors": (2.0, 0.6), "forms": (1.2, 0.6), "questions": (1.2, 0.6), "phrasings": (1.5, 0.5), "themes": (1.0, 0.4),
    "flat": (1.2, 0.75),
}  # fmt: skip
"""BM25's k1 and b: short texts are damped less by their length than long ones."""
_FLAT = {
    "title": 6.0, "description": 3.0, "headings": 2.0, "body": 1.0, "themes": 1.0, "questions": 1.0, "services": 1.0,
    "anchors": 0.5, "forms": 0.5, "phrasings": 1.0,
}  # fmt: skip
_PASSAGE = (1.2, 0.5)
_PAIRED = ("title", "description", "headings", "anchors", "forms", "questions", "phrasings")
_SHAPED = ("title", "description", "headings", "anchors", "phrasings")
_MOST_WAYS, _MOST_DOCUMENTS = 0.2, 0.3
"""Letters that a larger share has find nothing: the eighty nearest by all letters are the same to 99 and 98 in a hundred."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """What a search reads. Rows are documents by place, passages by place, or ways to say a document."""

    idf: Floats
    fields: Postings
    """Row = document * len(COLUMNS) + column."""
    passages: Postings
    first: NDArray[np.int32]
    """Each document's first passage, and the number of all of them."""
    leaves: NDArray[np.int32]
    """Each passage's leaf in its fiche."""
    title_mass: Floats
    ways: Postings
    """Titles, phrasings and links' words, one row each: cosine of tf-idf."""
    way_first: NDArray[np.int32]
    said_words: Grams
    """The same ways by their runs of words, and by their letters: grammar words included."""
    said_letters: Grams
    pairs: Together
    shape_title: Grams
    shape_all: Grams
    meaning: Meaning
    meant: Floats
    """(documents, dimensions): the mean of its passages."""
    meant_title: Floats
    """Title and description."""
    meant_passages: NDArray[np.int8]
    meant_ways: NDArray[np.int8]

    @property
    def count(self) -> int:
        """Documents."""
        return len(self.first) - 1


def texts(document: Document) -> dict[str, Sequence[str]]:
    """A document's texts by lexical field, without "flat"."""
    return {
        "title": [document.title or document.description],
        "description": [document.description],
        "headings": document.headings,
        "body": [passage.text for passage in document.passages],
        "services": document.services,
        "anchors": [anchor.words for anchor in document.anchors],
        "forms": document.forms,
        "questions": document.questions,
        "phrasings": document.phrasings,
        "themes": document.themes,
    }


def passage_ids(document: Document, vocabulary: Vocabulary) -> list[Ids]:
    """Each passage's stems, with those of the title and of the headings that it stands under."""
    title = document.title or document.description
    return [vocabulary.joined((title, *passage.headings, passage.text)) for passage in document.passages]


def ways(document: Document) -> list[str]:
    """The short texts that say what a document is about, each once: title, phrasings, links' words, forms."""
    said = [document.title or document.description, *document.phrasings]
    return list(dict.fromkeys([*said, *(anchor.words for anchor in document.anchors), *document.forms]))


def arrays(found: Sequence[Document], vocabulary: Vocabulary, idf: Floats, meaning: Meaning) -> Arrays:
    """The arrays of documents, whose words the vocabulary has read already."""
    terms = len(vocabulary.stems)
    first = _firsts([len(document.passages) for document in found])
    passages, meant, meant_passages = _passages(found, vocabulary, idf, meaning, first)
    said = [texts(document) for document in found]
    spoken = [ways(document) for document in found]
    way_counts = counted([vocabulary.ids(text) for texts_ in spoken for text in texts_], terms)
    spelt = [vocabulary.said(text) for texts_ in spoken for text in texts_]
    counts = {name: counted([vocabulary.joined(text[name]) for text in said], terms) for name in LEXICAL[:-1]}
    return Arrays(
        idf=idf,
        fields=_fields(counts, idf),
        passages=passages,
        first=first,
        leaves=np.array([passage.leaf for document in found for passage in document.passages], np.int32),
        title_mass=np.asarray(present(counts["title"], idf).sum(axis=1), np.float32).ravel(),
        ways=stacked([_cosines(way_counts, idf)]),
        way_first=_firsts([len(texts_) for texts_ in spoken]),
        pairs=together(
            [[vocabulary.ids(part) for name in _PAIRED for part in text[name]] for text in said],
            [[vocabulary.ids(part) for part in text["body"]] for text in said],
        ),
        said_words=grams([words for words, _ in spelt], least=1),
        said_letters=grams([letters for _, letters in spelt], most=_MOST_WAYS),
        shape_title=grams([shapes(_words(text, _SHAPED[:2], vocabulary)) for text in said], most=_MOST_DOCUMENTS),
        shape_all=grams([shapes(_words(text, _SHAPED, vocabulary)) for text in said], most=_MOST_DOCUMENTS),
        meaning=meaning,
        meant=meant,
        meant_title=meaning.of_rows(counts["title"] * 2 + counts["description"]),
        meant_passages=meant_passages,
        meant_ways=packed(meaning.of_rows(way_counts)),
    )


def _passages(
    found: Sequence[Document], vocabulary: Vocabulary, idf: Floats, meaning: Meaning, first: NDArray[np.int32]
) -> tuple[Postings, Floats, NDArray[np.int8]]:
    """Where words stand in passages, what documents mean by them, and what passages mean; what is big ends here."""
    counts = counted([row for document in found for row in passage_ids(document, vocabulary)], len(vocabulary.stems))
    vectors = meaning.of_rows(counts)
    meant = unit(np.add.reduceat(vectors, first[:-1], axis=0)) if len(found) else vectors
    return stacked([bm25(counts, idf, *_PASSAGE)]), meant, packed(vectors)


def _fields(counts: dict[str, Matrix], idf: Floats) -> Postings:
    flat = sum((counts[name] * weight for name, weight in _FLAT.items() if counts[name].nnz), start=counts["title"] * 0)
    flat = flat.tocsr()
    flat.eliminate_zeros()
    scored = [bm25(counts[name], idf, *_SATURATION[name]) for name in LEXICAL[:-1]]
    titled = present(counts["title"] + counts["phrasings"], idf)
    return stacked([*scored, bm25(flat, idf, *_SATURATION["flat"]), present(flat, idf), titled])


def inverse_frequency(found: Sequence[Document], vocabulary: Vocabulary) -> Floats:
    """One idf for all fields, over documents: a rare word is rare wherever it stands. Reads every text."""
    rows = [
        np.unique(vocabulary.joined(text for texts_ in texts(document).values() for text in texts_))
        for document in found
    ]
    return rarity(counted(rows, len(vocabulary.stems)))


def learnt_meaning(found: Sequence[Document], vocabulary: Vocabulary, idf: Floats) -> Meaning:
    """The directions of the passages, and of each document's title beside the ways that people say it."""
    rows = [row for document in found for row in passage_ids(document, vocabulary)]
    said = [vocabulary.joined((document.title, *document.phrasings)) for document in found if document.phrasings]
    return learnt(counted([*rows, *said], len(vocabulary.stems)), idf)


def _firsts(counts: Sequence[int]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _words(text: dict[str, Sequence[str]], names: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    return [word for name in names for part in text[name] for word in vocabulary.words(part)]


def _cosines(counts: Any, idf: Floats) -> Any:
    weighted = counts.copy()
    weighted.data = ((1 + np.log(counts.data)) * idf[counts.indices]).astype(np.float32)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted.data = (weighted.data / np.repeat(np.maximum(lengths, 1e-6), np.diff(weighted.indptr))).astype(np.float32)
    return weighted
