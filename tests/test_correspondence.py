"""Letters on their way through the counter: read, filed, grouped, acknowledged once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import safety, settings
from bot.bus import LocalBus
from bot.cases import Case, Cause, NewCase
from bot.conversation import Counter
from bot.correspondence import ACKNOWLEDGED_WITHIN, MAX_ACKNOWLEDGED, MAX_ALARMED, Correspondence
from bot.errors import StoreError
from bot.letters import Automatic, Letter
from bot.mailroom import Acknowledged, Filed, NewLetter
from bot.messages import Address, Kind, Message, Thread
from bot.readings import LetterKind
from bot.store.base import CITIZEN
from bot.store.letters import SqlLetters
from bot.store.sql import Store
from bot.text import wording
from tests.fakes.triage import DELAY, FakeTriage
from tests.store.contract_agents import hired
from tests.store.words import LEASE, START
from tests.test_conversation import Answering

ROOT = Path(__file__).resolve().parents[1]
LUCIE = Address("email", "lucie")
HOLE = "Il y a un trou devant chez moi."


def letter(
    name: str, text: str = HOLE, address: Address = LUCIE, sender: str = "lucie@example.org", form: str = ""
) -> Message:
    carried = Letter("Voirie", sender, "Lucie", "contact@pontavel.example", form)
    return Message(name, address, text, START, Kind.LETTER, thread=Thread(name, subject="Voirie"), letter=carried)


class Mailroom:
    """A counter on a store, which takes letters one by one."""

    def __init__(self, store: Store) -> None:
        office = settings.read_office(ROOT / "office.yml")
        self.store = store
        self.triage = FakeTriage()
        self.core = Answering()
        self.moment = START
        correspondence = Correspondence(store, self.triage, self.triage, self.triage, lambda: self.moment)
        self.counter = Counter(
            store,
            self.core,
            {},
            wording.load(office),
            safety.load(),
            LocalBus(),
            "w1",
            lambda: self.moment,
            correspondence=correspondence,
        )

    async def take(self, message: Message) -> None:
        await self.counter.receive(message)
        await self.handle()

    async def handle(self) -> None:
        (claimed,) = await self.store.inbox.claim_some("w1", self.moment, LEASE, 1)
        await self.counter.handle(claimed)

    async def cases(self, address: Address = LUCIE) -> list[Case]:
        conversation = await self.store.conversations.find(address)
        assert conversation is not None
        return await self.store.cases.find(conversation.id)

    async def filed(self, name: str, address: Address = LUCIE) -> Filed:
        conversation = await self.store.conversations.find(address)
        assert conversation is not None
        found = await self.store.letters.find(conversation.id, name)
        assert found is not None
        return found

    async def answers(self, address: Address = LUCIE) -> list[str]:
        conversation = await self.store.conversations.find(address)
        assert conversation is not None
        return [line.text for line in await self.store.transcript.read(conversation.id) if line.author != CITIZEN]


@pytest.fixture
def room(store: Store) -> Mailroom:
    return Mailroom(store)


async def test_a_letter_becomes_a_case_of_its_service(room: Mailroom) -> None:
    """With its subject, its sender for a contact, a due date, suggestions and one acknowledgement; the core hears nothing."""
    await room.take(letter("m1"))

    (case,) = await room.cases()
    filed = await room.filed("m1")
    assert (case.service, case.cause, case.subject, case.has_contact) == ("voirie", Cause.MAIL, "Voirie", True)
    assert case.due_at == START + DELAY
    assert case.details["mailbox"] == "contact@pontavel.example"
    assert (filed.case_id, filed.acknowledged) == (case.id, Acknowledged.SENT)
    assert [one.id for one in filed.suggested] == ["patience"]
    assert await room.answers() == [f"Reçu sous le numéro {case.number}."]
    assert room.core.heard == []


async def test_a_web_form_says_which_it_is(room: Mailroom) -> None:
    """Its case is a form's, not a mail's."""
    await room.take(letter("m1", form="contact"))

    (case,) = await room.cases()
    assert (case.cause, case.details["form"]) == (Cause.FORM, "contact")


async def test_a_machine_gets_no_answer(room: Mailroom) -> None:
    """What nobody wrote opens no case and is put aside, for whoever looks."""
    await room.take(letter("m1", "Je suis absent jusqu'au 3."))
    await room.take(letter("m2", "Promo : des lampadaires."))

    assert await room.cases() == []
    assert await room.answers() == []
    assert [one.message_id for one in await room.store.letters.aside()] == ["m2", "m1"]


async def test_danger_is_never_put_aside(room: Mailroom) -> None:
    """It opens an urgent case, even where the mail looks like a machine's."""
    await room.take(letter("m1", "Absent. Danger."))

    (case,) = await room.cases()
    assert case.urgent
    assert await room.answers() == [f"Reçu sous le numéro {case.number}."]


