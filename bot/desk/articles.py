"""The town's articles at the desk: what agents may do with them.

An agent writes for the services whose cases are theirs. Everything that is done makes an edition and a line in the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from bot.agents import Agent, Agents
from bot.articles import DESK, ArticleTaken, Did, Draft, Edition, Editions, Use, Written, drafted
from bot.cases import Case
from bot.clock import Clock, now
from bot.desk.article_preview import previewed
from bot.desk.refusals import ForeignArticle, NoArticle
from bot.desk.replied import is_reply, proposed, slug
from bot.errors import Missing, PayloadRejected
from bot.privacy.own import own_contacts
from bot.settings import GENERAL_SERVICE, Office
from bot.store.base import Article, Articles, Entry
from bot.text.french import fold

log = structlog.get_logger(__name__)

REVIEW_AFTER = timedelta(days=365)
"""When a new article is to be read again, where nobody says otherwise."""
USED_WITHIN = timedelta(days=365)
"""What is counted of uses and ratings; ratings are kept for as long by default."""
MAX_OF_ONE_NAME = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as the desk shows it: written here, or brought by an importer (`written` is None)."""

    id: str
    draft: Draft
    origin: str
    written: Written | None
    use: Use


class Writing:
    """What agents do with articles. Methods raise `ForeignArticle` for another service's, `NoArticle` for none."""

    def __init__(
        self, editions: Editions, articles: Articles, agents: Agents, office: Office, clock: Clock = now
    ) -> None:
        self._editions = editions
        self._articles = articles
        self._agents = agents
        self._office = office
        self._clock = clock

    def today(self) -> date:
        """The day in the town."""
        return self._clock().astimezone(self._office.zone).date()

    async def all(self, agent: Agent, words: str = "") -> list[Listed]:
        """Every article of the agent's services, by title; with `words`, those that have all of them somewhere."""
        uses = await self._uses()
        here = {one.id: one for one in await self._editions.all()}
        found = [_here(one, uses) for one in here.values()]
        found += [_brought(one, uses) for one in await self._articles.all() if one.id not in here]
        wanted = fold(words).split()
        shown = [one for one in found if agent.serves(one.draft.service) and _has(one, wanted)]
        return sorted(shown, key=lambda one: (fold(one.draft.title), one.id))

    async def get(self, agent: Agent, article_id: str) -> Listed:
        """One article."""
        return self._mine(agent, await self._find(article_id))

    async def create(self, agent: Agent, draft: Draft) -> Listed:
        """A new draft, called after its title."""
        self._require(agent, draft.service)
        written = await self._create(agent, draft)
        return await self._changed(agent, written, Did.CREATED)

    async def create_of_reply(self, agent: Agent, case: Case, lines: Sequence[Entry], position: int) -> Listed:
        """A draft of an agent's reply in a case that this agent may see; of one reply, always the same draft.

        Raises:
            NoArticle: no agent's reply stands there.
        """
        reply = next((line for line in lines if line.position == position and is_reply(line)), None)
        if reply is None:
            raise NoArticle("there is no agent's reply at that place")
        service = case.service if case.service in self._office.services else GENERAL_SERVICE
        review_on = self.today() + REVIEW_AFTER
        proposal = proposed(lines, reply, case.subject, service, own_contacts(self._office), review_on)
        made_of = hashlib.sha256(f"{case.conversation_id}:{reply.ref}".encode()).hexdigest()
        log.info("desk.article_of_reply", case=case.id, masked=proposal.masked)
        return await self.create_of(agent, proposal.draft, made_of)

    async def create_of(self, agent: Agent, draft: Draft, made_of: str) -> Listed:
        """A draft made of something else; of one thing, always the same draft, brought back if it was removed."""
        self._require(agent, draft.service)
        written = await self._create(agent, draft, made_of)
        if written.removed:
            written = await self._editions.restore(
                written.id, written.version, written.version, agent.id, self._clock()
            )
        return await self._changed(agent, written, Did.CREATED)

    async def take_over(self, agent: Agent, article_id: str) -> Listed:
        """Write on here what an importer has brought; what is written here already stays as it is."""
        shown = await self.get(agent, article_id)
        if shown.written is not None:
            return shown
        review_on = self.today() + REVIEW_AFTER
        try:
            written = await self._editions.take_over(article_id, agent.id, review_on, self._clock())
        except Missing as error:
            raise NoArticle(str(error)) from error
        return await self._changed(agent, written, Did.TAKEN_OVER)

    async def save(self, agent: Agent, article_id: str, version: int, draft: Draft) -> Listed:
        """Keep new words; see `Editions.save`."""
        await self._ours(agent, article_id)
        self._require(agent, draft.service)
        written = await self._editions.save(article_id, version, draft, agent.id, self._clock())
        return await self._changed(agent, written, Did.SAVED)

    async def publish(self, agent: Agent, article_id: str, version: int) -> Listed:
        """Answer citizens from it.

        Raises:
            PayloadRejected: it has no text.
        """
        shown = await self._ours(agent, article_id)
        if not previewed(article_id, shown.draft):
            raise PayloadRejected("there is nothing to quote", reason="article_empty")
        if shown.draft.service not in self._office.services:
            raise PayloadRejected(f"there is no service {shown.draft.service}", reason="no_service")
        written = await self._editions.publish(article_id, version, agent.id, self.today(), self._clock())
        return await self._changed(agent, written, Did.PUBLISHED)

    async def unpublish(self, agent: Agent, article_id: str, version: int) -> Listed:
        """Answer nobody from it any more."""
        await self._ours(agent, article_id)
        written = await self._editions.unpublish(article_id, version, agent.id, self._clock())
        return await self._changed(agent, written, Did.UNPUBLISHED)

    async def restore(self, agent: Agent, article_id: str, version: int, number: int) -> Listed:
        """Make the words of an edition the newest ones, of a removed article too."""
        written = await self._written(agent, article_id)
        editions = await self._editions.history(article_id)
        edition = next((one for one in editions if one.number == number), None)
        if edition is None:
            raise NoArticle(f"there is no edition {number} of {article_id}")
        self._require(agent, edition.draft.service)
        restored = await self._editions.restore(written.id, version, number, agent.id, self._clock())
        return await self._changed(agent, restored, Did.RESTORED)

    async def remove(self, agent: Agent, article_id: str, version: int) -> Listed:
        """Take it off the desk and away from citizens; `restore` brings it back."""
        await self._ours(agent, article_id)
        written = await self._editions.remove(article_id, version, agent.id, self._clock())
        return await self._changed(agent, written, Did.REMOVED)

    async def history(self, agent: Agent, article_id: str) -> list[Edition]:
        """Its editions, the newest first; none of one that an importer brings."""
        try:
            await self._written(agent, article_id)
        except NoArticle:
            await self.get(agent, article_id)
            return []
        return await self._editions.history(article_id)

    async def owners(self) -> list[Agent]:
        """Who may look after an article."""
        return [one for one in await self._agents.all() if not one.disabled]

    async def _create(self, agent: Agent, draft: Draft, made_of: str = "") -> Written:
        name = slug(draft.title)
        for number in range(1, MAX_OF_ONE_NAME + 1):
            article_id = name if number == 1 else f"{name}-{number}"
            try:
                return await self._editions.create(article_id, draft, agent.id, self._clock(), made_of)
            except ArticleTaken:
                continue
        raise ArticleTaken(f"there are {MAX_OF_ONE_NAME} articles {name}")

    async def _find(self, article_id: str) -> Listed:
        uses = await self._uses()
        try:
            written = await self._editions.get(article_id)
            if not written.removed:
                return _here(written, uses)
        except Missing:
            pass
        try:
            return _brought(await self._articles.get(article_id), uses)
        except Missing as error:
            raise NoArticle(str(error)) from error

    async def _ours(self, agent: Agent, article_id: str) -> Listed:
        """One that can be changed here."""
        shown = await self.get(agent, article_id)
        if shown.written is None:
            raise NoArticle(f"the article {article_id} is brought by an import")
        return shown

    async def _written(self, agent: Agent, article_id: str) -> Written:
        """One that is written here, removed or not."""
        try:
            written = await self._editions.get(article_id)
        except Missing as error:
            raise NoArticle(str(error)) from error
        self._require(agent, written.draft.service)
        return written

    async def _changed(self, agent: Agent, written: Written, did: Did) -> Listed:
        log.info("desk.article", article=written.id, did=did.value, version=written.version, agent=agent.id)
        return _here(written, await self._uses())

    async def _uses(self) -> Mapping[str, Use]:
        return await self._editions.uses(self.today() - USED_WITHIN)

    def _mine(self, agent: Agent, shown: Listed) -> Listed:
        self._require(agent, shown.draft.service)
        return shown

    def _require(self, agent: Agent, service: str) -> None:
        if not agent.serves(service):
            raise ForeignArticle(f"articles of {service} are not {agent.login}'s")


def _here(written: Written, uses: Mapping[str, Use]) -> Listed:
    return Listed(written.id, written.draft, DESK, written, uses.get(written.id, Use()))


def _brought(article: Article, uses: Mapping[str, Use]) -> Listed:
    return Listed(article.id, drafted(article), article.origin, None, uses.get(article.id, Use()))


def _has(one: Listed, wanted: Sequence[str]) -> bool:
    if not wanted:
        return True
    draft = one.draft
    words = fold(" ".join((one.id, draft.title, draft.fiche, *draft.keywords, draft.body)))
    return all(word in words for word in wanted)
