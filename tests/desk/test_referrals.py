"""Passing a case on at a running gateway: asked where the citizen writes, and nothing leaves without their yes."""

from __future__ import annotations

import aiohttp
import pytest
from sqlalchemy import func, select

from bot import clock
from bot.app import Gateway
from bot.bus import LocalBus
from bot.cases import CaseState, What
from bot.desk.consent import PATH, Consent
from bot.messages import Address, Kind, Message, Reply
from bot.referrals import Referral, State
from bot.settings import Settings
from bot.store.sql import Store
from bot.store.tables import inbox
from bot.text.wording import load as load_wording
from tests.browser import fake_passing
from tests.desk.office import Colleague, at_desk, open_case, soon

ROADS = ("voirie",)
ANNE = Address("web", "anne")
TEXT = "Anne demande le RSA. Joindre au 06 11 22 33 44."
SECRETS = ("a-secret-that-only-tests-have-and-nobody-else",)


async def asked(claire: Colleague, store: Store, closes: bool = False) -> tuple[int, int]:
    """The case that Claire has, and the question that she has put about it."""
    case = await open_case(store)
    await claire.done("POST", f"/cases/{case.id}/take", {})
    body = {"body": "caf", "text": TEXT, "closes": closes}
    answer = await claire.done("POST", f"/cases/{case.id}/referrals", body)
    assert answer["reached"]
    return case.id, answer["referral"]["id"]


async def say(running: Gateway, text: str, number: int = 2, pressed: str | None = None) -> None:
    """Anne's next message."""
    await running.counter.receive(Message(f"anne.m{number}", ANNE, text, clock.now(), Kind.TEXT, pressed))


async def last_said(store: Store) -> Reply:
    """What was said to Anne last."""
    conversation = await store.conversations.find(ANNE)
    assert conversation is not None
    found = [line.reply for line in await store.transcript.read(conversation.id) if line.reply is not None]
    assert found[-1] is not None
    return found[-1]


async def reach(store: Store, referral: int, state: State) -> Referral:
    """It, once it is in that state."""

    async def there() -> bool:
        return (await store.referrals.get(referral)).state is state

    await soon(there)
    return await store.referrals.get(referral)


async def steps(store: Store, case_id: int) -> list[str]:
    told = await store.cases.history(case_id)
    return [one.text for one in told if one.what in {What.REFERRAL, What.PASSED_ON}]


async def test_the_citizen_reads_every_word_and_presses_yes(running: Gateway, store: Store) -> None:
    """Nothing is masked in what they agree to; the agent passes it on by hand, and the citizen hears of it."""
    async with at_desk(running, services=ROADS) as claire:
        case_id, referral = await asked(claire, store)
        question = await last_said(store)
        assert TEXT in question.text
        assert [button.title for button in question.buttons] == ["Oui, transmettez", "Non"]
        await say(running, "Oui, transmettez", pressed=question.buttons[0].payload)
        await reach(store, referral, State.GIVEN)
        shown = (await claire.done("GET", f"/cases/{case_id}/referrals"))["referrals"][0]
        assert (shown["by_hand"], shown["state_name"]) == (True, "Accord donné, à transmettre par vos soins")
        sent = await claire.done("POST", f"/cases/{case_id}/referrals/{referral}/sent", {})
        history = (await claire.done("GET", f"/cases/{case_id}"))["history"]

    assert sent["referral"]["state"] == "sent"
    assert await steps(store, case_id) == [
        "asked:Caf de la Loire-Atlantique",
        "given:Caf de la Loire-Atlantique",
        "caf",
    ]
    assert (history[-1]["what_name"], history[-1]["text"]) == (
        "Transmise à l'organisme compétent",
        "Caf de la Loire-Atlantique",
    )
    assert "a été transmise à Caf de la Loire-Atlantique" in (await last_said(store)).text.replace("\u00a0", " ")
    assert (await store.cases.get(case_id)).state is CaseState.TAKEN


@pytest.mark.parametrize(("words", "state"), [("Oui.", State.GIVEN), ("non merci", State.REFUSED)])
async def test_an_answer_may_be_typed(running: Gateway, store: Store, words: str, state: State) -> None:
    """Right behind the question, a yes and a no are one."""
    async with at_desk(running, services=ROADS) as claire:
        _, referral = await asked(claire, store)
        await say(running, words)

        assert (await reach(store, referral, state)).state is state


async def test_a_yes_to_something_else_is_none(running: Gateway, store: Store) -> None:
    """What is typed behind an agent's own question, or says more than yes, is for the agent."""
    async with at_desk(running, services=ROADS) as claire:
        case_id, referral = await asked(claire, store)
        await say(running, "oui mais pas mon numéro de téléphone", 2)
        await claire.done("POST", f"/cases/{case_id}/replies", {"id": "r1", "text": "Habitez-vous la commune ?"})

        async def left() -> bool:
            return "commune" in (await last_said(store)).text

        await soon(left)
        await say(running, "oui", 3)
        await soon(lambda: handled(store, "anne.m3"))

    assert (await store.referrals.get(referral)).state is State.ASKED


async def handled(store: Store, ref: str) -> bool:
    """Whether a message has been looked at: none waits to be answered."""
    conversation = await store.conversations.find(ANNE)
    assert conversation is not None
    waiting = select(func.count()).select_from(inbox).where(inbox.c.settled_at.is_(None))
    left = await store.database.read(lambda connection: connection.execute(waiting).scalar_one())
    return left == 0 and await store.transcript.entry(conversation.id, ref) is not None


