"""What travels through Rasa as a `custom` payload: written by the domain and the actions, read by `bot.rasa`.

A payload names a catalogue line instead of carrying words, so that all wording stands in one place and a channel
gets it in the citizen's language::

    {"say": "answer", "values": {"passage": "…"}, "sources": [{"title": "…", "url": "…"}], "status": "answered"}
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from bot.errors import PayloadRejected
from bot.messages import AnswerStatus


class WireButton(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A choice: its words, or the catalogue key of its words, and what it means to the core."""

    payload: str
    title: str = ""
    key: str = ""


class WireSource(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an answer rests on."""

    title: str
    url: str
    publisher: str = ""
    updated: str = ""
    article: str = ""


class Say(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One reply: the catalogue lines `say` (several are joined as paragraphs by "+") with their values.

    With "" for `say` nothing is said, and that is meant; `case` is the id of a case that was opened or has changed.
    """

    say: str
    values: dict[str, str] = {}
    buttons: tuple[WireButton, ...] = ()
    sources: tuple[WireSource, ...] = ()
    status: AnswerStatus | None = None
    case: int = 0

    def payload(self) -> dict[str, Any]:
        """The plain dictionary for `dispatcher.utter_message(json_message=…)`."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def speak(language: str) -> str:
    """What a button means by which a language is chosen: `bot.greeting` hears it, the core never does."""
    return f'/speak{{"language": "{language}"}}'


def read(payload: Any) -> Say:
    """A payload as it came back from Rasa.

    Raises:
        PayloadRejected: it is not one of ours.
    """
    try:
        return msgspec.convert(payload, Say)
    except msgspec.ValidationError as error:
        raise PayloadRejected(f"a custom payload of the core: {error}") from error
