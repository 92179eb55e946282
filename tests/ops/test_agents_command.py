"""`guichet agents`, and the account that the first start of the example town makes."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from bot import settings as settings_module
from bot.agents import Abilities, Agent
from bot.cli import app
from bot.desk.passwords import Passwords
from bot.desk.sessions import Door, Refusal, SignInRefused
from bot.settings import Settings
from bot.settings_desk import Desk
from bot.store.sql import migrate, open_store
from bot.supervisor.prepare import make_demo_agent
from tests.ops.programs import ROOT

PRINTED = re.compile(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}")
GOOD = "trois tasses de thé froid"


class Town:
    """A town's database, and the commands on it."""

    def __init__(self, data: Path) -> None:
        self.environ = {"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(data), "COLUMNS": "140"}
        self.settings = settings_module.load(self.environ)
        migrate(self.settings.database_url)

    def guichet(self, *arguments: str, given: str | None = None) -> Any:
        return CliRunner().invoke(app, ["agents", *arguments], env=self.environ, input=given)

    def add(self, login: str = "claire.m", *more: str) -> str:
        """Make an account; its password."""
        done = self.guichet("add", login, "--name", "Claire M.", *more)
        assert (done.exit_code, done.stderr) == (0, "")
        return PRINTED.findall(done.stdout)[0]

    def accounts(self) -> list[Agent]:
        async def work() -> list[Agent]:
            store = await open_store(self.settings.database_url)
            try:
                return await store.agents.all()
            finally:
                await store.close()

        return asyncio.run(work())

    def signs_in(self, login: str, password: str, is_local: bool = False) -> str:
        """What the desk's door says: "in", or why not."""

        async def work() -> str:
            store = await open_store(self.settings.database_url)
            try:
                await Door(store.agents, Passwords(), Desk()).sign_in(login, password, "127.0.0.1", is_local)
            except SignInRefused as refused:
                return refused.refusal.value
            finally:
                await store.close()
            return "in"

        return asyncio.run(work())


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "var")


def test_an_account_is_made_with_a_random_password(town: Town) -> None:
    """Printed once, and it signs in."""
    done = town.guichet(
        "add", "Claire.M", "--name", " Claire  M. ", "--service", "voirie", "--service", "urbanisme", "--role", "agent"
    )
    (password,) = PRINTED.findall(done.stdout)
    (agent,) = town.accounts()

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Account claire.m (agent; voirie, urbanisme) is made.",
        f"Password: {password}",
        "It is shown this once.",
    ]
    assert (agent.login, agent.name, agent.role.value, agent.services) == (
        "claire.m",
        "Claire M.",
        "agent",
        ("voirie", "urbanisme"),
    )
    assert (agent.demo, town.signs_in("claire.m", password)) == (False, "in")


def test_a_password_can_be_given(town: Town) -> None:
    """On the standard input, never as an argument; it is not printed."""
    done = town.guichet(
        "add", "yann", "--name", "Yann L.", "--role", "admin", "--password-stdin", given=f"{GOOD}\nignored\n"
    )

    assert (done.exit_code, done.stdout) == (0, "Account yann (admin; all services) is made.\n")
    assert town.signs_in("yann", GOOD) == "in"


@pytest.mark.parametrize("given", ["", "\n", "court\n", "guichet-guichet\n", "motdepasse123\n", "x" * 201 + "\n"])
def test_a_password_that_would_be_guessed_is_refused(town: Town, given: str) -> None:
    """In one sentence; no account is made."""
    done = town.guichet("add", "yann", "--name", "Yann L.", "--password-stdin", given=given)

    assert (done.exit_code, done.stdout) == (1, "")
    assert re.fullmatch(r"guichet: [^\n]*password[^\n]*\n", done.stderr)
    assert town.accounts() == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("add", "claire m", "--name", "Claire M."), "claire m"),
        (("add", "é", "--name", "Claire M."), "é"),
        (("add", "x", "--name", "Claire M."), "x"),
        (("add", "x" * 41, "--name", "Claire M."), "xxx"),
        (("add", "claire.m", "--name", "  "), "name"),
        (("add", "claire.m"), "--name"),
        (("add", "claire.m", "--name", "Claire M.", "--service", "voirie", "--service", "plage"), "plage"),
        (("add", "claire.m", "--name", "Claire M.", "--role", "mayor"), "mayor"),
        (("reset", "claire m"), "claire m"),
        (("disable", "../x"), "../x"),
    ],
)
def test_what_cannot_be_is_refused(town: Town, arguments: tuple[str, ...], named: str) -> None:
    """Exit code 2, the mistake is named, nothing is stored."""
    done = town.guichet(*arguments)

    assert (done.exit_code, done.stdout, named in done.stderr) == (2, "", True), done.stderr
    assert town.accounts() == []


