"""An agent's reply as the beginning of an article: without greeting and signature, and without what says whose it was."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bot.articles import Draft
from bot.desk.article_bodies import LINK
from bot.messages import Author
from bot.privacy.redact import redact
from bot.store.base import CITIZEN, Entry
from bot.text.french import fold
from bot.text.normalise import normalise

TITLE_CHARS = 100
KEYWORD_CHARS = 80
LEAST_WORDS = 3
"""« Merci beaucoup » asks nothing."""
SLUG_CHARS = 60

_GREETING = re.compile(
    r"\A\s*(?:re-?)?(?:bonjour|bonsoir|madame, monsieur|madame|monsieur|hello)(?:(?: (?:madame|monsieur|mme|m\.|à vous|\[nom\])),?)*"
    r"\s*[,.!]?\s+",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"\s*(?:bien )?(?:cordialement|bien à vous|bonne (?:journée|soirée|fin de journée)|sincères salutations)\b[^\n]{0,60}"
    r"(?:\n[^\n]{0,60}){0,3}\Z",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[ ]*[•·*–—][ ]+", re.MULTILINE)
_LINE = re.compile(r"(?<!\n)\n(?!\n|[ ]*(?:-|\d{1,2}[.)]) )")
_SENTENCE = re.compile(r"(?<=[?.!…])\s+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft, and how many places of the conversation's words were masked in it."""

    draft: Draft
    masked: int


def proposed(
    lines: Sequence[Entry], reply: Entry, subject: str, service: str, own: Collection[str], review_on: date
) -> Proposal:
    """A draft from a reply of a conversation; `own`: strings with the town's own contacts, which stay."""
    question = redact(_question(lines, reply) or subject, own)
    answer = redact(reply.text, own)
    asked = normalise(_GREETING.sub("", question.text))
    title = title_of(asked)
    body = _markdown(_FAREWELL.sub("", _GREETING.sub("", answer.text, count=1)).strip())
    body = body[:1].upper() + body[1:]
    sources = reply.reply.sources if reply.reply else ()
    more = next((source.url for source in sources if LINK.fullmatch(source.url)), "")
    is_keyword = not question.masked and asked and len(asked) <= KEYWORD_CHARS
    draft = Draft(
        title=title or "Nouvel article",
        service=service,
        body=f"{body}\n" if body else "",
        keywords=(asked.rstrip(" ?."),) if is_keyword else (),
        more=more,
        review_on=review_on,
    )
    return Proposal(draft, question.masked + answer.masked)


def slug(title: str) -> str:
    """What an article is called in addresses, from its title."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    cut = words if len(words) <= SLUG_CHARS else words[: SLUG_CHARS + 1].rpartition("-")[0] or words[:SLUG_CHARS]
    return cut.strip("-") or "article"


def _question(lines: Sequence[Entry], reply: Entry) -> str:
    """The citizen's last words before the reply that say something."""
    before = [line for line in lines if line.position < reply.position]
    said = [line.text for line in before if line.author == CITIZEN and len(line.text.split()) >= LEAST_WORDS]
    return said[-1] if said else ""


def is_reply(line: Entry) -> bool:
    """Whether an article can be made of a line: an agent's words."""
    return line.author == Author.AGENT.value and bool(line.text.strip())


def _markdown(text: str) -> str:
    """Plain text as Markdown: lines that stand alone stay alone, whatever stands for a bullet is one."""
    return _LINE.sub("\n\n", _BULLET.sub("- ", text))


def title_of(asked: str) -> str:
    """The question, or the sentence of it that asks."""
    sentences = _SENTENCE.split(asked)
    chosen = next((one for one in sentences if one.endswith("?")), sentences[0])
    if len(chosen) > TITLE_CHARS:
        chosen = chosen[:TITLE_CHARS].rpartition(" ")[0].rstrip(" ,;:") + "…"
    return chosen[:1].upper() + chosen[1:]
