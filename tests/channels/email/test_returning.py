"""What we send comes back: an answer to its conversation, a report to its message, whatever programs made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from pathlib import Path

import aiohttp
import pytest
import yaml

import channels
from bot import settings
from bot.app_channels import correspondents, kept_files
from bot.casework import StoredPhoto
from bot.errors import MediaRefused, SendFailed, SendUnsure
from bot.letters import Automatic
from bot.messages import FILE_URL, PHOTO_URL, Attachment, Author, Fate, Message, Outgoing, Reply, Status
from bot.store.base import Prepared
from bot.store.sql import Store
from tests.channels.email.mails import NOW, OWN, READER, ROOT, WORDING, event, mail, message
from tests.channels.email.reading import VOIRIE
from tests.channels.email.sending import CITIZEN, CONVERSATION, OUTGOING_KEY, REPLY, THREAD, sender, sent
from tests.smtp_server import BREAK, PASSWORD, USER, Taken, running_smtp
from tests.store.contract_letters import filed

WORKER, LEASE = "w1", timedelta(seconds=30)


async def ours(reply: Reply = REPLY, **options: str) -> Taken:
    """A mail of ours as it arrives."""
    async with running_smtp() as server:
        await sent(sender(server.port, **options), reply)
    return server.taken[0]


def answered(taken: Taken, keeps_address: bool = True, keeps_ids: bool = True, by: str = CITIZEN) -> EmailMessage:
    """What a mail program makes of « répondre »."""
    made, mail = EmailMessage(), taken.mail
    made["From"] = by
    made["To"] = str(mail["Reply-To"]) if keeps_address else VOIRIE
    made["Subject"] = str(mail["Subject"])
    made["Message-ID"] = "<answer@citoyen.example>"
    if keeps_ids:
        made["In-Reply-To"] = str(mail["Message-ID"])
        made["References"] = f"{mail['References']} {mail['Message-ID']}"
    made.set_content("Merci beaucoup.\n")
    return made


def report(taken: Taken, action: str = "failed", message_id: Callable[[str], str] = str, envelope: str = "") -> bytes:
    """What a server writes of a mail of ours (RFC 3464)."""
    made = MIMEMultipart("report", report_type="delivery-status")
    made["From"], made["To"], made["Subject"] = "MAILER-DAEMON@citoyen.example", taken.sender, "Undelivered"
    of_mail, of_recipient = EmailMessage(), EmailMessage()
    of_mail["Reporting-MTA"] = "dns; mx.citoyen.example"
    if envelope:
        of_mail["Original-Envelope-Id"] = envelope
    of_recipient["Final-Recipient"], of_recipient["Action"] = f"rfc822; {CITIZEN}", action
    of_recipient["Status"], of_recipient["Diagnostic-Code"] = "5.1.1", "smtp; 550 5.1.1 no such user"
    status = MIMENonMultipart("message", "delivery-status")
    status.set_payload([of_mail, of_recipient])
    original = EmailMessage()
    original["Message-ID"], original["Subject"] = message_id(str(taken.mail["Message-ID"])), "Re: Trottoir"
    made.attach(status)
    made.attach(MIMEMessage(original))
    return made.as_bytes()


def test_the_conversation_is_that_of_the_first_mail() -> None:
    """What the fixtures of sending take for a conversation is what reading makes of the citizen's first mail."""
    assert message(mail("Trou", 1)).address == CONVERSATION


@pytest.mark.parametrize(("keeps_address", "keeps_ids"), [(True, True), (True, False), (False, True)])
async def test_an_answer_comes_back(keeps_address: bool, keeps_ids: bool) -> None:
    """By the address alone, or by the references alone, which Python's library writes as encoded words; also from another sender, whom the desk then flags."""
    taken = await ours()
    for by in (CITIZEN, "voisin@citoyen.example"):
        found = message(answered(taken, keeps_address, keeps_ids, by).as_bytes())
        assert found.address == CONVERSATION
        assert found.letter is not None
        assert (found.letter.returned, found.letter.sender, found.letter.automatic) == (True, by, None)


async def test_an_answer_comes_back_where_servers_know_no_tags() -> None:
    """`reply_to: plain` has the references."""
    taken = await ours(reply_to="plain")
    answer = answered(taken, keeps_address=False, by="voisin@citoyen.example")

    assert message(answer.as_bytes()).address == CONVERSATION


async def test_capitals_may_be_lost() -> None:
    """Some providers write addresses in capitals or without them."""
    taken = await ours()
    for fold in (str.upper, str.lower):
        answer = answered(taken, keeps_ids=False)
        answer.replace_header("To", fold(str(taken.mail["Reply-To"])))
        assert message(answer.as_bytes()).address == CONVERSATION


async def test_our_own_mail_is_known_as_ours() -> None:
    """If a rule sends it back to the mailbox, nobody answers it."""
    reader = replace(READER, own=(OWN, VOIRIE))
    found = message((await ours(Reply("r.1", "Reçu.", author=Author.SYSTEM))).raw, reader=reader)

    assert found.letter is not None
    assert found.letter.automatic is Automatic.OWN


async def test_a_report_names_the_message() -> None:
    """By the Message-ID that the receipt had, and by our key; with the server's reason."""
    async with running_smtp() as server:
        receipt = await sent(sender(server.port))
    found = event(report(server.taken[0]))

    assert found == Status(Fate.FAILED, NOW, receipt.provider_id, OUTGOING_KEY, reason="5.1.1 550 5.1.1 no such user")


