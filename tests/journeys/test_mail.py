"""Mail through a real gateway, between a real IMAP server and an SMTP sink, with no core: from the first mail to the bounce."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.cases import CaseState
from bot.messages import Address
from tests.journeys.post import CONTACT, NUMBER, VOIRIE, Post, mail, read, running_post, words

pytestmark = [pytest.mark.journey, pytest.mark.imap, pytest.mark.timeout(300)]

LUCIE = "lucie@citoyen.example"
HOLE = "Bonjour,\n\nIl y a un trou dans la chaussée, 12 rue du Lavoir.\n\nMerci\nLucie Martin"


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with running_post(tmp_path) as running:
        yield running


def bounced(message_id: str, number: int = 1) -> bytes:
    """What a server reports of a mail of ours that did not arrive."""
    lines = [
        "From: MAILER-DAEMON@mx.citoyen.example",
        f"To: {CONTACT}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <bounce-{number}@mx.citoyen.example>",
        "Date: Sat, 28 Nov 2026 10:00:00 +0000",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
        "",
        "--part\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.",
        "--part\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.citoyen.example\r\n",
        f"Final-Recipient: rfc822; {LUCIE}\r\nAction: failed\r\nStatus: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 unknown user\r\n",
        f"--part\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--part--\r\n",
    ]
    return "\r\n".join(lines).encode()


async def said(post: Post, line: Address, times: int) -> None:
    """Wait until so much was said in a conversation."""

    async def look() -> bool:
        return len(await post.lines(line)) >= times

    await post.until(look, f"less than {times} lines were said")


async def test_from_the_first_mail_to_the_bounce(post: Post) -> None:
    """One case, one acknowledgement, the citizen's answers in it, the agent's reply in the thread, and its bounce on the desk."""
    first = mail(HOLE, f"Lucie Martin <{LUCIE}>")
    line = await post.line(first, LUCIE)
    await post.post(first)

    case = await post.case(line)
    received = await post.answer(LUCIE)
    assert case.service == "voirie"
    found = NUMBER.search(words(received))
    assert found
    assert found[0] == case.number
    assert "{" not in words(received)
    assert (received["In-Reply-To"], received["Auto-Submitted"]) == (read(first)["Message-ID"], "auto-replied")

    # By the address alone, by the references alone, and by somebody else.
    await post.post(mail("Au 14 aussi.", LUCIE, "Re: Trou", to=str(received["Reply-To"])))
    await said(post, line, 3)
    earlier = f"{received['References']} {received['Message-ID']}"
    second_mail = mail("C'est profond.", LUCIE, "Re: Trou", References=earlier)
    await post.post(second_mail)
    await said(post, line, 4)
    await post.post(mail("Je suis le voisin.", "paul@citoyen.example", "Re: Trou", to=str(received["Reply-To"])))
    await said(post, line, 5)

    assert [one.id for one in await post.cases(line)] == [case.id]
    assert [one.trusted for one in await post.store.letters.of_case(case.id)] == [True, True, True, False]

    async with post.at_desk() as lea:
        await lea.done("POST", f"/cases/{case.id}/take")
        await lea.done("POST", f"/cases/{case.id}/replies", {"id": "r1", "text": "Bonjour,\n\nNous passons demain."})
        reply = await post.answer(LUCIE, 2)
        await lea.done("POST", f"/cases/{case.id}/transfer", {"service": "eau_assainissement", "note": "Un regard."})
        await lea.done("POST", f"/cases/{case.id}/take")

        assert "Nous passons demain." in words(reply)
        assert "Léa Martin" in str(reply["From"])
        assert reply["Auto-Submitted"] is None
        assert reply["In-Reply-To"] == read(second_mail)["Message-ID"]
        assert str(read(first)["Message-ID"]) in str(reply["References"])
        assert post.sent_to("paul@citoyen.example") == []

        await post.post(bounced(str(reply["Message-ID"])))

        async def failed() -> Any:
            return (await lea.done("GET", "/undelivered"))["undelivered"]

        (shown,) = await post.until(failed, "the bounce is not shown")
        assert shown["reason"] == "cette adresse e-mail n'existe pas"
        assert shown["case"]["number"] == case.number

        await lea.done("POST", f"/cases/{case.id}/close")
        await post.post(mail("Le trou est revenu.", LUCIE, "Re: Trou", to=str(received["Reply-To"])))
        second = await post.case(line, 2)
        again = await post.answer(LUCIE, 3)

    assert (second.state, second.details["previous"]) == (CaseState.WAITING, case.number)
    assert second.number in words(again)
    # The acknowledgement, the reply, and the new case's acknowledgement: what agents do at the desk is no mail.
    assert len(post.smtp.taken) == 3


async def test_the_same_mail_in_two_mailboxes_is_one_case(post: Post) -> None:
    """And what no person waits behind is none: an absence, a list, a machine."""
    raw = mail(HOLE, LUCIE, to=f"{CONTACT}, {VOIRIE}")
    machines = [
        mail("Je suis absent.", "bob@citoyen.example", "Absence", Auto_Submitted="auto-replied"),
        mail("Nos offres.", "info@promo.example", "Promo", Precedence="bulk", List_Id="<promo.example>"),
    ]
    for one in machines:
        await post.post(one)
    await post.post(raw)
    await post.post(raw, VOIRIE)
    await post.post(mail("Il y a une fuite d'eau rue Haute.", "zoe@citoyen.example", "Fuite"), VOIRIE)

    await post.answer("zoe@citoyen.example")
    await post.answer(LUCIE)

    async def put_aside() -> bool:
        return len(await post.store.letters.aside()) == len(machines)

    await post.until(put_aside, "machines are not put aside")
    assert len(await post.cases(await post.line(raw, LUCIE))) == 1
    assert Counter(taken.recipients[0] for taken in post.smtp.taken) == {LUCIE: 1, "zoe@citoyen.example": 1}


async def test_a_killed_gateway_loses_no_mail_and_answers_none_twice(post: Post) -> None:
    """`kill -9` twice in the middle: every mail is one case, and has one acknowledgement but for one that was just leaving."""
    senders = [f"citoyen-{number}@citoyen.example" for number in range(60)]
    lines = []
    for number, sender in enumerate(senders):
        raw = mail(f"Il y a un trou dans la chaussée, {number} rue du Lavoir.", sender)
        lines.append(await post.line(raw, sender))
        await post.post(raw)
        if number in (20, 45):

            async def some(least: int = number // 3) -> bool:
                return len(post.smtp.taken) >= least

            await post.until(some, "nothing is answered")
            post.kill()
            await post.start()

    async def all_answered() -> bool:
        return {taken.recipients[0] for taken in post.smtp.taken} >= set(senders)

    await post.until(all_answered, "a mail is not answered")
    opened = [len(await post.cases(line)) for line in lines]
    ids = {str(taken.mail["Message-ID"]) for taken in post.smtp.taken}
    assert set(opened) == {1}
    # One that the server took while we were killed leaves again under the same Message-ID, and programs show it once.
    assert len(ids) == len(senders)
    assert len(post.smtp.taken) - len(senders) <= 2 * 16


async def test_servers_that_fail_hold_mail_up_and_lose_none(post: Post) -> None:
    """An IMAP server that is away and a refusal for a while are waited for, and `/ready` says so; one for good is shown."""
    post.dovecot.kill()

    async def faulty() -> bool:
        return CONTACT in str((await post.ready()).get("checks", {}).get("fetched"))

    await post.until(faulty, "/ready does not say that the mailbox cannot be read")
    post.dovecot.start()
    post.smtp.answers["RCPT"] = "450 4.7.1 later"
    first = mail(HOLE, LUCIE)
    await post.post(first)
    case = await post.case(await post.line(first, LUCIE))
    assert post.smtp.taken == []
    post.smtp.answers.clear()
    assert case.number in words(await post.answer(LUCIE))

    post.smtp.answers["RCPT"] = "550 5.1.1 no such user"
    second = mail("Il y a une fuite d'eau.", "faux@citoyen.example", "Fuite")
    await post.post(second)
    async with post.at_desk() as lea:

        async def failed() -> Any:
            return (await lea.done("GET", "/undelivered"))["undelivered"]

        (shown,) = await post.until(failed, "what was refused is not shown")
    assert shown["reason"] == "cette adresse e-mail n'existe pas"

    async def well() -> bool:
        return "no fault" in str((await post.ready()).get("checks", {}).get("fetched"))

    await post.until(well, "/ready still complains")


async def test_a_form_is_answered_by_mail_or_on_its_page(post: Post) -> None:
    """With an address it is a conversation by mail; without, the agent's reply is read on the receipt's page."""
    receipts = [await sent(post, email) for email in ("", LUCIE)]

    received = await post.answer(LUCIE)
    (here, elsewhere) = [await page(post, receipt) for receipt in receipts]
    assert str(NUMBER.findall(here)) != str(NUMBER.findall(elsewhere))
    assert NUMBER.findall(words(received))[0] in elsewhere
    assert [taken.recipients for taken in post.smtp.taken] == [[LUCIE]]

    async with post.at_desk() as lea:
        waiting = (await lea.done("GET", "/cases?view=waiting"))["cases"]
        case = next(one["id"] for one in waiting if one["number"] in here)
        await lea.done("POST", f"/cases/{case}/take")
        await lea.done("POST", f"/cases/{case}/replies", {"id": "r1", "text": "Le banc est réparé mardi."})

        async def shown() -> bool:
            return "Le banc est réparé mardi." in await page(post, receipts[0])

        await post.until(shown, "the reply is not on the page")
    assert len(post.smtp.taken) == 1


async def sent(post: Post, email: str) -> str:
    """Fill the contact form; the address of its receipt."""
    form = f"{post.origin}/formulaires/contact"
    async with post.http.get(form) as response:
        found = re.search(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', await response.text())
    assert found
    filled = {"subject": "Un banc", "body": f"Le banc du square est cassé. {email}", "email": email, "consent": "oui"}

    async def sending() -> str:
        data = {found[1]: found[2], **filled}
        async with post.http.post(form, data=data, allow_redirects=False) as response:
            # One that is filled in too fast is shown again.
            return response.headers.get("Location", "")

    return post.origin + await post.until(sending, "the form is not taken")


async def page(post: Post, address: str) -> str:
    """A receipt's page, as it is read."""
    async with post.http.get(address) as response:
        assert response.status == 200
        text = await response.text()
    return text.replace("\u2011", "-")
