"""`guichet triage`: a file read, a file measured, corrections learnt."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
import yaml
from typer.testing import CliRunner, Result

from bot import settings
from bot.commands.triage import triage
from bot.errors import ConfigurationError
from bot.store.sql import open_store
from bot.triage import model
from tests.databases import migrated
from tests.store.contract_letters import agent, filed, label

ROOT = Path(__file__).resolve().parents[2]
TAUGHT = ("voirie", "sports", "etat_civil", "accueil_general")
command_line = typer.Typer()
command_line.command()(triage)
EACH = 30
"""Letters of a file, enough to tell three services apart."""
PUMP = "La gloriette du kiosque grince, la gloriette penche."
LETTERS = [
    {
        "id": "trou",
        "from": "lou@exemple.example",
        "subject": "Nid-de-poule",
        "body": "Il y a un trou dans la chaussée.",
    },
    {"id": "acte", "subject": "Acte de naissance", "body": "Pouvez-vous m'envoyer un acte de naissance ?"},
    {"id": "absent", "subject": "Réponse automatique", "body": "Je suis absente jusqu'au 12 mars."},
    {"id": "encore", "subject": "Nid-de-poule", "body": "Il y a un trou dans la chaussée."},
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town whose files hold few letters, and which has learnt from them."""
    root = tmp_path_factory.mktemp("town")
    shutil.copy(ROOT / "office.yml", root)
    shutil.copytree(ROOT / "triage/templates", root / "triage/templates")
    (root / "knowledge").mkdir()
    for name in ("nid-de-poule.md", "piscine-horaires.md", "acte-naissance.md"):
        shutil.copy(ROOT / "knowledge" / name, root / "knowledge")
    for part in ("services", "terms", "kinds"):
        (root / "triage" / part).mkdir()
        for path in (ROOT / "triage" / part).glob("*.yml"):
            if part == "kinds" or path.stem in TAUGHT:
                document = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
                few = {name: value[:EACH] if isinstance(value, list) else value for name, value in document.items()}
                (root / "triage" / part / path.name).write_text(yaml.safe_dump(few, allow_unicode=True), "utf-8")
    assert run(root, "train", "--json").exit_code == 0
    return root


def run(root: Path, *words: str | Path, data: str = "var") -> Result:
    environ = {
        "GUICHET_OFFICE": str(root / "office.yml"),
        "GUICHET_DATA": str(root / data),
        "GUICHET_DATABASE_URL": None,
    }
    shown = warnings.showwarning
    try:
        return CliRunner(env=environ).invoke(command_line, [str(word) for word in words])
    finally:
        # A command sets up logging for its process, on a stream that is closed with it here.
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
        warnings.showwarning = shown


