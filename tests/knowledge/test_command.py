import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands.knowledge import app
from bot.errors import ConfigurationError

OFFICE = Path(__file__).resolve().parents[2] / "office.yml"
GOOD = (
    "---\ntitle: Se marier à la mairie\nservice: etat_civil\nkeywords: [noces]\n---\nUn texte.\n\n## Prix\n\nGratuit.\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GUICHET_OFFICE", str(OFFICE))
    monkeypatch.setenv("GUICHET_DATA", str(tmp_path / "var"))
    monkeypatch.delenv("GUICHET_DATABASE_URL", raising=False)
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "mariage.md").write_text(GOOD, "utf-8")
    return articles


def run(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)

    assert result.exit_code == code
    return result.stdout


def test_import_then_search(folder: Path) -> None:
    """What was imported is found, with its score and the path of the passage, as JSON for programs."""
    report = json.loads(run("import", folder, "--json"))
    (hit,) = json.loads(run("search", "prix pour des noces", "--json"))

    assert report == {
        "articles": 1,
        "added": 1,
        "changed": 0,
        "removed": 0,
        "version": 1,
        "problems": [],
        "held": [],
    }
    assert (hit["id"], hit["title"], hit["passage"], hit["text"]) == (
        "mariage",
        "Se marier à la mairie",
        ["Prix"],
        "Gratuit.",
    )
    assert 0 < hit["score"] <= 1


def test_an_import_for_people(folder: Path) -> None:
    """A bad file is named with its reason; the good one is counted; that is no failure unless it is asked to be."""
    (folder / "casse.md").write_text("Rien.", "utf-8")
    shown = run("import", folder)
    run("import", folder, "--strict", code=1)

    assert "casse.md: has no front matter" in shown
    assert "1 articles (1 new, 0 changed, 0 removed), version 1." in shown


def test_a_folder_without_articles(folder: Path, tmp_path: Path) -> None:
    """It fails and leaves the base alone."""
    run("import", folder)
    (tmp_path / "leer").mkdir()
    shown = run("import", tmp_path / "leer", code=1)

    assert "the base is as it was" in shown
    assert len(json.loads(run("search", "noces", "--json"))) == 1


def test_a_folder_that_is_none(folder: Path) -> None:
    """A wrong path is one sentence for the command line to print."""
    with pytest.raises(ConfigurationError, match="is not a folder"):
        run("import", folder / "nichts")


def test_search_for_people(folder: Path) -> None:
    """A table with the title, or a word when there is nothing."""
    run("import", folder)

    assert "mariage" in run("search", "noces")
    assert run("search", "lune").strip() == "Nothing found."


def test_evaluate(folder: Path, tmp_path: Path) -> None:
    """The measures come as JSON under their usual names, and as a table."""
    run("import", folder)
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"query": "noces", "gold": ["mariage"]}\n{"query": "lune", "gold": []}\n', "utf-8")
    measured = json.loads(run("evaluate", questions, "--json"))

    assert (measured["n"], measured["hit@1"], measured["mrr"], measured["false_accept"]) == (2, 1.0, 1.0, 0.0)
    assert "hit@1" in run("evaluate", questions)


def test_a_database_that_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that cannot be a database ends in a sentence, not in a traceback."""
    monkeypatch.setenv("GUICHET_DATABASE_URL", f"sqlite:///{folder}")
    with pytest.raises(ConfigurationError):
        run("search", "noces")
