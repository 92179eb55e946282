"""Numbers that a citizen gives away and that nobody here needs: masked in a message before it is stored anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.letters import Letter
from bot.messages import Kind, Message
from bot.text.identifiers import Identifier, masked

OURS = frozenset({Kind.UNREADABLE, Kind.RETURN, Kind.ALARMED})
"""Kinds whose text is a word of ours."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A message that may be stored, and what was masked in it."""

    message: Message
    kinds: tuple[Identifier, ...] = ()


def mask(message: Message) -> Masked:
    """The message with its validated identifiers masked, in its text, its subject, its sender's name, its fields and the names of its files.

    Bank, social security, card, company and tax numbers: see `bot.text.identifiers`.
    """
    if message.kind in OURS:
        return Masked(message)
    text, in_text = masked(message.text)
    subject, in_subject = masked((message.thread.subject if message.thread else None) or "")
    names = [masked(one.name) for one in message.attachments]
    letter, in_letter = _masked_letter(message.letter) if message.letter else (None, ())
    found = (*in_text, *in_subject, *(kind for _, in_name in names for kind in in_name), *in_letter)
    if not found:
        return Masked(message)
    kinds = tuple(dict.fromkeys(found))
    files = zip(message.attachments, names, strict=True)
    clean = replace(
        message,
        text=text,
        thread=replace(message.thread, subject=subject) if message.thread and in_subject else message.thread,
        attachments=tuple(replace(one, name=name) for one, (name, _) in files),
        letter=replace(letter, masked=tuple(kind.value for kind in kinds)) if letter else None,
    )
    return Masked(clean, kinds)


def _masked_letter(letter: Letter) -> tuple[Letter, tuple[Identifier, ...]]:
    subject, in_subject = masked(letter.subject)
    fields = {name: masked(value) for name, value in letter.fields.items()}
    name, in_name = masked(letter.name)
    found = (*in_subject, *in_name, *(kind for _, in_field in fields.values() for kind in in_field))
    return replace(
        letter, subject=subject, name=name, fields={name: value for name, (value, _) in fields.items()}
    ), found
