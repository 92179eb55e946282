"""The contract of mail and web forms: filed once, grouped, corrected, forgotten with their citizen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.agents import NewAgent, Role
from bot.cases import Case, CaseKind, Cause, NewCase, What
from bot.errors import Missing
from bot.letters import Automatic, Letter, Proofs, Verdict
from bot.mailroom import Acknowledged, Around, Filed, Held, Label, NewLetter, Together, Told
from bot.messages import Address, Message, Outgoing, Reply, Source
from bot.readings import LetterKind, Part, PartKind, Reading, Scored, Suggested, Urgency
from bot.store.base import Prepared
from bot.store.sql import Store
from tests.store.words import START, after, conversation_of

LUCIE = Address("email", "lucie")
NEIGHBOUR = Address("email", "neighbour")
READING = Reading(
    services=(Scored("voirie", 0.91), Scored("eclairage_public", 0.05)),
    service="voirie",
    sure=True,
    kind=LetterKind.REPORT,
    urgency=Urgency.NORMAL,
    language="fr",
    said="Un trou devant le 12 rue du Lavoir.",
    parts=(Part(PartKind.GREETING, "Bonjour,"), Part(PartKind.BODY, "Un trou devant le 12 rue du Lavoir.")),
    because=("trou", "rue"),
    personal=("phone",),
)
SUGGESTED = (Suggested("trou", "Nid-de-poule", "Bonjour, …", (Source("Voirie", "/services/voirie"),), 0.8),)


def letter(sender: str = "lucie@example.org") -> Letter:
    proofs = Proofs(Verdict.PASS, Verdict.FAIL, Verdict.NONE)
    return Letter("Trou", sender, "Lucie", "contact@pontavel.example", fields={"rue": "du Lavoir"}, proofs=proofs)


async def case_of(store: Store, conversation_id: str, message_id: str) -> Case:
    new = NewCase(conversation_id, message_id, "letter", CaseKind.QUESTION, "voirie", Cause.MAIL, "Trou", urgent=True)
    return (await store.cases.open(new, START)).case


async def filed(
    store: Store,
    message_id: str = "m1",
    address: Address = LUCIE,
    sender: str = "lucie@example.org",
    group: int | None = None,
    acknowledged: Acknowledged = Acknowledged.SENT,
    trusted: bool = True,
) -> Filed:
    conversation_id = await conversation_of(store, address)
    case = await case_of(store, conversation_id, message_id)
    gist = ("trou", "lavoir")
    new = NewLetter(
        conversation_id,
        message_id,
        case.id,
        letter(sender),
        READING,
        acknowledged,
        gist,
        group,
        SUGGESTED,
        trusted,
    )
    return await store.letters.file(new, START)


async def agent(store: Store) -> int:
    return (await store.agents.add(NewAgent("paul.d", "Paul", Role.AGENT, ("voirie",), "hash"), START)).id


def label(letter_id: int, value: str, text: str = "Un trou.") -> Label:
    return Label(letter_id, Told.SERVICE, "voirie", value, False, "Trou", text, START)


class LettersContract:
    """What was read in a letter, and what agents made of it."""

    async def test_a_letter_comes_back_whole(self, store: Store) -> None:
        """All that was known of it is there again, by its message and by its case."""
        one = await filed(store)

        found = await store.letters.find(one.conversation_id, "m1")

        assert found == one
        assert (one.letter, one.reading, one.suggested) == (letter(), READING, SUGGESTED)
        assert await store.letters.of_case(one.case_id or 0) == [one]
        assert await store.letters.of_cases([one.case_id or 0, 999]) == {one.case_id: one}
        assert await store.letters.find(one.conversation_id, "m2") is None

    async def test_a_letter_is_filed_once(self, store: Store) -> None:
        """A second time it is the first one, whatever was read then."""
        one = await filed(store)

        again = await filed(store, acknowledged=Acknowledged.HELD)

        assert again == one

    async def test_an_automatic_letter_has_no_case(self, store: Store) -> None:
        """It is kept all the same: an agent may look for it."""
        conversation_id = await conversation_of(store, LUCIE)
        absent = Letter("Absence", "lucie@example.org", automatic=Automatic.ABSENCE)

        one = await store.letters.file(NewLetter(conversation_id, "m1", None, absent, READING), START)

        assert (one.case_id, one.letter.automatic) == (None, Automatic.ABSENCE)
        assert await store.letters.aside() == [one]

    async def test_a_letter_that_was_put_aside_may_become_a_case(self, store: Store) -> None:
        """Once: the second agent who finds it changes nothing."""
        conversation_id = await conversation_of(store, LUCIE)
        one = await store.letters.file(NewLetter(conversation_id, "m1", None, letter(), READING), START)
        case = await case_of(store, conversation_id, "m1")

        assert await store.letters.assign(one.id, case.id)
        assert not await store.letters.assign(one.id, case.id)
        assert await store.letters.aside() == []
        assert [each.id for each in await store.letters.of_case(case.id)] == [one.id]

    async def test_what_stands_around_a_letter(self, store: Store) -> None:
        """The same as its parts say one by one; what was erased is gone from it at once."""
        one = await filed(store)
        asked = (one.conversation_id, "lucie@example.org", "voirie", START, START)

        around = await store.letters.around(*asked)

        assert list(around.cases) == await store.cases.find(one.conversation_id)
        assert (around.correspondent, around.acknowledged) == ("lucie@example.org", 1)
        assert list(around.recent) == await store.letters.recent("voirie", START) != []
        await store.subjects.erase(LUCIE, START)
        assert await store.letters.around(*asked) == Around((), "", 0, ())

    async def test_no_letter_of_nobody(self, store: Store) -> None:
        """Where the citizen was erased meanwhile nothing is kept."""
        with pytest.raises(Missing):
            await store.letters.file(NewLetter("c" + "0" * 32, "m1", None, letter(), READING), START)

    async def test_replies_go_to_the_trusted_sender(self, store: Store) -> None:
        """Somebody else who writes into the conversation gets none until an agent confirms."""
        one = await filed(store)
        other = await filed(store, "m2", sender="autre@example.org", trusted=False)

        before = await store.letters.correspondent(one.conversation_id)
        confirmed = await store.letters.trust(other.id)

        assert before == "lucie@example.org"
        assert confirmed
        assert await store.letters.correspondent(one.conversation_id) == "autre@example.org"
        assert not await store.letters.trust(999)
        assert await store.letters.correspondent("c" + "0" * 32) == ""

    async def test_letters_that_say_the_same_are_a_group(self, store: Store) -> None:
        """The first of them leads, whichever is asked."""
        one = await filed(store)
        two = await filed(store, "m2", NEIGHBOUR, "voisin@example.org", group=one.id)

        gists = await store.letters.recent("voirie", START)

        assert [(gist.letter_id, gist.group, gist.words) for gist in gists] == [
            (two.id, one.id, ("trou", "lavoir")),
            (one.id, one.id, ("trou", "lavoir")),
        ]
        assert [one.id, two.id] == [each.id for each in await store.letters.group(two.id)]
        assert [one.id, two.id] == [each.id for each in await store.letters.group(one.id)]
        assert await store.letters.group(999) == []
        assert await store.letters.recent("voirie", after(1)) == []
        assert await store.letters.recent("sports", START) == []

    async def test_acknowledgements_are_counted_by_sender(self, store: Store) -> None:
        """Those that were held do not count, and are let go, or dropped, once."""
        await filed(store)
        held = await filed(store, "m2", acknowledged=Acknowledged.HELD)
        dropped = await filed(store, "m3", acknowledged=Acknowledged.HELD)

        counted = await store.letters.acknowledged("lucie@example.org", START)

        assert counted == 1
        assert await store.letters.let_go(held.id)
        assert await store.letters.drop(dropped.id)
        assert not await store.letters.let_go(held.id)
        assert not await store.letters.drop(held.id)
        assert not await store.letters.let_go(dropped.id)
        assert await store.letters.acknowledged("lucie@example.org", START) == 2
        assert await store.letters.acknowledged("lucie@example.org", after(1)) == 0

    async def test_what_was_held_stands_by_service_while_its_case_is_open(self, store: Store) -> None:
        """The newest first, of all services or of some; what waits with a closed case needs nobody."""
        by = await agent(store)
        one = await filed(store, acknowledged=Acknowledged.HELD)
        two = await filed(store, "m2", NEIGHBOUR, acknowledged=Acknowledged.HELD)
        await filed(store, "m3")
        number = (await store.cases.get(two.case_id or 0)).number

        both = await store.letters.held()
        await store.cases.transfer(two.case_id or 0, by, "sports", "", START)
        sports = await store.letters.held(("sports",))
        await store.cases.close(one.case_id or 0, by, START)

        assert [each.filed for each in both] == [two, one]
        assert sports == [Held(two, two.case_id or 0, number, "sports")]
        assert await store.letters.held() == sports
        assert await store.letters.held(("voirie",)) == []

    async def test_a_label_is_taken_back(self, store: Store) -> None:
        """That one alone, and once."""
        one, by = await filed(store), await agent(store)
        await store.letters.note(label(one.id, "sports"), by)
        await store.letters.note(replace(label(one.id, "report"), what=Told.KIND), by)

        assert await store.letters.forget(one.id, Told.SERVICE)
        assert not await store.letters.forget(one.id, Told.SERVICE)
        assert await store.letters.decided([one.id]) == {one.id: {Told.KIND: "report"}}

    async def test_the_last_word_of_an_agent_counts(self, store: Store) -> None:
        """A correction of a correction keeps what was read at first."""
        one, who = await filed(store), await agent(store)
        await store.letters.note(label(one.id, "sports"), who)

        await store.letters.note(label(one.id, "espaces_verts", "Un autre texte."), who)

        assert await store.letters.labels(Told.SERVICE) == [label(one.id, "espaces_verts")]
        assert await store.letters.labels(Told.REPLY) == []
        with pytest.raises(Missing):
            await store.letters.note(label(999, "sports"), who)

    async def test_how_many_say_the_same(self, store: Store) -> None:
        """Counted for the first of a group, for another of it, and for one that stands alone."""
        one = await filed(store)
        two = await filed(store, "m2", NEIGHBOUR, group=one.id)
        alone = await filed(store, "m3", NEIGHBOUR)

        assert await store.letters.alike([one.id, two.id, alone.id, 999]) == {one.id: 2, two.id: 2, alone.id: 1}
        assert await store.letters.alike([]) == {}

    async def test_who_is_behind_the_most_urgent_of_a_group(self, store: Store) -> None:
        """Open cases that are not urgent beside an urgent one; nobody where none is urgent, or after they were raised."""
        one = await filed(store)
        conversation_id = await conversation_of(store, NEIGHBOUR)
        new = NewCase(conversation_id, "m2", "letter", CaseKind.QUESTION, "voirie", Cause.MAIL, "Trou")
        case = (await store.cases.open(new, START)).case
        two = replace(one, message_id="m2", conversation_id=conversation_id, case_id=case.id)
        await store.letters.file(
            NewLetter(conversation_id, "m2", case.id, two.letter, two.reading, gist=("trou",), group=one.id), START
        )

        assert await store.letters.together(one.id, urgent=False) == Together(True, (conversation_id,))
        assert await store.letters.together(999, urgent=False) == Together(False)
        assert await store.letters.together(999, urgent=True) == Together(True)
        await store.cases.mark_urgent(conversation_id, START)
        assert await store.letters.together(one.id, urgent=False) == Together(True)

    async def test_what_was_decided_about_letters(self, store: Store) -> None:
        """By matter, the last word each; nothing for a letter that nobody judged."""
        one, two, who = await filed(store), await filed(store, "m2", NEIGHBOUR), await agent(store)
        for value in ("sports", "proprete_dechets"):
            await store.letters.note(label(one.id, value), who)
        await store.letters.note(Label(one.id, Told.KIND, "report", "thanks", False, "", "", START), who)

        found = await store.letters.decided([one.id, two.id])

        assert found == {one.id: {Told.SERVICE: "proprete_dechets", Told.KIND: "thanks"}}
        assert await store.letters.decided([]) == {}

    async def test_where_the_citizen_has_the_last_word(self, store: Store) -> None:
        """Of several conversations, those whose last line nobody has answered."""
        lucie, neighbour = await conversation_of(store, LUCIE), await conversation_of(store, NEIGHBOUR)
        for name, address in (("m1", LUCIE), ("m2", NEIGHBOUR)):
            await store.inbox.put(Message(name, address, "Un trou.", START), "fr", after(1))
        prepared = Prepared(Reply("r1", "Bonjour."), (), (Outgoing({}),))
        await store.outbox.add(neighbour, [prepared], after(2))

        assert await store.letters.heard([lucie, neighbour]) == {lucie: START}
        assert await store.letters.heard([]) == {}

    async def test_open_letters_by_service(self, store: Store) -> None:
        """What waits, what somebody has, what is late and urgent, and since when."""
        await filed(store)
        two = await filed(store, "m2", NEIGHBOUR)
        await store.cases.take(two.case_id or 0, await agent(store), after(5))

        (shelf,) = await store.letters.shelves(after(60))

        assert (shelf.service, shelf.waiting, shelf.taken, shelf.late, shelf.high) == ("voirie", 1, 1, 0, 2)
        assert shelf.oldest == START

    async def test_an_erased_citizen_leaves_no_letter(self, store: Store) -> None:
        """Letters and labels go with the conversation."""
        one = await filed(store)
        await store.letters.note(label(one.id, "sports"), await agent(store))

        erased = await store.subjects.erase(LUCIE, after(1))

        assert (erased.rows["letters"], erased.rows["labels"]) == (1, 1)
        assert await store.letters.labels(Told.SERVICE) == []

    async def test_what_was_learnt_outlives_the_conversation(self, store: Store) -> None:
        """Once its time is over the label stays, and leads to nobody any more."""
        one, who = await filed(store), await agent(store)
        await store.letters.note(label(one.id, "sports"), who)
        await store.cases.take(one.case_id or 0, who, after(1))
        await store.cases.close(one.case_id or 0, who, after(2))

        await store.subjects.purge(after(days=91), {"conversations": after(days=90) - START})

        assert await store.letters.labels(Told.SERVICE) == [label(0, "sports")]
        assert await store.letters.of_case(one.case_id or 0) == []

    async def test_another_letter_of_a_case_stands_in_its_history(self, store: Store) -> None:
        """Once: agents' pages show it by that line. The letter that opened the case is no other one."""
        case = await case_of(store, await conversation_of(store, LUCIE), "m1")
        for name in ("m1", "m2", "m2"):
            await store.letters.file(NewLetter(case.conversation_id, name, case.id, letter(), READING), START)

        history = [event.what for event in await store.cases.history(case.id)]

        assert history == [What.OPENED, What.URGENT, What.WROTE]
