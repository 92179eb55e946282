"""How good answers are, on questions whose right articles or fiches are known.

A file has one JSON object a line: {"query": "…", "gold": ["article-id", …]}; an empty `gold` is a question that the
base cannot answer and should not. A gold id of the State's fiches is "F1341", of whichever audience, or "part:F1341".

Ranks are counted among what the gold is: a question about a fiche is asked of the fiches and one about an article of
the town's articles, so that one town's pages do not change what is measured of the national ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from bot.errors import ConfigurationError
from bot.fiches import AUDIENCES
from bot.knowledge.answer import Answer, answer
from bot.knowledge.engine.found import Findings, Searcher
from bot.knowledge.index import Index
from bot.knowledge.search import search
from bot.messages import AnswerStatus
from bot.settings import Office

DEPTH = 10
TRUE_ACCEPTS = 0.95
OWN_THRESHOLD = 0.5
_FICHE = re.compile(r"(?:(?:part|pro):)?[FNR][0-9]+")


class Question(Struct, frozen=True):
    """One line of a file; further fields are notes."""

    query: Annotated[str, Meta(min_length=1)]
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares in [0, 1]; None where the file has no question of the kind."""

    n: int
    in_scope: int
    hit_at: dict[int, float | None]
    """Questions in scope with a right article among the first k."""
    mrr: float | None
    """Mean of 1 / rank of the first right article, 0 beyond the tenth."""
    answered_right: float | None
    """Questions in scope that a right article answers at once."""
    answered_wrong: float | None
    """Questions in scope that a wrong article answers."""
    offered_right: float | None
    """Questions in scope for which a right article is among the titles to choose from."""
    false_accept: float | None
    """Questions out of scope that are answered all the same; with fiches, see `accepted`."""
    unknown: tuple[str, ...] = ()
    """Gold ids that no stored page has; a question that has no other counts as not found."""

    def as_dict(self) -> dict[str, Any]:
        """With the names that papers use: hit@k, mrr, false_accept."""
        return {
            "n": self.n,
            "in_scope": self.in_scope,
            **{f"hit@{k}": share for k, share in self.hit_at.items()},
            "mrr": self.mrr,
            "answered_right": self.answered_right,
            "answered_wrong": self.answered_wrong,
            "offered_right": self.offered_right,
            "false_accept": self.false_accept,
            "unknown_gold": list(self.unknown),
        }


def read(path: Path) -> list[Question]:
    """The questions of a file.

    Raises:
        ConfigurationError: it cannot be read, or a line is no question; the message names the line.
    """
    try:
        # Not splitlines: the line separators of Unicode may stand within a question.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not text in UTF-8 (byte {error.start})") from error
    questions: list[Question] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                questions.append(msgspec.json.decode(line, type=Question))
            except (msgspec.DecodeError, RecursionError) as error:
                raise ConfigurationError(f"{path}: line {number}: {error}") from error
    if not questions:
        raise ConfigurationError(f"{path}: holds no question")
    return questions


def evaluate(
    index: Index,
    office: Office,
    questions: Sequence[Question],
    today: date,
    fiches: Searcher | None = None,
    audience: str | None = None,
) -> Quality:
    """Ask every question as a citizen would and count; `audience` is whose fiches are searched, None is everybody's."""
    inside = [question for question in questions if question.gold]
    outside = [question for question in questions if not question.gold]
    national = [question for question in inside if fiches and of_fiches(question)]
    local = [question for question in inside if not (fiches and of_fiches(question))]
    found = [fiches.search(question.query, DEPTH, audience) for question in national] if fiches else []
    ranks = [_rank(index, question) for question in local]
    golds = dict.fromkeys(gold for question in inside for gold in question.gold)
    pages = {gold: pages_of(fiches, gold) if fiches else frozenset[str]() for gold in golds}
    ranks += [
        _fiche_rank(findings, frozenset().union(*(pages[gold] for gold in question.gold)))
        for findings, question in zip(found, national, strict=True)
    ]
    answers = [answer(index, office, question.query, today) for question in local]
    judged = list(zip(answers, local, strict=True))
    if fiches and (national or not local):
        strays = [fiches.search(question.query, 1, audience).in_scope for question in outside]
        taken = accepted([findings.in_scope for findings in found], strays)
    else:
        taken = [_answers(answer(index, office, question.query, today)) for question in outside]
    return Quality(
        n=len(questions),
        in_scope=len(inside),
        hit_at={k: _share([0 < rank <= k for rank in ranks]) for k in (1, 3, 5, 10)},
        mrr=round(sum(1 / rank for rank in ranks if rank) / len(ranks), 4) if ranks else None,
        answered_right=_share([_answers(found) and _right(found, question) for found, question in judged]),
        answered_wrong=_share([_answers(found) and not _right(found, question) for found, question in judged]),
        offered_right=_share(
            [found.status is AnswerStatus.CHOOSE and _right(found, question) for found, question in judged]
        ),
        false_accept=_share(taken),
        # Never to be found: misspelt, or of a page that is gone or was not imported.
        unknown=tuple(gold for gold in golds if index.place(gold) is None and not pages[gold]),
    )


def accepted(inside: Sequence[float], outside: Sequence[float]) -> list[bool]:
    """Which questions out of scope pass where 95 % of those in scope do, by the gate's values of both.

    Without a question in scope the gate's own threshold counts, which lets in 95 % of the base's own questions.
    """
    threshold = OWN_THRESHOLD
    if inside:
        ordered = sorted(inside)
        # The fifth percentile, between the two values that it lies between.
        place = (len(ordered) - 1) * (1 - TRUE_ACCEPTS)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        threshold = ordered[low] + (ordered[high] - ordered[low]) * (place - low)
    return [value > threshold for value in outside]


def of_fiches(question: Question) -> bool:
    """Whether a question is about fiches: all its gold ids are theirs."""
    return bool(question.gold) and all(_FICHE.fullmatch(gold) for gold in question.gold)


def pages_of(fiches: Searcher, gold: str) -> frozenset[str]:
    """The keys under which a fiche may be found that a gold id names; none if there is no such fiche.

    An id that is gone means the page that stands for it, and a page that both audiences have with the same text is one.
    """
    keys = [gold] if ":" in gold else [f"{audience}:{gold}" for audience in AUDIENCES]
    found = {page.key: page for key in keys if (page := fiches.fiche(key)) is not None}
    for page in list(found.values()):
        for audience in AUDIENCES:
            twin = fiches.fiche(f"{audience}:{page.id}")
            if twin is not None and (twin.title, twin.parts) == (page.title, page.parts):
                found[twin.key] = twin
    return frozenset(found)


def _fiche_rank(findings: Findings, right: frozenset[str]) -> int:
    """From 1; 0 when no right fiche is among the first."""
    return next((rank for rank, hit in enumerate(findings.hits, start=1) if hit.key in right), 0)


def _rank(index: Index, question: Question) -> int:
    """From 1; 0 when no right article is among the first."""
    ids = [hit.article.id for hit in search(index, question.query, DEPTH)]
    return next((rank for rank, article_id in enumerate(ids, start=1) if article_id in question.gold), 0)


def _answers(found: Answer) -> bool:
    return found.status is AnswerStatus.ANSWERED


def _right(found: Answer, question: Question) -> bool:
    return any(passage.article_id in question.gold for passage in found.passages)


def _share(happened: Sequence[bool]) -> float | None:
    return round(sum(happened) / len(happened), 4) if happened else None
