"""Mailboxes at a real server: nothing twice, nothing skipped, and what breaks costs nobody else."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.errors import MediaFailed, MediaRefused, SendFailed, SendRefused, StoreError
from bot.messages import Fate, Message
from bot.settings_channels import Mailbox, MailServer
from channels.email import connection, keys
from channels.email.connection import KEYWORD, MAX_MAIL_BYTES
from tests.channels.email.mails import OWN, SECRETS, fixture, mail, with_file
from tests.channels.email.reading import VOIRIE, Kept, Note, channel, listening, options, until
from tests.mail_server import Dovecot, running_dovecot

pytestmark = pytest.mark.imap

DONE = {b"\\Seen", KEYWORD}
PDF = b"%PDF-1.4\nexemple\n%%EOF\n"


async def test_mail_comes_while_we_idle(dovecot: Dovecot) -> None:
    """It is stored, then marked; what has been read stays where it was."""
    kept = Kept()
    async with listening(channel(options(dovecot)), kept, Note()):
        await asyncio.to_thread(dovecot.deliver, OWN, mail("Un", 1))
        await until(lambda: kept.texts == ["Un"])
        await asyncio.to_thread(dovecot.deliver, OWN, mail("Deux", 2))
        await until(lambda: kept.texts == ["Un", "Deux"])
        await until(lambda: dovecot.flags(OWN) == [DONE, DONE])

    assert kept.offered == ["Un", "Deux"]


async def test_a_server_without_idle_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes is found at the next question."""
    monkeypatch.setattr(connection, "ASK_EVERY", connection.CONNECT_PATIENCE / 200)
    with running_dovecot(idle=False) as server:
        server.accounts(OWN)
        kept = Kept()
        async with listening(channel(options(server)), kept, Note()):
            await asyncio.to_thread(server.deliver, OWN, mail("Un", 1))
            await until(lambda: kept.texts == ["Un"])
            await asyncio.to_thread(server.deliver, OWN, mail("Deux", 2))
            await until(lambda: kept.texts == ["Un", "Deux"])


async def test_a_killed_server_is_connected_again(dovecot: Dovecot) -> None:
    """What came meanwhile is read, and nothing a second time."""
    kept, note, reader = Kept(), Note(), channel(options(dovecot))
    async with listening(reader, kept, note):
        await asyncio.to_thread(dovecot.deliver, OWN, mail("Un", 1))
        await until(lambda: json.loads(note.value or "{}").get(OWN, {}).get("uid"))
        dovecot.kill()
        await until(lambda: reader.faults)
        dovecot.start()
        await asyncio.to_thread(dovecot.deliver, OWN, mail("Deux", 2))
        await until(lambda: kept.texts == ["Un", "Deux"] and not reader.faults)

    assert kept.offered == ["Un", "Deux"]


async def test_new_numbers_lose_nothing(dovecot: Dovecot) -> None:
    """After a change of UIDVALIDITY, unseen mail is read again, and what we have falls out."""
    kept, note = Kept(), Note()
    async with listening(channel(options(dovecot)), kept, note):
        for number, name in enumerate(("Un", "Deux"), 1):
            await asyncio.to_thread(dovecot.deliver, OWN, mail(name, number))
        await until(lambda: dovecot.flags(OWN) == [DONE, DONE] and note.value)
    before = json.loads(note.value)[OWN]["validity"]
    with dovecot.client(OWN, "INBOX") as client:  # As an agent does, with a program that removes keywords too.
        client.set_flags([1], [])
    dovecot.stop()
    dovecot.renumber(OWN)
    dovecot.start()
    async with listening(channel(options(dovecot)), kept, note):
        await asyncio.to_thread(dovecot.deliver, OWN, mail("Trois", 3))
        await until(lambda: "Trois" in kept.texts and json.loads(note.value)[OWN]["validity"] != before)

    assert kept.texts == ["Un", "Deux", "Trois"]
    assert kept.offered.count("Un") == 2


