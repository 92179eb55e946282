import re
from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.articles import WORDS_AT_MOST, expired, passages
from bot.knowledge.importers import markdown
from bot.settings import read_office
from bot.store.base import Article

ROOT = Path(__file__).resolve().parents[2]
NATIONAL = {"0 809 401 401", "116 006"}
"""Taxes, help for victims."""
SHORT = {"15", "17", "18", "112", "114", "115", "119", "3230", "3646", "3919", "3949", "3960"}
PHONE = re.compile(r"\b0\d(?: \d{2}){4}\b|\b0 8\d\d \d{3} \d{3}\b|\b116 \d{3}\b")
CALLED = re.compile(r"\b3\d{3}\b(?!\.)|(?:ppelez|écrivez|SMS)[^.\n]{0,24}? (?:le|au) (1\d{1,2})\b")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def article(body: str, **fields: object) -> Article:
    return Article(id="a", title="Obtenir un passeport", service="etat_civil", body=body, **fields)  # type: ignore[arg-type]


def texts(body: str) -> list[str]:
    return [passage.text for passage in passages(article(body))]


def test_sections_are_passages_under_their_headings() -> None:
    """The introduction has no heading, a section its own and those above it; a repeated title is no heading."""
    found = passages(
        article("# Obtenir un PASSEPORT\n\nIntro.\n\n## Prix\n\n86 €.\n\n### Enfants\n\n17 €.\n\n## Délai\n\nUn mois.")
    )

    assert [(passage.number, passage.headings, passage.text) for passage in found] == [
        (0, (), "Intro."),
        (1, ("Prix",), "86 €."),
        (2, ("Prix", "Enfants"), "17 €."),
        (3, ("Délai",), "Un mois."),
    ]


def test_lists_stay_lists() -> None:
    """List lines begin with a dash and follow their sentence; numbers and nesting become plain lines too."""
    assert texts("Apportez :\n\n1. une *photo* ;\n2. un justificatif :\n   - bail ;\n   - facture.\n\nC'est tout.") == [
        "Apportez :\n- une photo ;\n- un justificatif :\n- bail ;\n- facture.\n\nC'est tout."
    ]


def test_markup_is_not_shown() -> None:
    """Emphasis, HTML, images and line breaks leave their words; a link shows where it leads, once."""
    body = (
        "**Oui**, <b>dès</b>\nlundi ![photo](x.png) sur [le site](https://a.example/b), <https://a.example/c>, "
        "[nous écrire](mailto:a@b.example), [01 02](tel:+33102), [la page](/articles/x)."
    )

    assert texts(body) == [
        "Oui, dès lundi sur le site (https://a.example/b), https://a.example/c, nous écrire (a@b.example), 01 02, la page."
    ]


def test_a_script_is_left_out_whole() -> None:
    """An HTML block is no text of the article."""
    assert texts("Avant.\n\n<script>alert(1)</script>\n\nAprès.") == ["Avant.\n\nAprès."]


def test_tables_become_lines() -> None:
    """Two columns read as « key : value »; more columns name themselves."""
    body = "| Âge | Prix |\n|---|---|\n| adulte | 86 € |\n\n| Lieu | Lundi | Mardi |\n|---|---|---|\n| Halle | 9 h | |"

    assert texts(body) == ["- adulte : 86 €\n- Halle : Lundi 9 h"]


def test_long_sections_are_cut_between_paragraphs() -> None:
    """Every piece is short enough for a chat, keeps its heading, and nothing is lost."""
    paragraphs = [" ".join([f"mot{n}"] * 35) + "." for n in range(6)]
    found = passages(article("## Prix\n\n" + "\n\n".join(paragraphs)))

    assert len(found) > 2
    assert {passage.headings for passage in found} == {("Prix",)}
    assert max(len(passage.text.split()) for passage in found) <= WORDS_AT_MOST
    assert "\n\n".join(passage.text for passage in found) == "\n\n".join(paragraphs)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    """A wall of text is shown a few sentences at a time."""
    sentence = "Une phrase de dix mots qui ne dit pas grand-chose ici."
    found = texts(" ".join([sentence] * 20))

    assert max(len(text.split()) for text in found) <= WORDS_AT_MOST
    assert " ".join(found) == " ".join([sentence] * 20)


