"""Phrasings in the front matter of the town's articles: a change of that line alone, or a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.importers import keywords, markdown
from bot.knowledge.phrased import Pages
from bot.store.base import Article
from bot.understanding.learnt import Refusal
from tests.test_imports import ROOT

SERVICES = ("proprete_dechets", "etat_civil")
HEAD = "---\ntitle: Bac cassé\nservice: proprete_dechets\n{}---\nUn bac  cassé est remplacé.\n\n- keywords: [x]\n"
HOSTILE = (
    "a, b",
    "deux : points",
    "- tiret",
    "[x]",
    "'quote",
    '"g"',
    "oui",
    "12",
    "# dièse",
    "été ?",
    "null",
    "&a",
    "{y}",
)


def town(folder: Path, content: bytes, name: str = "bac-casse") -> Pages:
    """Pages of a folder that holds this one file, which is imported."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_bytes(content)
    articles = {one.id: one for one in markdown.read(folder, SERVICES).articles}
    return Pages(articles, folder, folder, SERVICES)


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("keywords: [bac, poubelle]\n", "keywords: [bac, poubelle, ma benne]\n"),
        (
            "keywords: [ bac, 'poubelle' , ]  # the town's\n",
            "keywords: [ bac, 'poubelle', ma benne , ]  # the town's\n",
        ),
        ("keywords: [bac,\n  poubelle] \n", "keywords: [bac,\n  poubelle, ma benne] \n"),
        ("keywords: []\n", "keywords: [ma benne]\n"),
        ("keywords:\n- bac\n- poubelle # here\n", "keywords:\n- bac\n- poubelle # here\n- ma benne\n"),
        ("keywords:\n  - bac\naudience: pro\n", "keywords:\n  - bac\n  - ma benne\naudience: pro\n"),
        ("keywords: bac, poubelle\n", "keywords: [bac, poubelle, ma benne]\n"),
        ("keywords:\naudience: pro\n", "keywords: [ma benne]\naudience: pro\n"),
        ("keywords: ~\n", "keywords: [ma benne]\n"),
        ("", "keywords: [ma benne]\n"),
    ],
)
@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_phrasing_is_added_to_the_keywords(tmp_path: Path, line: str, after: str, breaks: str, mark: str) -> None:
    """In whatever form they stand, with the file's own line breaks and its mark; not a byte beside them changes."""
    before, wanted = ((mark + HEAD.format(one)).replace("\n", breaks).encode() for one in (line, after))
    pages = town(tmp_path, before)

    assert pages.takes("bac-casse", "ma benne") is None
    assert pages.write() == [tmp_path / "bac-casse.md"]
    assert (tmp_path / "bac-casse.md").read_bytes() == wanted
    assert [one.name for one in tmp_path.iterdir()] == ["bac-casse.md"]


@pytest.mark.parametrize("line", ["keywords: [bac]\n", "keywords:\n- bac\n"])
def test_whatever_words_are_read_back_and_taken_out(tmp_path: Path, line: str) -> None:
    """Signs of YAML are only words; taken out again in any order, the file is the one that it was."""
    before = HEAD.format(line).encode()
    pages = town(tmp_path, before)
    refused = [pages.takes("bac-casse", text) for text in HOSTILE]
    pages.write()
    read = markdown.read(tmp_path, SERVICES).articles[0].keywords
    gone = [pages.gives_up("bac-casse", text) for text in (*HOSTILE[::2], *HOSTILE[1::2], "never there")]
    pages.write()

    assert (refused, gone) == ([None] * len(HOSTILE), [True] * (len(HOSTILE) + 1))
    assert read == ("bac", *HOSTILE)
    assert (tmp_path / "bac-casse.md").read_bytes() == before


def test_every_article_of_the_example_town_takes_one(tmp_path: Path) -> None:
    """One line of each differs, and without it each is as it was."""
    folder = ROOT / "knowledge"
    for file in markdown.files(folder):
        before = file.read_bytes().decode()
        after = keywords.added(before, ["une tournure, à deux : signes"])
        ours, theirs = before.splitlines(keepends=True), after.splitlines(keepends=True)

        assert sum(one != other for one, other in zip(ours, theirs, strict=True)) == 1
        assert keywords.removed(after, "une tournure, à deux : signes") == before


def test_a_copy_is_changed_and_the_town_is_not(tmp_path: Path) -> None:
    """Into an empty folder comes the whole file with its change; what stands there already is what is changed."""
    before = HEAD.format("keywords: [bac]\n").encode()
    town(tmp_path / "town", before)
    articles = {one.id: one for one in markdown.read(tmp_path / "town", SERVICES).articles}
    pages = Pages(articles, tmp_path / "town", tmp_path / "copy", SERVICES)
    pages.takes("bac-casse", "ma benne")
    (written,) = pages.write()
    again = Pages(articles, tmp_path / "town", tmp_path / "copy", SERVICES)
    again.takes("bac-casse", "la benne")
    again.write()

    assert (tmp_path / "town" / "bac-casse.md").read_bytes() == before
    assert written == tmp_path / "copy" / "bac-casse.md"
    assert b"[bac, ma benne, la benne]" in written.read_bytes()
    assert again.words("bac-casse") == ("bac", "ma benne", "la benne")


def test_what_cannot_be_changed_is_refused(tmp_path: Path) -> None:
    """With the reason, and nothing is written."""
    content = HEAD.format("keywords: [bac]\n")
    pages = town(tmp_path, content.encode())
    file = tmp_path / "bac-casse.md"
    file.write_text(content.replace("remplacé", "réparé"), "utf-8")
    changed = town_again(tmp_path, content).takes("bac-casse", "ma benne")
    file.write_text("no head", "utf-8")
    unreadable = town_again(tmp_path, content).takes("bac-casse", "ma benne")
    file.write_text(HEAD.format("keywords: >\n  bac\n"), "utf-8")
    folded = town_again(tmp_path, HEAD.format("keywords: >\n  bac\n")).takes("bac-casse", "ma benne")
    file.write_text(HEAD.format(f"keywords: [{', '.join(f'mot {n}' for n in range(100))}]\n"), "utf-8")
    full = town_again(tmp_path, content).takes("bac-casse", "ma benne")
    file.unlink()
    missing = town_again(tmp_path, content).takes("bac-casse", "ma benne")

    assert (changed, unreadable, folded) == (Refusal.FILE_CHANGED, Refusal.FILE_CHANGED, Refusal.FILE_FORM)
    assert (full, missing) == (Refusal.FILE_FORM, Refusal.NO_FILE)
    assert pages.takes("nowhere", "ma benne") is Refusal.NO_PAGE
    assert pages.takes("bac-casse", "x" * 101) is Refusal.FORM
    assert pages.takes("part:F1341", "ma cni") is None
    assert list(tmp_path.iterdir()) == []


def town_again(folder: Path, content: str) -> Pages:
    """Pages whose article was imported from this content, whatever the folder holds now."""
    article: Article = markdown.article("bac-casse", content, SERVICES)
    return Pages({article.id: article}, folder, folder, SERVICES)


def test_a_comment_beside_a_keyword_holds_it(tmp_path: Path) -> None:
    """It may be about that word: somebody takes both out by hand."""
    pages = town(tmp_path, HEAD.format("keywords:\n- bac\n- ma benne # why\n").encode())

    assert not pages.gives_up("bac-casse", "ma benne")
    assert pages.write() == []
