"""The register of personal data: which table holds what, whose it is, and when it goes.

Erasure and the nightly purge read this register and nothing else: a table that stands here is emptied by both, and a
table that stands nowhere fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from bot.settings import Retention

CONVERSATIONS = "conversations"
"""The table of conversations, and the retention setting that counts from the citizen's last message."""


class Link(str, Enum):
    """What happens to a table's rows of a conversation when that conversation's time is over."""

    REMOVED = "removed"
    """They go with it, however young they are."""
    CUT = "cut"
    """They stay without the columns that lead to the citizen."""
    COUNTED = "counted"
    """The same, also where the citizen erases everything: one contact among others, which no figure may lose."""
    NONE = "none"
    """They never led to a citizen."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One table with personal data."""

    table: str
    data: str
    """What of a citizen stands in it, for the privacy notice."""
    setting: str
    """The field of `settings.Retention` that says how many days."""
    since: str
    """The column whose age is compared with it; for `conversations`, that table's `last_heard_at` counts."""
    owner: str | None
    """The column with the conversation's id; None if rows do not lead to a citizen."""
    link: Link
    identifying: tuple[str, ...] = ()
    """Columns that are emptied when the link is cut."""
    moments: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """Of which only the hour is left when the link is cut: tables, their columns with this table's row, and the moments."""


REGISTER: tuple[Kept, ...] = (
    Kept(
        "outbox",
        "replies on their way to a citizen, and the provider's receipt",
        "delivered",
        "settled_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "inbox",
        "messages as they arrived, with the provider's message id",
        "delivered",
        "settled_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "offers",
        "choices that were offered to a citizen",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "links",
        "one-time codes with which a citizen links conversations on two channels; void after ten minutes",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "transcript",
        "what was said, by whom and when",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "events",
        "the conversation core's memory: messages with intents, entities and slots",
        CONVERSATIONS,
        "last_heard_at",
        "sender_id",
        Link.REMOVED,
    ),
    Kept(
        "tracker_heads",
        "of a long conversation, the state that its beginning led to: slots, the open form, the message that opened it",
        CONVERSATIONS,
        "last_heard_at",
        "sender_id",
        Link.REMOVED,
    ),
    Kept(
        "ratings",
        "whether an answer helped; once the conversation is gone, only which article and when",
        "ratings",
        "at",
        "conversation_id",
        Link.CUT,
        ("conversation_id", "message_id"),
    ),
    Kept(
        "case_events",
        "what happened to a case, and agents' private notes",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "pending",
        "agents' replies in the seconds before they leave",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "bookings",
        "the time and service of an appointment",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "photos",
        "photos and documents that a citizen sent; photos without their metadata, and where they were taken",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "letters",
        "mail and web forms: their subject, sender and fields, what was read in them, and the replies that were suggested",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "labels",
        "how an agent corrected what was read in a letter, with its words, personal data masked; once the conversation is gone, without what leads to it",
        "cases",
        "at",
        "conversation_id",
        Link.CUT,
        ("conversation_id", "letter_id"),
    ),
    Kept(
        "topic_lines",
        "which lines of a conversation ask what could not be answered",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "referrals",
        "what an agent wrote to pass a request on, to which body and address, and whether its citizen agreed",
        CONVERSATIONS,
        "last_heard_at",
        "conversation_id",
        Link.REMOVED,
    ),
    Kept(
        "lessons",
        "a message that was hard to understand and what an agent made of it, personal data masked; once the conversation is gone, without what leads to it",
        "cases",
        "at",
        "conversation_id",
        Link.CUT,
        ("conversation_id", "ref"),
    ),
    Kept(
        "samples",
        "which answer was drawn to be rated and how it was; once the conversation is gone, only the article and the rating",
        "figures",
        "drawn_at",
        "conversation_id",
        Link.CUT,
        ("conversation_id", "question_ref", "answer_ref"),
    ),
    Kept(
        "contacts",
        "that somebody wrote: the channel, day and hour, language, service and topic, and how it ended; once the conversation is gone, without what leads to it, and of its times only the hour",
        "figures",
        "ended_at",
        "conversation_id",
        Link.COUNTED,
        ("conversation_id", "position"),
        (("contacts", "id", ("started_at", "ended_at")), ("facts", "contact_id", ("at",))),
    ),
    Kept(
        "cases",
        "a request: its subject, what a form gathered, a contact; once the conversation is gone, only service, dates and rating",
        "cases",
        "closed_at",
        "conversation_id",
        Link.CUT,
        ("conversation_id", "message_id", "subject", "details", "contact", "latitude", "longitude"),
    ),
    Kept(
        CONVERSATIONS,
        "the channel, the address on it, where its last message hangs there, the language and the one that the citizen writes in, when the citizen was first and last heard, and what links the conversations of one person who linked them",
        CONVERSATIONS,
        "last_heard_at",
        "id",
        Link.REMOVED,
    ),
    Kept(
        "facts",
        "what happened in a contact: codes, times and durations; no words, no address; once the conversation is gone, of its times only the hour",
        "figures",
        "at",
        None,
        Link.NONE,
    ),
    Kept(
        "forgotten",
        "hashes of the ids of messages that were erased, so that a provider which delivers one again brings nothing back",
        "delivered",
        "at",
        None,
        Link.NONE,
    ),
    Kept(
        "receipts",
        "proof of an erasure: a random number, the time and row counts; nothing about whose",
        "receipts",
        "at",
        None,
        Link.NONE,
    ),
    Kept(
        "sessions",
        "agents' sessions: when they began and were last used",
        "sign_ins",
        "seen_at",
        None,
        Link.NONE,
    ),
    Kept(
        "failures",
        "failed sign-ins, by a hash of the account or of the network address",
        "sign_ins",
        "at",
        None,
        Link.NONE,
    ),
)
"""In the order in which rows are removed: what points to a conversation before the conversation."""

STAFF: tuple[str, ...] = ("agents", "editions")
"""Tables about the town's own staff: an account stays until its town removes it, and who wrote an article with it."""

WITHOUT_PERSONAL_DATA: tuple[str, ...] = (
    "articles",
    "fiches",
    "feeds",
    "written_articles",
    "article_uses",
    "visits",
    "daily",
    "daily_sums",
    "stale_days",
    "read_marks",
    "findings",
    "topics",
    "topic_days",
    "versions",
    "cursors",
    "nonces",
    "alembic_version",
)


def ages(retention: Retention) -> dict[str, timedelta]:
    """The settings as `Subjects.purge` wants them: retention setting → age."""
    return {
        setting: timedelta(days=getattr(retention, setting)) for setting in sorted({kept.setting for kept in REGISTER})
    }