async def test_a_report_of_mail_whose_id_was_changed() -> None:
    """Some providers put their own Message-ID in the place of ours; the id that the mail was handed over with is left."""
    async with running_smtp() as server:
        await sent(sender(server.port))
    taken, given = server.taken[0], server.asked[0].partition("ENVID=")[2].split()[0]

    def changed(one: str) -> str:
        return "<0100@provider.example>"

    assert event(report(taken, message_id=changed, envelope=given)) == Status(
        Fate.FAILED, NOW, None, OUTGOING_KEY, reason="5.1.1 550 5.1.1 no such user"
    )
    for forged in (given.replace("g.", "g.a"), OUTGOING_KEY, "", "x" * 100_000, "<>@"):
        assert isinstance(event(report(taken, message_id=changed, envelope=forged)), Message)


async def test_a_report_of_nothing_of_ours_fails_nothing() -> None:
    """A made up Message-ID, or one that says only that it takes longer."""
    taken = await ours()
    forged = event(report(taken, message_id=lambda one: one.replace("<g.", "<g.a")))

    assert isinstance(forged, Message)
    assert isinstance(event(report(taken, action="delayed")), Message)


@pytest.mark.parametrize("lost", [False, True])
async def test_what_bounces_has_failed(store: Store, lost: bool) -> None:
    """It stands among what was not delivered, with the reason; also where the server's answer at the time was lost."""
    conversation = await store.conversations.open(CONVERSATION, "fr", NOW)
    async with running_smtp() as server:
        writer = sender(server.port)
        await store.outbox.add(conversation.id, [Prepared(REPLY, (), tuple(writer.render(REPLY, THREAD)))], NOW)
        (due,) = await store.outbox.claim(WORKER, NOW, LEASE, 1)
        if lost:
            server.answers["DATA"] = BREAK
            with pytest.raises(SendUnsure):
                await writer.send(due.address, due.outgoing)
            await store.outbox.postpone(due.row, NOW + LEASE, "no answer", doubtful=True)
        else:
            receipt = await writer.send(due.address, due.outgoing)
            await store.outbox.sent(due.row, NOW, receipt.provider_id)
    status = event(report(server.taken[0]))
    assert isinstance(status, Status)

    assert await store.outbox.report("email", status) == conversation.id
    (failed,) = await store.outbox.undelivered()
    assert (failed.address, failed.reason) == (CONVERSATION, "5.1.1 550 5.1.1 no such user")
    states = await store.outbox.states(conversation.id)
    assert states[REPLY.id].state == "failed"


async def test_a_letter_is_answered_at_its_sender(store: Store) -> None:
    """Who is written to is the last trusted sender; a conversation that nobody has, or was erased, has none."""
    await filed(store, address=CONVERSATION, sender=CITIZEN)
    await filed(store, "m2", CONVERSATION, sender="eve@evil.example", trusted=False)
    correspondent = correspondents(store)

    assert await correspondent(CONVERSATION.key) == CITIZEN
    assert await correspondent("nobody") == ""
    await store.subjects.erase(CONVERSATION, NOW)
    assert await correspondent(CONVERSATION.key) == ""


async def test_files_come_from_where_they_are_kept(store: Store) -> None:
    """A photo or a document by its id; one that was erased is refused."""
    conversation = await store.conversations.open(CONVERSATION, "fr", NOW)
    kept = StoredPhoto("p1", None, "application/pdf", b"%PDF", None, conversation.id, "plan.pdf")
    await store.photos.add(CONVERSATION, "fr", kept, NOW)
    bring = kept_files(store)

    for url in (f"{FILE_URL}p1", f"{PHOTO_URL}p1"):
        assert await bring(Attachment("plan.pdf", "application/pdf", 4, url)) == b"%PDF"
    with pytest.raises(MediaRefused):
        await bring(Attachment("plan.pdf", "application/pdf", 4, f"{FILE_URL}p2"))


async def test_the_town_is_wired_up(store: Store, tmp_path: Path) -> None:
    """As `office.yml` and the environment say it: a reply to a stored letter leaves by the town's server, logged in."""
    await filed(store, address=CONVERSATION, sender=CITIZEN)
    async with running_smtp(login=True) as server, aiohttp.ClientSession() as http:
        raw = yaml.safe_load((ROOT / "office.yml").read_text("utf-8"))
        here = {"host": "127.0.0.1", "security": "none"}
        raw["channels"].pop("form", None)
        raw["channels"]["email"] = {
            "mailboxes": {OWN: {"imap": here}},
            "smtp": {**here, "port": server.port, "user": USER},
        }
        (tmp_path / "office.yml").write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
        loaded = settings.load(
            {
                "GUICHET_OFFICE": str(tmp_path / "office.yml"),
                "GUICHET_DATA": str(tmp_path),
                "GUICHET_SECRET": "s" * 40,
                "GUICHET_RASA_TOKEN": "r" * 40,
                "GUICHET_EMAIL_PASSWORDS": f"{USER}:{PASSWORD}\nautre@pontavel.example:mot",
            }
        )
        channel = channels.build(loaded, http, WORDING, correspondents(store), kept_files(store))["email"]
        (outgoing,) = channel.render(REPLY, THREAD)
        await channel.send(CONVERSATION, Outgoing(outgoing.payload, OUTGOING_KEY))
        server.answers["MAIL"] = "421 closing"
        with pytest.raises(SendFailed):
            await channel.send(CONVERSATION, Outgoing(outgoing.payload, OUTGOING_KEY))

    assert [taken.recipients for taken in server.taken] == [[CITIZEN]]
    assert "421 closing" in channel.faults["smtp"]
