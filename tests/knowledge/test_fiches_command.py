"""`guichet knowledge import service-public`, `show` and `check`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.progress import Progress, TaskID
from typer.testing import CliRunner

from bot.commands.knowledge import app
from bot.commands.knowledge_import import _fiches
from bot.errors import ConfigurationError
from bot.knowledge.opening import FOLDER
from bot.settings import Settings, load
from tests.knowledge.service_public.pages import files, page, zipped

OFFICE = Path(__file__).resolve().parents[2] / "office.yml"
ARTICLE = (
    "---\ntitle: Les rames\nservice: etat_civil\nvalid_until: {until}\nfiche: {fiche}\n---\nAppelez le {number}.\n"
)


@pytest.fixture
def feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Zips of both audiences, and a town of its own."""
    office = yaml.safe_load(OFFICE.read_text("utf-8"))
    office["directory"] = {
        "mairie": {"service": "etat_civil"},
        "capitainerie": {"name": "Capitainerie", "phone": "01 99 00 00 02"},
    }
    office["knowledge"]["service_public"] = {"part": "", "pro": ""}
    (tmp_path / "office.yml").write_text(yaml.safe_dump(office, allow_unicode=True), "utf-8")
    monkeypatch.setenv("GUICHET_OFFICE", str(tmp_path / "office.yml"))
    monkeypatch.setenv("GUICHET_DATA", str(tmp_path / "var"))
    monkeypatch.delenv("GUICHET_DATABASE_URL", raising=False)
    return zipped(tmp_path / "a.zip", files("part")), zipped(tmp_path / "b.zip", files("pro"))


def run(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)

    assert result.exit_code == code
    return result.stdout


def test_both_feeds_for_programs(feeds: tuple[Path, Path]) -> None:
    """Sources with their audience and number of fiches, and what changed."""
    told = json.loads(run("import", "service-public", *feeds, "--json"))
    again = json.loads(run("import", "service-public", *feeds, "--json"))

    assert told == {
        "sources": [
            {"place": str(feeds[0]), "audience": "part", "fiches": 6, "unchanged": False, "problems": []},
            {"place": str(feeds[1]), "audience": "pro", "fiches": 2, "unchanged": False, "problems": []},
        ],
        "added": 10,
        "changed": 0,
        "removed": 0,
        "version": 1,
    }
    assert [source["unchanged"] for source in again["sources"]] == [True, True]
    assert (again["added"], again["version"]) == (0, 1)


def test_a_feed_for_people(feeds: tuple[Path, Path]) -> None:
    """Problems by file, counts in sentences; a strict import says by its code that a file was not taken."""
    contents = {f"F{number}.xml": page("", f"F{number}") for number in range(1, 30)}
    broken = zipped(feeds[0].parent / "c.zip", {**contents, "F30.xml": b"<"})
    shown = run("import", "service-public", broken)
    run("import", "service-public", broken, "--force", "--strict", code=1)

    assert "F30.xml: is not well-formed XML" in shown
    assert f"{broken}: 29 fiches (part), read." in shown
    assert "29 pages new, 0 changed, 0 removed; version 1." in shown
    assert "unchanged since the last import" in run("import", "service-public", broken)


def test_what_is_refused_is_said_in_a_sentence(feeds: tuple[Path, Path], tmp_path: Path) -> None:
    """Which source, why, and that nothing is changed."""
    run("import", "service-public", *feeds)
    for place, why in (
        (tmp_path / "none.zip", "cannot be read"),
        (tmp_path / "office.yml", "not a whole zip"),
        ("http://lac.example/feed.zip", "over https only"),
        (feeds[0], "is for the audience part"),
    ):
        with pytest.raises(ConfigurationError, match=f"{why}.*Nothing is changed") as refused:
            run("import", "service-public", feeds[0], place)
        assert "the database" not in str(refused.value)
    with pytest.raises(ConfigurationError, match=r"knowledge\.service_public: names no address"):
        run("import", "service-public")

    assert json.loads(run("check", "--json"))["fiches"] == 10


