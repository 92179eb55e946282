"""A town's table of questions and answers."""

from __future__ import annotations

import itertools
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.knowledge.importers.csv import MAX_FILE_BYTES, MAX_ROWS, read
from bot.knowledge.importers.markdown import MAX_ID_CHARS
from bot.knowledge.importers.markdown import read as read_markdown
from bot.store.base import Article

SERVICES = {"etat_civil", "sports"}
HEAD = "question;answer;service\n"
GOOD = "Comment se marier ?;Prenez rendez-vous.;etat_civil\n"


def write(folder: Path, text: str | bytes, name: str = "faq.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def ids(path: Path) -> list[str]:
    return [article.id for article in read(path, SERVICES).articles]


def test_a_whole_row(tmp_path: Path) -> None:
    """Every column arrives, in any order and among columns of the town's own."""
    path = write(
        tmp_path,
        "id;note;question;answer;service;keywords;valid_until;source;fiche\n"
        'piscine;vu le 3;Quand ouvre la piscine ?;"À 9 h ; le dimanche à 10 h.\n\n• Fermée lundi";sports;'
        "bassin, nager|bain;31/12/2027;/piscine;F1341\n",
    )

    assert read(path, SERVICES).articles == (
        Article(
            id="piscine",
            title="Quand ouvre la piscine ?",
            service="sports",
            body="À 9 h ; le dimanche à 10 h.\n\n- Fermée lundi\n",
            valid_until=date(2027, 12, 31),
            source="/piscine",
            keywords=("bassin", "nager", "bain"),
            origin="csv",
            fiche="F1341",
        ),
    )
    assert read(path, SERVICES).problems == ()


@pytest.mark.parametrize(
    "raw",
    [
        (HEAD + GOOD).encode(),
        (HEAD + GOOD).replace(";", ",").encode(),
        (HEAD + GOOD).replace(";", "\t").encode(),
        b"\xef\xbb\xbf" + (HEAD + GOOD).encode(),
        (HEAD + GOOD).replace(";", "\t").encode("utf-16"),
        (HEAD + GOOD).replace("\n", "\r\n").encode(),
        (HEAD + GOOD).replace("\n", "\r").encode(),
        ("sep=;\r\n" + HEAD + GOOD).encode(),
        ("sep=|\n" + (HEAD + GOOD).replace(";", "|")).encode(),
        ("Question ;Réponse;SERVICE\n" + GOOD).encode(),
        (HEAD + "\n;;\n" + GOOD + "\n").encode(),
        (HEAD + GOOD.strip() + ";;;\n").encode(),
        (HEAD + '"Comment se marier ?";"Prenez rendez-vous.";"etat_civil"').encode(),
    ],
    ids=itertools.count(),
)
def test_what_spreadsheets_write(tmp_path: Path, raw: bytes) -> None:
    """Separators, byte order marks, line ends, French headings and empty rows make no difference."""
    reading = read(write(tmp_path, raw), SERVICES)

    assert [(article.id, article.body) for article in reading.articles] == [
        ("faq-comment-se-marier", "Prenez rendez-vous.\n")
    ]
    assert reading.problems == ()


def test_windows_files_are_read_and_reported(tmp_path: Path) -> None:
    """The accents are guessed, so somebody should look at them."""
    reading = read(write(tmp_path, (HEAD + GOOD.replace("Prenez", "Cet été, prenez")).encode("cp1252")), SERVICES)

    assert [article.body for article in reading.articles] == ["Cet été, prenez rendez-vous.\n"]
    assert [problem.place for problem in reading.problems] == ["faq.csv"]
    assert "Windows-1252" in reading.problems[0].sentence


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (";Une réponse.;sports", "question: is missing"),
        ("Une question ?;;sports", "answer: is missing"),
        ("Une question ?;Une réponse.;", "service: is missing"),
        ("Une question ?", "answer: is missing"),
        ("Une question ?;Une réponse.;cantine", "service: there is no service 'cantine' in office.yml"),
        ("Une question ?;Une réponse.;sports;;;;;;un reste", "has 1 cells too many"),
        ("=A1&B1;Une réponse.;sports", "question: is a formula (=A1&B1)"),
        ("Une question ?;#REF!;sports", "answer: is a formula (#REF!)"),
        ("Une question ?;-CMD(1);sports", "answer: is a formula"),
        ("Une question ?;@SUM(A1);sports", "answer: is a formula"),
        (f"Une question ?;{'x' * 1_000_000};sports", "answer: is too long: 1000000 characters"),
        (f"{'x' * 201};Une réponse.;sports", "question: is too long: 201 characters"),
        ('Une question ?;<!-- "rien" -->;sports', "answer: has no text"),
        ('Une "question" ?;"Une" réponse.;sports', "has a quotation mark"),
        ("Une question ?;Une réponse.;sports;bientôt", "valid_until: is not a date"),
        ("Une question ?;Une réponse.;sports;2027-02-31", "valid_until: there is no day 2027-02-31"),
        ("Une question ?;Une réponse.;sports;31/02/2027", "valid_until: there is no day 31/02/2027"),
        ("Une question ?;Une réponse.;sports;;javascript:alert(1)", "source: is neither a URL"),
        ("Une question ?;Une réponse.;sports;;//evil.example", "source: is neither a URL"),
        ("Une question ?;Une réponse.;sports;;;1341", "fiche: is no id of a national fiche"),
        ("Une question ?;Une réponse.;sports;;;;Ma Piscine", "id: 'Ma Piscine' is not usable"),
        (f"Une question ?;Une réponse.;sports;;;;;{'a,' * 3}{'x' * 101}", "keywords: one of 101 characters"),
        (f"Une question ?;Une réponse.;sports;;;;;{','.join(map(str, range(101)))}", "keywords: 101 of them"),
        ("comment SE marier;Autrement.;sports", "asks the same as row 2"),
    ],
    ids=itertools.count(),
)
def test_a_mistake_is_named_with_its_row_and_costs_only_that(tmp_path: Path, row: str, sentence: str) -> None:
    """The rows around it are taken."""
    head = "question;answer;service;valid_until;source;fiche;id;keywords\n"
    reading = read(write(tmp_path, head + GOOD + row + "\nEt après ?;Rien.;sports\n"), SERVICES)

    assert [article.id for article in reading.articles] == ["faq-comment-se-marier", "faq-et-apres"]
    assert [problem.place for problem in reading.problems] == ["faq.csv, row 3"]
    assert reading.problems[0].sentence.startswith(sentence)
    assert "\n" not in reading.problems[0].sentence


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "row 1 has no column question, answer, service"),
        (b"question;answer\na;b\n", "row 1 has no column service"),
        (b"question;question;answer;service\n", "row 1 has two columns question"),
        (b"PK\x03\x04....", "is a spreadsheet .xlsx or ods.; save it as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0....", "is an old Excel spreadsheet"),
        (HEAD.encode() + b"a\x00;b;c", "holds a null character"),
        (HEAD.encode() + b"\x81\x8d;b;c", "is not text in UTF-8 .byte 24."),
        (b"\xff\xfea", "is not text in UTF-8|null character|has no column"),
        (b"x" * (MAX_FILE_BYTES + 1), "is too big"),
        (HEAD.encode() + b";;\n" * (MAX_ROWS + 1), f"more than {MAX_ROWS} rows"),
    ],
    ids=itertools.count(),
)
def test_a_file_that_is_no_table(tmp_path: Path, raw: bytes, sentence: str) -> None:
    """The whole file is refused in a sentence, so the base stays as it is."""
    with pytest.raises(ConfigurationError, match=sentence):
        read(write(tmp_path, raw), SERVICES)


