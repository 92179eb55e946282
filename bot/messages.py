"""The words everything else is said in: what a citizen sent, what we answer, and where it goes.

Values only: frozen, without I/O. Channels turn their provider's payloads into `Message` and `Reply` into
payloads; nothing between them knows a provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.letters import Letter

PUBLIC = "public"
"""The `visibility` of a thread that others read."""
MAX_BUTTONS = 12
"""Buttons that a reply may carry before a channel has to split or degrade them."""
PHOTO_URL = "photo:"
"""How an attachment's `url` begins that is a citizen's photo; its id for `bot.cases.Photos` follows."""
FILE_URL = "file:"
"""The same for a document, such as a PDF."""
REMOTE_URL = "remote:"
"""The same for what is still at the provider: what follows is for `Channel.fetch`."""
ALARM_SUFFIX = ".alarm"
"""What the id of an alarm has behind that of its message; the answers of the core have numbers."""


class Kind(str, Enum):
    """What a citizen did."""

    TEXT = "text"
    EDIT = "edit"
    LOCATION = "location"
    START = "start"
    """A conversation is opened; `text` is what a deep link carried, "" if it was no such link."""
    COMMENT = "comment"
    """Said in public under a post of the town's: it becomes a case, and the core never hears of it."""
    GROUP = "group"
    """Somebody asked us in a group: declined there, and nothing of it is kept."""
    UNREADABLE = "unreadable"
    """Something that we do not take, such as a voice message; `text` is the catalogue key of what is said to that."""
    RETURN = "return"
    """Nothing that a citizen did: the desk gives the conversation back to the core; `text` is the case's id."""
    LETTER = "letter"
    """A mail or a web form, with a `Message.letter`: it becomes a case with a suggested reply, and the core never hears of it."""
    ALARMED = "alarmed"
    """Nor this: a message was answered as danger without the core; `text` is its alert's name."""


class Fate(str, Enum):
    """What became of something that we sent. TAKEN: the provider has it, whatever we heard at the time."""

    TAKEN = "taken"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class Author(str, Enum):
    """Who speaks to the citizen; citizens must be able to tell."""

    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Mode(str, Enum):
    """Whom a conversation belongs to; switched by compare-and-set only."""

    BOT = "bot"
    AGENT = "agent"


class AnswerStatus(str, Enum):
    """How a question was met: drives wording, metrics and reuse.

    ANSWERED: a passage with its source. NARROWED: which of its cases a page asks. CHOOSE: up to three titles to choose
    from, or the publics that the best pages are for. GUIDED: a step of a guided search. LOST: not understood.
    OUT_OF_SCOPE: understood as something that the town and the State's pages do not know. EXPIRED: the best article is
    out of date and only points to the office. UNAVAILABLE: the knowledge base could not be asked.
    """

    ANSWERED = "answered"
    NARROWED = "narrowed"
    CHOOSE = "choose"
    GUIDED = "guided"
    OUT_OF_SCOPE = "out_of_scope"
    LOST = "lost"
    EXPIRED = "expired"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a citizen is reached: a channel's name and that channel's opaque key."""

    channel: str
    key: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.key}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `channel:key`, as `str()` writes it.

        Raises:
            ValueError: one of the two parts is missing.
        """
        channel, colon, key = text.strip().partition(":")
        if not (channel and colon and key):
            raise ValueError(f"an address reads channel:key, not {text!r}")
        return cls(channel, key)


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the earth, WGS 84, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message or goes with a reply; `url` is how it is fetched."""

    name: str
    media_type: str
    size_bytes: int
    url: str


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a message hangs in its channel, as far as `render` needs it to answer there."""

    last_message_id: str | None = None
    """The provider's own id, as it wants it back."""
    references: tuple[str, ...] = ()
    subject: str | None = None
    """Of a mail; the content warning of a post."""
    visibility: str | None = None
    """`PUBLIC` if others read it, else None."""
    url: str | None = None
    """Of the public post that it belongs to."""
    last_heard_at: datetime | None = None
    now: datetime | None = None
    mailbox: str | None = None
    """Our address that a mail came to."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a citizen said; data, knows no channel object."""

    id: str
    """The channel's id: with `address.channel`, the key against doubles."""
    address: Address
    text: str
    """As typed; "" if only attachments came; never a command."""
    sent_at: datetime
    """Aware, UTC."""
    kind: Kind = Kind.TEXT
    pressed: str | None = None
    """A button's opaque token; obeyed only if it was offered in this conversation and is still valid."""
    thread: Thread | None = None
    location: Location | None = None
    attachments: tuple[Attachment, ...] = ()
    language_hint: str | None = None
    """BCP 47, from the channel; a hint."""
    letter: Letter | None = None
    """With `Kind.LETTER`, and only then."""
    receipt: str = ""
    """What `Channel.attend` needs to show the citizen that we have it; opaque to all others."""