def test_a_list_keeps_the_sentence_that_introduces_it() -> None:
    """« Apportez : » never ends a passage."""
    body = " ".join(["mot"] * 55) + ".\n\nApportez :\n\n" + "\n".join(f"- la pièce {n}" for n in range(30))
    first, second, *_ = texts(body)

    assert not first.endswith(":")
    assert second.startswith("Apportez :\n- la pièce 0")


def test_a_short_rest_is_not_left_alone() -> None:
    """A last line of a few words stays with the passage before it."""
    assert len(texts(" ".join(["mot"] * 58) + ".\n\nEt voilà, c'est tout.")) == 1


@pytest.mark.parametrize(("until", "over"), [(None, False), (date(2026, 11, 23), False), (date(2026, 11, 22), True)])
def test_an_article_is_valid_through_its_last_day(until: date | None, over: bool) -> None:
    """It expires on the day after; without a date it never does."""
    assert expired(article("x", valid_until=until), date(2026, 11, 23)) is over


@pytest.fixture(scope="module")
def town() -> tuple[Article, ...]:
    """The example town's own articles."""
    reading = markdown.read(ROOT / "knowledge", read_office(ROOT / "office.yml").services)
    assert reading.problems == ()
    return reading.articles


def test_every_number_and_address_is_the_towns(town: tuple[Article, ...]) -> None:
    """What a citizen is told to call or to write to stands in office.yml, or is a national number."""
    office = read_office(ROOT / "office.yml")
    phones = {office.town.phone, *(service.phone for service in office.services.values())} | NATIONAL
    mails = {office.town.email, *(service.email for service in office.services.values())}
    strange = {
        (article.id, found)
        for article in town
        for found in {*PHONE.findall(article.body)} - phones | {*MAIL.findall(article.body)} - mails
    }

    assert strange == set()


def test_every_short_number_is_a_known_one(town: tuple[Article, ...]) -> None:
    """A slip in an emergency number is found here."""
    called = {found[1] or found[0] for article in town for found in CALLED.finditer(article.body)}

    assert called <= SHORT
    assert {"15", "17", "18", "115", "119", "3919"} <= called


def test_the_source_of_an_answer_holds_its_words(town: tuple[Article, ...]) -> None:
    """The town wrote these: its own page is what an answer shows, and the State's page is only to read further."""
    assert {article.source for article in town} == {""}
    assert all(article.more.startswith("https://") for article in town if article.more)


def test_only_prices_go_out_of_date(town: tuple[Article, ...]) -> None:
    """A fresh clone answers for years; nothing that names a year stays valid after it."""
    for article in town:
        assert article.valid_until is None or "€" in article.body, article.id
        assert article.valid_until is None or article.valid_until >= date(2031, 12, 31), article.id
        assert not re.search(r"\b20[2-9]\d\b", article.body) or article.id == "carte-identite", article.id


def test_answers_are_calm_and_short(town: tuple[Article, ...]) -> None:
    """No exclamation mark, nothing longer than a chat shows, one sort of apostrophe in the files."""
    for article in town:
        assert "!" not in article.body, article.id
        assert "’" not in article.body, article.id
        assert max(len(passage.text.split()) for passage in passages(article)) <= WORDS_AT_MOST, article.id


def test_where_to_read_further_is_kept_and_checked(tmp_path: Path) -> None:
    """`more` is an address or the file is refused."""
    head = "---\ntitle: Pacs\nservice: etat_civil\nmore: {}\n---\nTexte.\n"
    (tmp_path / "a.md").write_text(head.format("https://www.service-public.fr/x"), encoding="utf-8")
    (tmp_path / "b.md").write_text(head.format("javascript:alert(1)"), encoding="utf-8")
    reading = markdown.read(tmp_path, {"etat_civil"})

    assert [article.more for article in reading.articles] == ["https://www.service-public.fr/x"]
    assert [problem.sentence.partition(" is ")[0] for problem in reading.problems] == ["more:"]