def written(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "letters.jsonl"
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def test_a_file_is_read_row_by_row(town: Path, tmp_path: Path) -> None:
    """Each row has all that is printed of a letter, in the order of the file; a repeated letter names the first."""
    result = run(town, written(tmp_path, LETTERS), "--json")
    rows = {row["id"]: row for row in map(json.loads, result.stdout.splitlines())}

    assert list(rows) == ["trou", "acte", "absent", "encore"]
    assert [rows[name]["services"][0]["service"] for name in ("trou", "acte")] == ["voirie", "etat_civil"]
    assert (rows["absent"]["kind"], rows["absent"]["automatic"], rows["absent"]["expects_reply"]) == (
        "autoreply",
        True,
        False,
    )
    assert (rows["encore"]["duplicate_of"], rows["trou"]["duplicate_of"]) == ("trou", "")
    assert rows["trou"]["last_message"] == "Il y a un trou dans la chaussée."
    assert rows["trou"]["language"] == "fr"
    assert rows["acte"]["suggested_reply"]["text"]


def test_a_file_is_shown_to_people(town: Path, tmp_path: Path) -> None:
    """As a table, without JSON."""
    result = run(town, written(tmp_path, LETTERS[:1]))

    assert result.exit_code == 0
    assert "trou" in result.stdout
    assert "voirie" in result.stdout


def test_a_file_is_measured(town: Path, tmp_path: Path) -> None:
    """What is known of each row is compared; for people, what went wrong is named."""
    rows = [{**LETTERS[0], "services": ["voirie"]}, {**LETTERS[1], "services": ["sports"], "urgency": "normal"}]
    path = written(tmp_path, rows)

    figures = json.loads(run(town, "evaluate", path, "--json").stdout)

    assert (figures["accuracy@1"], figures["n"], figures["automatic_answered"]) == (0.5, 2, 0)
    assert {"accuracy@3", "macro_f1", "kind_accuracy", "urgency_accuracy", "high_recall", "ece"} <= set(figures)
    assert "acte: sports → etat_civil" in run(town, "evaluate", path).stdout


def test_corrections_are_learnt(town: Path) -> None:
    """Of the database: what the model before made of them is told, and the next letter like them goes there."""
    url = migrated(
        settings.load({"GUICHET_OFFICE": str(town / "office.yml"), "GUICHET_DATA": str(town / "desk")}).database_url
    )

    async def correct() -> None:
        store = await open_store(url)
        await store.letters.note(label((await filed(store)).id, "sports", PUMP), await agent(store))
        await store.close()

    asyncio.run(correct())
    result = json.loads(run(town, "train", "--json", data="desk").stdout)
    found = json.loads(run(town, written(town, [{"body": PUMP}]), "--json", data="desk").stdout)

    assert (result["corrections"], result["taken"]) == (1, True)
    assert 0.0 <= result["corrections_right_before"] <= 1.0
    assert set(result["before"]) == set(result["after"])
    assert found["services"][0]["service"] == "sports"


def test_a_model_that_is_worse_is_refused(town: Path) -> None:
    """The one in place stays, unless it is asked otherwise."""
    place = town / "var" / "triage.npz"
    known = model.load(place)
    better = {**known.measured, "accuracy@1": 1.0}
    model.Model(**{name: getattr(known, name) for name in known.__slots__ if name != "measured"}, measured=better).save(
        place
    )

    refused = run(town, "train")

    assert refused.exit_code == 1
    assert isinstance(refused.exception, ConfigurationError)
    assert "--accept-worse" in str(refused.exception)
    assert model.load(place).measured["accuracy@1"] == 1.0
    assert run(town, "train", "--accept-worse").exit_code == 0
    assert model.load(place).measured["accuracy@1"] < 1.0


@pytest.mark.parametrize(
    ("content", "message"),
    [(b'{"id": 1', "line 1"), (b"\xff", "cannot be read"), (b'{"kind": "poem"}', "line 1")],
)
def test_a_bad_file_is_told_in_a_sentence(content: bytes, message: str, town: Path, tmp_path: Path) -> None:
    """For reading as for measuring."""
    path = tmp_path / "letters.jsonl"
    path.write_bytes(content)

    for words in ([path], ["evaluate", path]):
        result = run(town, *words)
        assert isinstance(result.exception, ConfigurationError)
        assert message in str(result.exception)


@pytest.mark.parametrize("words", [[], ["evaluate"], ["train", "x"], ["evaluate", "a", "b"]])
def test_other_words_are_no_command(words: list[str], town: Path) -> None:
    """The three forms are told."""
    assert run(town, *words).exit_code == 2


def test_files_that_are_wrong_are_named(town: Path, tmp_path: Path) -> None:
    """A town's own letters with a slip: the file, and what is wrong in it."""
    root = tmp_path / "town"
    shutil.copytree(town, root)
    (root / "triage/kinds/own.yml").write_text("examples:\n  - {bodi: Bonjour}\n", encoding="utf-8")

    result = run(root, "train")

    assert isinstance(result.exception, ConfigurationError)
    assert "own.yml" in str(result.exception)