async def test_a_refusal_stands(running: Gateway, store: Store) -> None:
    """Nothing is passed on, and the same body is not asked about again."""
    async with at_desk(running, services=ROADS) as claire:
        case_id, referral = await asked(claire, store)
        await say(running, "non")
        await reach(store, referral, State.REFUSED)
        sent, _ = await claire.ask("POST", f"/cases/{case_id}/referrals/{referral}/sent", {})
        again = await claire.ask("POST", f"/cases/{case_id}/referrals", {"body": "caf", "text": "x", "closes": False})

    assert sent == 409
    assert (again[0], again[1]["error"]) == (409, "referral_known")


async def test_an_agent_writes_down_what_was_said(running: Gateway, store: Store) -> None:
    """At the counter or on the telephone: the history tells that it was noted, and by whom."""
    async with at_desk(running, services=ROADS) as claire:
        case_id, referral = await asked(claire, store, closes=True)
        path = f"/cases/{case_id}/referrals/{referral}"
        await claire.done("POST", f"{path}/answer", {"given": True})
        await claire.done("POST", f"{path}/sent", {})

    assert (await steps(store, case_id))[1:] == ["noted:Caf de la Loire-Atlantique", "caf"]
    assert (await store.cases.get(case_id)).state is CaseState.CLOSED


async def test_others_pass_nothing_on(running: Gateway, store: Store) -> None:
    """Neither an agent of another service, nor one who has not taken the case, nor to a body that does not exist."""
    case = await open_case(store)
    body = {"body": "caf", "text": TEXT, "closes": False}
    async with at_desk(running, services=ROADS) as claire, at_desk(running, "luc", services=("sports",)) as luc:
        assert (await luc.ask("GET", f"/cases/{case.id}/referrals"))[0] == 403
        assert (await luc.ask("POST", f"/cases/{case.id}/referrals", body))[0] == 403
        assert (await claire.ask("POST", f"/cases/{case.id}/referrals", body))[0] == 409
        await claire.done("POST", f"/cases/{case.id}/take", {})
        assert (await claire.ask("POST", f"/cases/{case.id}/referrals", {**body, "body": "nasa"}))[0] == 404
        assert (await claire.ask("POST", f"/cases/{case.id}/referrals", {**body, "text": " "}))[0] == 422
        assert (await claire.ask("POST", f"/cases/{case.id}/referrals", {**body, "text": "x" * 9000}))[0] == 413
        assert (await claire.ask("POST", f"/cases/{case.id}/referrals/99/answer", {"given": True}))[0] == 404
        assert await store.referrals.of_case(case.id) == []


async def test_the_page_of_a_letter_needs_no_script(running: Gateway, store: Store, settings: Settings) -> None:
    """Opening it changes nothing; « oui » is kept; a made-up address is nobody's."""
    async with at_desk(running, services=ROADS) as claire, aiohttp.ClientSession() as http:
        _, referral = await asked(claire, store)
        consent = Consent(
            store.referrals, store.transcript, load_wording(settings.office), settings.office, SECRETS, LocalBus()
        )
        token = consent.token(await store.referrals.get(referral))
        page = f"{claire.origin}{PATH}/{token}"
        async with http.get(page) as response:
            read = await response.text()
            assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
        assert "06 11 22 33 44" in read.replace("\u00a0", " ")
        assert "<script" not in read.split("<main", 1)[-1].split("</main", 1)[0]
        assert (await store.referrals.get(referral)).state is State.ASKED
        async with http.post(page, data={"reponse": "peut-être"}) as response:
            assert response.status in {400, 422}
        async with http.post(page, data={"reponse": "oui"}) as response:
            assert response.status == 200
            assert "accord est noté" in await response.text()
        async with http.post(page, data={"reponse": "non"}) as response:
            assert "accord est noté" in await response.text()
        for wrong in (token[:-1] + ("0" if token[-1] != "0" else "1"), "1.2.3", "x", token.replace(".", ".9", 1)):
            async with http.get(f"{claire.origin}{PATH}/{wrong}") as response:
                assert response.status == 403
                assert "recopiez-le en entier" in await response.text()
    assert (await store.referrals.get(referral)).state is State.GIVEN


async def test_who_erases_everything_is_asked_no_more(running: Gateway, store: Store, settings: Settings) -> None:
    """The page of the question is gone with the conversation."""
    async with at_desk(running, services=ROADS) as claire, aiohttp.ClientSession() as http:
        _, referral = await asked(claire, store)
        consent = Consent(
            store.referrals, store.transcript, load_wording(settings.office), settings.office, SECRETS, LocalBus()
        )
        token = consent.token(await store.referrals.get(referral))
        await store.subjects.erase(ANNE, clock.now())
        async with http.get(f"{claire.origin}{PATH}/{token}") as response:
            assert response.status == 404
            assert "rien n’est transmis" in await response.text()


async def test_what_is_prefilled_names_the_likeliest_body(running: Gateway, store: Store) -> None:
    """The case's number and the citizen's words; telephone numbers in it are pointed out; the fake speaks alike."""
    async with at_desk(running, services=ROADS) as claire:
        case = await open_case(store, subject="Je veux renouveler mon titre de séjour, mon numéro : 06 11 22 33 44")
        found = await claire.done("GET", f"/cases/{case.id}/referrals")

    assert found["near"] == "prefecture"
    assert case.number in found["draft"]
    assert found["personal"] == ["06 11 22 33 44"]
    assert "Gendarmerie de Pontavel" in {one["name"] for one in found["bodies"]}
    assert set(found["bodies"][0]) == set(fake_passing.BODIES[0])
