import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.contacts import Contact, ContactRead, Kind, WhyNot, mask, read_contact, read_email, read_phone

EMAILS = {
    "jean.dupont@orange.fr": "jean.dupont@orange.fr",
    "mon mail c'est jean.dupont@orange.fr merci": "jean.dupont@orange.fr",
    "c'est jean.dupont@orange.fr.": "jean.dupont@orange.fr",
    "mail:jean.dupont@orange.fr": "jean.dupont@orange.fr",
    "<jean.dupont@orange.fr>": "jean.dupont@orange.fr",
    "jean.dupont@orange.fr, ou mon portable": "jean.dupont@orange.fr",
    "Jean.Dupont@Orange.FR": "Jean.Dupont@orange.fr",
    "jean.dupont @ orange.fr": "jean.dupont@orange.fr",
    "jean.dupont(at)orange.fr": "jean.dupont@orange.fr",
    "jean.dupont [at] orange.fr": "jean.dupont@orange.fr",
    "jean.dupont arobase orange.fr": "jean.dupont@orange.fr",
    "jean point dupont arobase orange point fr": "jean.dupont@orange.fr",
    "mon mail jean point dupont arobase orange point fr merci": "jean.dupont@orange.fr",
    "jean tiret marie arobase gmail point com": "jean-marie@gmail.com",
    "jean tiret du bas marie arobase gmail point com": "jean_marie@gmail.com",
    "jean_dupont44+mairie@free.fr": "jean_dupont44+mairie@free.fr",
    "marie-claude.o'neil@ville-x.fr": "marie-claude.o'neil@ville-x.fr",
    "lea@mairie.pontavel.example": "lea@mairie.pontavel.example",
    "d'abord jean@ puis jean@free.fr": "jean@free.fr",
}
NO_EMAILS = {
    "jean.dupont@orange": WhyNot.INVALID,
    "jean@orange,fr": WhyNot.INVALID,
    "jean..dupont@orange.fr": WhyNot.INVALID,
    "jérôme@orange.fr": WhyNot.INVALID,
    "jean@-x.fr": WhyNot.INVALID,
    "jean@": WhyNot.NONE,
    "@jean": WhyNot.NONE,
    "@": WhyNot.NONE,
    "": WhyNot.NONE,
    "je n'ai pas de mail": WhyNot.NONE,
    "un point c'est tout": WhyNot.NONE,
}
PHONES = {
    "06 12 34 56 78": ("+33612345678", "06 12 34 56 78"),
    "0612345678": ("+33612345678", "06 12 34 56 78"),
    "06.12.34.56.78": ("+33612345678", "06 12 34 56 78"),
    "06-12-34-56-78": ("+33612345678", "06 12 34 56 78"),
    "06/12/34/56/78": ("+33612345678", "06 12 34 56 78"),
    "06\u00a012\u00a034\u00a056\u00a078": ("+33612345678", "06 12 34 56 78"),
    "mon numéro c'est le 06 12 34 56 78 merci": ("+33612345678", "06 12 34 56 78"),
    "au 0612345678, après 18h": ("+33612345678", "06 12 34 56 78"),
    "+33612345678": ("+33612345678", "06 12 34 56 78"),
    "+33 6 12 34 56 78": ("+33612345678", "06 12 34 56 78"),
    "+33 (0)6 12 34 56 78": ("+33612345678", "06 12 34 56 78"),
    "(+33) 6 12 34 56 78": ("+33612345678", "06 12 34 56 78"),
    "+33 06 12 34 56 78": ("+33612345678", "06 12 34 56 78"),
    "0033612345678": ("+33612345678", "06 12 34 56 78"),
    "0033 6 12 34 56 78": ("+33612345678", "06 12 34 56 78"),
    "612345678": ("+33612345678", "06 12 34 56 78"),
    "tel 6 12 34 56 78": ("+33612345678", "06 12 34 56 78"),
    "02 40 12 34 56 ou 06 12 34 56 78": ("+33240123456", "02 40 12 34 56"),
    "07 56 12 34 56": ("+33756123456", "07 56 12 34 56"),
    "0590 12 34 56": ("+590590123456", "0590 12 34 56"),
    "0690 12 34 56": ("+590690123456", "0690 12 34 56"),
    "06 90 12 34 56": ("+590690123456", "0690 12 34 56"),
    "0262 12 34 56": ("+262262123456", "0262 12 34 56"),
    "0692 12 34 56": ("+262692123456", "0692 12 34 56"),
    "+32 470 12 34 56": ("+32470123456", "+32 470 12 34 56"),
    "+44 20 7946 0958": ("+442079460958", "+44 20 7946 0958"),
    "0041 44 668 18 00": ("+41446681800", "+41 44 668 18 00"),
}
NO_PHONES = {
    "06 12 34 56": WhyNot.TOO_SHORT,
    "061234567": WhyNot.TOO_SHORT,
    "+33 6 12": WhyNot.TOO_SHORT,
    "mon portable 06 12 34 56 merci": WhyNot.TOO_SHORT,
    "06 12 34 56 789": WhyNot.TOO_LONG,
    "06 12 34 56 78 9": WhyNot.TOO_LONG,
    "06123456789": WhyNot.TOO_LONG,
    "00 00 00 00 00": WhyNot.INVALID,
    "0899 12 34 56": WhyNot.PREMIUM,
    "44990 Pontavel": WhyNot.NONE,
    "le 14/12/2026": WhyNot.NONE,
    "2026-12-14": WhyNot.NONE,
    "le 14.12 à 14h30": WhyNot.NONE,
    "dossier 123456789": WhyNot.NONE,
    "3919": WhyNot.NONE,
    "12 rue des Lilas": WhyNot.NONE,
    "je n'ai pas le téléphone": WhyNot.NONE,
    "": WhyNot.NONE,
}


