"""What is typed and what is made of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Address, Kind
from channels.form import letters
from channels.form.answers import Filled, Sent, plain, read
from channels.form.definitions import Choice, Definition, Field
from tests.channels.form.door import FORMS, NOON
from tests.pictures import file, quarters

TODAY = date(2026, 11, 25)
STREET = {"kind": "light", "lamp": "214-07", "where": "12 rue du Lavoir", "body": "Éteint.", "consent": "oui"}


def form(*fields: Field) -> Definition:
    return Definition("Essai", name="essai", fields=fields)


def told(field: Field, *values: str) -> str:
    """The key of what is wrong with a value, "" if nothing is."""
    answers = read(form(field), Filled({field.name: list(values)}), TODAY)
    return answers.problems[0].key if answers.problems else ""


def kept(field: Field, value: str) -> str:
    return read(form(field), Filled({field.name: [value]}), TODAY).values.get(field.name, "")


@pytest.mark.parametrize(
    "value", ["a@b.fr", "Prénom.Nom+x@sous.mairie.example", "o'brien@exemple.fr", "x@münchen.de", "a@b-c.fr"]
)
def test_an_address_is_taken(value: str) -> None:
    """Addresses as people have them."""
    assert told(Field("x", "email", "E"), value) == ""


@pytest.mark.parametrize(
    "value", ["a", "a@b", "@b.fr", "a@.fr", "a@b..fr", "a b@c.fr", "a@b.fr, c@d.fr", "<a@b.fr>", "a@b.fr\nBcc: c@d.fr"]
)
def test_what_is_no_address_is_refused(value: str) -> None:
    """One address and nothing else: no list, no name, no second header."""
    assert told(Field("x", "email", "E"), value) == "form_email"


@pytest.mark.parametrize("value", ["06 12 34 56 78", "02.61.91.40.00", "+33 (0)6 12 34 56 78", "0032 470 12 34 56"])
def test_a_number_is_taken(value: str) -> None:
    """Numbers as people write them, kept as they wrote them."""
    assert told(Field("x", "phone", "T"), value) == ""
    assert kept(Field("x", "phone", "T"), value) == value


@pytest.mark.parametrize("value", ["12", "06 12 34 56 7", "téléphone", "06 12 34 56 78 99", "00 00 00 00 00"])
def test_what_is_no_number_is_refused(value: str) -> None:
    """Too short, too long, not a number."""
    assert told(Field("x", "phone", "T"), value) == "form_phone"


@pytest.mark.parametrize("value", ["2026-12-24", "24/12/2026", "24.12.2026", "24 12 2026"])
def test_a_date_is_read(value: str) -> None:
    """As browsers send it, and as people type it."""
    assert kept(Field("x", "date", "D"), value) == "2026-12-24"


@pytest.mark.parametrize("value", ["31/02/2027", "demain", "2026-13-01", "0/0/0000", "١/١/٢٠٢٦"[:3]])
def test_what_is_no_date_is_refused(value: str) -> None:
    """A date has to exist."""
    assert told(Field("x", "date", "D"), value) == "form_date"


def test_a_date_has_bounds() -> None:
    """Counted from today, both included."""
    field = Field("x", "date", "D", from_days=1, to_days=10)

    assert [told(field, f"2026-11-{day}") for day in (25, 26)] == ["form_date_early", ""]
    assert [told(field, f"2026-12-0{day}") for day in (5, 6)] == ["", "form_date_late"]


def test_a_choice_that_was_not_offered_is_refused() -> None:
    """Only offered values pass, whatever a request says."""
    field = Field("x", "choice", "C", choices=(Choice("a", "A"), Choice("b", "B")))

    assert [told(field, value) for value in ("a", "c", "A")] == ["", "form_missing_choice", "form_missing_choice"]


def test_a_condition_decides_what_is_needed() -> None:
    """What depends on an answer is only needed with it, and is kept wherever it was filled in."""
    other = {**STREET, "kind": "other"}
    without = read(FORMS["street_issue"], Filled({name: [value] for name, value in other.items()}), TODAY)
    road = read(FORMS["street_issue"], Filled({name: [value] for name, value in STREET.items()}), TODAY)

    assert [problem.name for problem in without.problems] == ["other_kind"]
    assert without.values["lamp"] == "214-07"
    assert not road.problems


def test_everything_needed_is_told_at_once() -> None:
    """An empty form says all that is missing, in its order."""
    answers = read(FORMS["contact"], Filled(), TODAY)

    assert [(problem.name, problem.key) for problem in answers.problems] == [
        ("subject", "form_missing"),
        ("body", "form_missing"),
        ("consent", "form_missing_consent"),
    ]


def test_files_are_looked_at_by_their_bytes() -> None:
    """A photo, a PDF, neither, too many, too large, and the empty part of a field in which nothing was chosen."""
    field = Field("x", "file", "F", max_files=2)

    def key(*files: Sent) -> str:
        problems = read(form(field), Filled(files={"x": files}), TODAY).problems
        return problems[0].key if problems else ""

    picture, pdf = Sent("a.jpg", file(quarters())), Sent("a.pdf", b"%PDF-1.7 ...")
    assert key(picture, pdf) == key(Sent("", b"")) == ""
    assert key(Sent("a.jpg", b"MZ\x90")) == "form_file_kind"
    assert key(picture, picture, picture) == "form_files_many"
    assert key(Sent("a.jpg", b"", True)) == "form_file_large"


def test_too_long_says_by_how_much() -> None:
    """A citizen learns how many characters have to go, and loses none."""
    answers = read(form(Field("x", "text", "T", max_chars=3)), Filled({"x": ["cinq!"]}), TODAY)

    assert answers.problems[0].values == {"label": "T", "count": "2", "limit": "3"}


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    """Whatever is typed into a line holds no control character and no line end."""
    line = plain(text, False)

    assert line == " ".join(line.split())
    assert not any(ord(char) < 32 or ord(char) == 127 for char in line)
    assert "\0" not in plain(text, True)


@given(st.dictionaries(st.sampled_from([field.name for field in FORMS["appointment_request"].fields]), st.text()))
def test_whatever_comes_is_read(texts: dict[str, str]) -> None:
    """No value makes the reader fail."""
    answers = read(FORMS["appointment_request"], Filled({name: [value] for name, value in texts.items()}), TODAY)

    assert answers.problems


def test_a_letter_is_made_of_it() -> None:
    """The message's words first, then the matter; who writes stands in the letter; the choice says which service."""
    filled = {**STREET, "name": "Ann Roy", "email": "Ann@Exemple.fr"}
    answers = read(FORMS["street_issue"], Filled({name: [value] for name, value in filled.items()}), TODAY)
    made = letters.message(FORMS["street_issue"], answers, Address("form", "k"), "form-1", (), NOON)

    assert made.kind is Kind.LETTER
    assert made.text.startswith(
        "Éteint.\n\nQue se passe-t-il ? : Un lampadaire ou un feu en panne\nNuméro du lampadaire : "
    )
    assert "Ann" not in made.text
    assert made.letter is not None
    assert made.letter.subject == "Un lampadaire ou un feu en panne : 12 rue du Lavoir"
    assert (made.letter.sender, made.letter.name) == ("ann@exemple.fr", "Ann Roy")
    assert (made.letter.form, made.letter.service) == ("street_issue", "eclairage_public")
    assert made.letter.fields["Où est-ce ?"] == "12 rue du Lavoir"


def test_a_subject_is_one_line_with_an_end() -> None:
    """What is typed cannot add a header, nor a subject without end."""
    texts = {"subject": ["a\r\nBcc: x@y.fr " + "z" * 90], "body": ["b"], "consent": ["oui"]}
    answers = read(FORMS["contact"], Filled(texts), TODAY)
    subject = letters.subject_of(FORMS["contact"], answers.values)

    assert "\n" not in subject
    assert "\r" not in subject
    assert len(subject) <= letters.MAX_SUBJECT_CHARS
