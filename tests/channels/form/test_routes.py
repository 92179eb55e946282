"""The forms' pages as a browser without script meets them."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import FILE_URL, PHOTO_URL, Author, Reply
from bot.store.base import CITIZEN, Entry
from channels.email import keys
from channels.form.routes import POT, TOKEN
from tests.channels.form.door import FILLED, NOON, Browser, Town, multipart, visiting
from tests.pictures import exif, file, quarters

NASTY = '"><script>alert(1)</script>&amp; : « à vous » ; oui !'


async def test_the_pages_are_there(browser: Browser) -> None:
    """The list leads to each form, and so do the home page and the footer; what is no form is not found."""
    listed = await browser.get("/formulaires")
    home = await browser.get("/")

    for page in (listed, home):
        for name in ("contact", "street_issue", "appointment_request"):
            assert f'href="/formulaires/{name}"' in page.text
    assert 'class="to-form" href="/formulaires/street_issue"' in home.text
    assert (await browser.get("/formulaires/nothing")).status == 404
    assert (await browser.get("/formulaires/recu/nothing")).status == 404


async def test_a_towns_pages_without_forms_name_none(town: Town) -> None:
    """Where there is no form, no page leads to one."""
    async with visiting(town, {}) as browser:
        home = await browser.get("/")

    assert "/formulaires" not in home.text


async def test_a_form_is_private(browser: Browser) -> None:
    """A page with a token in it, or with somebody's words, is kept by nobody."""
    page = await browser.get("/formulaires/contact")
    receipt = await browser.get((await browser.send()).location)

    assert page.headers["Cache-Control"] == receipt.headers["Cache-Control"] == "no-store"
    assert "ETag" not in page.headers
    assert receipt.headers["Referrer-Policy"] == "no-referrer"
    assert 'name="robots" content="noindex"' in receipt.text


async def test_what_is_sent_becomes_a_letter(browser: Browser, town: Town) -> None:
    """Sent, then led on to a receipt, so that reloading sends nothing again."""
    answer = await browser.send()
    receipt = await browser.get(answer.location)

    assert answer.status == 303
    assert town.message.letter is not None
    assert town.message.text == FILLED["body"]
    assert (town.message.address.channel, town.message.letter.subject) == ("form", "Un banc")
    assert "Votre message est envoyé" in receipt.words


async def test_a_double_click_is_one_message(browser: Browser, town: Town) -> None:
    """The same answers from the same page are stored once; other answers from it are another message."""
    form = {**FILLED, TOKEN: browser.opened()}
    first, second = await browser.post("contact", form), await browser.post("contact", form)
    third = await browser.post("contact", {**form, "body": "Autre chose."})

    assert first.location == second.location != third.location
    assert town.received == 3
    assert len(town.messages) == 2


async def test_the_receipt_waits_for_its_number(browser: Browser, town: Town) -> None:
    """Two seconds at most while it is fresh, then not at all; as soon as the number is there it is shown."""
    answer = await browser.send()
    early = await browser.get(answer.location)
    waited = sum(town.pauses)
    town.now += timedelta(hours=1)
    later = await browser.get(answer.location)
    town.numbers[town.message.id] = "K7PM-3XQ2"
    numbered = await browser.get(answer.location)

    assert 1.9 < waited < 2.1
    assert sum(town.pauses) == waited
    assert "rechargez cette page" in early.words
    assert "rechargez cette page" in later.words
    assert "Numéro de votre demande K7PM-3XQ2" in numbered.words


async def test_answers_are_read_on_the_receipt(browser: Browser, town: Town) -> None:
    """Whoever left no address reads there what an agent says; their own words are not shown to who has the link."""
    answer = await browser.send()
    reply = Reply("r", "Le banc est réparé.\n\n<b>Merci</b>", author=Author.AGENT, name="Inès Caron")
    town.lines = [
        Entry(1, "m", CITIZEN, FILLED["body"], NOON),
        Entry(2, "r", Author.AGENT.value, reply.text, NOON, reply),
    ]
    receipt = await browser.get(answer.location)

    assert "Inès Caron, le 25 novembre 2026" in receipt.words
    assert "Le banc est réparé." in receipt.words
    assert "<b>Merci" not in receipt.text
    assert "deux lattes" not in receipt.text


