"""The acknowledgement of a letter, and when its case is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from bot.desk.hours import Hours
from bot.errors import ConfigurationError
from bot.letters import Letter
from bot.messages import Author, Reply
from bot.readings import LetterKind, Reading
from bot.settings import read_office
from bot.settings_mail import After
from bot.text.languages import GREETED
from tests.triage.drafting import OFFICE, ROOT, SUNDAY, TUESDAY, case_of, read, replying

PLAN = "Je dépose une déclaration préalable pour ma clôture, dossier ci-joint."


async def acknowledged(letter: Letter, reading: Reading, at: datetime = TUESDAY) -> Reply:
    """With plain spaces and apostrophes, to be compared."""
    _, acknowledges = replying(at)
    reply = await acknowledges.words(
        case_of(letter, reading, acknowledges.delay(reading.service, at), at), letter, reading
    )
    plain = reply.text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    return replace(reply, text=plain)


async def test_it_says_what_the_law_asks_for() -> None:
    """Number, date of receipt, the service in charge with its postal address, e-mail and telephone (CRPA R112-11-1)."""
    reply = await acknowledged(Letter("Trou", name="M. Paul Roy"), read("Un trou rue Haute.", kind=LetterKind.REPORT))

    assert reply.author is Author.SYSTEM
    assert reply.id == ""
    assert reply.text.startswith("Bonjour Monsieur Paul Roy,\n\n")
    assert (
        "a reçu votre message « Trou » le mardi 24 novembre 2026 à 10 h. Il porte le numéro D-7K3M-92QX." in reply.text
    )
    assert "Service chargé de votre demande : Voirie" in reply.text
    assert "- adresse : Centre technique, 14 rue des Forges, 44990 Pontavel" in reply.text
    assert "- téléphone : 02 61 91 40 13 (du lundi au vendredi, de 9 h à 12 h)" in reply.text
    assert "- courriel : voirie@pontavel.example" in reply.text


async def test_a_delay_is_promised_only_where_it_is_set() -> None:
    """Ten working days of voirie are a promise; what the desk counts for others is expected."""
    voirie = await acknowledged(Letter("Trou"), read("Un trou.", kind=LetterKind.REPORT))
    sports = await acknowledged(Letter("Stade"), read("Un panier cassé.", "sports", LetterKind.REPORT))

    assert "Vous aurez une réponse au plus tard le mardi 8 décembre 2026." in voirie.text
    assert "Vous aurez une réponse" not in sports.text
    assert "Délai de réponse prévu : jusqu'au jeudi 26 novembre 2026." in sports.text


async def test_what_was_masked_is_said_once() -> None:
    """Which numbers were given away for nothing, in one sentence; nothing of it where there were none."""
    given = await acknowledged(Letter("Aide", masked=("nir", "iban")), read("Une aide.", "ccas"))
    none = await acknowledged(Letter("Aide"), read("Une aide.", "ccas"))

    said = (
        "Pour votre sécurité, nous avons masqué ce que vous n'avez pas besoin de donner ici "
        "(numéro de sécurité sociale, IBAN) : nous n'en gardons que la fin."
    )
    assert given.text.count(said) == 1
    assert "masqué" not in none.text


async def test_silence_that_accepts_is_said_with_its_day() -> None:
    """A formal request of one month, with the attestation of article L232-3 and the papers that it needs."""
    reply = await acknowledged(Letter("Clôture"), read(PLAN, "urbanisme"))

    assert "le jeudi 24 décembre 2026, votre demande est réputée acceptée" in reply.text
    assert "article L. 232-3" in reply.text
    assert "Pièces à fournir (déclaration préalable) :\n- le formulaire adapté à votre projet\n- un plan" in reply.text


async def test_silence_that_refuses_is_said_with_the_appeal() -> None:
    """For a complaint too: to the law it is a request."""
    reply = await acknowledged(Letter("FPS"), read("Je conteste le FPS.", "stationnement", LetterKind.COMPLAINT))

    assert "le jeudi 24 décembre 2026, votre demande est réputée refusée" in reply.text
    assert "tribunal du stationnement payant" in reply.text


async def test_nothing_is_said_of_silence_where_it_is_not_set() -> None:
    """Neither for a question to the same service, nor for a report, nor for a service that has not set it."""
    for reading in (
        read("Faut-il une autorisation pour une clôture ?", "urbanisme"),
        read("Je conteste le FPS.", "stationnement", LetterKind.REPORT),
        read("Je demande une subvention.", "vie_associative"),
    ):
        assert "réputée" not in (await acknowledged(Letter("x"), reading)).text


async def test_a_formal_request_without_a_procedure_has_the_services_own_silence() -> None:
    """By the words that the service names."""
    reply = await acknowledged(Letter("Recours gracieux"), read("Contre l'arrêté du 3.", "accueil_general"))

    assert "le dimanche 24 janvier 2027, votre demande est réputée refusée" in reply.text
    assert "tribunal administratif de Nantes" in reply.text


async def test_a_plain_question_is_answered_at_once_with_its_page() -> None:
    """The page is a source of the reply."""
    reply = await acknowledged(
        Letter("Horaires"), read("Quels sont les horaires de la déchèterie ?", "proprete_dechets")
    )

    assert (
        "En attendant, voici ce que dit la page « Déchèterie : horaires et carte d'accès » :\n\nLa déchèterie"
        in reply.text
    )
    assert [source.url for source in reply.sources] == ["/articles/decheterie"]


async def test_in_danger_the_numbers_come_first_and_the_rest_is_short() -> None:
    """No delay, no papers, no page: the catalogue's own line, the number of the case and whom to call."""
    reading = read("Quels sont les horaires de la déchèterie ? Au feu.", "proprete_dechets", alert="emergency")
    reply = await acknowledged(Letter("Au feu"), reading)

    assert reply.text.startswith("Appelez tout de suite :\n- 112")
    assert "porte le numéro D-7K3M-92QX. Il est signalé comme urgent." in reply.text
    assert "02 61 91 40 15" in reply.text
    assert "Délai" not in reply.text
    assert reply.sources == ()
    assert reply.text.count("\n\n") == 2


