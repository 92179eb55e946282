"""What the rest asks of storage, in small protocols: each what one caller needs.

Every method is one transaction. Writing methods may be called concurrently from any number of processes. Times
are aware and in UTC, going in and coming out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.mailroom import Filing
from bot.messages import Address, Attachment, Author, Message, Mode, Outgoing, Reply, Thread

CITIZEN = "citizen"
"""The author of a transcript entry that is not one of `Author`."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One citizen's thread with the town. `id` is also Rasa's sender id."""

    id: str
    address: Address
    mode: Mode
    language: str
    """In which the citizen is answered."""
    created_at: datetime
    last_heard_at: datetime
    untold_after: int | None = None
    """The position of the transcript behind which the core may not know what was said; None if it knows all."""
    thread: Thread | None = None
    """Where the citizen's last message hangs in its channel."""
    person: str | None = None
    """What the conversations of one citizen have in common who linked them; None for one that stands alone."""
    spoken: str = ""
    """In which language the citizen was surely heard to write, where it is not `language`; "" for none."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that was offered: `token` is what comes back, `payload` what it means to the core."""

    token: str
    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reply ready to be stored: as said, the choices it offers, and the provider messages it becomes."""

    reply: Reply
    offers: tuple[Offer, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """An inbox row that this worker answers now; `attempts` counts this one (1 = first)."""

    row: int
    message: Message
    conversation: Conversation
    attempts: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a transcript. `reply` is the whole reply unless the citizen spoke."""

    position: int
    """Grows within the database; the cursor for `Transcript.read`."""
    ref: str
    """The message's or the reply's id, unique within the conversation."""
    author: str
    """`CITIZEN` or a value of `Author`."""
    text: str
    at: datetime
    reply: Reply | None = None
    """With each button's `payload` replaced by its token: what channels may show."""
    attachments: tuple[Attachment, ...] = ()
    """What a citizen sent along; a reply has its own."""
    public: bool = False
    """Whether a citizen said it where others read it: a comment, or a mention."""


class Conversations(Protocol):
    """Who speaks with us."""

    async def open(self, address: Address, language: str, now: datetime) -> Conversation:
        """The conversation of an address, made if there is none."""

    async def find(self, address: Address) -> Conversation | None:
        """The conversation of an address."""

    async def get(self, conversation_id: str) -> Conversation:
        """One conversation.

        Raises:
            Missing: there is none.
        """

    async def switch(self, conversation_id: str, was: Mode, to: Mode) -> None:
        """Give the conversation to the bot or to an agent.

        Raises:
            Stale: it was not in the mode `was`.
        """

    async def speak(self, conversation_id: str, language: str) -> None:
        """Go on in a language that the citizen has chosen."""

    async def heard_in(self, conversation_id: str, language: str) -> None:
        """The citizen was surely heard to write in a language that is not the conversation's."""

    async def told(self, conversation_id: str, was: int) -> None:
        """The core knows all that was said behind `was`; nothing changes while an agent has the conversation."""

    async def count(self) -> int:
        """How many there are."""