async def test_an_address_gets_its_answers_by_mail(town: Town) -> None:
    """Where the town answers mail, an address makes a mail's conversation, and the receipt shows none of it."""
    town.is_mail_answered = True
    town.lines = [Entry(1, "r", Author.AGENT.value, "Secret", NOON)]
    async with visiting(town) as browser:
        answer = await browser.send(email="Ann@Exemple.fr")
        receipt = await browser.get(answer.location)

    assert town.message.address.channel == "email"
    assert town.message.address.key == keys.key(town.message.id, "ann@exemple.fr")
    assert town.message.letter is not None
    assert town.message.letter.sender == "ann@exemple.fr"
    assert "Secret" not in receipt.text
    assert "par e-mail" in receipt.words


async def test_danger_comes_first(browser: Browser, town: Town) -> None:
    """The numbers stand before all else on the receipt, whichever field the words were in, and for a robot too."""
    for answers in ({"body": "Je veux mourir"}, {"subject": "Je veux mourir"}, {"body": "Je veux mourir", POT: "x"}):
        receipt = await browser.get((await browser.send(seconds=60, **answers)).location)

        assert "3114" in receipt.words
        assert receipt.text.index("3114") < receipt.text.index("<h1>")


async def test_a_robot_sees_success(browser: Browser, town: Town) -> None:
    """Who fills the field that nobody sees gets a receipt like any other, and nothing is stored."""
    robot, person = await browser.send(seconds=60, **{POT: "http://x"}), await browser.send()

    assert robot.status == person.status == 303
    assert len(robot.location) == len(person.location)
    assert (await browser.get(robot.location)).words == (await browser.get(person.location)).words
    assert town.received == 1


async def test_too_fast_and_too_slow_are_told(browser: Browser, town: Town) -> None:
    """Nothing is lost: what was typed stands in the page, which can be sent as it is a moment later."""
    fast = await browser.send(seconds=1)
    slow = await browser.send(seconds=90_000)

    for answer, words in ((fast, "plus vite qu’on ne peut le lire"), (slow, "ouverte depuis plus d’un jour")):
        assert answer.status == 422
        assert words in answer.words
        assert "Il manque deux lattes." in answer.text
    town.now += timedelta(seconds=5)
    for answer in (fast, slow):
        assert (await browser.post("contact", {**FILLED, TOKEN: answer.token})).status == 303
    assert town.received == 2


async def test_what_was_typed_stays(browser: Browser, town: Town) -> None:
    """After a mistake every answer stands there as it was typed, to the character; errors are listed with links."""
    answer = await browser.send(body=NASTY, email="ann@", service="sports", consent="")
    again = answer.text

    assert answer.status == 422
    assert town.received == 0
    assert "<script>alert" not in again
    assert '<a href="#f-email">' in again
    assert '<a href="#f-consent">' in again
    assert 'aria-describedby="f-email-help f-email-error" aria-invalid="true"' in again
    assert '<option value="sports" selected>' in again
    assert "2 réponses sont à revoir" in answer.words
    kept = again.partition('name="body"')[2].partition(">\n")[2].partition("</textarea>")[0]
    assert kept == NASTY.replace("&", "&amp;").replace('"', "&#34;").replace("<", "&lt;").replace(">", "&gt;")


async def test_a_foreign_page_and_a_made_up_token_are_refused(browser: Browser, town: Town) -> None:
    """Another site's form, no token, a wrong one, one of another form: nothing is stored, and the person can send again."""
    form = {**FILLED, TOKEN: browser.opened()}
    foreign = [
        await browser.post("contact", form, Origin="https://evil.example"),
        await browser.post("contact", form, Origin="null"),
        await browser.post("contact", form, **{"Sec-Fetch-Site": "cross-site"}),
    ]
    unknown = [
        await browser.post("contact", FILLED),
        await browser.post("contact", {**form, TOKEN: "x"}),
        await browser.post("contact", {**form, TOKEN: browser.opened("street_issue")}),
    ]

    assert {answer.status for answer in (*foreign, *unknown)} == {403}
    assert all("depuis un autre site" in answer.words and "lattes" not in answer.text for answer in foreign)
    assert all("lattes" in answer.text for answer in unknown)
    assert town.received == 0
    town.now += timedelta(seconds=5)
    assert (await browser.post("contact", {**FILLED, TOKEN: unknown[0].token}, Origin=browser.host)).status == 303


