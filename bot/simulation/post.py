"""Letters: mails and web forms as citizens write them, and those who write again because nobody has answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

from bot.letters import Letter
from bot.messages import Address, Kind, Message, Thread
from bot.simulation.calendar import FORM, MAIL
from bot.simulation.citizens import KEY, Citizen, mail_key
from bot.simulation.phrases import Letters
from bot.simulation.town import Town
from bot.triage.examples import Example

Steps = AsyncIterator[timedelta]

AUTOMATIC = 0.06
"""Of the mails: trade offers, absences. They are put aside and are no contacts."""
AGAIN = 0.12
"""Who writes again after some days without an answer."""
FORM_NAME = "contact"


class Post:
    """Makes the steps of a letter."""

    def __init__(self, town: Town, letters: Letters) -> None:
        self._town = town
        self._letters = letters
        self.services: dict[str, str] = {}
        """By the message's conversation: the service that the letter is really for; agents know that."""

    async def write(self, citizen: Citizen, random: Random, example: Example | None = None) -> Steps:
        """A mail or a form; `example` is what it says, else one by chance."""
        if example is None and citizen.channel == MAIL and random.random() < AUTOMATIC:
            example = self._letters.machine(random)
            await self._send(citizen, example or self._letters.write(citizen.name, random), mail=True)
            return
        written = example or self._letters.write(citizen.name, random)
        address = await self._send(citizen, written, mail=citizen.channel == MAIL)
        yield timedelta(0)
        if citizen.channel != MAIL or random.random() >= AGAIN:
            return
        yield timedelta(days=random.randint(3, 6), hours=random.randint(0, 5))
        conversation = await self._town.conversation(address)
        cases = await self._town.store.cases.find(conversation.id) if conversation else []
        if any(case.taken_at is None and case.closed_at is None for case in cases):
            text = f"Bonjour,\nJe n'ai pas eu de réponse à mon message. Où en est ma demande ?\n{citizen.name}"
            await self._send(citizen, Example(f"Re: {written.subject}", text, service=written.service), True, True)

    async def _send(self, citizen: Citizen, written: Example, mail: bool, again: bool = False) -> Address:
        moment, office = self._town.clock(), self._town.office
        address = Address(MAIL, mail_key(citizen.number)) if mail else Address(FORM, f"{KEY}form-{citizen.number}")
        self.services[str(address)] = written.service
        mailbox = office.town.email if mail else ""
        letter = Letter(
            subject=written.subject,
            sender=citizen.mail,
            name=citizen.name,
            mailbox=mailbox,
            form="" if mail else FORM_NAME,
            returned=again,
        )
        thread = Thread(
            last_message_id=f"<{KEY}{citizen.number}.{self._town.heard}@courriel.example>" if mail else None,
            subject=written.subject or None,
            last_heard_at=moment,
            mailbox=mailbox or None,
        )
        hint = None if mail else "fr"
        await self._town.say(
            Message("", address, written.body, moment, Kind.LETTER, thread=thread, language_hint=hint, letter=letter)
        )
        return address
