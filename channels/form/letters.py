"""A form that was filled in, as a letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from bot.letters import Letter
from bot.messages import Address, Attachment, Kind, Message, Thread
from channels.form.answers import Answers, said_day
from channels.form.definitions import PLACEHOLDER, Definition, Field

OWN = frozenset({"email", "phone", "consent", "file"})
"""What stands in no text: it is about who writes, not about what for."""
NAMES = frozenset({"name", "given-name", "family-name"})
MAX_SUBJECT_CHARS = 150

MailKey = Callable[[str, str], str]
"""The key of a mail's conversation, by the id of its first message and its sender's address."""


def message(
    form: Definition,
    answers: Answers,
    address: Address,
    message_id: str,
    attachments: Sequence[Attachment],
    at: datetime,
) -> Message:
    """What is handed on: the message's own words first, then the other answers, one a line."""
    values = answers.values
    subject = subject_of(form, values)
    letter = Letter(
        subject=subject,
        sender=sender(form, values),
        name=" ".join(values[one.name] for one in form.fields if one.fills in NAMES and one.name in values),
        form=form.name,
        service=service_of(form, values),
        fields={
            one.label: said(one, values[one.name])
            for one in form.fields
            if one.name in values and one.name != form.message
        },
    )
    return Message(
        message_id,
        address,
        text_of(form, values),
        at,
        Kind.LETTER,
        thread=Thread(subject=subject, last_heard_at=at),
        attachments=tuple(attachments),
        language_hint="fr",
        letter=letter,
    )


def text_of(form: Definition, values: Mapping[str, str]) -> str:
    """The words of the message, and under them what else was answered about the matter."""
    # What is the whole subject is not said twice.
    left_out = {form.message, *(one.name for one in form.fields if form.subject == f"{{{one.name}}}")}
    lines = [
        f"{one.label} : {said(one, values[one.name])}"
        for one in form.fields
        if one.name in values and one.name not in left_out and one.type not in OWN and one.fills not in NAMES
    ]
    return "\n\n".join(part for part in (values.get(form.message, ""), "\n".join(lines)) if part)


def all_words(values: Mapping[str, str]) -> str:
    """Everything that was typed, to be looked through for danger."""
    return "\n".join(values.values())


def subject_of(form: Definition, values: Mapping[str, str]) -> str:
    """The subject, on one line."""

    def answered(name: str) -> str:
        field = form.field(name)
        return said(field, values[name]) if field and name in values else ""

    filled = PLACEHOLDER.sub(lambda found: answered(found[1]), form.subject)
    return " ".join(filled.split()).strip(" :–-")[:MAX_SUBJECT_CHARS] or form.title


def sender(form: Definition, values: Mapping[str, str]) -> str:
    """The address that an answer goes to, "" if none was given."""
    return next((values[one.name].lower() for one in form.fields if one.type == "email" and one.name in values), "")


def service_of(form: Definition, values: Mapping[str, str]) -> str:
    """To whom it goes: the service of the last choice that has one, else the form's own."""
    chosen = [
        choice.service
        for one in form.fields
        for choice in one.options
        if choice.service and values.get(one.name) == choice.value
    ]
    return chosen[-1] if chosen else form.service


def said(field: Field, value: str) -> str:
    """An answer as people read it."""
    return said_day(date.fromisoformat(value)) if field.type == "date" else field.said(value)