def test_a_page_with_its_cases(feeds: tuple[Path, Path]) -> None:
    """As it reads; with a case of a choice, without the others beside it."""
    run("import", "service-public", *feeds)
    whole = run("show", "F101").splitlines()
    mine = run("show", "part:F101", "--case", "majeur", "--case", "petit lac").splitlines()

    assert whole[:2] == ["Louer une barque", "https://www.service-public.fr/particuliers/vosdroits/F101"]
    assert "[out of date] Nouveau tarif au printemps" in whole
    assert {"    ? Vous êtes mineur", "? Sur le grand lac", "      ? Moins de 12 ans"} <= set(whole)
    assert "      Vous signez vous-même." in mine
    assert [line for line in mine if "mineur" in line or "12 ans" in line or "grand lac" in line] == []
    assert "      [attention] la caution n'est pas rendue après 18 h." in mine
    assert "    ☎ Mairie [mairie, capitainerie] https://lac.example/mairie" in mine


def test_other_pages_that_are_shown(feeds: tuple[Path, Path], tmp_path: Path) -> None:
    """A guided search as its tree, an id that is gone, the other audience, an article, and JSON."""
    run("import", "service-public", *feeds)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "rames.md").write_text(ARTICLE.format(until="2031-01-01", fiche="F101", number="maire"), "utf-8")
    run("import", folder)

    assert run("show", "F104").splitlines()[2:7] == [
        "Deux questions suffisent.",
        "? Vous êtes seul",
        "  Un enfant compte.",
        "  ? Vous savez nager",
        "    → Louer une barque (F101)",
    ]
    assert run("show", "F90").startswith("Louer une barque\n")
    assert run("show", "F151").startswith("Embaucher un passeur\n")
    assert run("show", "pro:F102").startswith("Ouvrir un ponton\n")
    assert run("show", "rames") == "Les rames\n\nAppelez le maire.\n"
    assert json.loads(run("show", "N201", "--json"))["related"][1] == {"id": "F102", "title": "Horaires"}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (
            ("F101", "--case", "géant"),
            "has no case « géant » here; its cases are « Sur le petit lac », « Vous êtes mineur »",
        ),
        (("F102", "--case", "géant"), "its cases are none"),
        (("F999",), "there is no fiche and no article of this name"),
        (("part:F151",), "there is no fiche"),
        (("",), "there is no fiche"),
    ],
)
def test_what_cannot_be_shown(feeds: tuple[Path, Path], arguments: tuple[str, ...], why: str) -> None:
    """A page that is not there, or a case that the page has not: the ones it has are named."""
    run("import", "service-public", *feeds)
    with pytest.raises(ConfigurationError, match=why):
        run("show", *arguments)


def test_what_a_check_finds(feeds: tuple[Path, Path], tmp_path: Path) -> None:
    """Links that nobody has, pages out of date, official codes and numbers that the directory lacks."""
    run("import", "service-public", *feeds)
    folder = tmp_path / "articles"
    folder.mkdir()
    known, unknown = "01 99 00 00 02, ou le 01 99 00 00 01", "01 99 00 00 09"
    (folder / "bien.md").write_text(ARTICLE.format(until="2031-01-01", fiche="F90", number=known), "utf-8")
    (folder / "mal.md").write_text(ARTICLE.format(until="2020-01-01", fiche="F777", number=unknown), "utf-8")
    run("import", folder)
    told = json.loads(run("check", "--json"))
    shown = run("check")

    assert (told["fiches"], told["articles"], told["dead_addresses"]) == (10, 2, None)
    assert [(found["page"], found["what"]) for found in told["broken_links"]] == [
        ("part:F102", "R999 (le double)"),
        ("mal", "F777"),
    ]
    assert [(found["page"], found["what"]) for found in told["outdated"]] == [
        ("mal", "valid until 2020-01-01"),
        ("part:F101", "Nouveau tarif au printemps (since 2026-04-01)"),
    ]
    assert told["unknown_services"] == [{"code": "maison_rameurs", "fiches": 1}]
    assert [(found["page"], found["what"]) for found in told["unknown_numbers"]] == [("mal", "+33199000009")]
    assert "2 links to pages that nobody has" in shown
    assert "maison_rameurs: named by 1 fiches" in shown


