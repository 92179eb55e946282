"""The web chat's payloads: pure functions between Socket.IO's dictionaries and our words.

The shapes stand in docs/web-chat.md; those for every client are the ones of Rasa's `socketio` channel
(https://rasa.com/docs/rasa/connectors/your-own-website, Rasa 3.6).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.cases import Standing
from bot.errors import PayloadRejected
from bot.messages import PHOTO_URL, Address, Attachment, Kind, Message, Outgoing, Reply, Source
from bot.store.base import CITIZEN, Entry
from bot.text.clean import clean

KEY_CHARS = 24
MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Without dots: the ids of replies are made of it with one."""
TOKEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
PHOTO_ID = re.compile(r"[A-Za-z0-9_-]{22}")
PHOTOS_PER_MESSAGE = 3
PHOTO_NAME = "photo.jpg"
PHOTO_TYPE = "image/jpeg"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
OPENINGS = frozenset({"/get_started", "/greet", "/start", "/session_start"})
"""What stock widgets send when they open; anything else that looks like a command is just text."""


def message(name: str, key: str, data: Mapping[str, Any], now: datetime, max_chars: int) -> Message:
    """A `user_uttered` payload of a verified session as a message.

    Raises:
        PayloadRejected: with the catalogue key of what to tell the citizen as its reason.
    """
    text = data.get("message")
    pressed = data.get("pressed")
    # rasa-webchat opens with a message that has no text at all (tests/gateway/fixtures/README.md).
    opening = text is None and pressed is None and not data.get("photos")
    text = "" if text is None else text
    photos = _photos(data.get("photos"))
    if not isinstance(text, str):
        raise PayloadRejected("message is not a text")
    if len(text) > max_chars:
        raise PayloadRejected(f"more than {max_chars} characters", reason="too_long")
    if pressed is not None and not (isinstance(pressed, str) and TOKEN.fullmatch(pressed)):
        raise PayloadRejected("pressed is not a token")
    text = clean(text)
    if not (text or opening or photos) and pressed is None:
        raise PayloadRejected("nothing was said", reason="empty")
    given = data.get("id")
    if given is not None and not (isinstance(given, str) and MESSAGE_ID.fullmatch(given)):
        raise PayloadRejected("id is not of the form that docs/web-chat.md gives")
    language = data.get("language")
    return Message(
        # A client chooses its ids: they are its own only within its session.
        id=f"{key}.{given or uuid.uuid4().hex}",
        address=Address(name, key),
        text=text,
        sent_at=now,
        kind=Kind.START if opening or text in OPENINGS else Kind.TEXT,
        pressed=pressed,
        attachments=tuple(Attachment(PHOTO_NAME, PHOTO_TYPE, 0, f"{PHOTO_URL}{photo}") for photo in photos),
        language_hint=language if isinstance(language, str) and LANGUAGE.fullmatch(language) else None,
    )


def read(body: bytes) -> dict[str, Any]:
    """The dictionary in a request's body.

    Raises:
        PayloadRejected: it is none.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PayloadRejected("not JSON") from error
    if not isinstance(data, dict):
        raise PayloadRejected("not an object")
    return data


def outgoing(reply: Reply, now: datetime, website: str) -> Outgoing:
    """A reply in both forms: `entry` for our widget, `stock` as Rasa's channel would send it."""
    return Outgoing({"entry": _entry(reply, now), "stock": _stock(reply, website)})


def events(reply: Reply, now: datetime, own: bool) -> list[dict[str, Any]]:
    """A reply that is not stored, as `bot_uttered` events for our widget or for others."""
    return [_entry(reply, now)] if own else _stock(reply, "")


def entry(line: Entry) -> dict[str, Any]:
    """A line of the transcript as our widget shows it. A citizen's message id loses the session's part."""
    if line.reply is not None:
        return _entry(line.reply, line.at)
    return citizen(id_of_client(line.ref), line.text, line.at, line.attachments)


def citizen(given_id: str, text: str, at: datetime, attachments: Sequence[Attachment] = ()) -> dict[str, Any]:
    """What a citizen said, as our widget shows it."""
    shown = {"id": given_id, "author": CITIZEN, "text": text, "at": at.isoformat()}
    return {**shown, "attachments": _attachments(attachments)} if attachments else shown


def _entry(reply: Reply, at: datetime) -> dict[str, Any]:
    return {
        "id": id_of_client(reply.id),
        "author": reply.author.value,
        "name": reply.name,
        "text": reply.text,
        "language": reply.language,
        "at": at.isoformat(),
        "buttons": [{"title": button.title, "token": button.payload} for button in reply.buttons],
        "sources": [_source(source) for source in reply.sources],
        "status": reply.status.value if reply.status else None,
        **({"speak": reply.speak} if reply.speak else {}),
    }


def id_of_client(stored_id: str) -> str:
    """The id as the client knows it: without the session's key before the first dot."""
    key, _, rest = stored_id.partition(".")
    return rest if rest and len(key) == KEY_CHARS else stored_id


def standing(found: Standing) -> dict[str, Any]:
    """Who has the conversation, as our widget shows it."""
    return {
        "state": found.state,
        "number": found.number,
        "service": found.service,
        "place": found.place,
        "wait": found.wait,
        "name": found.name,
    }


def _attachments(attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    return [{"name": one.name, "media_type": one.media_type} for one in attachments]


def _photos(given: Any) -> list[str]:
    """The ids of photos that were uploaded before.

    Raises:
        PayloadRejected: it is something else, or too many.
    """
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > PHOTOS_PER_MESSAGE:
        raise PayloadRejected(f"photos is not a list of at most {PHOTOS_PER_MESSAGE}")
    if not all(isinstance(one, str) and PHOTO_ID.fullmatch(one) for one in given):
        raise PayloadRejected("a photo's id is not one of ours")
    return list(dict.fromkeys(given))


def _source(source: Source) -> dict[str, str]:
    return {"title": source.title, "url": source.url, "publisher": source.publisher, "updated": source.updated}


def _stock(reply: Reply, website: str) -> list[dict[str, Any]]:
    """One event a paragraph, the choices on the last and an empty list on the others, as Rasa sends them.

    Sources become text, since stock widgets know none.
    """
    paragraphs = [part for part in reply.text.strip().split("\n\n") if part] or [reply.text]
    question = paragraphs.pop() if len(paragraphs) > 1 and reply.buttons and reply.sources else None
    for source in reply.sources:
        url = website.rstrip("/") + source.url if source.url.startswith("/") else source.url
        paragraphs.append(f"{source.title} : {url}")
    if question is not None:
        paragraphs.append(question)
    events: list[dict[str, Any]] = [{"text": paragraph} for paragraph in paragraphs]
    if reply.buttons:
        for event in events:
            event["quick_replies"] = []
        events[-1]["quick_replies"] = [
            {"content_type": "text", "title": button.title, "payload": button.payload} for button in reply.buttons
        ]
    return events
