"""The replies that an agent is offered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.letters import Letter
from bot.readings import LetterKind, Scored
from bot.triage import greeting
from bot.triage.asking import asked, subject_of
from tests.triage.drafting import SUNDAY, FewChoices, case_of, read, replying

HOLE = "Un nid-de-poule s'est formé au 58 rue de Bretagne, juste après le virage."
OPENING = "Quels sont les horaires de la déchèterie ?"


async def test_a_reply_is_a_whole_letter() -> None:
    """Greeting, what was understood with its place, closing, and the service with its number, hours and address."""
    drafts, _ = replying()
    letter = Letter("Trou sur la chaussée", name="Madame Lucie Martin")
    first = (await drafts.suggest(letter, read(HOLE, kind=LetterKind.REPORT), 3))[0]

    plain = first.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert first.id == "voirie.trou"
    assert plain.startswith(
        "Bonjour Madame Lucie Martin,\n\nVous nous signalez une chaussée ou un trottoir abîmé, 58 rue"
    )
    assert "sous deux jours ouvrés" in plain
    assert (
        "Service Voirie\nMairie de Pontavel\nTéléphone : 02 61 91 40 13 (du lundi au vendredi, de 9 h à 12 h)" in plain
    )
    assert "Courriel : voirie@pontavel.example" in plain
    assert [source.url for source in first.sources] == ["/articles/nid-de-poule"]


async def test_a_question_is_answered_from_the_page_beside_templates() -> None:
    """The passage is introduced with its title and its address, and is its source."""
    drafts, _ = replying()
    found = await drafts.suggest(Letter("Horaires"), read(OPENING, "proprete_dechets"), 3)

    page = next(one for one in found if one.id == "decheterie")
    assert "Voici ce que dit la page « Déchèterie" in page.text.replace("\u00a0", " ")
    assert "/articles/decheterie) :" in page.text.replace("\u00a0", " ")
    assert "La déchèterie est ouverte du mardi au samedi" in page.text
    assert [source.title for source in page.sources] == ["Déchèterie : horaires et carte d'accès"]
    assert "proprete_dechets.decheterie" in [one.id for one in found]


async def test_the_best_comes_first_and_each_once() -> None:
    """At most as many as are asked for, by score in [0, 1], and the same every time."""
    letter, reading = Letter("Trou"), read(HOLE, kind=LetterKind.REPORT)
    found = [list(await replying()[0].suggest(letter, reading, 2)) for _ in range(2)]

    assert found[0] == found[1]
    assert len(found[0]) == 2
    assert [one.score for one in found[0]] == sorted((one.score for one in found[0]), reverse=True)
    assert len({one.id for one in found[0]}) == 2
    assert all(0 <= one.score <= 1 for one in found[0])


async def test_what_agents_chose_before_comes_sooner() -> None:
    """And their choices are read once in five minutes, not for every letter."""
    letter, reading = Letter("Rue"), read("Un trou dans la rue, et un panneau tombé.", kind=LetterKind.REPORT)
    before = [one.id for one in await replying()[0].suggest(letter, reading, 2)]
    used = FewChoices(*[before[1]] * 40)
    drafts, _ = replying(used=used)
    await drafts.suggest(letter, reading, 2)

    assert [one.id for one in await drafts.suggest(letter, reading, 2)] == before[::-1]
    assert used.read == 1


async def test_thanks_are_thanked_for() -> None:
    """And nothing else is suggested, however much of a hole stands in them."""
    found = await replying()[0].suggest(
        Letter("merci"), read("Merci pour le trou rebouché.", kind=LetterKind.THANKS), 3
    )

    assert [one.id for one in found] == ["general.thanks"]


async def test_in_danger_the_numbers_come_first() -> None:
    """Whatever fits the words better."""
    found = await replying()[0].suggest(Letter("Au secours"), read(HOLE, kind=LetterKind.REPORT, alert="emergency"), 3)

    assert found[0].id == "general.danger"
    assert "112" in found[0].text


async def test_nobody_is_told_of_other_reports_that_there_are_not() -> None:
    """« D'autres habitants nous ont signalé la même chose » is for a letter that says what an earlier one said."""
    reading = read(HOLE, kind=LetterKind.REPORT)
    drafts, _ = replying()

    alone = await drafts.suggest(Letter("Trou"), reading, 20)
    again = await drafts.suggest(Letter("Trou"), replace(reading, duplicate_of="7"), 20)

    assert "general.known" not in [one.id for one in alone]
    assert "general.known" in [one.id for one in again]


