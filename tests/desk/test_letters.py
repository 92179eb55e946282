"""Letters at the desk: shown apart, corrected in one request, answered from suggestions, and never to the wrong eyes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot import clock
from bot.agents import Role
from bot.cases import CaseState, What
from bot.correspondence import MAX_ACKNOWLEDGED
from bot.desk.letter_shapes import is_doubtful
from bot.letters import Automatic, Proofs, Verdict
from bot.mailroom import Filed, Told
from bot.settings import Settings
from bot.store.sql import Store
from tests.browser import desk_letters, desk_shelves
from tests.desk.mailroom import HOLE, Mailroom, mailroom, values
from tests.desk.office import Colleague, open_case

ROADS = ("voirie",)
RECEPTION = ("accueil_general",)


@pytest.fixture
async def room(settings: Settings, store: Store) -> AsyncIterator[Mailroom]:
    async with mailroom(settings, store) as built:
        yield built


async def mail_of(colleague: Colleague, case_id: int | None) -> Any:
    """What the desk shows of the letters of a case."""
    return (await colleague.done("GET", f"/cases/{case_id}"))["case"]["mail"]


async def test_a_letter_is_shown_apart(room: Mailroom) -> None:
    """Its own words, what is folded behind them, where it came to, why it is here, and what other services it may be for."""
    proofs = Proofs(Verdict.PASS, Verdict.FAIL, Verdict.NONE)
    filed = await room.take("m1", f"{HOLE}\n-- \nLucie Garnier", proofs=proofs, fields={"rue": "du Lavoir"})
    async with room.agent(services=ROADS) as claire:
        mail = await mail_of(claire, filed.case_id)

    (letter,) = mail["letters"]
    assert [(part["kind"], part["folded"]) for part in letter["parts"]] == [("body", False), ("signature", True)]
    assert (letter["mailbox"], letter["name"], letter["fields"]) == (
        "contact@pontavel.example",
        "Lucie",
        [{"name": "rue", "value": "du Lavoir"}],
    )
    assert (letter["because"], letter["services"][0]["likely"]) == (["trou"], "très probable")
    assert [one["verdict"] for one in letter["proofs"]] == ["pass", "fail", "none"]
    assert [one["code"] for one in mail["elsewhere"]] == ["eclairage_public", "proprete_dechets"]
    assert (letter["kind_name"], letter["urgency_name"], letter["acknowledged"]) == ("Demande", "Normale", "sent")
    # The sender is the case's contact, which is only looked at in the open.
    assert "m1@example.org" not in str(mail)


async def test_a_form_says_which_it_is(room: Mailroom) -> None:
    """By the title and the questions that the citizen read, and nothing of mail servers; a chat has no letter at all."""
    form = await room.take("f1", form="contact", channel="form", fields={"Votre rue": "du Lavoir"})
    chat = await open_case(room.store)
    async with room.agent(services=ROADS) as claire:
        mail = await mail_of(claire, form.case_id)
        none = await mail_of(claire, chat.id)

        details = (await claire.done("GET", f"/cases/{form.case_id}"))["case"]["details"]

    (letter,) = mail["letters"]
    assert (letter["form"], letter["mailbox"], letter["proofs"]) == ("Écrire à la mairie", "", [])
    assert none is None
    assert [(one["name"], one["value"]) for one in details] == [
        ("Objet", "Voirie"),
        ("Formulaire", "Écrire à la mairie"),
        ("Votre rue", "du Lavoir"),
    ]


async def test_the_pages_fake_speaks_as_the_gateway(room: Mailroom) -> None:
    """What the browser's tests show has the fields of the real answers, no more and no fewer."""
    filed = await room.take("m1")
    await room.take("m2", "Promo.")
    await flood(room)
    async with room.agent("chief", Role.SUPERVISOR) as chief:
        case = (await chief.done("GET", f"/cases/{filed.case_id}"))["case"]
        row = (await chief.done("GET", "/cases?view=all"))["cases"][0]
        overview = await chief.done("GET", "/letters")

    faked = desk_letters.cases(clock.now())[0]
    fake_letter = faked["mail"]["letters"][0]
    letter = case["mail"]["letters"][0]
    assert set(case["mail"]) == set(faked["mail"])
    assert set(letter) == set(fake_letter)
    assert set(letter["suggested"][0]) == set(fake_letter["suggested"][0])
    assert set(row) <= set(faked)
    assert set(overview["shelves"][0]) == set(desk_shelves.shelves(clock.now())[0])
    assert set(overview) == {"shelves", "aside", "held"}
    assert set(overview["held"][0]) == set(desk_shelves.held(clock.now())[0])
    assert set(overview["aside"][0]) == set(desk_shelves.aside(clock.now())[0])
    assert (case["mail"]["kinds"], case["mail"]["urgencies"]) == (desk_letters.KINDS, desk_letters.URGENCIES)


