"""Citizens: who they are, where they write from, and a talk with the bot as they hold it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from bot.messages import PUBLIC, Address, Kind, Message, Reply, Thread
from bot.simulation.calendar import FORM, MAIL, POST
from bot.simulation.town import Town
from bot.simulation.words import Names
from bot.text.french import fold

MARK = b"simulated"
"""What the key of every simulated address begins with; in the address of a mail's conversation in base64, as keys are there."""
KEY = f"{MARK.decode()}-"
MAIL_KEY = urlsafe_b64encode(MARK).decode()
HOST = "courriel.example"
"""Nobody has an address there (RFC 2606)."""
PHONE = "02 61 91 5{:01d} {:02d}"
"""Of the block that the regulator keeps for fiction, as the town's own are."""


@dataclass(slots=True)
class Citizen:
    """Somebody who writes on one channel."""

    number: int
    name: str
    channel: str
    language: str
    asked_hint: bool
    """Whether their first message comes with their language, as the page's own widget says it."""
    read: int = 0
    """The last position of the transcript that they have seen."""
    said: list[str] = field(default_factory=list)

    @property
    def address(self) -> Address:
        """Where they are reached."""
        return Address(self.channel, f"{KEY}{self.channel}-{self.number}")

    @property
    def mail(self) -> str:
        """Their e-mail address."""
        return f"{fold(self.name).replace(' ', '.')}.{self.number}@{HOST}"

    @property
    def phone(self) -> str:
        """Their telephone number."""
        return PHONE.format(self.number // 100 % 10, self.number % 100)


def somebody(number: int, channel: str, names: Names, random: Random, foreign: Sequence[str]) -> Citizen:
    """A new citizen."""
    (language,) = random.choices(("fr", "en", "other"), (92, 6, 2))
    if language == "other":
        language = random.choice(list(foreign)) if foreign else "fr"
    if channel in {POST, MAIL, FORM}:
        language = "fr"
    name = f"{random.choice(names.first)} {random.choice(names.last)}"
    return Citizen(number, name, channel, language, channel == "web" and language in {"fr", "en"})


def mail_key(number: int) -> str:
    """The key of a mail's conversation: as `channels.email.keys` makes them, and with our mark."""
    return urlsafe_b64encode(MARK + number.to_bytes(6, "big")).decode()


class Talk:
    """A citizen in front of the chat: says something, reads what came, presses what is offered."""

    def __init__(self, town: Town, citizen: Citizen) -> None:
        self.town = town
        self.citizen = citizen
        self.replies: Sequence[Reply] = ()
        """What came since the last word; buttons carry tokens."""
        self.conversation_id = ""

    async def say(self, text: str, pressed: str | None = None) -> None:
        """Say something and read the answer."""
        citizen, moment = self.citizen, self.town.clock()
        public = citizen.channel == POST
        thread = Thread(url=f"https://{HOST}/{citizen.number}", visibility=PUBLIC) if public else None
        hint = citizen.language if citizen.asked_hint else None
        citizen.asked_hint = False
        await self.town.say(Message("", citizen.address, text, moment, Kind.TEXT, pressed, thread, language_hint=hint))
        await self.look()

    async def look(self) -> None:
        """Read what has come meanwhile."""
        conversation = await self.town.conversation(self.citizen.address)
        if conversation is None:
            self.replies = ()
            return
        self.conversation_id = conversation.id
        lines = await self.town.lines(conversation.id, self.citizen.read)
        if lines:
            self.citizen.read = lines[-1].position
        self.replies = [line.reply for line in lines if line.reply is not None]

    async def press(self, title: str) -> bool:
        """Press the choice of this title among what came last; False if there is none."""
        for reply in reversed(self.replies):
            for button in reply.buttons:
                if button.title == title:
                    await self.say(title, button.payload)
                    return True
        return False

    @property
    def last(self) -> Reply | None:
        """The last reply."""
        return self.replies[-1] if self.replies else None

    @property
    def titles(self) -> list[str]:
        """What can be pressed, in order."""
        return [button.title for reply in self.replies for button in reply.buttons]

    @property
    def requested(self) -> str:
        """What an open form has asked for, "" if none is."""
        return self.town.dialogues.requested(self.conversation_id)

    def word(self, key: str) -> str:
        """The words of a button in the language of the last reply."""
        return self.town.wording.say(key, self.last.language if self.last else "fr")
