"""Articles as agents write them at the desk: drafts, editions and states, and what writing asks of its storage.

What citizens are answered from is `bot.store.base.Articles`; an article gets there by being published, and a draft
never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from bot.errors import Stale
from bot.store.base import Article

DESK = "desk"
"""The origin of what was published here."""


class ArticleState(str, Enum):
    """Whether citizens are answered from it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    EXPIRED = "expired"
    """Published, and past its last valid day: the bot says so and answers nothing from it."""


class Did(str, Enum):
    """What an edition came from."""

    CREATED = "created"
    SAVED = "saved"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    RESTORED = "restored"
    TAKEN_OVER = "taken_over"
    """Out of a folder of files."""
    REMOVED = "removed"


class Overtaken(Stale):
    """Somebody else, `by` name, has changed the article since it was read."""

    def __init__(self, message: str, by: str = "") -> None:
        super().__init__(message)
        self.by = by


class ArticleTaken(Stale):
    """There is an article of that id."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that an agent writes about one article."""

    title: str
    service: str
    """A code of `office.yml`."""
    body: str = ""
    """Markdown."""
    audience: str = "particuliers"
    valid_until: date | None = None
    source: str = ""
    keywords: tuple[str, ...] = ()
    more: str = ""
    fiche: str = ""
    """The national fiche that it adds to: "F1341"."""
    review_on: date | None = None
    """When somebody has to read it again."""
    owner: int | None = None
    """The agent who looks after it; None for its service as a whole."""

    def article(self, article_id: str, updated: date) -> Article:
        """What is published of it."""
        return Article(
            id=article_id,
            title=self.title,
            service=self.service,
            body=self.body,
            audience=self.audience,
            valid_until=self.valid_until,
            source=self.source,
            keywords=self.keywords,
            origin=DESK,
            updated=updated,
            more=self.more,
            fiche=self.fiche,
        )


def drafted(article: Article, review_on: date | None = None) -> Draft:
    """An article that was published by others, as a draft."""
    return Draft(
        title=article.title,
        service=article.service,
        body=article.body,
        audience=article.audience,
        valid_until=article.valid_until,
        source=article.source,
        keywords=article.keywords,
        more=article.more,
        fiche=article.fiche,
        review_on=review_on,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """An article as it stands at the desk."""

    id: str
    version: int
    """The number of its newest edition."""
    draft: Draft
    published: Draft | None
    """What citizens are answered from; None if nothing is."""
    changed_at: datetime
    changed_by: str
    """The name of who made the newest edition; "" if their account is gone."""
    owner_name: str = ""
    removed: bool = False

    def state(self, today: date) -> ArticleState:
        """Whether citizens are answered from it, today."""
        if self.published is None:
            return ArticleState.DRAFT
        until = self.published.valid_until
        return ArticleState.EXPIRED if until is not None and until < today else ArticleState.PUBLISHED

    def to_review(self, today: date) -> bool:
        """Whether somebody has to read it again."""
        return self.draft.review_on is not None and self.draft.review_on <= today

    @property
    def changed(self) -> bool:
        """Whether it has words that citizens do not have yet."""
        return self.published is not None and self.published != self.draft


@dataclass(frozen=True, slots=True)
class Edition:
    """An article as it was saved once."""

    number: int
    """From 1."""
    did: Did
    at: datetime
    agent: str
    """The name of who did it; "" if their account is gone."""
    draft: Draft


@dataclass(frozen=True, slots=True)
class Use:
    """How often an article answered, and whether it helped, as far as citizens said."""

    answers: int = 0
    rated: int = 0
    helped: int = 0


class Editions(Protocol):
    """The articles that are written at the desk, with all their editions. Every change is one transaction.

    Methods that take a `version` raise `Overtaken` when the article has a newer one, and `Missing` when there is none.
    """

    async def create(self, article_id: str, draft: Draft, agent_id: int, now: datetime, made_of: str = "") -> Written:
        """A new draft. With `made_of` (where it comes from) it is made once: the second time, the first one comes back.

        Raises:
            ArticleTaken: an article has that id, here or among those that citizens are answered from.
        """

    async def take_over(self, article_id: str, agent_id: int, review_on: date, now: datetime) -> Written:
        """Write on at the desk what an importer has brought; published as it is. Imports leave it alone from now on.

        Raises:
            Missing: no importer has brought it.
        """

    async def save(self, article_id: str, version: int, draft: Draft, agent_id: int, now: datetime) -> Written:
        """Keep new words; citizens do not see them yet. Unchanged words make no edition."""

    async def publish(self, article_id: str, version: int, agent_id: int, today: date, now: datetime) -> Written:
        """Answer citizens from the newest words; the base's version grows."""

    async def unpublish(self, article_id: str, version: int, agent_id: int, now: datetime) -> Written:
        """Answer nobody from it any more; the words stay as a draft."""

    async def restore(self, article_id: str, version: int, number: int, agent_id: int, now: datetime) -> Written:
        """Make the words of an edition the newest ones; a removed article is there again.

        Raises:
            Missing: there is no such edition.
        """

    async def remove(self, article_id: str, version: int, agent_id: int, now: datetime) -> Written:
        """Take it off the desk and away from citizens; its history stays, and `restore` brings it back."""

    async def get(self, article_id: str) -> Written:
        """One article, removed or not.

        Raises:
            Missing: it is not written here.
        """

    async def all(self) -> list[Written]:
        """Every article that is not removed, by id."""

    async def history(self, article_id: str, limit: int = 200) -> list[Edition]:
        """The newest editions, the newest first."""

    async def uses(self, since: date | None = None) -> Mapping[str, Use]:
        """How often each article answered and helped since a day, by its id."""