async def test_what_was_masked_is_named(room: Mailroom) -> None:
    """Which numbers were given away and not kept, never the numbers; nothing of it where there were none."""
    given = await room.take("m1", "Mon IBAN : FR76 3000 6000 0112 3456 7890 189, et un trou.")
    plain = await room.take("m2")
    async with room.agent(services=ROADS) as claire:
        (letter,) = (await mail_of(claire, given.case_id))["letters"]
        (other,) = (await mail_of(claire, plain.case_id))["letters"]

    assert (letter["masked"], other["masked"]) == (["un IBAN"], [])
    assert "3456" not in str(letter)


async def test_marking_a_letter_urgent_is_kept(room: Mailroom) -> None:
    """The button of every case says of a letter how urgent it is; a chat has nothing to learn from."""
    filed = await room.take("m1")
    chat = await open_case(room.store)
    async with room.agent(services=ROADS) as claire:
        for case_id in (filed.case_id, chat.id):
            await claire.done("POST", f"/cases/{case_id}/urgent", {"urgent": True})

    assert await values(room.store, Told.URGENCY) == ["high"]


async def test_a_wrong_route_is_one_request(room: Mailroom) -> None:
    """The case is in the other service's queue, and what was wrong is kept for the next training."""
    filed = await room.take("m1", "Il y a un trou devant chez moi. Appelez le 06 12 34 56 78.")
    async with room.agent(services=ROADS) as claire:
        await claire.done("POST", f"/cases/{filed.case_id}/transfer", {"service": "eclairage_public"})
        gone = await claire.ask("GET", f"/cases/{filed.case_id}")

    (label,) = await room.store.letters.labels(Told.SERVICE)
    assert (await room.case(filed)).service == "eclairage_public"
    assert gone[0] == 403
    assert (label.was, label.value, label.subject) == ("voirie", "eclairage_public", "Voirie")
    assert "06 12" not in label.text
    assert "trou" in label.text


@pytest.mark.parametrize(
    ("suggestion", "text", "kept"),
    [
        ("patience", "Bonjour, …", ("patience", False)),
        ("patience", "Bonjour, demain.", ("patience", True)),
        ("unknown", "Bonjour, …", ("", False)),
        ("", "Demain.", ("", False)),
    ],
)
async def test_what_is_sent_is_kept_as_a_label(room: Mailroom, suggestion: str, text: str, kept: Any) -> None:
    """Which suggestion was used and whether it was changed; answering where the case is confirms its service."""
    filed = await room.take("m1")
    async with room.agent(services=ROADS) as claire:
        await claire.done("POST", f"/cases/{filed.case_id}/take")
        body = {"id": "r1", "text": text, "suggestion": suggestion}
        await claire.done("POST", f"/cases/{filed.case_id}/replies", body)

    (label,) = await room.store.letters.labels(Told.REPLY)
    assert ((label.value, label.edited), label.was) == (kept, "patience")
    assert await values(room.store, Told.SERVICE) == ["voirie"]


async def test_a_reply_taken_back_is_decided_anew(room: Mailroom) -> None:
    """Only the first answer to a case says which suggestion fitted; until it leaves the last one counts."""
    filed = await room.take("m1")
    path = f"/cases/{filed.case_id}/replies"
    async with room.agent(services=ROADS) as claire:
        await claire.done("POST", f"/cases/{filed.case_id}/take")
        await claire.done("POST", path, {"id": "r1", "text": "Bonjour, …", "suggestion": "patience"})
        await claire.done("DELETE", f"{path}/r1")
        await claire.done("POST", path, {"id": "r2", "text": "Demain."})
        second = await values(room.store, Told.REPLY)
        await claire.done("POST", path, {"id": "r3", "text": "Bonjour, …", "suggestion": "patience"})

    assert (second, await values(room.store, Told.REPLY)) == ([""], [""])