async def test_two_mailboxes_are_read_side_by_side(dovecot: Dovecot) -> None:
    """Each with its service; the same mail in both is one message."""
    kept = Kept()
    async with listening(channel(options(dovecot, OWN, VOIRIE)), kept, Note()):
        for address in (OWN, VOIRIE):
            await asyncio.to_thread(dovecot.deliver, address, mail("Aux deux", 1))
            await asyncio.to_thread(dovecot.deliver, address, mail(f"À {address}", 2))
        await until(lambda: dovecot.flags(OWN) == dovecot.flags(VOIRIE) == [DONE, DONE])

    services = {one.text.strip(): one.letter and one.letter.service for one in kept.messages.values()}
    assert services.keys() == {"Aux deux", f"À {OWN}", f"À {VOIRIE}"}
    assert (services[f"À {OWN}"], services[f"À {VOIRIE}"]) == ("contact", "voirie")


async def test_a_wrong_password_stops_no_other_mailbox(dovecot: Dovecot) -> None:
    """The fault is told while the other is read, and goes when the password is right."""
    dovecot.accounts(OWN)
    kept, reader = Kept(), channel(options(dovecot, OWN, VOIRIE))
    async with listening(reader, kept, Note()):
        await until(lambda: reader.faults == {VOIRIE: f"{VOIRIE}: wrong user or password"})
        await asyncio.to_thread(dovecot.deliver, OWN, mail("Un", 1))
        await until(lambda: kept.texts == ["Un"])
        dovecot.accounts(OWN, VOIRIE)
        await until(lambda: not reader.faults)


async def test_a_folder_that_is_gone_is_told(dovecot: Dovecot) -> None:
    """A mailbox whose folder has vanished is a fault with its name."""
    box = Mailbox(imap=MailServer(host="127.0.0.1", port=dovecot.port, security="none"), folder="Disparu")
    reader = channel(options(dovecot, mailboxes={OWN: box}))
    async with listening(reader, Kept(), Note()):
        await until(lambda: reader.faults == {OWN: f"{OWN}: there is no folder Disparu"})


async def test_check_tells_what_is_wrong(dovecot: Dovecot) -> None:
    """`guichet channels` names every mailbox that does not work, and why."""
    dovecot.accounts(OWN)
    assert await channel(options(dovecot)).check() == OWN

    with pytest.raises(SendRefused, match=f"^{VOIRIE}: wrong user or password$"):
        await channel(options(dovecot, OWN, VOIRIE)).check()
    dovecot.kill()
    with pytest.raises(SendFailed, match="the server takes no connections"):
        await channel(options(dovecot)).check()


async def test_a_certificate_that_nobody_knows_is_refused(dovecot: Dovecot) -> None:
    """Over TLS, a server is who it says or gets no password."""
    box = Mailbox(imap=MailServer(host="127.0.0.1", port=dovecot.port, security="tls"))
    with pytest.raises(SendFailed, match=r"no encrypted connection comes about|the connection broke"):
        await channel(options(dovecot, mailboxes={OWN: box})).check()


async def test_a_broken_mail_between_two_good_ones(dovecot: Dovecot) -> None:
    """It becomes a message of what could be read, and its neighbours are read as they are."""
    kept = Kept()
    await asyncio.to_thread(dovecot.deliver, OWN, mail("Un", 1))
    await asyncio.to_thread(dovecot.deliver, OWN, fixture("garbage"))
    await asyncio.to_thread(dovecot.deliver, OWN, mail("Deux", 2))
    async with listening(channel(options(dovecot)), kept, Note()):
        await until(lambda: dovecot.flags(OWN) == [DONE] * 3)

    assert len(kept.texts) == 3
    assert (kept.texts[0], kept.texts[2]) == ("Un", "Deux")


async def test_a_mail_that_the_server_withholds_waits_there(dovecot: Dovecot) -> None:
    """Its neighbours are read, the fault is told, and when the server gives it out after a restart it is read."""
    kept, note, reader = Kept(), Note(), channel(options(dovecot))
    for number, text in enumerate(("Un", "Perdu", "Deux"), 1):
        await asyncio.to_thread(dovecot.deliver, OWN, mail(text, number))
    dovecot.withhold(OWN, b"Perdu")
    async with listening(reader, kept, note):
        await until(lambda: kept.texts == ["Un", "Deux"] and "UID 2" in reader.faults.get(OWN, ""))
    dovecot.give_out(OWN)
    again = channel(options(dovecot))
    async with listening(again, kept, note):
        await until(lambda: "Perdu" in kept.texts and not again.faults)

    assert sorted(kept.texts) == ["Deux", "Perdu", "Un"]