async def test_who_sends_too_much_is_told_to_wait(browser: Browser, town: Town) -> None:
    """With how long, and without losing what was typed."""
    town.wait = timedelta(seconds=7)
    answer = await browser.send()

    assert answer.status == 429
    assert "Attendez 7 secondes" in answer.words
    assert "deux lattes" in answer.text
    assert town.received == 0


async def test_a_store_that_is_away_loses_nothing(browser: Browser, town: Town) -> None:
    """The form says so with a number to call, keeps what was typed, and can be sent again from the same page."""
    town.is_broken = True
    answer = await browser.send()
    town.is_broken = False
    again = await browser.post("contact", {**FILLED, TOKEN: answer.token})

    assert answer.status == 503
    assert "02 61 91 40 00" in answer.words
    assert "deux lattes" in answer.text
    assert again.status == 303
    assert town.received == 1


async def test_photos_and_documents_go_along(browser: Browser, town: Town) -> None:
    """A photo is redrawn without what the camera wrote, a PDF is kept as it came, once however often it is sent."""
    pdf = b"%PDF-1.7\n1 0 obj"
    picture = file(quarters(), exif=exif(Orientation=1))
    token = browser.opened()
    for _ in range(2):
        files = (("../../etc/ma photo.exe", picture), ("Facture <1>.pdf", pdf))
        answer = await browser.post("contact", multipart(browser, *files, **{TOKEN: token}))
        assert answer.status == 303

    photo, document = town.message.attachments
    assert (photo.name, document.name) == ("photo.jpg", "Facture _1_.pdf")
    assert len(town.photos) == 2
    assert town.photos[photo.url.removeprefix(PHOTO_URL)].content != picture
    assert town.photos[document.url.removeprefix(FILE_URL)].content == pdf


async def test_an_account_in_a_files_name_is_not_kept(browser: Browser, town: Town) -> None:
    """A document is kept before its message is: what citizens need not give is masked in its name already then."""
    name = "RIB FR76 3000 6000 0112 3456 7890 189.pdf"
    await browser.post("contact", multipart(browser, (name, b"%PDF-1.7")))
    (document,) = town.photos.values()

    assert "3456" not in document.name
    assert document.name.startswith("RIB")


async def test_files_that_will_not_do_are_told(browser: Browser, town: Town) -> None:
    """Of the wrong kind, damaged, too large, too many: said by name, and what was typed stays."""
    picture = file(quarters())
    cases = {
        "n’est ni une photo": (("virus.jpg", b"MZ\x90\0"),),
        "incomplet ou abîmé": (("coupe.jpg", picture[: len(picture) // 2]),),
        "trop lourd": (("film.jpg", b"\xff\xd8\xff" + bytes(10_000_001)),),
        "3 fichiers au plus": tuple((f"{number}.jpg", picture) for number in range(4)),
    }
    for words, files in cases.items():
        answer = await browser.post("contact", multipart(browser, *files))

        assert answer.status == 422, words
        assert words in answer.words
        assert "deux lattes" in answer.text
    assert not town.photos
    assert town.received == 0


async def test_files_are_to_be_chosen_again(browser: Browser) -> None:
    """After another mistake a browser forgets the files, and the page says so beside them."""
    answer = await browser.post("contact", multipart(browser, ("a.jpg", file(quarters())), subject=""))
    none = await browser.post("contact", multipart(browser, ("", b""), subject=""))

    assert "Choisissez de nouveau vos fichiers." in answer.words
    assert "Choisissez de nouveau vos fichiers." not in none.words


async def test_headers_cannot_be_added(browser: Browser, town: Town) -> None:
    """Line ends in a subject, a name, an address or a file's name stay what they are: no header, no second address."""
    answer = await browser.send(subject="a\r\nBcc: x@y.fr", name="Ann\r\nX: y", email="ann@exemple.fr")
    refused = await browser.send(email="ann@exemple.fr\r\nBcc: x@y.fr")

    assert answer.status == 303
    assert town.message.letter is not None
    assert (town.message.letter.subject, town.message.letter.name) == ("a Bcc: x@y.fr", "Ann X: y")
    assert refused.status == 422


async def test_an_unknown_choice_is_refused(browser: Browser, town: Town) -> None:
    """A value that the page does not offer chooses nobody."""
    answer = await browser.send(service="../../etc")

    assert answer.status == 422
    assert "Choisissez une des réponses proposées" in answer.words
    assert town.received == 0