async def test_taking_a_letter_tells_nobody_by_mail(room: Mailroom) -> None:
    """Who comes, goes and closes at the desk is not worth a mail each; the acknowledgement and the answer are."""
    filed = await room.take("m1")
    case = await room.case(filed)
    async with room.agent(services=ROADS) as claire:
        for act in ("take", "release", "take", "close"):
            await claire.done("POST", f"/cases/{case.id}/{act}")

    assert (await room.case(filed)).state is CaseState.CLOSED
    assert await room.said(filed) == [f"Reçu sous le numéro {case.number}."]
    assert (
        await room.store.inbox.claim_some("w1", case.opened_at.replace(year=2100), case.opened_at - case.opened_at, 1)
        == []
    )


async def test_kind_and_urgency_are_corrected(room: Mailroom) -> None:
    """They are shown as corrected from then on, and kept; a case said to be urgent is."""
    filed = await room.take("m1")
    async with room.agent(services=ROADS) as claire:
        path = f"/cases/{filed.case_id}/letter"
        await claire.done("POST", path, {"kind": "report"})
        answer = await claire.done("POST", path, {"urgency": "high"})
        low = await claire.done("POST", path, {"urgency": "low"})

    letter = answer["case"]["mail"]["letters"][0]
    assert (letter["kind"], letter["urgency_name"], answer["case"]["urgent"]) == ("report", "Urgente", True)
    assert (low["case"]["mail"]["letters"][0]["urgency"], low["case"]["urgent"]) == ("low", False)
    assert (await values(room.store, Told.KIND), await values(room.store, Told.URGENCY)) == (["report"], ["low"])


async def test_another_sender_is_flagged_until_confirmed(room: Mailroom) -> None:
    """Their address is named; once an agent says so replies go there, and the history says who decided it, once."""
    filed = await room.take("m1", key="lucie")
    other = await room.take("m2", "Moi aussi.", key="lucie", sender="autre@example.org")
    async with room.agent(services=ROADS) as claire:
        before = (await mail_of(claire, filed.case_id))["letters"][1]
        for _ in range(2):
            answer = await claire.done("POST", f"/cases/{filed.case_id}/letters/{other.id}/trust")
        history = (await claire.done("GET", f"/cases/{filed.case_id}"))["history"]

    assert (before["trusted"], before["stranger"]) == (False, "autre@example.org")
    assert answer["case"]["mail"]["letters"][1]["trusted"]
    assert await room.store.letters.correspondent(filed.conversation_id) == "autre@example.org"
    assert [one["text"] for one in history if one["what"] == What.NOTE.value] == [
        "Les réponses partent désormais à autre@example.org."
    ]


async def flood(room: Mailroom) -> Filed:
    """The first letter of a sender that is not acknowledged by itself."""
    for number in range(MAX_ACKNOWLEDGED):
        await room.take(f"n{number}", f"Un trou, le {number}.", sender="lucie@example.org")
    return await room.take("held", "Un trou encore.", sender="lucie@example.org")


async def test_a_held_acknowledgement_is_sent_once(room: Mailroom) -> None:
    """By an agent, however often they ask; one that was sent is not sent again."""
    held = await flood(room)
    case = await room.case(held)
    async with room.agent(services=ROADS) as claire:
        before = (await mail_of(claire, held.case_id))["letters"][0]["acknowledged"]
        for _ in range(2):
            answer = await claire.done("POST", f"/cases/{held.case_id}/letters/{held.id}/acknowledge")

    assert (before, answer["case"]["mail"]["letters"][0]["acknowledged"]) == ("held", "sent")
    assert await room.said(held) == [f"Reçu sous le numéro {case.number}."]


