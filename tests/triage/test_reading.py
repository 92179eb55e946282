"""Letters read by what a quarter of the project's own examples teach."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import safety
from bot.letters import Automatic, Letter
from bot.readings import LetterKind, PartKind, Reading, Urgency
from bot.settings import GENERAL_SERVICE, read_office
from bot.triage import examples, learning
from bot.triage.reading import MAX_BECAUSE, MAX_SERVICES, Triage
from bot.triage.rules import Rule, Rules
from bot.triage.segment import segment
from bot.triage.similar import remember

ROOT = Path(__file__).resolve().parents[2]
OFFICE = read_office(ROOT / "office.yml")
HOLE = "Bonjour,\n\nUn nid-de-poule s'est ouvert dans la chaussée de la rue du Lavoir. Pouvez-vous le reboucher ?"
QUOTED = "\n\nLe 3 mars 2026 à 10:12, Mairie <contact@pontavel.example> a écrit :\n> Votre enfant est inscrit à la cantine.\n"


@pytest.fixture(scope="module")
def learnt() -> Triage:
    taught = examples.load(ROOT / learning.FOLDER, OFFICE.services)
    letters = [one for one in taught if one.is_letter][::4]
    terms = [one for one in taught if not one.is_letter][::8]
    return Triage(learning.learn([*letters, *terms]), safety.load())


def read(learnt: Triage, body: str, subject: str = "", sender: str = "lou@exemple.example", **more: Any) -> Reading:
    return learnt.read(Letter(subject, sender, **more), body)


def test_a_plain_letter_goes_to_its_service(learnt: Triage) -> None:
    """With its kind, its language, and other services behind the first, each with a score."""
    reading = read(learnt, HOLE, "Nid-de-poule")

    assert (reading.service, reading.services[0].service, reading.sure) == ("voirie", "voirie", True)
    assert reading.kind in {LetterKind.REPORT, LetterKind.REQUEST}
    assert (reading.language, reading.expects_reply, reading.automatic) == ("fr", True, None)
    assert len(reading.services) == MAX_SERVICES
    assert sum(scored.score for scored in reading.services) <= 1.001


class Thankful(Triage):
    """A model that takes every letter for thanks, as one does that has learnt no word of it."""

    def _kind(self, whole: Any, rule: Rule | None, machine: Automatic | None, said: str) -> LetterKind:
        return LetterKind.THANKS


def test_thanks_in_a_language_that_nothing_was_learnt_of_are_a_request(learnt: Triage) -> None:
    """What ends in « merci » in Arabic asks something as often as not: it is never put by as thanks."""
    thankful = Thankful(learnt.model, learnt.safety)
    arabic = read(thankful, "مرحبا، أريد تسجيل ابنتي في المدرسة. ما هي الوثائق المطلوبة؟ شكرا", "تسجيل في المدرسة")

    assert (arabic.language, arabic.kind) == ("ar", LetterKind.REQUEST)
    assert read(thankful, "Merci beaucoup pour la réparation.").kind is LetterKind.THANKS


def test_the_words_that_decided_stand_in_the_letter(learnt: Triage) -> None:
    """As they are written there, few of them, and none that everybody uses."""
    reading = read(learnt, HOLE, "Nid-de-poule")
    standing = set(re.findall(r"\w+", f"Nid-de-poule {HOLE}"))

    assert 1 <= len(reading.because) <= MAX_BECAUSE
    assert set(reading.because) <= standing
    assert {"poule", "chaussée"} & set(reading.because)
    assert not {"Bonjour", "la", "de"} & set(reading.because)


def test_what_is_quoted_decides_nothing(learnt: Triage) -> None:
    """An answer below which the town's mail about the canteen stands: its services are those of its own words."""
    assert read(learnt, HOLE + QUOTED).services == read(learnt, HOLE).services
    assert "cantine" not in read(learnt, HOLE + QUOTED).said


def test_forwarded_words_are_read(learnt: Triage) -> None:
    """Who only forwards says what the forwarded mail says."""
    body = (
        "Pour vous.\n\n---------- Forwarded message ---------\nDe : Paul <paul@exemple.example>\nObjet : rue\n\n" + HOLE
    )

    reading = read(learnt, body, "TR: rue")

    assert reading.service == "voirie"
    assert PartKind.FORWARD in {part.kind for part in reading.parts}
    assert "nid-de-poule" in reading.said


def test_the_towns_own_rule_beats_what_was_learnt(learnt: Triage) -> None:
    """For service, kind and urgency, and its name is told."""
    rule = Rule("lavoir", words=("lavoir",), service="sports", kind=LetterKind.THANKS, urgency=Urgency.LOW)

    reading = read(replace(learnt, rules=Rules((rule,))), HOLE)

    assert (reading.service, reading.sure, reading.rule) == ("sports", True, "lavoir")
    assert (reading.kind, reading.urgency) == (LetterKind.THANKS, Urgency.LOW)
    assert reading.services[0].score == 1.0


def test_what_an_agent_decided_beats_what_was_learnt(learnt: Triage) -> None:
    """The next letter that says the same goes where the first was sent."""
    said = segment(HOLE, "").said
    decided = [examples.Example("", said, service="espaces_verts")]

    reading = read(replace(learnt, similar=remember(decided, learnt.model.vocabulary)), HOLE)

    assert reading.services[0].service == "espaces_verts"


def test_an_unsure_letter_goes_to_the_reception_with_its_guesses(learnt: Triage) -> None:
    """Nothing of its matter is said; two guesses stand there all the same."""
    reading = read(replace(learnt, model=replace(learnt.model, sure_from=0.99)), "Voir ce que je vous ai dit mardi.")

    assert (reading.service, reading.sure) == (GENERAL_SERVICE, False)
    assert len(reading.services) >= 2


