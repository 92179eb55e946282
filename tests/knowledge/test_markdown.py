import itertools
from datetime import date
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.knowledge.importers.markdown import MAX_FILE_BYTES, MAX_HEAD_CHARS, read
from bot.store.base import Article

SERVICES = {"etat_civil"}
GOOD = "---\ntitle: Se marier\nservice: etat_civil\n---\nUn texte.\n"


def write(folder: Path, name: str, text: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_whole_article(tmp_path: Path) -> None:
    """Every field of the front matter arrives, and the text below it."""
    head = (
        "title: Se marier\nservice: etat_civil\naudience: couples\nvalid_until: 2027-12-31\nupdated: 2026-01-02\n"
        "source: https://www.service-public.fr/x\nkeywords: [noces, bans]\n"
    )
    write(tmp_path, "mariage.md", f"---\n{head}---\n\nUn texte.\n\n## Prix\n\nGratuit.\n")

    assert read(tmp_path, SERVICES).articles == (
        Article(
            id="mariage",
            title="Se marier",
            service="etat_civil",
            body="Un texte.\n\n## Prix\n\nGratuit.\n",
            audience="couples",
            valid_until=date(2027, 12, 31),
            source="https://www.service-public.fr/x",
            keywords=("noces", "bans"),
            origin="markdown",
            updated=date(2026, 1, 2),
        ),
    )


def test_windows_files_and_byte_order_marks(tmp_path: Path) -> None:
    """What an editor on Windows writes reads the same."""
    write(tmp_path, "mariage.md", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())

    assert [article.body for article in read(tmp_path, SERVICES).articles] == ["Un texte.\n"]


def test_keywords_in_one_line(tmp_path: Path) -> None:
    """A list separated by commas is a list."""
    write(tmp_path, "mariage.md", GOOD.replace("service:", "keywords: noces,  bans ,,noces\nservice:"))

    assert read(tmp_path, SERVICES).articles[0].keywords == ("noces", "bans")


def test_what_is_not_an_article_is_not_read(tmp_path: Path) -> None:
    """README.md, drafts, hidden folders and other files are none of our business."""
    for name in ("README.md", "_brouillon.md", ".git/x.md", "_vieux/x.md", "photo.jpg", "mariage.md"):
        write(tmp_path, name, GOOD)

    reading = read(tmp_path, SERVICES)
    assert [article.id for article in reading.articles] == ["mariage"]
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD.replace("etat_civil", "cantine"), "service: there is no service 'cantine' in office.yml"),
        (GOOD.replace("title: Se marier\n", ""), "title: is missing"),
        (GOOD.replace("title: Se marier", 'title: "\u200b"'), "title: is empty"),
        (GOOD.replace("service: etat_civil\n", ""), "service: is missing"),
        (
            GOOD.replace("title:", "valid_until: 31/12/2027\ntitle:"),
            "valid_until: is not a date; write it as 2027-12-31",
        ),
        (
            GOOD.replace("title:", "valid_until: 2027-02-31\ntitle:"),
            "has a front matter that is not YAML: day is out of range",
        ),
        (GOOD.replace("title:", "valid-until: 2027-12-31\ntitle:"), "Object contains unknown field `valid-until`"),
        (GOOD.replace("title: Se", "title: [Se"), "has a front matter that is not YAML (line 3)"),
        (GOOD.replace("title:", "source: javascript:alert(1)\ntitle:"), "source: is neither a URL"),
        (GOOD.replace("title:", "source: //evil.example/x\ntitle:"), "source: is neither a URL"),
        ("---\n- a\n- b\n---\nUn texte.", "has a front matter without fields"),
        ("---\n" + "[" * 5000 + "\n---\nUn texte.", "has a front matter that is not YAML"),
        ("Un texte sans rien.", "has no front matter"),
        ("", "has no front matter"),
        ("---\ntitle: Se marier\n", "has a front matter that does not end"),
        (GOOD.replace("Un texte.", "## Un titre seul"), "has no text below its front matter"),
        (GOOD.replace("Un texte.", "x" * MAX_FILE_BYTES), "is too big"),
        (GOOD.encode() + b"\xe9t\xe9", "is not text in UTF-8"),
        (GOOD + "\x00", "is not text: it holds a null character"),
        (GOOD.replace("title:", f"# {'x' * MAX_HEAD_CHARS}\ntitle:"), "has a front matter that is too long"),
    ],
    ids=itertools.count(),
)
def test_a_mistake_is_named_and_costs_only_its_own_file(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    """The problem says in one sentence what is wrong; the good file beside it is taken."""
    write(tmp_path, "b/mauvais.md", text)
    write(tmp_path, "bon.md", GOOD)

    reading = read(tmp_path, SERVICES)
    (problem,) = reading.problems
    assert [article.id for article in reading.articles] == ["bon"]
    assert problem.place == "b/mauvais.md"
    assert problem.sentence.startswith(sentence)
    assert "\n" not in problem.sentence


def test_two_files_of_one_name(tmp_path: Path) -> None:
    """The second one is reported and names the first."""
    write(tmp_path, "a/mariage.md", GOOD)
    write(tmp_path, "b/mariage.md", GOOD)

    (problem,) = read(tmp_path, SERVICES).problems
    assert (problem.place, "a/mariage.md" in problem.sentence) == ("b/mariage.md", True)


def test_a_name_that_cannot_be_an_id(tmp_path: Path) -> None:
    """Spaces, accents and capitals would not survive in an address."""
    write(tmp_path, "Carte d'identité.md", GOOD)

    assert read(tmp_path, SERVICES).problems[0].sentence.startswith("is not a usable name")


def test_a_link_to_nowhere(tmp_path: Path) -> None:
    """A file that cannot be opened is a problem of its own."""
    (tmp_path / "lien.md").symlink_to(tmp_path / "parti.md")

    assert [problem.sentence for problem in read(tmp_path, SERVICES).problems] == [
        "cannot be read (No such file or directory)"
    ]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """Importing from nowhere is a mistake of the caller."""
    with pytest.raises(ConfigurationError, match="is not a folder"):
        read(tmp_path / "nichts", SERVICES)


def test_an_article_that_adds_to_a_national_fiche(tmp_path: Path) -> None:
    """`fiche` names it by its id; anything else is a mistake of that file."""
    write(tmp_path, "passeport.md", GOOD.replace("title:", "fiche: F14929\ntitle:"))
    write(tmp_path, "carte.md", GOOD.replace("title:", "fiche: https://www.service-public.fr/F1\ntitle:"))
    reading = read(tmp_path, SERVICES)

    assert [(article.id, article.fiche) for article in reading.articles] == [("passeport", "F14929")]
    assert [problem.sentence for problem in reading.problems] == ["fiche: is no id of a national fiche, such as F1341"]