def is_public(message: Message) -> bool:
    """Whether others read what a citizen said: a comment, or words in a thread that others read."""
    mentions = message.thread is not None and message.thread.visibility == PUBLIC and message.kind is Kind.TEXT
    return message.kind is Kind.COMMENT or mentions


@dataclass(frozen=True, slots=True)
class Button:
    """A choice. `payload` is what pressing it means to the core; citizens and channels only get its token."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer rests on."""

    title: str
    url: str
    """A path beginning with "/" is on the town's site; channels that leave it put the site's address before it."""
    publisher: str = ""
    updated: str = ""
    """ISO date of the text, "" if unknown."""
    article: str = ""
    """The id of the article that the reply answers with, for its count of uses; "" where it only goes on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What we say; channels decide how it looks."""

    id: str
    """Ours; the key against sending twice."""
    text: str
    """Plain text, paragraphs by blank line, list lines by "- "; no other markup."""
    language: str = "fr"
    author: Author = Author.BOT
    name: str = ""
    """Of the agent who speaks, as citizens read it; "" for the others."""
    buttons: tuple[Button, ...] = ()
    sources: tuple[Source, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    status: AnswerStatus | None = None
    public: bool = False
    """Said where others read it: holds nothing about anybody."""
    speak: str = ""
    """The language that the citizen has chosen, to which a page of ours changes; "" in all other replies."""
    service: str = ""
    """Of the agent who speaks, as citizens read it; "" where it is not said."""


@dataclass(frozen=True, slots=True)
class Directive:
    """What the core asks the gateway to do; never concluded from wording."""


@dataclass(frozen=True, slots=True)
class Handoff(Directive):
    """A case was opened, or has changed: the desk and the citizen's page are told."""

    case_id: int


@dataclass(frozen=True, slots=True)
class HeardIn(Directive):
    """The citizen writes in a language that is not the conversation's, and was told so: it is kept."""

    language: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What Rasa gave back for one message."""

    replies: tuple[Reply, ...]
    directives: tuple[Directive, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One provider message, rendered and ready: JSON-able, stored as it is before it is sent."""

    payload: dict[str, object]
    key: str = ""
    """Ours, the same at every attempt; set when it is sent. Providers that take a key never show it twice."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took it; `provider_id` is its name for it where it has one."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What a provider tells of what we sent: of one message by its `provider_id` or our `key`, or of all before a moment.

    Also of what we sent and never learnt the fate of: that is why `key` counts as much as `provider_id`.
    """

    fate: Fate
    at: datetime
    """Aware, UTC."""
    provider_id: str | None = None
    key: str | None = None
    address: Address | None = None
    """With neither id: everything sent there up to `at`."""
    reason: str = ""
    """Why it failed, in the provider's words."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a request that is not for us or cannot be read; its neighbours are taken all the same."""

    reason: str
    """A name of the code's own, such as "echo" or "malformed": a metric counts by it."""
