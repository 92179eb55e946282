"""Articles as the desk's page reads them: pure functions to the dictionaries of docs/desk-protocol.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.articles import ArticleState, Draft, Edition
from bot.desk.article_preview import Advice
from bot.desk.articles import Listed
from bot.desk.fiche_titles import Title
from bot.desk.shapes import Shape, Shapes
from bot.desk.words import Words
from bot.knowledge.articles import Passage
from bot.text.typography import typeset


class ArticleShapes:
    """Turns articles into what the page shows."""

    def __init__(self, shapes: Shapes, words: Words) -> None:
        self._shapes = shapes
        self._words = words

    def row(self, one: Listed, today: date) -> Shape:
        """What the list shows of an article."""
        written, draft, use = one.written, one.draft, one.use
        state = written.state(today) if written else _state(draft, today)
        return {
            "id": one.id,
            "title": draft.title,
            "service": draft.service,
            "service_name": self._shapes.service(draft.service),
            "origin": one.origin,
            "state": state.value,
            "state_name": self._words.name("article_state", state.value),
            "changed": bool(written and written.changed),
            "to_review": bool(written and written.to_review(today)),
            "removed": bool(written and written.removed),
            "valid_until": _day(draft.valid_until),
            "review_on": _day(draft.review_on),
            "owner": {"id": draft.owner, "name": written.owner_name} if written and draft.owner is not None else None,
            "fiche": draft.fiche,
            "version": written.version if written else 0,
            "changed_at": written.changed_at.isoformat() if written else None,
            "changed_by": written.changed_by if written else "",
            "uses": {
                "answers": use.answers,
                "rated": use.rated,
                "percent": round(100 * use.helped / use.rated) if use.rated else None,
            },
        }

    def article(self, one: Listed, today: date, fiche: Title | None = None) -> Shape:
        """A whole article."""
        row = self.row(one, today)
        is_shown = row["state"] != ArticleState.DRAFT.value
        return {
            **row,
            **_words(one.draft),
            "url": f"/articles/{one.id}" if is_shown else "",
            "fiche_title": fiche.title if fiche else "",
            "fiche_url": fiche.url if fiche else "",
        }

    def edition(self, edition: Edition) -> Shape:
        """A line of an article's history, with its words."""
        return {
            "number": edition.number,
            "did": edition.did.value,
            "did_name": self._words.name("did", edition.did.value),
            "at": edition.at.isoformat(),
            "agent": edition.agent,
            "title": edition.draft.title,
            "service_name": self._shapes.service(edition.draft.service),
            "valid_until": _day(edition.draft.valid_until),
            **_words(edition.draft),
        }

    def passage(self, passage: Passage) -> Shape:
        """What the bot would quote at once."""
        return {"headings": list(passage.headings), "text": typeset(passage.text), "words": len(passage.text.split())}

    def warning(self, warning: Advice) -> Shape:
        """Something to look at again."""
        values = {"text": warning.text, "words": str(warning.words), "pieces": str(warning.pieces)}
        return {"kind": warning.kind, "text": typeset(self._words.say("warning", warning.kind, **values))}

    def fiches(self, found: Sequence[Title]) -> list[Shape]:
        """Fiches by their titles."""
        return [{"id": one.id, "audience": one.audience, "title": one.title, "url": one.url} for one in found]


def _words(draft: Draft) -> Shape:
    return {
        "body": draft.body,
        "audience": draft.audience,
        "source": draft.source,
        "more": draft.more,
        "keywords": list(draft.keywords),
    }


def _state(draft: Draft, today: date) -> ArticleState:
    is_over = draft.valid_until is not None and draft.valid_until < today
    return ArticleState.EXPIRED if is_over else ArticleState.PUBLISHED


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
