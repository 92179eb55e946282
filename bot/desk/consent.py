"""Whether a citizen agrees that their request is passed on: asked where they write, and answered there or on a page.

The page's address is signed: whoever has it was written to. Opening it changes nothing, as mail programs do that too.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.bus import LEAVING, Bus
from bot.clock import Clock, now
from bot.errors import Missing, SignatureRejected
from bot.letters import CHANNELS as BY_LETTER
from bot.messages import Author, Button, Message, Reply
from bot.referrals import Referral, Referrals, State
from bot.settings import Office
from bot.store.base import CITIZEN, Conversation, Transcript
from bot.text.french import tokens
from bot.text.normalise import normalise
from bot.text.wording import Wording
from channels import signatures

PATH = "/accord"
"""Where the page stands."""
PURPOSE = "consent to a referral"
VALID = timedelta(days=30)
"""So long a question may be answered; after that it has lapsed."""
MAC_CHARS = 32
MARK = ".referral-"
"""What the id of the question has before the referral's own."""
LINES_BACK = 4
MAX_CHARS = 60
"""A longer answer is read by the agent."""
PRESSED = re.compile(r"/referral(\{.*\})")
YES = frozenset(
    {
        "oui",
        "oui j accepte",
        "j accepte",
        "d accord",
        "oui d accord",
        "ok",
        "oui merci",
        "yes",
        "i agree",
        "yes i agree",
    }
)
NO = frozenset({"non", "non merci", "je refuse", "non je refuse", "pas d accord", "no", "no thank you", "i refuse"})
_ASKED = re.compile(rf"case-\d+{re.escape(MARK)}(\d{{1,15}})-\d+")
_TOKEN = re.compile(rf"(\d{{1,15}})\.(\d{{1,17}})\.([0-9a-f]{{{MAC_CHARS}}})")


class Consent:
    """Asks, and reads answers."""

    def __init__(
        self,
        referrals: Referrals,
        transcript: Transcript,
        wording: Wording,
        office: Office,
        secrets: Sequence[str],
        bus: Bus,
        clock: Clock = now,
    ) -> None:
        """`secrets` sign the pages' addresses, the newest first."""
        self._referrals = referrals
        self._transcript = transcript
        self._wording = wording
        self._office = office
        self._secrets = [signatures.derive(secret, PURPOSE) for secret in secrets]
        self._bus = bus
        self._clock = clock

    def question(self, referral: Referral, conversation: Conversation) -> Reply:
        """What the citizen is asked: to whom, every word of it, and that nothing leaves without a yes."""
        language = conversation.language
        by_letter = conversation.address.channel in BY_LETTER
        values = {"name": referral.name, "text": referral.text}
        if by_letter:
            values["url"] = self.url(referral)
        said = self._wording.say("referral_ask_letter" if by_letter else "referral_ask", language, **values)
        buttons = (
            ()
            if by_letter
            else tuple(
                Button(self._wording.say(key, language), f"/referral{json.dumps({'id': referral.id, 'yes': given})}")
                for key, given in (("referral_yes_title", True), ("referral_no_title", False))
            )
        )
        name = f"case-{referral.case_id}{MARK}{referral.id}-{int(referral.asked_at.timestamp())}"
        # In the agent's name: what they wrote is shown to the last letter, and nothing of it is masked.
        return Reply(name, said, language, Author.AGENT, referral.agent_name, buttons=buttons)

    async def answer(self, message: Message, conversation: Conversation) -> Reply | None:
        """What is said to a yes or a no; None if the message is neither, or answers nothing of this.

        Raises:
            StoreError: it is not kept.
        """
        found = (
            await self._pressed(message, conversation) if message.pressed else await self._typed(message, conversation)
        )
        if found is None:
            return None
        referral_id, given = found
        try:
            referral = await self._referrals.get(referral_id)
        except Missing:
            return None
        if referral.conversation_id != conversation.id:
            return None
        key = "referral_settled" if await self.take(referral_id, given) is None else _thanks(given)
        said = self._wording.say(key, conversation.language, name=referral.name)
        return Reply(f"{message.id}.0", said, conversation.language, Author.SYSTEM)

    async def take(self, referral_id: int, given: bool) -> Referral | None:
        """Keep the citizen's own answer; None if it is not asked any more."""
        referral = await self._referrals.answer(referral_id, given, self._clock())
        await self._bus.publish(LEAVING)
        return referral

    def url(self, referral: Referral) -> str:
        """The address of the page on which a citizen answers."""
        return f"{self._site()}{PATH}/{self.token(referral)}"

    def token(self, referral: Referral) -> str:
        """What only who was asked can know; each question has its own."""
        asked = _stamp(referral.asked_at)
        return f"{referral.id}.{asked}.{self._mac(self._secrets[0], referral.id, asked)}"

    async def read(self, token: str) -> Referral:
        """The referral that a page's address is for.

        Raises:
            SignatureRejected: nobody of ours wrote it, or another question has been asked since.
            Missing: it is gone with its conversation.
        """
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise SignatureRejected("no address of a consent")
        referral_id, asked = int(found[1]), found[2]
        # Every secret is tried: the time taken says nothing about which one fits.
        fits = [hmac.compare_digest(self._mac(secret, referral_id, asked), found[3]) for secret in self._secrets]
        if not any(fits):
            raise SignatureRejected("a consent that none of our secrets signed")
        referral = await self._referrals.get(referral_id)
        if _stamp(referral.asked_at) != asked:
            raise SignatureRejected("the consent was asked anew")
        return referral

    async def _pressed(self, message: Message, conversation: Conversation) -> tuple[int, bool] | None:
        assert message.pressed is not None
        offer = await self._transcript.offer(conversation.id, message.pressed, self._clock(), VALID)
        found = PRESSED.fullmatch(offer.payload) if offer is not None else None
        if found is None:
            return None
        chosen = json.loads(found[1])
        return int(chosen["id"]), bool(chosen["yes"])

    async def _typed(self, message: Message, conversation: Conversation) -> tuple[int, bool] | None:
        """« Oui » or « non » where the question is the last thing that was said to the citizen."""
        said = " ".join(tokens(normalise(message.text[:MAX_CHARS])))
        if said not in YES | NO:
            return None
        lines = await self._transcript.read(conversation.id, limit=LINES_BACK)
        before = [line for line in lines if line.author != CITIZEN]
        asked = _ASKED.fullmatch(before[-1].ref) if before else None
        return (int(asked[1]), said in YES) if asked else None

    def _mac(self, secret: str, referral_id: int, asked: str) -> str:
        return signatures.sign(secret, f"{referral_id}.{asked}".encode())[:MAC_CHARS]

    def _site(self) -> str:
        return (self._office.channels.address or self._office.town.website).rstrip("/")


def _stamp(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000_000))


def _thanks(given: bool) -> str:
    return "referral_given" if given else "referral_refused"


def open_to_answer(referral: Referral, moment: datetime) -> bool:
    """Whether a question is still one."""
    return referral.state is State.ASKED and moment - referral.asked_at < VALID