async def test_a_machine_gets_no_suggestion() -> None:
    """Nobody waits for it."""
    drafts, _ = replying()

    assert await drafts.suggest(Letter("Absence"), read("Je suis absent.", kind=LetterKind.AUTOREPLY), 3) == []
    assert await drafts.suggest(Letter("Promo"), read("Des lampes.", kind=LetterKind.SPAM), 3) == []


async def test_an_english_letter_is_answered_in_english() -> None:
    """By general templates and by passages; French templates are left to French letters."""
    found = await replying()[0].suggest(
        Letter("Hole"), read("There is a hole.", kind=LetterKind.REPORT, language="en"), 5
    )

    assert found
    assert all(one.text.startswith("Hello,") and "Kind regards," in one.text for one in found)
    assert all(one.id.startswith("general.") for one in found)


async def test_a_french_page_is_named_and_quoted_as_french_in_an_english_reply() -> None:
    """The words around it are English, the page's own stand in French quotation marks, and its source beside them."""
    letter = Letter("Opening hours")
    asks = read("What are the opening hours of the recycling centre?", "proprete_dechets", language="en")
    page = next(one for one in await replying()[0].suggest(letter, asks, 5) if one.id == "decheterie")
    text = page.text.replace("\u00a0", " ").replace("\u202f", " ")

    assert text.startswith("Hello,\n\nOur page “Déchèterie : horaires et carte d'accès” (http")
    assert "It is in French; it says:\n\n« La déchèterie est ouverte" in text
    assert text.index(" »\n") < text.index("Kind regards,")
    assert [source.title for source in page.sources] == ["Déchèterie : horaires et carte d'accès"]


async def test_templates_of_the_next_likely_service_are_looked_at_too() -> None:
    """A letter that may be for another service has that one's replies; a service that is unlikely has not."""
    drafts, _ = replying()
    reading = read("Le lampadaire clignote.", kind=LetterKind.REPORT)
    likely = replace(reading, services=(*reading.services, Scored("eclairage_public", 0.2)))
    unlikely = replace(reading, services=(*reading.services, Scored("eclairage_public", 0.02)))

    assert (await drafts.suggest(Letter(""), likely, 1))[0].id == "eclairage_public.lampadaire"
    assert "eclairage_public.lampadaire" not in [one.id for one in await drafts.suggest(Letter(""), unlikely, 20)]


async def test_a_chat_has_the_same_replies_without_greeting_and_signature() -> None:
    """The words and the service are all that is known of it."""
    found = await replying()[0].chat("il y a un trou devant le 3 rue Haute", "voirie", 3)

    assert found[0].id == "voirie.trou"
    assert found[0].text.startswith("Vous nous signalez une chaussée ou un trottoir abîmé, 3 rue Haute.")
    assert "Cordialement" not in found[0].text


async def test_a_closed_town_hall_says_when_it_opens() -> None:
    """By its real hours and the clock, and says nothing of it while it is open."""
    words = "Quels sont vos horaires, et à quelle adresse ?"
    closed = await replying(SUNDAY)[0].chat(words, "accueil_general", 9)
    opened = await replying()[0].chat(words, "accueil_general", 9)

    said = [
        {one.id: one.text for one in found}["accueil_general.horaires"].replace("\u00a0", " ")
        for found in (closed, opened)
    ]
    assert "Elle ouvre de nouveau demain lundi à 9 h." in said[0]
    assert "ouvre de nouveau" not in said[1]