async def test_thanks_need_no_acknowledgement(room: Mailroom) -> None:
    """They become a case, which an agent reads and closes."""
    room.triage.kind = LetterKind.THANKS
    await room.take(letter("m1", "Merci pour le trou rebouché."))

    assert len(await room.cases()) == 1
    assert await room.answers() == []


async def test_an_answer_goes_to_the_open_case(room: Mailroom) -> None:
    """No second case and no second acknowledgement; danger in it makes the case urgent."""
    await room.take(letter("m1"))
    await room.take(letter("m2", "C'est devenu un danger."))

    (case,) = await room.cases()
    assert case.urgent
    assert [one.message_id for one in await room.store.letters.of_case(case.id)] == ["m1", "m2"]
    assert len(await room.answers()) == 1


async def test_an_answer_to_a_closed_case_is_a_new_one(room: Mailroom) -> None:
    """It names the one before."""
    await room.take(letter("m1"))
    (first,) = await room.cases()
    agent = await hired(room.store)
    await room.store.cases.take(first.id, agent.id, START)
    await room.store.cases.close(first.id, agent.id, START)

    await room.take(letter("m2", "Le trou est de retour."))

    second = (await room.cases())[0]
    assert (second.id != first.id, second.details["previous"]) == (True, first.number)


async def test_somebody_else_in_a_conversation_is_not_answered(room: Mailroom) -> None:
    """Their letter is attached and flagged; replies go on to the case's own address."""
    await room.take(letter("m1"))
    await room.take(letter("m2", "Moi aussi.", sender="autre@example.org"))

    filed = await room.filed("m2")
    assert (filed.trusted, filed.case_id) == (False, (await room.cases())[0].id)
    assert await room.store.letters.correspondent(filed.conversation_id) == "lucie@example.org"


async def test_replies_hang_under_the_mails_of_whom_they_go_to(room: Mailroom) -> None:
    """Not under somebody else's in the same conversation, which they have never seen."""
    await room.take(letter("m1"))
    for name, sender in (("m2", "lucie@example.org"), ("m3", "autre@example.org")):
        message = letter(name, "Moi aussi.", sender=sender)
        assert message.letter is not None
        await room.take(replace(message, letter=replace(message.letter, returned=True)))

    conversation = await room.store.conversations.find(LUCIE)
    assert conversation is not None
    assert conversation.thread is not None
    assert conversation.thread.last_message_id == "m2"


async def test_letters_that_say_the_same_stand_together(room: Mailroom) -> None:
    """Each has its case and its acknowledgement; the desk sees that they are one matter."""
    for number in range(3):
        await room.take(letter(f"m{number}", address=Address("email", f"c{number}"), sender=f"{number}@example.org"))

    first = await room.filed("m0", Address("email", "c0"))
    assert [one.message_id for one in await room.store.letters.group(first.id)] == ["m0", "m1", "m2"]


async def test_a_flood_of_one_sender_is_held(room: Mailroom) -> None:
    """From the sixth within an hour on nothing is acknowledged by itself; an hour later it is again."""
    for number in range(MAX_ACKNOWLEDGED + 1):
        await room.take(letter(f"m{number}", f"Un trou, le {number}.", Address("email", f"c{number}")))
    room.moment = START + ACKNOWLEDGED_WITHIN + timedelta(seconds=1)
    await room.take(letter("late", "Un trou, plus tard.", Address("email", "late")))

    held = [one.message_id for one in await room.store.letters.held()]
    assert held == [f"m{MAX_ACKNOWLEDGED}"]
    assert await room.answers(Address("email", f"c{MAX_ACKNOWLEDGED}")) == []
    assert len(await room.answers(Address("email", "late"))) == 1


