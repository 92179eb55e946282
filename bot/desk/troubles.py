"""Mailboxes and channels that do not work, in a sentence for those who wait for what they bring."""

from __future__ import annotations

from bot.agents import Agent, Role
from bot.desk.shapes import Shape
from bot.desk.words import Words
from bot.faults import Fault, Told
from bot.settings_channels import Channels

MAIL = "email"


class Troubles:
    """What of the channels does not work, for agents."""

    def __init__(self, told: Told, words: Words, channels: Channels) -> None:
        self._told = told
        self._words = words
        mail = channels.email
        self._boxes = {address.lower(): box.service for address, box in mail.mailboxes.items()} if mail else {}

    def shown(self, agent: Agent) -> list[Shape]:
        """What an agent is told, by channel and place: those who lead hear of all, others of the mail they wait for."""
        return [self._shape(one) for one in self._told.standing if self._concerns(agent, one)]

    def _concerns(self, agent: Agent, fault: Fault) -> bool:
        if agent.role is not Role.AGENT:
            return True
        service = self._boxes.get(fault.place)
        # Where no mailbox is named, no mail leaves or none is kept: whoever answers mail has to know.
        return fault.channel == MAIL and (service is None or agent.serves(service))

    def _shape(self, fault: Fault) -> Shape:
        known = self._words.names("trouble")
        what = next(
            (french for english, french in known.items() if english in fault.why), self._words.say("troubled", "other")
        )
        if fault.channel != MAIL:
            where = self._words.say("troubled", "channel", name=self._words.name("channel", fault.channel))
        elif fault.place in self._boxes:
            where = self._words.say("troubled", "mailbox", name=fault.place)
        else:
            where = self._words.say("troubled", "sending" if fault.place else "mail")
        return {
            "id": f"{fault.channel} {fault.place}".strip(),
            "text": self._words.say("troubled", "sentence", where=where, what=what),
            "since": fault.since.isoformat(),
        }
