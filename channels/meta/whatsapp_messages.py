"""A reply as WhatsApp messages: pure functions.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-reply-buttons-messages,
…/interactive-list-messages, …/text-messages and …/templates (read 28 November 2026).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Button
from channels import plain

TEXT_CHARS = 4096
INTERACTIVE_CHARS = 1024
REPLY_BUTTONS, REPLY_TITLE_CHARS = 3, 20
ROWS, ROW_TITLE_CHARS = 10, 24
VARIABLE_CHARS = 800
"""Of the text in a template's variable: 1024 with the fixed words around it."""

Payload = dict[str, object]


def tappable(buttons: Sequence[Button]) -> bool:
    """Whether choices can be tapped: as buttons or as a list, and no two of them alike."""
    fits = len(buttons) <= ROWS and all(0 < len(button.title) <= ROW_TITLE_CHARS for button in buttons)
    return fits and len({button.title for button in buttons}) == len({button.payload for button in buttons}) == len(
        buttons
    )


def texts(words: str) -> list[Payload]:
    """Text messages."""
    return [
        {"type": "text", "text": {"body": piece, "preview_url": False}}
        for piece in plain.split(words, TEXT_CHARS, plain.utf16)
    ]


def choices(words: str, buttons: Sequence[Button], label: str) -> list[Payload]:
    """Text messages and, with the last of the words, what can be tapped. `label` opens the list."""
    *before, last = plain.split(words, TEXT_CHARS, plain.utf16)
    *more, last = plain.split(last, INTERACTIVE_CHARS, plain.utf16)
    found = [payload for piece in (*before, *more) for payload in texts(piece)]
    return [*found, {"type": "interactive", "interactive": {"body": {"text": last}, **_action(buttons, label)}}]


def templates(words: str, name: str, language: str) -> list[Payload]:
    """An approved template, with the words on one line: a variable takes no new lines, tabs or runs of blanks."""
    return [
        {
            "type": "template",
            "template": {
                "name": name,
                "language": {"code": language},
                "components": [{"type": "body", "parameters": [{"type": "text", "text": piece}]}],
            },
        }
        for piece in plain.split(" ".join(words.split()), VARIABLE_CHARS, plain.utf16)
    ]


def _action(buttons: Sequence[Button], label: str) -> Payload:
    if len(buttons) <= REPLY_BUTTONS and all(len(button.title) <= REPLY_TITLE_CHARS for button in buttons):
        replies = [{"type": "reply", "reply": {"id": button.payload, "title": button.title}} for button in buttons]
        return {"type": "button", "action": {"buttons": replies}}
    rows = [{"id": button.payload, "title": button.title} for button in buttons]
    return {"type": "list", "action": {"button": label, "sections": [{"rows": rows}]}}