async def test_the_numbers_come_in_the_citizens_own_language() -> None:
    """Where we know what to do in danger in it; the rest, which nobody has to read at once, is in French."""
    reading = read("هناك حريق في بيتي", "accueil_general", alert="emergency", language="ar")
    reply = await acknowledged(Letter("حريق"), reading)

    assert reply.text.startswith("اتصلوا فورا")
    assert "porte le numéro D-7K3M-92QX" in reply.text


@pytest.mark.parametrize("language", GREETED)
async def test_whoever_writes_in_another_language_is_told_in_it_that_the_letter_is_here(language: str) -> None:
    """With its number, before the rest in French."""
    reply = await acknowledged(Letter("Trou"), read("…", kind=LetterKind.REQUEST, language=language))

    before, _, rest = reply.text.partition("\n\n")
    assert "D-7K3M-92QX" in before
    assert rest.startswith("Bonjour,")
    assert reply.language == "fr"


async def test_a_service_that_closes_at_midnight_answers_on_that_day() -> None:
    """And not on the day that begins then."""
    letter, reading = Letter("Trou"), read("Un trou.", kind=LetterKind.REPORT)
    _, acknowledges = replying(TUESDAY)
    midnight = datetime(2026, 12, 8, 23, 0, tzinfo=timezone.utc)
    reply = await acknowledges.words(case_of(letter, reading, midnight, TUESDAY), letter, reading)

    assert "au plus tard le mardi 8 décembre 2026." in reply.text.replace("\u00a0", " ")


async def test_distress_has_its_own_numbers() -> None:
    """And in the language of the letter."""
    reply = await acknowledged(Letter("Help"), read("I want to die.", alert="distress", language="en"))

    assert "3114" in reply.text.split("\n\n")[0]
    assert reply.language == "en"