class Inbox(Protocol):
    """What citizens said, until it is answered."""

    async def put(
        self,
        message: Message,
        language: str,
        now: datetime,
        answered: Sequence[Prepared] = (),
        settles: bool = True,
        aftermath: Message | None = None,
    ) -> bool:
        """Store a message, its conversation if new, and the citizen's line of the transcript unless it has no words.

        The replies of `answered` are stored in the same transaction. They settle the message, unless `settles` is False:
        then it is still to be handled, and what answers it comes behind them. With an `aftermath` the message was an
        alarm: that message is to be handled behind it, and every open case of the conversation is urgent from now on.
        False if (channel, message id) was stored before; nothing changes then.
        """

    async def claim(self, worker: str, now: datetime, lease: timedelta) -> Claimed | None:
        """The longest due message of a conversation in which nothing older is unsettled, for `worker` alone.

        A claim whose lease ran out is up for claim again. Order within a conversation is the order of `put`. A message
        that cannot be read is put off with its reason, and the next one is taken.
        """

    async def claim_some(self, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
        """As `claim`, at most so many at once, each of another conversation."""

    async def renew(self, worker: str, now: datetime, lease: timedelta) -> int:
        """Prolong all claims of a worker; how many there are."""

    async def release(self, worker: str) -> int:
        """Give back all claims of a worker that stops; how many there were. Their attempts count."""

    async def replace(self, row: int, worker: str, message: Message) -> None:
        """Put a message in the place of a claimed one with the same id, in the transcript too: its files have come.

        Raises:
            Stale: the claim is no longer this worker's.
        """

    async def postpone(self, row: int, worker: str, until: datetime, error: str) -> None:
        """Not now: due again at `until`.

        Raises:
            Stale: the claim is no longer this worker's.
        """

    async def finish(
        self, row: int, worker: str, replies: Sequence[Prepared], now: datetime, filing: Filing | None = None
    ) -> None:
        """Settle a message, file the letter that it is and store its replies, all in one transaction.

        Replies (transcript, offers, outbox) whose id is stored already are left out.

        Raises:
            Stale: the claim is no longer this worker's, or the letter is filed already.
        """

    async def waiting(self, now: datetime) -> tuple[int, timedelta]:
        """How many messages are unsettled and the age of the oldest."""


class Transcript(Protocol):
    """What was said, by whom, in order."""

    async def read(self, conversation_id: str, after: int = 0, limit: int = 200) -> list[Entry]:
        """The newest `limit` entries after a position, the oldest of them first."""

    async def entry(self, conversation_id: str, ref: str) -> Entry | None:
        """The line of a message or a reply."""

    async def offer(self, conversation_id: str, token: str, now: datetime, valid: timedelta) -> Offer | None:
        """The offer behind a token, if it was made in this conversation and is still valid."""


@dataclass(frozen=True, slots=True)
class Article:
    """One page of the knowledge base."""

    id: str
    title: str
    service: str
    body: str
    """Markdown."""
    audience: str = "particuliers"
    valid_until: date | None = None
    source: str = ""
    """URL; a path beginning with "/" is on the town's site."""
    keywords: tuple[str, ...] = ()
    origin: str = "markdown"
    """Which importer owns it."""
    updated: date | None = None
    more: str = ""
    """URL of a page to read further; unlike `source`, it need not hold the article's words."""
    fiche: str = ""
    """The national fiche that it adds the town's own words to, such as "F1341"; "" for an article of its own."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed; `version` is the base's version after it."""

    added: int
    changed: int
    removed: int
    version: int
    held: tuple[str, ...] = ()
    """Ids that were left alone: these articles are written at the desk now."""


class Articles(Protocol):
    """The knowledge base's source of truth."""

    async def replace(self, origin: str, articles: Sequence[Article], now: datetime) -> Imported:
        """Make these the articles of an origin, atomically; the version grows only if something changed.

        Raises:
            StoreError: two of them, or one of them and one of another origin, have the same id.
        """

    async def all(self) -> list[Article]:
        """Every article, by id."""

    async def get(self, article_id: str) -> Article:
        """One article.

        Raises:
            Missing: there is none.
        """

    async def version(self) -> int:
        """Grows with every change; 0 before the first."""


class Ratings(Protocol):
    """Whether answers helped."""

    async def record(
        self, message_id: str, conversation_id: str, article_id: str, helpful: bool, now: datetime
    ) -> bool:
        """Store a rating under (message id, effect); False if it is stored already or the conversation was erased."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure removed: rows by table. Holds no personal data."""

    receipt: str
    at: datetime
    rows: dict[str, int] = field(default_factory=dict)


class Subjects(Protocol):
    """The rights of those whose data we hold."""

    async def erase(
        self, address: Address, now: datetime, farewell: Callable[[Erased], Prepared] | None = None
    ) -> Erased:
        """Remove everything about an address from every table of the register, and keep a receipt.

        A `farewell` is said in the same transaction, in a conversation that holds nothing else.

        On SQLite the freed space is overwritten; on PostgreSQL vacuum frees it. Erasing an unknown address is a receipt over nothing.
        """

    async def purge(self, now: datetime, retention: dict[str, timedelta]) -> dict[str, int]:
        """Remove what is older than its retention allows (retention setting → age); rows by table."""


__all__ = [
    "CITIZEN",
    "Article",
    "Articles",
    "Author",
    "Claimed",
    "Conversation",
    "Conversations",
    "Entry",
    "Erased",
    "Imported",
    "Inbox",
    "Offer",
    "Prepared",
    "Ratings",
    "Subjects",
    "Transcript",
]