def test_a_login_that_is_taken_is_one_sentence(town: Town) -> None:
    """The account that there is stays as it is."""
    password = town.add()
    done = town.guichet("add", "CLAIRE.M", "--name", "Another")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "guichet: the login claire.m is taken\n"
    assert (len(town.accounts()), town.signs_in("claire.m", password)) == (1, "in")


@pytest.mark.parametrize("command", ["disable", "enable", "reset"])
def test_an_account_that_is_not_there_is_one_sentence(town: Town, command: str) -> None:
    """With the way to see those that there are."""
    done = town.guichet(command, "nobody")

    assert (done.exit_code, done.stdout) == (1, "")
    assert re.fullmatch(r"guichet: [^\n]*nobody[^\n]*guichet agents list[^\n]*\n", done.stderr)


def test_accounts_are_listed(town: Town) -> None:
    """For people as a table, for programs as JSON; never with a password or its hash."""
    password = town.add("claire.m", "--service", "voirie")
    town.add("anne")
    town.guichet("disable", "anne")
    table = town.guichet("list")
    listed = town.guichet("list", "--json")

    assert (table.exit_code, table.stderr, listed.exit_code) == (0, "", 0)
    assert re.search(r"anne .* all .* locked .* never", table.stdout)
    assert re.search(r"claire\.m .* voirie .* open .* never", table.stdout)
    assert json.loads(listed.stdout) == [
        {
            "login": login,
            "name": "Claire M.",
            "role": "agent",
            "services": services,
            "languages": [],
            "skills": [],
            "capacity": None,
            "disabled": disabled,
            "demo": False,
            "available": True,
            "seen_at": None,
        }
        for login, services, disabled in (("anne", [], True), ("claire.m", ["voirie"], False))
    ]
    assert [text for text in (password, "argon2") if text in table.stdout + listed.stdout] == []


def test_what_an_agent_is_offered_is_changed(town: Town) -> None:
    """What is not named stays; French is everybody's, and "" takes something back."""
    town.add(
        "claire.m", "--languages", "en, fr,pt-BR,en", "--skills", "plans,  permis de  construire", "--capacity", "2"
    )
    made = town.accounts()[0].abilities
    done = town.guichet("change", "Claire.M", "--capacity", "0", "--skills", "")
    changed = town.accounts()[0].abilities
    town.guichet("change", "claire.m", "--capacity", "")

    assert made == Abilities(("en", "pt-BR"), ("plans", "permis de construire"), 2)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Account claire.m: languages fr, en, pt-BR; skills none; capacity 0.\n"
    assert changed == Abilities(("en", "pt-BR"), (), 0)
    assert town.accounts()[0].abilities == Abilities(("en", "pt-BR"), (), None)


def test_what_cannot_be_is_refused_by_name(town: Town) -> None:
    """One sentence each; nothing is changed."""
    town.add()
    wrong = {
        ("--capacity", "51"): "is no number from 0 to 50",
        ("--capacity", "-1"): "is no number from 0 to 50",
        ("--capacity", "9" * 5000): "is no number from 0 to 50",
        ("--languages", "english please"): "is no language code",
        ("--skills", "x" * 41): "at most 20 of at most 40 characters",
        (): "name what changes",
    }
    for arguments, why in wrong.items():
        done = town.guichet("change", "claire.m", *arguments)
        said = " ".join(done.stderr.replace("│", " ").split())

        assert done.exit_code == 2
        assert why in said
    assert town.accounts()[0].abilities == Abilities()