async def test_files_that_were_not_taken_are_named() -> None:
    """Each reason once; one that is not known is said as the usual one."""
    letter = Letter("Photos", refused=("file_too_large", "file_too_large", "odd"))
    reply = await acknowledged(letter, read("Un trou.", kind=LetterKind.REPORT))

    assert reply.text.count("il dépasse 10 Mo") == 1
    assert reply.text.count("les photos (JPEG, PNG, WebP) et les PDF sont acceptés") == 1


async def test_a_closed_service_says_when_it_opens() -> None:
    """By its own week; an open one says nothing of it."""
    urbanisme = await acknowledged(Letter("Mur"), read("Un mur.", "urbanisme"))
    sports = await acknowledged(Letter("Stade"), read("Un but.", "sports"))

    assert "Le service Urbanisme est fermé en ce moment. Il ouvre demain mercredi à 9 h." in urbanisme.text
    assert "fermé en ce moment" not in sports.text


async def test_an_english_letter_is_acknowledged_in_english() -> None:
    """With English dates."""
    reply = await acknowledged(Letter("Hole"), read("There is a hole.", kind=LetterKind.REPORT, language="en"))

    assert reply.text.startswith("Hello,")
    assert "received your message “Hole” on Tuesday 24 November 2026 at 10:00." in reply.text
    assert "You will have an answer by Tuesday 8 December 2026 at the latest." in reply.text


async def test_a_name_in_a_subject_cannot_be_a_variable() -> None:
    """Braces stand as they were written."""
    reply = await acknowledged(Letter("{phone} {0}"), read("Un trou.", kind=LetterKind.REPORT))

    assert "« {phone} {0} »" in reply.text


def test_working_days_are_those_of_the_town_hall() -> None:
    """Weekends, holidays and closures do not count; the case is due when the last of them closes."""
    _, acknowledges = replying()

    assert acknowledges.delay("etat_civil", SUNDAY) == datetime(2026, 11, 27, 16, 30, tzinfo=timezone.utc)
    # Christmas Day and a weekend lie between; on New Year's Eve it closes at four.
    due = acknowledges.delay("etat_civil", datetime(2026, 12, 24, 9, tzinfo=timezone.utc))
    assert due == datetime(2027, 1, 4, 16, 30, tzinfo=timezone.utc)


def test_without_a_setting_a_case_is_due_by_the_desks_hours() -> None:
    """Fifteen opening hours of the service."""
    _, acknowledges = replying()

    assert acknowledges.delay("sports", TUESDAY) == Hours(OFFICE).after_open("sports", TUESDAY, 15 * 60)
    assert acknowledges.delay("nobody", TUESDAY) is not None


@pytest.mark.parametrize(
    ("after", "start", "end"),
    [
        (After(months=2), date(2026, 11, 24), date(2027, 1, 24)),
        (After(months=2), date(2026, 12, 31), date(2027, 2, 28)),
        (After(months=1), date(2028, 1, 31), date(2028, 2, 29)),
        (After(days=15), date(2026, 12, 24), date(2027, 1, 8)),
        (After(months=12), date(2026, 3, 1), date(2027, 3, 1)),
    ],
)
def test_months_are_counted_on_the_calendar(after: After, start: date, end: date) -> None:
    """The same day of a later month, or its last."""
    assert after.end(start) == end


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        ("{silence: {means: refusal, after: {months: 2}}, formal: true}", "mail.silence.appeal: is missing"),
        ("{silence: {means: acceptance, after: {months: 2}}}", "mail.silence: counts for formal requests"),
        ("{silence: {means: acceptance, after: {}}, formal: true}", "mail.silence.after: has months or days"),
        ("{days: 0}", "mail.days"),
        ("{procedures: [{name: a, words: []}]}", "mail.procedures[0].words"),
    ],
)
def test_wrong_settings_stop_the_start(tmp_path: Path, mail: str, why: str) -> None:
    """In one sentence that names the place."""
    text = (ROOT / "office.yml").read_text(encoding="utf-8")
    path = tmp_path / "office.yml"
    path.write_text(text.replace("    name: Sports\n", f"    name: Sports\n    mail: {mail}\n"), encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        read_office(path)

    assert f"services.sports.{why}" in str(refused.value)
