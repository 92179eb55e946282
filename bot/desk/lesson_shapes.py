"""Lessons and samples as the desk's page reads them, as docs/desk-protocol.md gives them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from bot.analytics.samples import Quality
from bot.desk.shapes import Shape, Shapes
from bot.desk.words import Words
from bot.knowledge.base import KnowledgeBase
from bot.lessons import Decision, Lesson, Rating, Sample
from bot.privacy.redact import redact
from bot.store.base import Transcript

INTENT, UNTAUGHT, WHY = "intent", "untaught", "why"
"""UNTAUGHT: what a message may be taken for and nobody teaches."""
"""Groups of the desk's words."""


class LessonShapes:
    """Turns lessons and samples into what the page shows."""

    def __init__(
        self,
        shapes: Shapes,
        words: Words,
        knowledge: KnowledgeBase,
        transcript: Transcript,
        keep: Collection[str] = (),
    ) -> None:
        """`keep` are the office's own contacts, which are not masked."""
        self._shapes = shapes
        self._words = words
        self._knowledge = knowledge
        self._transcript = transcript
        self._keep = keep

    @property
    def acts(self) -> Mapping[str, str]:
        """The acts that an agent may teach, by name: danger and distress are not among them."""
        return self._words.names(INTENT)

    async def lessons(self, lessons: Sequence[Lesson]) -> list[Shape]:
        """Several, each article looked up once."""
        titles = {"": ""}
        for key in {key for one in lessons for key in _articles(one)}:
            titles[key] = await self._knowledge.title(key)
        return [self._lesson(one, titles) for one in lessons]

    def _lesson(self, one: Lesson, titles: Mapping[str, str]) -> Shape:
        value_name = ""
        if one.decision is Decision.INTENT:
            value_name = self._words.name(INTENT, one.value)
        elif one.decision is Decision.ARTICLE:
            value_name = titles[one.value] or one.value
        return {
            "id": one.id,
            "text": one.text,
            "language": one.language,
            "at": one.at.isoformat(),
            "why": one.why.value,
            "why_name": self._words.name(WHY, one.why.value),
            "times": one.times,
            "intent": one.intent,
            "intent_name": self._words.name(UNTAUGHT, self._words.name(INTENT, one.intent)),
            "confidence": round(one.confidence, 3),
            "article": one.article,
            "article_title": titles[one.article],
            "meant": one.meant if titles[one.meant] else "",
            "meant_title": titles[one.meant],
            "decision": one.decision.value,
            "value": one.value,
            "value_name": value_name,
            "exported_at": one.exported_at.isoformat() if one.exported_at else "",
            "written": [
                *([self._words.name(INTENT, one.written_act)] if one.written_act else []),
                *([titles[one.written_page] or one.written_page] if one.written_page else []),
            ],
        }

    async def sample(self, one: Sample) -> Shape:
        """A drawn answer with its question, whose personal data is masked; `gone` if its conversation is no longer there."""
        question = answer = None
        if one.conversation_id:
            question = await self._transcript.entry(one.conversation_id, one.question_ref)
            answer = await self._transcript.entry(one.conversation_id, one.answer_ref)
        reply = answer.reply if answer else None
        return {
            "id": one.id,
            "service": one.service,
            "service_name": self._shapes.service(one.service) if one.service else "",
            "article": one.article,
            "article_title": await self._knowledge.title(one.article) if one.article else "",
            "question": redact(question.text, self._keep).text if question else "",
            "answer": reply.text if reply else "",
            "language": reply.language if reply else "",
            "sources": self._shapes.sources(reply.sources) if reply else [],
            "gone": reply is None,
            "rating": one.rating.value,
        }

    def quality(self, week: date, one: Quality) -> Shape:
        """What is known of a week; shares in [0, 1], null where nothing was rated."""
        return {
            "week": week.isoformat(),
            "answers": one.answers,
            "drawn": one.drawn,
            "rated": one.rated,
            "ratings": {rating.value: one.counts.get(rating, 0) for rating in Rating if rating.value},
            "right": one.right,
            "low": one.low,
            "high": one.high,
        }


def _articles(one: Lesson) -> list[str]:
    value = one.value if one.decision is Decision.ARTICLE else ""
    return [key for key in (one.article, one.meant, value, one.written_page) if key]