def test_a_locked_account_signs_in_when_it_is_unlocked(town: Town) -> None:
    """With the password it had."""
    password = town.add()
    locked = town.guichet("disable", "claire.m")
    while_locked = town.signs_in("claire.m", password)
    opened = town.guichet("enable", "Claire.M")

    assert (locked.stdout, opened.stdout) == ("Account claire.m is locked.\n", "Account claire.m is open.\n")
    assert (while_locked, town.signs_in("claire.m", password)) == (Refusal.WRONG.value, "in")


def test_a_reset_gives_a_new_password_and_another_chance(town: Town) -> None:
    """Also to who has tried too often; the old password is worth nothing any more."""
    old = town.add()
    for _ in range(5):
        assert town.signs_in("claire.m", "un mauvais mot de passe") == Refusal.WRONG.value
    assert town.signs_in("claire.m", old) == Refusal.THROTTLED.value
    done = town.guichet("reset", "claire.m")
    (new,) = PRINTED.findall(done.stdout)

    assert (done.exit_code, done.stderr, old == new) == (0, "", False)
    assert (town.signs_in("claire.m", new), town.signs_in("claire.m", old)) == ("in", Refusal.WRONG.value)


def told(town: Town, capsys: pytest.CaptureFixture[str], **changed: Any) -> str:
    """What the start says of the demonstration's account, with changed settings."""
    make_demo_agent(replace(town.settings, **changed))
    return capsys.readouterr().out


def test_the_first_start_makes_the_demonstrations_account(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """A supervisor whose password is told once with the desk's address; later starts say nothing."""
    first, second = told(town, capsys, port=8099), told(town, capsys)
    (password,) = PRINTED.findall(first)
    (agent,) = town.accounts()

    assert "http://127.0.0.1:8099/desk" in first
    assert "identifiant : demo" in first
    assert "guichet agents reset demo" in first
    assert second == ""
    assert (agent.login, agent.name, agent.role.value, agent.demo) == ("demo", "Camille D.", "supervisor", True)
    assert town.signs_in("demo", password, is_local=True) == "in"
    assert town.signs_in("demo", password) == Refusal.DEMO.value


def test_the_demonstrations_password_can_be_had_again(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """As any other account's; it stays an account of this machine alone."""
    told(town, capsys)
    (password,) = PRINTED.findall(town.guichet("reset", "demo").stdout)

    assert town.signs_in("demo", password, is_local=True) == "in"
    assert town.signs_in("demo", password) == Refusal.DEMO.value


def test_a_town_with_an_account_gets_no_demonstration(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor one whose only account is locked."""
    town.add()
    town.guichet("disable", "claire.m")

    assert told(town, capsys) == ""
    assert [agent.login for agent in town.accounts()] == ["claire.m"]


def with_site(settings: Settings, website: str) -> dict[str, Any]:
    office = settings.office
    return {"office": msgspec.structs.replace(office, town=msgspec.structs.replace(office.town, website=website))}


def test_no_demonstration_where_others_can_reach_it(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """On every address, on one of the network, behind a proxy, or for a town with a site of its own."""
    for changed in (
        {"host": "0.0.0.0"},
        {"host": ""},
        {"host": "::"},
        {"host": "192.0.2.1"},
        {"proxies": 1},
        with_site(town.settings, "https://pontavel.example"),
        with_site(town.settings, "http://127.0.0.1.pontavel.example"),
    ):
        assert told(town, capsys, **changed) == ""

    assert town.accounts() == []


def test_a_database_that_cannot_be_had_stops_no_start(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told; what needs the database will say more."""
    assert town.settings.sqlite_path is not None
    town.settings.sqlite_path.write_bytes(b"not a database" * 100)

    assert "could not be made" in told(town, capsys)
