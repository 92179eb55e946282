"""Passing a case on: an agent writes it, the citizen agrees, and only then it leaves; with a trace of every step."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.agents import Agent, Agents
from bot.bus import DESK, LEAVING, Bus
from bot.cases import Case, CaseState
from bot.clock import Clock, now
from bot.desk import referring
from bot.desk.cases import Desk, Speaker
from bot.desk.consent import VALID, Consent
from bot.desk.reach import Reaches
from bot.desk.refusals import NoReferral, ReferralKnown, ReferralSettled
from bot.desk.words import Words
from bot.errors import BotError, Missing, SendFailed, SendRefused, Stale, StoreError
from bot.knowledge.competences import Competences, Door
from bot.linking import Cursors
from bot.messages import Author, Reply
from bot.referrals import NewReferral, Referral, Referrals, State
from bot.settings import Office
from bot.store.base import Conversations
from bot.text.wording import Wording

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=2)
LEASE = timedelta(minutes=5)
"""Longer than a mail server is waited for: one gateway at a time sends, and a mail leaves once."""
SENDING = "referrals.send"
"""Of the lease."""
AGAIN_AFTER = timedelta(minutes=1)
"""What could not leave waits so long, and lets others leave meanwhile."""
PATIENCE = timedelta(days=2)
"""So long a mail server that takes nothing is tried; then an agent passes it on by hand."""


class Posts(Protocol):
    """What sends a mail to somebody who has not written to us."""

    async def post(self, to: str, subject: str, text: str, key: str, name: str) -> None:
        """Hand a mail over, in an agent's `name`; the same `key` is the same mail.

        Raises:
            SendRefused: for good.
            SendFailed: for now.
        """


class Passing:
    """What agents do about referrals, and what leaves by itself once its citizen has agreed."""

    def __init__(
        self,
        referrals: Referrals,
        desk: Desk,
        agents: Agents,
        conversations: Conversations,
        consent: Consent,
        speaker: Speaker,
        wording: Wording,
        words: Words,
        office: Office,
        bus: Bus,
        posts: Posts | None = None,
        reaches: Reaches | None = None,
        clock: Clock = now,
        *,
        cursors: Cursors,
        holder: str,
    ) -> None:
        """Without `posts` everything is passed on by hand; `holder` names this process in the lease of `cursors`."""
        self._referrals = referrals
        self._desk = desk
        self._agents = agents
        self._conversations = conversations
        self._consent = consent
        self._speaker = speaker
        self._wording = wording
        self._words = words
        self._office = office
        self._bus = bus
        self._posts = posts
        self._reaches = reaches or {}
        self._clock = clock
        self._cursors = cursors
        self._holder = holder
        self._later: dict[int, datetime] = {}
        self._competences = Competences(office)
        self.bodies = referring.bodies(office)

    @property
    def sends(self) -> bool:
        """Whether a mail can be sent to a body that has an address."""
        return self._posts is not None

    def mailed(self, door: Door) -> bool:
        """Whether what a citizen agrees to goes to a body by mail, and by itself."""
        return bool(self.sends and door.email)

    def near(self, said: str) -> str:
        """The code of the body that a citizen's words are likely for; "" where none is."""
        door = self._competences.of_letter("", said)
        return door.code if door is not None else ""

    async def of_case(self, agent: Agent, case_id: int) -> Sequence[Referral]:
        """What was or is to be passed on of a case.

        Raises:
            NotAllowed, Missing: see `Desk.case`.
        """
        await self._desk.case(agent, case_id)
        return await self._referrals.of_case(case_id)

    async def ask(self, agent: Agent, case_id: int, code: str, text: str, closes: bool) -> tuple[Referral, bool]:
        """Ask the citizen whether this may be passed on; also whether they could be asked where they write.

        Raises:
            NotAllowed, Missing: see `Desk.case`; or there is no such body.
            CaseTaken, CaseClosed: see `Referrals.ask`.
            ReferralKnown: this body was asked about already.
        """
        case = await self._desk.case(agent, case_id)
        door = self.bodies.get(code)
        if door is None:
            raise NoReferral(f"there is no body {code}")
        email = door.email if self.sends else ""
        new = NewReferral(case_id, code, door.body.name, email, text, closes, agent.id)
        try:
            referral = await self._referrals.ask(new, self._clock())
        except Stale as error:
            raise ReferralKnown(str(error)) from error
        reached = await self._question(case, referral)
        await self._bus.publish(DESK)
        return referral, reached

    async def noted(self, agent: Agent, case_id: int, referral_id: int, given: bool) -> Referral:
        """An agent writes down what the citizen said at the counter, on the telephone or in a letter.

        Raises:
            NotAllowed, Missing, NoReferral; ReferralSettled: it is not asked any more.
        """
        await self._own(agent, case_id, referral_id)
        return await self._settled(await self._referrals.answer(referral_id, given, self._clock(), agent.id))

    async def withdraw(self, agent: Agent, case_id: int, referral_id: int) -> Referral:
        """Take the question back, or what has not left yet.

        Raises:
            NotAllowed, Missing, NoReferral; ReferralSettled: it has left, or was refused.
        """
        await self._own(agent, case_id, referral_id)
        return await self._settled(await self._referrals.withdraw(referral_id, agent.id, self._clock()))

    async def by_hand(self, agent: Agent, case_id: int, referral_id: int) -> Referral:
        """An agent has passed it on themselves.

        Raises:
            NotAllowed, Missing, NoReferral; ReferralSettled: nobody said yes, or it has left.
        """
        await self._own(agent, case_id, referral_id)
        referral = await self._settled(await self._referrals.sent(referral_id, self._clock(), agent.id))
        await self._passed(referral, agent)
        return referral

    async def run(self) -> None:
        """Let leave what citizens agreed to, and give up what nobody answered, until cancelled."""
        while True:
            try:
                await self.pass_on()
                moment = self._clock()
                if await self._referrals.lapse(moment - VALID, moment):
                    await self._bus.publish(DESK)
            except Exception:
                log.exception("referrals.failed")
            await self._bus.wait(LEAVING, LOOK_EVERY)

    async def pass_on(self) -> None:
        """Send what citizens agreed to; what no server takes is left to agents. One gateway at a time does so."""
        if self._posts is None:
            return
        moment = self._clock()
        self._later = {one: until for one, until in self._later.items() if moment < until <= moment + AGAIN_AFTER}
        due = [one.id for one in await self._referrals.due() if one.id not in self._later]
        try:
            for referral_id in due:
                if not await self._cursors.hold(SENDING, self._holder, self._clock(), LEASE):
                    return
                try:
                    await self._send(await self._referrals.get(referral_id), self._posts)
                except Missing:
                    # Erased since it was read.
                    continue
                except StoreError:
                    raise
                except Exception:
                    # One that cannot be written as a mail must not keep the others.
                    log.exception("referrals.send_failed", referral=referral_id)
                    self._later[referral_id] = self._clock() + AGAIN_AFTER
        finally:
            if due:
                await self._cursors.let_go(SENDING, self._holder)

    async def _send(self, referral: Referral, posts: Posts) -> None:
        """One of them, as it is now: it may have been sent or taken back since it was looked for."""
        if referral.state is not State.GIVEN:
            return
        case = await self._desk.whole_case(referral.case_id)
        subject = referring.subject(case, self._office, self._words)
        key = f"referral-{referral.id}-{int(referral.asked_at.timestamp())}"
        try:
            await posts.post(referral.email, subject, referral.text, key, referral.agent_name)
        except SendFailed as error:
            if referral.answered_at is not None and self._clock() - referral.answered_at < PATIENCE:
                log.warning("referrals.postponed", referral=referral.id, error=type(error).__name__)
                self._later[referral.id] = self._clock() + AGAIN_AFTER
            else:
                await self._give_up(referral)
        except SendRefused:
            await self._give_up(referral)
        else:
            if await self._referrals.sent(referral.id, self._clock()) is not None:
                agents = {one.id: one for one in await self._agents.all()}
                await self._passed(referral, agents.get(referral.agent_id))

    async def _give_up(self, referral: Referral) -> None:
        log.warning("referrals.given_up", referral=referral.id)
        await self._referrals.failed(referral.id, self._clock())
        await self._bus.publish(DESK)

    async def _passed(self, referral: Referral, agent: Agent | None) -> None:
        """Tell the citizen, and close the case if that was wanted and can be done."""
        # Whose citizen has erased everything is told nothing.
        with contextlib.suppress(Missing):
            case = await self._desk.whole_case(referral.case_id)
            conversation = await self._conversations.get(referral.conversation_id)
            if self._reached(case):
                said = self._wording.say("referral_sent", conversation.language, number=case.number, name=referral.name)
                name = f"case-{case.id}.passed-{referral.id}"
                await self._speaker.say(conversation, Reply(name, said, conversation.language, Author.SYSTEM))
            if referral.closes and agent is not None and case.state is not CaseState.CLOSED:
                # Somebody else may have it by now, or a reply has not left: then it stays open.
                with contextlib.suppress(BotError):
                    await self._desk.close(agent, case.id)
        await self._bus.publish(DESK)

    async def _question(self, case: Case, referral: Referral) -> bool:
        if not self._reached(case):
            return False
        conversation = await self._conversations.get(referral.conversation_id)
        await self._speaker.say(conversation, self._consent.question(referral, conversation))
        return True

    def _reached(self, case: Case) -> bool:
        """Whether the citizen can be asked where they write; the author of a public comment is written to once."""
        if case.address is None:
            return False
        reach = self._reaches.get(case.address.channel)
        return reach is None or not reach.once(case.address)

    async def _own(self, agent: Agent, case_id: int, referral_id: int) -> None:
        if all(one.id != referral_id for one in await self.of_case(agent, case_id)):
            raise NoReferral(f"the case {case_id} has no referral {referral_id}")

    async def _settled(self, referral: Referral | None) -> Referral:
        if referral is None:
            raise ReferralSettled("the referral is not in that state any more")
        await self._bus.publish(LEAVING)
        await self._bus.publish(DESK)
        return referral


def by_hand(referral: Referral) -> bool:
    """Whether it waits for an agent to pass it on."""
    return referral.state is State.FAILED or (referral.state is State.GIVEN and not referral.email)