@pytest.mark.parametrize(("text", "address"), EMAILS.items())
def test_an_address_in_a_sentence(text: str, address: str) -> None:
    """An address is found whatever stands around it, typed or spelled out."""
    read = read_email(text)

    assert read.contact == Contact(Kind.EMAIL, address, address)


@pytest.mark.parametrize(("text", "why"), NO_EMAILS.items())
def test_no_address(text: str, why: WhyNot) -> None:
    """What looks like an address and cannot be one is told from nothing at all."""
    assert read_email(text).why is why


@pytest.mark.parametrize(("text", "number"), PHONES.items())
def test_a_number_in_a_sentence(text: str, number: tuple[str, str]) -> None:
    """A number is found in every French way of writing it, from overseas and from abroad."""
    assert read_phone(text).contact == Contact(Kind.PHONE, *number)


@pytest.mark.parametrize(("text", "why"), NO_PHONES.items())
def test_no_number(text: str, why: WhyNot) -> None:
    """Digits are missing, there are too many, or the number is none; dates and postcodes are never taken for one."""
    assert read_phone(text).why is why


def test_numbers_of_another_country() -> None:
    """Without a country code a number is dialled from the region given."""
    assert read_phone("0470 12 34 56", region="BE").contact == Contact(Kind.PHONE, "+32470123456", "+32 470 12 34 56")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("jean@free.fr ou 06 12 34 56 78", Kind.EMAIL),
        ("06 12 34 56 78 ou jean@free.fr", Kind.PHONE),
        ("jean@free ou 06 12 34 56 78", Kind.PHONE),
        ("06 12 34 ou jean@free.fr", Kind.EMAIL),
    ],
)
def test_either_kind(text: str, kind: Kind) -> None:
    """Of two contacts the first is read, and a valid one before an invalid one."""
    contact = read_contact(text).contact

    assert contact
    assert contact.kind is kind


@pytest.mark.parametrize(
    ("text", "why"), [("jean@free", WhyNot.INVALID), ("06 12 34", WhyNot.TOO_SHORT), ("oui", WhyNot.NONE)]
)
def test_why_neither_was_read(text: str, why: WhyNot) -> None:
    """The reason is that of what was tried."""
    assert read_contact(text).why is why


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("mon mail c'est jean@free.fr merci", "jean@free.fr"),
        ("écrivez à jean point d arobase free point fr svp", "jean point d arobase free point fr"),
        ("au 06.12.34.56.78, merci", "06.12.34.56.78"),
        ("tel: 06 12 34 merci", "06 12 34"),
    ],
)
def test_where_it_stands(text: str, part: str) -> None:
    """The span is of the text as typed, so that a caller can strike the contact out."""
    start, end = read_contact(text).span or (0, 0)

    assert text[start:end] == part


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("jean.dupont@orange.fr", "j…t@orange.fr"),
        ("lea@free.fr", "l…@free.fr"),
        ("a@free.fr", "…@free.fr"),
        ("06 12 34 56 78", "06 ·· ·· ·· 78"),
        ("0590 12 34 56", "0590 ·· ·· 56"),
        ("+32 470 12 34 56", "+32 ··· ·· ·· 56"),
        ("+44 20 7946 0958", "+44 ·· ···· ··58"),
    ],
)
def test_shown_again_without_giving_it_away(text: str, masked: str) -> None:
    """Whoever gave it recognises it; whoever looks over the shoulder does not learn it."""
    contact = read_contact(text).contact

    assert contact
    assert mask(contact) == masked


PARTS = [
    *(
        "06",
        "12",
        "34",
        "56",
        "78",
        "+",
        "33",
        "(0)",
        "0033",
        ".",
        "-",
        "/",
        "@",
        "jean",
        "arobase",
        "point",
        "fr",
        "tel",
    ),
    *("(at)", "+33", "00", "tiret", "orange.fr", "é", "٠٦", "_", "'"),
]


@given(
    st.text()
    | st.lists(st.sampled_from(PARTS), max_size=40).flatmap(
        lambda parts: st.sampled_from([" ", ""]).map(lambda by: by.join(parts))
    )
)
def test_any_text_is_read(text: str) -> None:
    """Nothing raises; there is a contact or a reason; what is read can be masked and is read again as itself."""
    read: ContactRead = read_contact(text)

    assert (read.contact is None) == (read.why is not None)
    if read.contact:
        assert read.span
        assert mask(read.contact)
        assert read_contact(read.contact.value).contact == read.contact