async def test_a_held_acknowledgement_is_dropped(room: Mailroom) -> None:
    """The history says by whom, once; it is not sent afterwards."""
    held = await flood(room)
    async with room.agent(services=ROADS) as claire:
        path = f"/cases/{held.case_id}/letters/{held.id}"
        for _ in range(2):
            answer = await claire.done("POST", f"{path}/drop")
        await claire.done("POST", f"{path}/acknowledge")
        history = (await claire.done("GET", f"/cases/{held.case_id}"))["history"]

    assert answer["case"]["mail"]["letters"][0]["acknowledged"] == "none"
    assert [one["text"] for one in history if one["what"] == What.NOTE.value] == [
        "L'accusé de réception retenu ne sera pas envoyé."
    ]
    assert await room.said(held) == []


async def test_a_newsletter_that_becomes_a_case_is_not_answered(room: Mailroom) -> None:
    """Its headers say that a machine has sent it: whoever wants to answer writes themselves (RFC 3834)."""
    filed = await room.take("m1", "Promo : des lampadaires.", automatic=Automatic.LIST)
    async with room.agent(services=RECEPTION) as claire:
        await claire.done("POST", f"/letters/{filed.id}/open")

    assert (await room.case(filed)).state is CaseState.WAITING
    assert await room.said(filed) == []


async def test_an_urgent_letter_is_not_said_to_have_words_of_danger(room: Mailroom) -> None:
    """The summary says that it is urgent, which it may be by what it tells."""
    filed = await room.take("m1", "Danger : un trou.")
    case = await room.case(filed)
    async with room.agent() as claire:
        summary = (await claire.done("GET", f"/cases/{case.id}"))["case"]["summary"]

    assert summary.endswith("elle est urgente.")


async def test_letters_that_say_the_same_are_linked(room: Mailroom) -> None:
    """The row says how many others there are, the case lists them; one of another service has no subject and no link."""
    first, second, third = [await room.take(f"m{number}") for number in range(3)]
    async with room.agent(services=ROADS) as claire:
        await claire.done("POST", f"/cases/{third.case_id}/transfer", {"service": "sports"})
        rows = {row["id"]: row for row in (await claire.done("GET", "/cases?view=all"))["cases"]}
        mail = await mail_of(claire, second.case_id)

    assert {one: rows[one]["alike"] for one in rows} == {first.case_id: 2, second.case_id: 2}
    assert mail["alike"] == 2
    assert [(one["id"], one["subject"]) for one in mail["alike_cases"]] == [(first.case_id, "Voirie"), (None, "")]


async def test_the_row_says_what_came_and_what_is_new(room: Mailroom) -> None:
    """Mail and form under their names; « nouvelle réponse » for a case in hand whose citizen wrote last, until answered."""
    filed = await room.take("m1", key="lucie")
    form = await room.take("f1", "Un trou, par formulaire.", form="contact", channel="form")
    async with room.agent(services=ROADS) as claire:

        async def rows() -> dict[int, Any]:
            return {row["id"]: row for row in (await claire.done("GET", "/cases?view=all"))["cases"]}

        await claire.done("POST", f"/cases/{filed.case_id}/take")
        before = await rows()
        await room.take("m2", "Et alors ?", key="lucie")
        after = await rows()

    case_id = filed.case_id or 0
    assert (before[case_id]["channel_name"], before[form.case_id or 0]["channel_name"]) == ("Courriel", "Formulaire")
    assert (before[case_id]["subject"], before[case_id]["letter"]) == ("Voirie", True)
    assert (before[case_id]["new_reply"], after[case_id]["new_reply"]) == (False, True)
    assert after[form.case_id or 0]["new_reply"] is False


@pytest.mark.parametrize(
    ("spf", "dkim", "dmarc", "flagged"),
    [
        ("pass", "pass", "pass", False),
        ("fail", "pass", "pass", False),
        ("pass", "pass", "fail", True),
        ("fail", "pass", "none", False),
        ("fail", "none", "none", True),
        ("none", "fail", "none", True),
        ("none", "none", "none", False),
    ],
)
def test_when_a_sender_is_doubtful(spf: str, dkim: str, dmarc: str, flagged: bool) -> None:
    """DMARC decides; without it a failure counts where nothing else passed: forwarded mail fails SPF alone."""
    assert is_doubtful(Proofs(Verdict(spf), Verdict(dkim), Verdict(dmarc))) is flagged
