"""What citizens agreed to have passed on leaves by mail: once, in one gateway, and never by half."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest

from bot import clock
from bot.app import Gateway
from bot.bus import LocalBus
from bot.cases import CaseState
from bot.clock import Clock
from bot.desk.cases import Desk
from bot.desk.consent import Consent
from bot.desk.referrals import AGAIN_AFTER, Passing
from bot.desk.words import load_words
from bot.errors import SendFailed, SendRefused, SignatureRejected
from bot.referrals import Referral, State
from bot.settings import Settings
from bot.settings_directory import Entry
from bot.store.sql import Store
from bot.text.wording import load as load_wording
from tests.desk.office import at_desk, open_case, soon
from tests.desk.test_referrals import ROADS, SECRETS, TEXT, steps


class Postman:
    """Takes mails as it is told to."""

    def __init__(self, *fails: Exception) -> None:
        self.fails = list(fails)
        self.posted: list[tuple[str, str, str, str]] = []

    async def post(self, to: str, subject: str, text: str, key: str, name: str) -> None:
        """See `Posts.post`."""
        if self.fails:
            raise self.fails.pop(0)
        self.posted.append((to, subject, text, name))


async def passing(
    store: Store, settings: Settings, running: Gateway, postman: Postman, at: Clock = clock.now
) -> tuple[Passing, Referral]:
    """What sends, in a town whose directory has the Caf's address, and something that Anne has agreed to."""
    caf = Entry(name="Caf du Val", email="caf@val.example")
    office = msgspec.structs.replace(settings.office, directory={"caf": caf})
    wording, bus = load_wording(office), LocalBus()
    desk = Desk(store.cases, store.agents, store.conversations, running.counter, wording, office, bus)
    consent = Consent(store.referrals, store.transcript, wording, office, SECRETS, bus)
    made = Passing(
        *(store.referrals, desk, store.agents, store.conversations, consent, running.counter, wording),
        *(load_words(), office, bus, postman),
        clock=at,
        cursors=store.cursors,
        holder="a",
    )
    async with at_desk(running, services=ROADS) as claire:
        case = await open_case(store)
        await claire.done("POST", f"/cases/{case.id}/take", {})
        referral, _ = await made.ask(claire.agent, case.id, "caf", TEXT, True)
    return made, referral


async def test_a_mail_leaves_once_there_is_a_yes(running: Gateway, store: Store, settings: Settings) -> None:
    """To the address of the directory, word for word, in the agent's name; the case is closed, and it leaves once."""
    postman = Postman()
    made, referral = await passing(store, settings, running, postman)
    await made.pass_on()
    assert postman.posted == []
    await store.referrals.answer(referral.id, True, clock.now())
    await made.pass_on()
    await made.pass_on()

    ((to, subject, text, name),) = postman.posted
    case = await store.cases.get(referral.case_id)
    assert (to, text, name) == ("caf@val.example", TEXT, "Claire")
    assert case.number in subject
    assert case.state is CaseState.CLOSED
    assert (await steps(store, case.id))[-1] == "caf"


async def test_a_server_that_is_away_is_tried_again(running: Gateway, store: Store, settings: Settings) -> None:
    """What it refuses for good is left to the agent, who is told."""
    postman = Postman(SendFailed("away"), SendRefused("no such mailbox"))
    moment = clock.now()
    made, referral = await passing(store, settings, running, postman, lambda: moment)
    await store.referrals.answer(referral.id, True, moment)
    await made.pass_on()
    await made.pass_on()
    # Not in the same minute: others leave meanwhile.
    assert (await store.referrals.get(referral.id)).state is State.GIVEN
    moment += AGAIN_AFTER
    await made.pass_on()
    await made.pass_on()

    assert (await store.referrals.get(referral.id)).state is State.FAILED
    assert (await steps(store, referral.case_id))[-1] == "failed:Caf du Val"
    assert postman.posted == []


async def test_a_mail_that_cannot_be_written_keeps_no_other(running: Gateway, store: Store, settings: Settings) -> None:
    """It is tried again a minute later, and what stands behind it is looked at meanwhile."""
    postman, moment = Postman(ValueError("a subject that no mail can have")), clock.now()
    made, referral = await passing(store, settings, running, postman, lambda: moment)
    await store.referrals.answer(referral.id, True, moment)
    await made.pass_on()
    await made.pass_on()
    assert (postman.fails, postman.posted) == ([], [])
    moment += AGAIN_AFTER
    await made.pass_on()

    assert len(postman.posted) == 1
    assert (await store.referrals.get(referral.id)).state is State.SENT


class Slow(Postman):
    """Takes a mail, and says so only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = asyncio.Event()

    async def post(self, to: str, subject: str, text: str, key: str, name: str) -> None:
        """See `Posts.post`."""
        await super().post(to, subject, text, key, name)
        await self.may_go_on.wait()


async def test_of_two_gateways_one_sends(running: Gateway, store: Store, settings: Settings) -> None:
    """While one hands a mail over the other does not; a citizen's words leave once."""
    slow = Slow()
    made, referral = await passing(store, settings, running, slow)
    other = Passing(
        *(store.referrals, made._desk, store.agents, store.conversations, made._consent, running.counter),
        *(made._wording, load_words(), made._office, LocalBus(), slow),
        cursors=store.cursors,
        holder="b",
    )
    await store.referrals.answer(referral.id, True, clock.now())
    first = asyncio.create_task(made.pass_on())

    async def handed_over() -> bool:
        return bool(slow.posted)

    await soon(handed_over)
    await asyncio.wait_for(other.pass_on(), 20)
    slow.may_go_on.set()
    await first
    await other.pass_on()

    assert len(slow.posted) == 1
    assert (await store.referrals.get(referral.id)).state is State.SENT


async def test_a_question_that_was_asked_anew_has_a_new_address(
    running: Gateway, store: Store, settings: Settings
) -> None:
    """The old one answers nothing: its words are not those that would leave."""
    made, referral = await passing(store, settings, running, Postman())
    consent = Consent(
        store.referrals, store.transcript, load_wording(settings.office), settings.office, SECRETS, LocalBus()
    )
    old = consent.token(replace(referral, asked_at=referral.asked_at.replace(year=2020)))
    with pytest.raises(SignatureRejected):
        await consent.read(old)
    other = Consent(
        store.referrals, store.transcript, load_wording(settings.office), settings.office, ("another" * 8,), LocalBus()
    )
    with pytest.raises(SignatureRejected):
        await consent.read(other.token(referral))
    assert (await consent.read(consent.token(referral))).id == referral.id
    assert made.sends
