"""Replies as a client of the API gets them, by callback and by polling: pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.messages import Outgoing, Reply, Source
from bot.text.wording import Wording
from channels import plain
from channels.base import Limits


def render(reply: Reply, at: datetime, website: str, wording: Wording, limits: Limits) -> list[Outgoing]:
    """A reply as one object; only a text beyond the limit becomes several, with sources and buttons on the last."""
    text, buttons = reply.text.strip(), reply.buttons
    if len(buttons) > limits.buttons or any(len(one.title) > limits.button_title_chars for one in buttons):
        text = f"{text}\n\n{plain.numbered(buttons, reply.language, wording)}".strip()
        buttons = ()
    *first, last = plain.split(text, limits.text_chars)
    parts = [
        replace(reply, id=f"{reply.id}-{number}", text=one, buttons=(), sources=())
        for number, one in enumerate(first, 1)
    ]
    parts.append(replace(reply, text=last, buttons=buttons))
    return [Outgoing(_shown(part, at, website)) for part in parts]


def _shown(reply: Reply, at: datetime, website: str) -> dict[str, object]:
    return {
        "id": reply.id,
        "text": reply.text,
        "author": reply.author.value,
        "name": reply.name,
        "language": reply.language,
        "buttons": [{"title": button.title, "token": button.payload} for button in reply.buttons],
        "sources": [_source(source, website) for source in reply.sources],
        "at": at.isoformat(),
    }


def _source(source: Source, website: str) -> dict[str, str]:
    url = website.rstrip("/") + source.url if source.url.startswith("/") else source.url
    return {"title": source.title, "url": url, "publisher": source.publisher, "updated": source.updated}