def test_a_missing_file(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.csv: cannot be read"):
        read(tmp_path / "nowhere.csv", SERVICES)


def test_a_quotation_mark_that_never_ends(tmp_path: Path) -> None:
    """It is reported with the row that opens it; the rows before it are taken."""
    reading = read(write(tmp_path, HEAD + GOOD + 'Et après ?;"Rien.;sports\nEncore ?;Non.;sports\n'), SERVICES)

    assert [article.id for article in reading.articles] == ["faq-comment-se-marier"]
    assert [problem.place for problem in reading.problems] == ["faq.csv, row 3"]


def test_the_same_question_is_the_same_article(tmp_path: Path) -> None:
    """Accents, signs and other rows do not change an id; long questions keep ids of their own."""
    long = "Quelle est la règle " + "pour les très longues phrases " * 5
    rows = [f"{long}A;Une.;sports", f"{long}B;Deux.;sports", "Ça marche ?;Oui.;sports", "你好;Oui.;sports"]
    there = ids(write(tmp_path, HEAD + "\n".join(rows)))
    back = ids(write(tmp_path, HEAD + "\n".join(reversed(rows))))

    assert there == back[::-1]
    assert len(set(there)) == 4
    assert there[2] == "faq-ca-marche"
    assert all(len(found) <= MAX_ID_CHARS for found in there)


def test_a_broken_row_keeps_the_id_of_its_former_article(tmp_path: Path) -> None:
    """So that the article stays in the base while its row is mended."""
    reading = read(write(tmp_path, HEAD + GOOD.replace("etat_civil", "etatcivil")), SERVICES)

    assert [problem.article_id for problem in reading.problems] == ["faq-comment-se-marier"]


def test_every_row_is_told(tmp_path: Path) -> None:
    """For a progress bar."""
    told: list[int] = []
    read(write(tmp_path, HEAD + GOOD + ";;\n" + GOOD), SERVICES, told.append)

    assert told == [2, 3, 4]


def test_ids_do_not_meet_those_of_files(tmp_path: Path) -> None:
    """An id that is made of a question has a prefix of its own."""
    write(tmp_path, "---\ntitle: Passeport\nservice: etat_civil\n---\nUn texte.\n", "passeport.md")
    files = {article.id for article in read_markdown(tmp_path, SERVICES).articles}

    assert not files & set(ids(write(tmp_path, HEAD + "Passeport ?;Oui.;etat_civil\n")))


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: (HEAD + text).encode("utf-8", "ignore")))
)
def test_any_file_is_read_or_refused(raw: bytes) -> None:
    """Whatever a file holds, what is taken has a title, an id and a known service, and what is not is said."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), raw)
        try:
            reading = read(path, SERVICES)
        except ConfigurationError:
            return
    assert all(article.title and article.id and article.service in SERVICES for article in reading.articles)
    assert all("\n" not in problem.sentence for problem in reading.problems)