async def test_a_mail_that_we_stumble_over_costs_no_other(dovecot: Dovecot) -> None:
    """A fault of ours in storing one mail leaves it on the server, unseen, and the others are read."""
    kept, reader = Kept(), channel(options(dovecot))
    kept.rejected = lambda message: "Perdu" in message.text or not message.text.startswith(("Un", "Deux"))
    for number, text in enumerate(("Un", "Perdu", "Deux"), 1):
        await asyncio.to_thread(dovecot.deliver, OWN, mail(text, number))
    async with listening(reader, kept, Note()):
        await until(lambda: kept.texts == ["Un", "Deux"] and OWN in reader.faults)

    assert dovecot.flags(OWN) == [DONE, set(), DONE]


async def test_a_full_disk_leaves_mail_where_it_is(dovecot: Dovecot) -> None:
    """What cannot be stored stays unseen, and is read when it can."""
    kept, note, reader = Kept(), Note(), channel(options(dovecot))
    kept.full = True
    await asyncio.to_thread(dovecot.deliver, OWN, mail("Un", 1))
    for _ in range(7):
        with pytest.raises(StoreError):
            await reader.listen(kept, note)
    assert dovecot.flags(OWN) == [set()]
    kept.full = False
    async with listening(reader, kept, note):
        await until(lambda: dovecot.flags(OWN) == [DONE])

    assert kept.texts == ["Un"]


