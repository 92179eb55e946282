"""`guichet report`, run on a database of its own."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases import CaseKind, Cause, NewCase
from bot.clock import now
from bot.messages import Address
from bot.relays import Relay
from bot.store.sql import Store
from tests.ops.test_privacy_commands import ANNE, BRUNO, Town


def lines(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV file."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "var")


def test_a_report_counts_what_was_rebuilt(town: Town) -> None:
    """After a rebuild the figures hold every contact; a second one finds nothing to change."""
    town.heard(ANNE, days_ago=3)
    town.heard(BRUNO, days_ago=40)
    first = town.guichet("report", "rebuild")
    again = town.guichet("report", "rebuild")
    done = town.guichet("report", "--json")

    figures = json.loads(done.stdout)
    assert first.stdout == "2 contacts were not as the transcript has them.\n"
    assert again.stdout == "All contacts were right.\n"
    assert [card["key"] for card in figures["cards"]] == ["contacts", "contained", "helped", "satisfaction"]
    assert (figures["cards"][0]["value"], figures["cards"][0]["before"]) == (1, 1)
    assert set(figures) == {
        *(
            "span",
            "sentence",
            "cards",
            "series",
            "tables",
            "times",
            "mails",
            "unclaimed",
            "findings",
            "trend",
            "notices",
        ),
    }


def test_an_erasure_by_command_is_counted_first(town: Town) -> None:
    """Who was never collected and is erased is one contact among others."""
    town.heard(ANNE, days_ago=3)
    town.guichet("privacy", "erase", "web:anne")
    done = town.guichet("report", "--json")

    assert json.loads(done.stdout)["cards"][0]["value"] == 1


def test_a_report_is_printed(town: Town) -> None:
    """On a screen the figures are tables, and the days stand above them."""
    town.heard(ANNE, days_ago=3)
    town.guichet("report", "rebuild")
    day = (now() - timedelta(days=3)).date()
    done = town.guichet("report", "--since", str(day - timedelta(days=1)), "--until", str(day + timedelta(days=1)))

    assert done.exit_code == 0
    assert f"{day - timedelta(days=1)} - {day + timedelta(days=1)}" in done.stdout
    assert "contained" in done.stdout


def test_what_nobody_took_is_printed(town: Town) -> None:
    """By service: how often a case went on by itself, and how often the supervisors were told."""
    town.heard(ANNE, days_ago=3)

    async def told(store: Store) -> None:
        at = now() - timedelta(days=2)
        conversation = await store.conversations.open(ANNE, "fr", at)
        new = NewCase(conversation.id, "m-anne", "form", CaseKind.STREET_ISSUE, "voirie", Cause.FORM, "Un trou")
        case = (await store.cases.open(new, at)).case
        for version, (service, origin) in enumerate((("etat_civil", "voirie"), ("", "etat_civil"))):
            assert await store.relays.relay(case.id, version, Relay(service, origin, 60), at)

    town.store(told)
    town.guichet("report", "rebuild")
    printed = town.guichet("report").stdout
    unclaimed = json.loads(town.guichet("report", "--json").stdout)["unclaimed"]

    counts = [(one["service"], one["relayed"], one["untaken"]) for one in unclaimed]
    assert counts == [("etat_civil", 0, 1), ("voirie", 1, 0)]
    table = printed[printed.index("not taken in time") :]
    rows = [line.split("│")[2:-1] for line in table.splitlines() if line.startswith("│")][:2]
    assert [[int(cell) for cell in row] for row in rows] == [[0, 0, 1, 0], [1, 0, 0, 0]]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "demain"), "--since demain: a day reads like 2026-03-01"),
        (("--since", "2026-03-02", "--until", "2026-03-01"), "from a day to a later one"),
        (("--since", "1515-09-13"), "nothing was counted before the year 2000"),
        (("--open-data", "out", "--year", "1999"), "--year 1999: a year from 2000"),
    ],
)
def test_what_cannot_be_reported_is_said(town: Town, options: tuple[str, ...], said: str) -> None:
    """A wrong day is one sentence that names it."""
    done = town.guichet("report", *options)

    assert done.exit_code == 1
    assert said in done.stderr


def test_open_data_hides_small_counts(town: Town, tmp_path: Path) -> None:
    """A year is written as a data package whose files have the fields that it describes, and no count from 1 to 4."""
    for number in range(7):
        town.heard(Address("web", f"p{number}"), days_ago=2)
    town.heard(Address("telegram", "one"), days_ago=2)
    town.guichet("report", "rebuild")
    year = (now() - timedelta(days=2)).year
    folder = tmp_path / "open"
    done = town.guichet("report", "--open-data", str(folder), "--year", str(year))

    assert done.exit_code == 0, done.stderr
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert described["licenses"][0]["name"] == "etalab-2.0"
    assert {one["path"] for one in described["resources"]} == {path.name for path in folder.glob("*.csv")}
    for one in described["resources"]:
        rows = lines(folder / one["path"])
        assert not rows or list(rows[0]) == [field["name"] for field in one["schema"]["fields"]]
        assert all(field["description"] for field in one["schema"]["fields"])
        for row in rows:
            assert row.get("nombre", "") in {"", "0"} or int(row["nombre"]) >= 5
    rows = lines(folder / f"contacts-par-canal-{year}.csv")
    by_cell = {(row["mois"] == "total", row["canal"]): row["nombre"] for row in rows}
    assert by_cell[True, "total"] == "8"
    assert by_cell[False, "telegram"] == by_cell[False, "web"] == ""


def test_a_folder_that_is_a_file_is_said(town: Town, tmp_path: Path) -> None:
    """Open data that cannot be written is one sentence that names the folder."""
    (tmp_path / "taken").write_text("x")
    done = town.guichet("report", "--open-data", str(tmp_path / "taken"))

    assert done.exit_code == 1
    assert "cannot be written to" in done.stderr
