"""What agents see of the questions that could not be answered, and decide about them.

An agent sees the groups of the services whose cases are theirs, and decides about those; supervisors all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import structlog

from bot.agents import Agent
from bot.articles import Draft
from bot.clock import Clock, now
from bot.desk.articles import REVIEW_AFTER, Listed, Writing
from bot.desk.refusals import NoTopic
from bot.desk.replied import title_of
from bot.errors import Missing, NotAllowed, PayloadRejected
from bot.knowledge.importers.markdown import MAX_KEYWORD_CHARS, MAX_KEYWORDS
from bot.privacy.own import own_contacts
from bot.privacy.redact import MASKS, redact
from bot.settings import GENERAL_SERVICE, Office
from bot.text.french import fold
from bot.text.normalise import normalise
from bot.topics import Decision, Example, Topic, Topics, is_back, weekly_before

log = structlog.get_logger(__name__)

READ_EXAMPLES = 200
SHOWN_EXAMPLES = 30
OF_ONE_WORDING = 6
"""So many times as many questions are read as are shown: many are asked in the same words."""
DRAFT_PHRASINGS = 12
"""Of a group's questions, so many different ones become an article's phrasings."""

TitleOf = Callable[[str], Awaitable[str | None]]
"""The title of an article or fiche; None if there is none."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as an agent sees it."""

    topic: Topic
    service: str
    """Whose group it is: the reception's where no service is known."""
    is_open: bool
    """Whether somebody has to decide: nobody has, or it is back."""
    is_back: bool


class DeskTopics:
    """The groups of the desk. Methods raise `NoTopic` for a group that is not there, or not the agent's to see."""

    def __init__(
        self,
        topics: Topics,
        writing: Writing,
        office: Office,
        title_of_article: TitleOf,
        intents: Mapping[str, str] | None = None,
        clock: Clock = now,
    ) -> None:
        """`intents`: those that questions may be taught to belong to, and what agents call them."""
        self._topics = topics
        self._writing = writing
        self._office = office
        self._title_of = title_of_article
        self.intents = dict(intents or {})
        self._clock = clock
        self._own = own_contacts(office)

    def today(self) -> date:
        """The day in the town."""
        return self._clock().astimezone(self._office.zone).date()

    def day_of(self, topic: Topic) -> date | None:
        """The town's day of a decision; None if there is none."""
        return topic.decided_at.astimezone(self._office.zone).date() if topic.decided_at else None

    async def all(self, agent: Agent) -> list[Shown]:
        """The agent's groups that have a question to be read or a decision: what is asked most this week first."""
        today = self.today()
        found = [self._shown(topic, today) for topic in await self._topics.all()]
        seen = [one for one in found if agent.serves(one.service) and (one.topic.asked or not one.is_open)]

        def order(one: Shown) -> tuple[int, int, int]:
            return (-_recent(one.topic, today), -one.topic.asked, one.topic.id)

        return sorted(seen, key=order)

    async def get(self, agent: Agent, topic_id: int) -> Shown:
        """One group."""
        try:
            shown = self._shown(await self._topics.get(topic_id), self.today())
        except Missing as error:
            raise NoTopic(str(error)) from error
        if not agent.serves(shown.service):
            raise NotAllowed(f"groups of {shown.service} are not {agent.login}'s")
        return shown

    async def examples(self, shown: Shown, limit: int = SHOWN_EXAMPLES) -> list[Example]:
        """A group's questions, the newest first, each wording once, personal data masked."""
        return (await self._examples(shown.topic.id, min(READ_EXAMPLES, limit * OF_ONE_WORDING)))[:limit]

    async def title(self, article_id: str) -> str:
        """What an article, a fiche or an intent that was decided for is called; its id where that is gone."""
        return self.intents.get(article_id) or await self._title_of(article_id) or article_id

    async def decide(self, agent: Agent, topic_id: int, decision: Decision, target: str) -> tuple[Shown, str]:
        """Say what is made of a group, or take it back; the id of the draft that was opened for it, "" for none.

        Raises:
            PayloadRejected: it is taught to nothing that there is.
        """
        shown = await self.get(agent, topic_id)
        opened = ""
        if decision is Decision.ARTICLE:
            opened = target = (await self._draft(agent, shown)).id
        elif decision is Decision.TAUGHT:
            if not target or not (target in self.intents or await self._title_of(target)):
                raise PayloadRejected("there is nothing of that name to teach", reason="no_target")
        else:
            target = ""
        if decision is Decision.OPEN and shown.topic.decision is Decision.ARTICLE:
            await self._discard(agent, shown.topic.decided_for)
        before = weekly_before(shown.topic, self.today())
        try:
            await self._topics.decide(topic_id, decision, target, agent.id, before, self._clock())
        except Missing as error:
            raise NoTopic(str(error)) from error
        log.info("desk.topic", topic=topic_id, decision=decision.value or "open", agent=agent.id)
        return await self.get(agent, topic_id), opened

    async def _draft(self, agent: Agent, shown: Shown) -> Listed:
        """An empty article with the group's questions as its phrasings; of one group always the same."""
        said = [one.text for one in await self._examples(shown.topic.id)]
        phrasings = list(
            dict.fromkeys(
                text.rstrip(" ?.!")
                for text in map(normalise, said)
                if 0 < len(text) <= MAX_KEYWORD_CHARS and not any(mask in text for mask in MASKS)
            )
        )[: min(DRAFT_PHRASINGS, MAX_KEYWORDS)]
        name = " ".join(shown.topic.words[:3])
        draft = Draft(
            title=title_of(phrasings[0]) if phrasings else name[:1].upper() + name[1:],
            service=shown.service,
            keywords=tuple(phrasings),
            review_on=self.today() + REVIEW_AFTER,
        )
        made_of = hashlib.sha256(f"topic:{shown.topic.id}".encode()).hexdigest()
        return await self._writing.create_of(agent, draft, made_of)

    async def _discard(self, agent: Agent, article_id: str) -> None:
        """Take back a draft that nobody has written in since; what was written or published stays."""
        try:
            listed = await self._writing.get(agent, article_id)
        except (Missing, NotAllowed):
            return
        written = listed.written
        if written is not None and written.published is None and not written.draft.body.strip():
            await self._writing.remove(agent, article_id, written.version)

    async def _examples(self, topic_id: int, limit: int = READ_EXAMPLES) -> list[Example]:
        found: dict[str, Example] = {}
        for one in await self._topics.examples(topic_id, limit):
            text = redact(normalise(one.text), self._own).text
            found.setdefault(fold(text).strip(" ?.!"), replace(one, text=text))
        return list(found.values())

    def _shown(self, topic: Topic, today: date) -> Shown:
        service = topic.service if topic.service in self._office.services else GENERAL_SERVICE
        decided_on = self.day_of(topic)
        back = decided_on is not None and is_back(topic, decided_on, today)
        return Shown(topic, service, topic.decision is Decision.OPEN or back, back)


def _recent(topic: Topic, today: date) -> int:
    return sum(count for day, count in topic.days.items() if 0 <= (today - day).days <= 7)