async def test_danger_is_answered_through_a_flood(room: Mailroom) -> None:
    """The numbers in its acknowledgement come whatever its sender has written before; at some time they end too."""
    for number in range(MAX_ALARMED + 1):
        await room.take(letter(f"m{number}", f"Danger, le {number}.", Address("email", f"c{number}")))

    assert [one.message_id for one in await room.store.letters.held()] == [f"m{MAX_ALARMED}"]
    assert len(await room.answers(Address("email", f"c{MAX_ALARMED - 1}"))) == 1


async def test_a_machine_that_speaks_of_danger_is_not_answered(room: Mailroom) -> None:
    """A newsletter on fires opens an urgent case for whoever looks, and gets no mail back (RFC 3834)."""
    message = letter("m1", "Danger : les bons gestes.")
    assert message.letter is not None
    listed = replace(message, letter=replace(message.letter, automatic=Automatic.LIST))
    await room.take(listed)

    (case,) = await room.cases()
    assert case.urgent
    assert (await room.filed("m1")).acknowledged is Acknowledged.NONE
    assert await room.answers() == []


async def test_a_report_gets_its_number_though_it_asks_nothing(room: Mailroom) -> None:
    """Whoever asks for something or reports it is told that it has come."""
    room.triage.kind = LetterKind.REPORT
    await room.take(letter("m1", "Je vous signale un trou. Merci."))

    assert len(await room.answers()) == 1


async def test_somebody_elses_new_case_is_not_acknowledged_to_the_first_one(room: Mailroom) -> None:
    """It is held: the address that replies go to has sent no letter, and the other one is not confirmed."""
    await room.take(letter("m1"))
    (first,) = await room.cases()
    agent = await hired(room.store)
    await room.store.cases.take(first.id, agent.id, START)
    await room.store.cases.close(first.id, agent.id, START)

    await room.take(letter("m2", "Un trou chez le voisin.", sender="autre@example.org"))

    assert (await room.filed("m2")).acknowledged is Acknowledged.HELD
    assert len(await room.answers()) == 1


async def test_english_is_answered_in_english(room: Mailroom) -> None:
    """French and English are conversed in; of another language the case knows."""
    await room.take(letter("m1", "Hello, a hole."))
    await room.take(letter("m2", "Hola.", Address("email", "jose")))

    (english,), (spanish,) = await room.cases(), await room.cases(Address("email", "jose"))
    assert (english.language, english.spoken) == ("en", "")
    assert (spanish.language, spanish.spoken) == ("fr", "es")


async def test_identifiers_never_reach_the_store(room: Mailroom) -> None:
    """In the text, the subject and the fields of a form."""
    iban = "FR76 3000 6000 0112 3456 7890 189"
    message = letter("m1", f"Un trou. {iban}")
    fields = Letter(f"Voirie {iban}", "lucie@example.org", form="contact", fields={"iban": iban})
    await room.take(Message("m1", LUCIE, message.text, START, Kind.LETTER, letter=fields))

    (case,) = await room.cases()
    filed = await room.filed("m1")
    shown = f"{case.subject} {case.details} {filed.letter} {filed.reading}"
    assert "7890" not in shown
    assert "Voirie" in case.subject


class Breaking(SqlLetters):
    """Letters of which the first is filed by a worker that never hears of it."""

    broken = True

    async def open(
        self, new: NewLetter, case: NewCase, now: datetime, photos: Sequence[str] = ()
    ) -> tuple[Filed, Case]:
        opened = await super().open(new, case, now, photos)
        if self.broken:
            self.broken = False
            raise StoreError("the connection was lost behind the commit")
        return opened


async def test_a_letter_that_breaks_off_is_filed_once(store: Store) -> None:
    """A worker that dies behind the case and the letter leaves one case, one letter and one acknowledgement."""
    letters = Breaking(store.database)
    parts = {name: getattr(store, name) for name in Store.__slots__}
    room = Mailroom(Store(**{**parts, "letters": letters}))
    await room.counter.receive(letter("m1"))
    with pytest.raises(StoreError):
        await room.handle()
    room.moment = START + LEASE * 2

    await room.handle()

    (case,) = await room.cases()
    assert (await room.filed("m1")).case_id == case.id
    assert await room.answers() == [f"Reçu sous le numéro {case.number}."]


async def test_a_letter_is_read_once(room: Mailroom) -> None:
    """A second delivery of the same mail changes nothing."""
    await room.take(letter("m1"))
    assert not await room.counter.receive(letter("m1"))

    assert room.triage.read_texts == [HOLE]