def test_danger_below_the_name_is_seen(learnt: Triage) -> None:
    """What stands in a signature may be a cry."""
    body = "Bonjour, je rends le livre à la médiathèque.\n\nCordialement,\nLou\nje vais me tuer ce soir"

    reading = read(learnt, body, "Livre")

    assert reading.urgency is Urgency.HIGH
    assert reading.alert == "distress"


def test_danger_that_is_quoted_is_not_the_senders(learnt: Triage) -> None:
    """It was seen when it came."""
    body = "Merci, tout va bien maintenant.\n\nLe 3 mars 2026 à 10:12, Lou a écrit :\n> je vais me tuer ce soir\n"

    assert read(learnt, body).alert == ""


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Réponse automatique : votre courrier", "Je suis absente jusqu'au 12. Pouvez-vous écrire à ma collègue ?"),
        ("Undelivered Mail Returned to Sender", "This is the mail system. I'm sorry to have to inform you."),
    ],
)
def test_a_machine_waits_for_nothing(subject: str, body: str, learnt: Triage) -> None:
    """Whatever it asks."""
    reading = read(learnt, body, subject)

    assert (reading.kind, reading.expects_reply) == (LetterKind.AUTOREPLY, False)
    assert reading.automatic is not None


def test_headers_that_tell_a_machine_are_believed(learnt: Triage) -> None:
    """A list is spam, everything else an automatic reply, though its words are a citizen's."""
    assert read(learnt, HOLE, automatic=Automatic.LIST).kind is LetterKind.SPAM
    assert read(learnt, HOLE, automatic=Automatic.ABSENCE).kind is LetterKind.AUTOREPLY
    assert not read(learnt, HOLE, automatic=Automatic.OWN).expects_reply


def test_a_trader_waits_for_nothing(learnt: Triage) -> None:
    """A newsletter with a question in it."""
    body = (
        "Collectivités, profitez de notre offre exceptionnelle : -30 % sur nos solutions de mobilier urbain jusqu'au 31 mars. "
        "Vous souhaitez un devis gratuit ? Cliquez ici : https://offres.example/devis\n\nSe désinscrire : https://offres.example/non"
    )

    reading = read(learnt, body, "Offre exceptionnelle pour votre collectivité", "promo@offres.example")

    assert (reading.kind, reading.expects_reply) == (LetterKind.SPAM, False)


def test_who_says_that_no_answer_is_needed_waits_for_none(learnt: Triage) -> None:
    """And who asks, waits."""
    assert not read(learnt, "Pour votre information, le banc de la place est réparé.").expects_reply
    assert read(learnt, "Le banc de la place est-il réparé ?").expects_reply


def test_a_foreign_letter_is_told_by_its_language(learnt: Triage) -> None:
    """English, German and a language of another script."""
    assert read(learnt, "Hello, there is a large hole in the road. Could you repair it please?").language == "en"
    assert read(learnt, "Guten Tag, wann ist das Schwimmbad am Sonntag geöffnet? Vielen Dank.").language == "de"
    assert read(learnt, "Добрий день, як записати дитину до школи? Дякую за допомогу.").language == "uk"


def test_a_form_is_its_citizens_own_words_and_keeps_its_service(learnt: Triage) -> None:
    """Nothing of it is taken for a quote, and the service that the form is for is not guessed."""
    reading = read(learnt, "Matter: x\n> trou\nCordialement", form="contact", service="sports")

    assert (reading.service, reading.services[0].score) == ("sports", 1.0)
    assert [part.kind for part in reading.parts] == [PartKind.BODY]


def test_a_mailbox_of_a_service_is_only_a_hint(learnt: Triage) -> None:
    """People write to whatever address they find."""
    assert read(learnt, HOLE, service="sports").service == "voirie"


def test_personal_data_is_named(learnt: Triage) -> None:
    """By kind; what it is stays in the letter."""
    reading = read(learnt, f"{HOLE} Mon numéro : 06 12 34 56 78, mon adresse lou@exemple.example.")

    assert {"phone", "email"} <= set(reading.personal)


@pytest.mark.parametrize(
    "body", ["", " \n\t ", "\x00", "> \n> \n", "\u202e\ufeff", "\ud800", "漢" * 50, "!?" * 40, "-- \n"]
)
def test_a_letter_without_words_is_read(body: str, learnt: Triage) -> None:
    """It has services and a kind as any other."""
    reading = read(learnt, body)

    assert reading.services
    assert reading.kind in set(LetterKind)


def test_an_empty_letter_says_its_subject(learnt: Triage) -> None:
    """Many write the matter there, and nothing below."""
    assert read(learnt, "", "Nid-de-poule rue du Lavoir, chaussée défoncée").service == "voirie"


@pytest.mark.parametrize(
    "body",
    [
        "trou dans la chaussée " * 50_000,
        "a" * 1_000_000,
        "> " * 500_000,
        "\n" * 1_000_000,
        "😀" * 250_000,
        "<div>" * 200_000,
        "Le 3 mars à 10:12 " * 50_000,
        "a@b." * 250_000,
        "( " * 500_000,
    ],
    ids=["words", "letters", "quotes", "lines", "signs", "tags", "dates", "addresses", "brackets"],
)
def test_a_letter_of_a_million_characters_is_read_in_time(body: str, learnt: Triage) -> None:
    """In a second or so, whatever it is made of; the limit of this test is what says so on a busy machine."""
    assert read(learnt, body, body[:2000]).services


def test_the_same_letter_is_read_the_same(learnt: Triage) -> None:
    """Whatever was read in between."""
    before = read(learnt, HOLE)
    read(learnt, "Facture d'eau trop élevée", "Facture")

    assert read(learnt, HOLE) == before
