from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.clock import now
from bot.commands.knowledge import app
from bot.errors import ConfigurationError
from bot.settings import load
from bot.store.sql import migrate, open_store
from tests.knowledge.engine import base

OFFICE = Path(__file__).resolve().parents[3] / "office.yml"
ARTICLE = "---\ntitle: Brevet de pêche du lac\nservice: etat_civil\nkeywords: [pêche]\n---\nAu chalet du lac.\n"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A town with the made-up fiches and one article of its own; gives its data folder."""
    monkeypatch.setenv("GUICHET_OFFICE", str(OFFICE))
    monkeypatch.setenv("GUICHET_DATA", str(tmp_path / "var"))
    monkeypatch.delenv("GUICHET_DATABASE_URL", raising=False)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "lac.md").write_text(ARTICLE, "utf-8")
    asyncio.run(_store())
    run("import", tmp_path / "articles", "--json")
    return tmp_path / "var"


async def _store() -> None:
    settings = load()
    await asyncio.to_thread(migrate, settings.database_url)
    store = await open_store(settings.database_url)
    try:
        for audience in ("part", "pro"):
            fiches = [fiche for fiche in base.FICHES if fiche.audience == audience]
            sums = {fiche.id: fiche.title for fiche in fiches}
            await store.fiches.replace(audience, fiches, sums, {}, now())
    finally:
        await store.close()


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)

    assert result.exit_code == 0
    return result.stdout


def test_the_town_goes_first_where_it_is_sure(town: Path) -> None:
    """Its article, then fiches with bare id, audience, score, path and text; only fiches where it is not."""
    both = json.loads(run("search", "brevet de pêche du lac", "--json", "--limit", "3"))
    state = json.loads(run("search", "immatriculation d'un véhicule ancien", "--json"))

    assert [(hit["id"], hit["audience"]) for hit in both[:2]] == [("lac", None), ("F10", "part")]
    assert len(both) == 3
    assert {"id", "audience", "title", "score", "passage", "text"} == set(both[1])
    assert state[0]["id"] == "F11"
    assert state[0]["text"].startswith("Un véhicule de plus de trente ans")
    assert "Immatriculation" in run("search", "véhicule ancien")


def test_an_audience_narrows(town: Path) -> None:
    """And one that does not exist is named."""
    hits = json.loads(run("search", "registre des moulins", "--json", "--audience", "pro"))

    assert hits[0]["audience"] == "pro"
    with pytest.raises(ConfigurationError, match="--audience martian: is one of part, pro"):
        run("search", "moulins", "--audience", "martian")


def test_evaluate_over_fiches(town: Path, tmp_path: Path) -> None:
    """Every key that is promised; a text of both audiences is either's; the second measure of hidden titles is the same."""
    path = tmp_path / "q.jsonl"
    lines = [
        {"query": "ramonage des cheminées", "gold": ["F34"]},
        {"query": "registre des moulins", "gold": ["pro:F15"]},
        {"query": "capitale de la mongolie", "gold": []},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")

    everybody = json.loads(run("evaluate", path, "--json"))
    professionals = json.loads(run("evaluate", path, "--json", "--audience", "pro"))
    hidden = json.loads(run("evaluate", path, "--json", "--hide-own-title"))

    assert everybody.keys() >= {"hit@1", "hit@3", "hit@5", "hit@10", "mrr", "false_accept", "n"}
    assert (everybody["n"], everybody["hit@1"], everybody["false_accept"]) == (3, 1.0, 0.0)
    assert professionals["hit@1"] == 0.5
    assert hidden["n"] == 3
    assert json.loads(run("evaluate", path, "--json", "--hide-own-title")) == hidden
    assert len([folder for folder in (town / "fiches-measured").iterdir() if folder.is_dir()]) == 1


def test_gold_ids_that_no_page_has(town: Path, tmp_path: Path) -> None:
    """Are named, and their questions count as not found: a misspelt id is no fault of the search and no merit either."""
    path = tmp_path / "q.jsonl"
    lines = [
        {"query": "ramonage des cheminées", "gold": ["F34"]},
        {"query": "ramonage", "gold": ["F34", "F77777"]},
        {"query": "registre des moulins", "gold": ["pro:F34"]},
        {"query": "brevet de pêche du lac", "gold": ["lac"]},
        {"query": "la piscine", "gold": ["piscine-d-ailleurs"]},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    told = CliRunner().invoke(app, ["evaluate", str(path), "--json"], catch_exceptions=False)
    counted = json.loads(told.stdout)

    assert counted["unknown_gold"] == ["F77777", "pro:F34", "piscine-d-ailleurs"]
    assert (counted["n"], counted["hit@10"]) == (5, 0.6)
    assert "3 gold ids are no stored page's, and count as not found: F77777" in told.stderr


def test_titles_are_no_markup(town: Path, tmp_path: Path) -> None:
    """Whatever stands in brackets is printed as it is."""
    (tmp_path / "articles" / "lac.md").write_text(
        ARTICLE.replace("Brevet de pêche du lac", "'Le lac [/x] [red]'"), "utf-8"
    )
    run("import", tmp_path / "articles")

    assert "[/x] [red]" in run("search", "pêche", "--limit", "1")


def test_fiches_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file about fiches before their first import is one sentence."""
    monkeypatch.setenv("GUICHET_OFFICE", str(OFFICE))
    monkeypatch.setenv("GUICHET_DATA", str(tmp_path / "var"))
    monkeypatch.delenv("GUICHET_DATABASE_URL", raising=False)
    (tmp_path / "q.jsonl").write_text('{"query": "moulin", "gold": ["F15"]}', "utf-8")

    with pytest.raises(ConfigurationError, match="no fiches are stored"):
        run("evaluate", tmp_path / "q.jsonl", "--json")