async def test_a_kill_between_storing_and_marking_doubles_nothing(dovecot: Dovecot) -> None:
    """The mail is read again after the restart, recognised, and marked."""
    kept, note = Kept(), Note()
    await asyncio.to_thread(dovecot.deliver, OWN, mail("Un", 1))
    stored = asyncio.Event()

    async def die(event: object) -> bool:
        assert isinstance(event, Message)
        await kept(event)
        stored.set()
        await asyncio.Event().wait()
        return True

    task = asyncio.create_task(channel(options(dovecot)).listen(die, note))
    await asyncio.wait_for(stored.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert dovecot.flags(OWN) == [set()]
    async with listening(channel(options(dovecot)), kept, note):
        await until(lambda: dovecot.flags(OWN) == [DONE])

    assert (kept.offered, kept.texts) == (["Un", "Un"], ["Un"])


async def test_what_was_seen_before_we_came_is_not_ours(dovecot: Dovecot) -> None:
    """The first start reads what nobody has opened; later somebody's opening a mail first hides nothing."""
    kept = Kept()
    for number, text in enumerate(("Vu", "Non vu"), 1):
        await asyncio.to_thread(dovecot.deliver, OWN, mail(text, number))
    with dovecot.client(OWN, "INBOX") as client:
        client.add_flags([1], [b"\\Seen"])
    note = Note()
    async with listening(channel(options(dovecot)), kept, note):
        await until(lambda: kept.texts == ["Non vu"] and note.value)
    await asyncio.to_thread(dovecot.deliver, OWN, mail("Ouvert", 3))
    with dovecot.client(OWN, "INBOX") as client:
        client.add_flags([3], [b"\\Seen"])
    async with listening(channel(options(dovecot)), kept, note):
        await until(lambda: kept.texts == ["Non vu", "Ouvert"])


async def test_mail_is_moved_where_it_is_wanted(dovecot: Dovecot) -> None:
    """The folder is made with the first mail, and its files are found there."""
    kept, reader = Kept(), channel(options(dovecot, after="move:Traité"))
    async with listening(reader, kept, Note()):
        await asyncio.to_thread(dovecot.deliver, OWN, with_file(mail("Voici", 1), "recu.pdf", PDF))
        await until(lambda: kept.texts == ["Voici"] and not dovecot.flags(OWN))
    (message,) = kept.messages.values()

    assert dovecot.flags(OWN, "Traité") == [DONE]
    assert await reader.fetch(message.attachments[0]) == PDF


async def test_a_folder_that_cannot_be_made_is_told(dovecot: Dovecot) -> None:
    """The mail is stored and marked, stays where it was, and the fault stands there."""
    kept, reader = Kept(), channel(options(dovecot, after="move:../dehors"))
    async with listening(reader, kept, Note()):
        await asyncio.to_thread(dovecot.deliver, OWN, mail("Un", 1))
        await until(lambda: kept.texts == ["Un"] and reader.faults)

        assert reader.faults == {OWN: f"{OWN}: mail 1 cannot be moved to ../dehors"}
    assert dovecot.flags(OWN) == [DONE]


async def test_files_are_fetched_when_they_are_wanted(dovecot: Dovecot) -> None:
    """From where they lie, also under new numbers; what is gone or was refused is said, what is down is tried later."""
    kept, reader = Kept(), channel(options(dovecot))
    raw = with_file(with_file(mail("Voici", 1), "recu.pdf", PDF), "bombe.zip", b"PK\x03\x04")
    async with listening(reader, kept, Note()):
        await asyncio.to_thread(dovecot.deliver, OWN, raw)
        await until(lambda: dovecot.flags(OWN) == [DONE])
    (message,) = kept.messages.values()
    pdf, bomb = message.attachments

    assert await reader.fetch(pdf) == PDF
    with pytest.raises(MediaRefused) as refused:
        await reader.fetch(bomb)
    assert refused.value.reason == "file_refused"
    dovecot.kill()
    with pytest.raises(MediaFailed):
        await reader.fetch(pdf)
    dovecot.renumber(OWN)
    dovecot.start()
    assert await reader.fetch(pdf) == PDF
    with dovecot.client(OWN, "INBOX") as client:
        client.delete_messages([1])
        client.expunge()
    with pytest.raises(MediaRefused) as gone:
        await reader.fetch(pdf)
    assert gone.value.reason == "file_gone"


async def test_a_huge_mail_is_taken_without_its_files(dovecot: Dovecot) -> None:
    """Its words and the names of its files are there, and each file is refused as too large."""
    kept = Kept()
    raw = with_file(with_file(mail("Voici", 1), "film.pdf", b"\0" * (MAX_MAIL_BYTES * 3 // 4)), "recu.pdf", PDF)
    async with listening(channel(options(dovecot)), kept, Note()):
        await asyncio.to_thread(dovecot.deliver, OWN, raw)
        await until(lambda: dovecot.flags(OWN) == [DONE])
    (message,) = kept.messages.values()

    assert len(raw) > MAX_MAIL_BYTES
    assert message.letter is not None
    assert (message.text.strip(), message.letter.sender) == ("Voici", "ada@citoyen.example")
    assert [(one.name, one.url) for one in message.attachments] == [
        ("film.pdf", "remote:refused/file_too_large"),
        ("recu.pdf", "remote:refused/file_too_large"),
    ]


@pytest.mark.parametrize(
    "name", ["forward_attached", "alternative", "html_only", "koi8r", "no_mime", "related_photo", "nested_deep"]
)
async def test_a_huge_mail_reads_like_others(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Put together from its parts, a mail says what it says whole."""
    whole, parts = Kept(), Kept()
    await asyncio.to_thread(dovecot.deliver, OWN, fixture(name))
    async with listening(channel(options(dovecot)), whole, Note()):
        await until(lambda: whole.messages)
    with dovecot.client(OWN, "INBOX") as client:
        client.set_flags([1], [])
    monkeypatch.setattr(connection, "MAX_MAIL_BYTES", 0)
    async with listening(channel(options(dovecot)), parts, Note()):
        await until(lambda: parts.messages)
    (expected,), (found,) = whole.messages.values(), parts.messages.values()

    assert found.letter == expected.letter
    assert found.text == expected.text
    assert [one.name for one in found.attachments] == [one.name for one in expected.attachments]


async def test_a_report_becomes_the_fate_of_our_mail(dovecot: Dovecot) -> None:
    """It is no letter, and is marked like one."""
    kept = Kept()
    token = keys.token(keys.key("<1@citoyen.example>", "ada@citoyen.example"), SECRETS)
    async with listening(channel(options(dovecot)), kept, Note()):
        await asyncio.to_thread(dovecot.deliver, OWN, fixture("dsn_failed").replace(b"TOKEN", token.encode()))
        await until(lambda: dovecot.flags(OWN) == [DONE])

    assert [(one.fate, one.provider_id) for one in kept.statuses] == [(Fate.FAILED, f"<{token}@pontavel.example>")]
    assert kept.messages == {}


async def test_listening_ends_at_once(dovecot: Dovecot) -> None:
    """A gateway that stops does not wait for a server that says nothing."""
    reader, kept = channel(options(dovecot, OWN, VOIRIE)), Kept()
    task = asyncio.create_task(reader.listen(kept, Note()))
    await asyncio.to_thread(dovecot.deliver, OWN, mail("Un", 1))
    await until(lambda: kept.texts)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)

    assert done == {task}