@pytest.mark.parametrize(
    ("name", "signature", "greeted"),
    [
        ("Madame Lucie Martin", "", "Madame Lucie Martin"),
        ("Lucie Martin", "Mme Lucie MARTIN\n06 12 34 56 78", "Madame Lucie MARTIN"),
        ("", "M. Jean-Yves Le Goff", "Monsieur Jean-Yves Le Goff"),
        ("Lucie Martin", "Lucie Martin", ""),
        ("", "Monsieur le Maire", ""),
        ("", "M. Paul Roy, Directeur", ""),
        ("Madame <script>", "", ""),
        ("Madame 1000 € offerts", "", ""),
    ],
)
def test_a_name_is_greeted_only_where_the_gender_is_said(name: str, signature: str, greeted: str) -> None:
    """In the sender's name or in a line of the signature; else nobody is addressed wrongly."""
    assert greeting.name(Letter(name=name), read("Bonjour.", signature=signature)) == greeted


def test_a_form_says_the_gender_in_its_own_field() -> None:
    """In French and in English."""
    letter = Letter(form="contact", fields={"civilite": "Mme", "prenom": "Lucie", "nom": "Martin"})

    assert greeting.name(letter, read("Bonjour.")) == "Madame Lucie Martin"
    assert greeting.name(letter, read("Hello."), "en") == "Ms Lucie Martin"


def test_questions_are_looked_up_before_stories() -> None:
    """With the subject, without « Re : », and no more than a search reads."""
    said = "Nous sommes arrivés en mars. Quels sont les horaires ? " + "Merci beaucoup. " * 100

    assert asked(subject_of(Letter("Re: Déchèterie")), said) == "Déchèterie. Quels sont les horaires ?"
    assert len(asked("x", "mot " * 500)) <= 400


async def test_a_short_answer_is_given_to_a_plain_question_only() -> None:
    """With its page; a report, a complaint, danger, one's own file and a long story wait for a person."""
    drafts, _ = replying()
    letter, question = Letter("Horaires"), read(OPENING, "proprete_dechets")
    found = await drafts.short(letter, question)

    assert found is not None
    assert (found.id, found.sources[0].url) == ("decheterie", "/articles/decheterie")
    assert "du mardi au samedi" in found.text
    for other in (
        replace(question, kind=LetterKind.REPORT),
        replace(question, kind=LetterKind.COMPLAINT),
        replace(question, alert="distress"),
        replace(question, said=f"{OPENING} Où en est ma demande de carte ?"),
        replace(question, said=f"{OPENING} {'Il a plu. ' * 60}"),
        replace(question, said="La déchèterie était fermée hier."),
        replace(question, service="sports", services=(Scored("sports", 0.9),)),
    ):
        assert await drafts.short(letter, other) is None
    assert await drafts.short(Letter("Re: Horaires"), question) is None
    assert await drafts.short(Letter("Horaires", files=1), question) is None


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("", ""),
        ("[{name}]", "{x} [y] {directory.caf} \\0"),
        ("Re: " * 500, "\u202e\u0000 trou \ud800"),
        ("a\r\nBcc: b@example.org", "1 rue " * 20_000),
        ("?" * 1000, "?" * 50_000),
    ],
)
async def test_odd_letters_are_answered_too(subject: str, said: str) -> None:
    """Nothing in a letter stops its suggestions, and no line break of a subject reaches a reply."""
    drafts, acknowledges = replying()
    letter, reading = Letter(subject, name="Mme \n {a}"), read(said, kind=LetterKind.REPORT)
    found = await drafts.suggest(letter, reading, 20)
    reply = await acknowledges.words(case_of(letter, reading, None), letter, reading)

    assert found
    assert all("\nBcc" not in one.text for one in found)
    assert "D-7K3M-92QX" in reply.text
    assert "\nBcc" not in reply.text


async def test_a_letter_that_no_template_knows_has_a_reply_of_its_kind() -> None:
    """A report with its place is passed on to its team, a question is being looked into."""
    drafts, _ = replying()
    report = await drafts.suggest(
        Letter("Étrange"), read("Un perroquet gris au 3 rue Haute.", kind=LetterKind.REPORT), 1
    )
    question = await drafts.suggest(Letter("Étrange"), read("Un perroquet gris ?"), 1)

    assert (report[0].id, question[0].id) == ("general.report", "general.question")