def test_addresses_are_asked_on_demand(feeds: tuple[Path, Path], tmp_path: Path) -> None:
    """As many as are wanted, the town's own pages' first; what does not answer is named with its page."""
    run("import", "service-public", *feeds)
    folder = tmp_path / "articles"
    folder.mkdir()
    number = "lac (http://127.0.0.1:1/horaires)"
    (folder / "rames.md").write_text(ARTICLE.format(until="2031-01-01", fiche="F101", number=number), "utf-8")
    run("import", folder)
    (dead,) = json.loads(run("check", "--links", "--at-most", "1", "--json"))["dead_addresses"]

    assert dead["page"] == "rames"
    assert dead["what"].startswith("http://127.0.0.1:1/horaires: ")


def test_a_check_of_an_empty_base(feeds: tuple[Path, Path]) -> None:
    """There is nothing, and nothing is wrong."""
    told = json.loads(run("check", "--json"))

    assert (told["fiches"], told["articles"], told["broken_links"], told["unknown_services"]) == (0, 0, [], [])


def test_tables_and_folders(feeds: tuple[Path, Path], tmp_path: Path) -> None:
    """Tables of questions are articles of their own; a folder may be named with or without its kind, and is one."""
    table = tmp_path / "questions.csv"
    table.write_text("question;answer;service\nOù ramer ?;Au lac.;etat_civil\n", "utf-8")
    other = tmp_path / "autres.csv"
    other.write_text("question;answer;service\nOù ramer ?;Ailleurs.;etat_civil\nQuand ?;À midi.;etat_civil\n", "utf-8")
    told = json.loads(run("import", "csv", table, other, "--json"))
    with pytest.raises(ConfigurationError, match="csv: name the files"):
        run("import", "csv")
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "rames.md").write_text(ARTICLE.format(until="2031-01-01", fiche="F101", number="maire"), "utf-8")
    with pytest.raises(ConfigurationError, match="one folder of Markdown files is imported"):
        run("import", folder, tmp_path)

    assert (told["added"], [problem["file"] for problem in told["problems"]]) == (2, [str(other)])
    assert json.loads(run("import", "markdown", folder, "--json"))["added"] == 1


class Interrupting(Progress):
    """Stops an import as Ctrl-C does, while the search's files are built."""

    def __init__(self) -> None:
        super().__init__(disable=True)
        self.heard: list[str] = []

    async def run(self, settings: Settings, zips: Sequence[Path]) -> None:
        self.loop = asyncio.get_running_loop()
        self.task = asyncio.create_task(_fiches(settings, [str(path) for path in zips], False, self))
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    def update(self, task_id: TaskID, **told: Any) -> None:
        if "total" in told and told["total"] == 1:
            self.heard.append(told["description"])
            self.loop.call_soon_threadsafe(self.task.cancel)
            while not self.task.done():
                time.sleep(0.001)


def test_an_import_that_is_interrupted_ends(feeds: tuple[Path, Path]) -> None:
    """Ctrl-C does not wait for the build: its next step is its last, and nothing is changed."""
    settings, interrupting = load(), Interrupting()
    asyncio.run(interrupting.run(settings, feeds))

    assert len(interrupting.heard) == 1
    assert {path.name for path in (settings.data / FOLDER).iterdir()} == {".lock"}
    assert json.loads(run("check", "--json"))["fiches"] == 0
