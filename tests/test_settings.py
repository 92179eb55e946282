"""What a town edits is checked before anything starts."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import settings
from bot.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[1]


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(tmp_path / "var"), **more}


def edited(tmp_path: Path, *path: Any, value: Any) -> Path:
    """The example town's office.yml with one value changed."""
    raw = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    place = raw
    for part in path[:-1]:
        place = place.setdefault(part, {})
    place[path[-1]] = value
    copy = tmp_path / "office.yml"
    copy.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return copy


def test_the_example_town_has_its_25_services(tmp_path: Path) -> None:
    """office.yml loads as it is shipped."""
    assert len(settings.load(environ(tmp_path)).office.services) == 25


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("town", "name"), "", "town.name"),
        (("town", "website"), "ftp://x", "town.website"),
        (("town", "zone"), "Europe/Pontavel", "town.zone"),
        (("town", "colours", "main"), "green", "town.colours.main"),
        (("chat", "max_text_chars"), "many", "chat.max_text_chars"),
        (("chat", "max_text_chars"), -1, "chat.max_text_chars"),
        (("chat", "allowed_origins"), ["*"], "chat.allowed_origins"),
        (("knowledge", "answer_threshold"), 1.5, "knowledge.answer_threshold"),
        (("knowledge", "choose_threshold"), 0.9, "choose_threshold"),
        (("retention", "conversations"), 0, "retention.conversations"),
        (("services", "Voirie !"), {"name": "x", "about": "y"}, "services"),
        (("services", "voirie"), {"name": "Voirie"}, "about"),
        (("services", "voirie", "hours"), "x" * 201, "services.voirie.hours"),
        (("site", "accessibility"), "conforme", "site.accessibility"),
        (("site", "accessibility"), "totalement conforme", "site.audit"),
        (("chanels",), {"web": True}, "chanels"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, path: tuple[str, ...], value: Any, named: str) -> None:
    """The message says which file and which place."""
    file = edited(tmp_path, *path, value=value)

    with pytest.raises(ConfigurationError, match=r"office\.yml") as caught:
        settings.read_office(file)

    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("town", "nme"), "x", "town.nme is not a setting; did you mean name?"),
        (("site", "news"), [{"titel": "x", "text": "y"}], "site.news[0].titel is not a setting; did you mean title?"),
        (("site", "news"), [{"title": "x"}], "site.news[0].text is missing"),
        (("site", "accessibility"), "oui", "site.accessibility: is one of non conforme, "),
        (("services", "voirie", "hours"), "x" * 201, "services.voirie.hours: must have at most 200 characters"),
        (("town", 12), "x", "town.12 is not a setting; there are name, office, "),
        (("chanels",), {}, "chanels is not a setting; did you mean channels?"),
        (("town", "colours", "mian"), "x", "town.colours.mian is not a setting; did you mean main?"),
        (("services", "voirie"), {"name": "x", "about": "y", "phon": ""}, "services.voirie.phon is not a setting; did"),
        (("services", "voirie"), {"name": "Voirie"}, "services.voirie.about is missing"),
        (("services", "voirie"), None, "services.voirie: expected settings, one a line, found nothing"),
        (("services", "Voirie !"), {"name": "x", "about": "y"}, "services.Voirie !: a service's code is small letters"),
        (("services", 12), {"name": "x", "about": "y"}, "services.12: a service's code is small letters"),
        (("town", "colours", "main"), "green", "town.colours.main: a colour is written in quotes, # and six digits"),
        (("town", "colours", "main"), None, "town.colours.main: expected a text"),
        (("town", "website"), "mairie.example", "town.website: an address begins with https://"),
        (("chat", "allowed_origins"), ["https://a.example", "*"], "chat.allowed_origins[1]: an origin is https://"),
        (("chat", "allowed_origins"), "https://a.example", "chat.allowed_origins: expected a list, found a text"),
        (("chat", "max_text_chars"), "many", "chat.max_text_chars: expected a whole number, found a text"),
        (("chat", "max_text_chars"), 1, "chat.max_text_chars: must be at least 100"),
        (("knowledge", "answer_threshold"), 1.5, "knowledge.answer_threshold: must be at most 1.0"),
        (("channels", "web"), "oui", "channels.web: expected true or false, found a text"),
        (
            ("channels", "telegram"),
            {"recieve": "x"},
            "channels.telegram.recieve is not a setting; did you mean receive?",
        ),
        (("channels", "meta"), {"messenger": {"page": "1"}}, "channels.meta.messenger.page is not a setting; did"),
        (("channels", "api"), {"clients": {"borne": {"callbak": ""}}}, "channels.api.clients[...].callbak is not a"),
        (("town", "name"), "", "town.name: must not be empty"),
        (
            ("town", "phone"),
            33,
            "town.phone: expected a text (numbers and dates as texts stand in quotes), found a whole",
        ),
    ],
)
def test_a_mistake_is_told_in_plain_words(tmp_path: Path, path: tuple[Any, ...], value: Any, told: str) -> None:
    """After the file's path: the place in dotted form, and what is expected there."""
    file = edited(tmp_path, *path, value=value)

    with pytest.raises(ConfigurationError) as caught:
        settings.read_office(file)

    assert str(caught.value).startswith(f"{file}: {told}")


def test_a_missing_setting_is_told_in_plain_words(tmp_path: Path) -> None:
    """What has no default has to be there."""
    raw = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    del raw["town"]["phone"]
    file = tmp_path / "office.yml"
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")

    with pytest.raises(ConfigurationError) as caught:
        settings.read_office(file)

    assert str(caught.value) == f"{file}: town.phone is missing"


@pytest.mark.parametrize("content", [b"town: [", b"\xff\xfe\x00", b"", b"- a\n- b\n", b"town: 12\n"])
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    """Whatever stands in it, the operator reads one line."""
    file = tmp_path / "office.yml"
    file.write_bytes(content)

    with pytest.raises(ConfigurationError) as caught:
        settings.read_office(file)

    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No office.yml, no start."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        settings.read_office(tmp_path / "nowhere.yml")


def test_without_the_service_that_takes_the_rest_nothing_starts(tmp_path: Path) -> None:
    """Every request needs a service."""
    raw = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    del raw["services"]["accueil_general"]
    file = tmp_path / "office.yml"
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")

    with pytest.raises(ConfigurationError, match="accueil_general"):
        settings.read_office(file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("GUICHET_MONITOR_PORT", "-1"),
        ("GUICHET_PROXIES", "one"),
        ("GUICHET_DATABASE_URL", "mysql://x"),
        ("GUICHET_DATABASE_URL", "guichet.db"),
        ("GUICHET_SECRET", "short"),
        ("GUICHET_SECRET", ","),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, name: str, value: str) -> None:
    """The environment is checked like the file."""
    with pytest.raises(ConfigurationError, match=name):
        settings.load(environ(tmp_path, **{name: value}))


@pytest.mark.parametrize(
    ("given", "completed"),
    [
        ("postgres://a:b@h/d", "postgresql+asyncpg://a:b@h/d"),
        ("postgresql://a@h/d", "postgresql+asyncpg://a@h/d"),
        ("sqlite:////srv/g.db", "sqlite:////srv/g.db"),
    ],
)
def test_short_database_urls_are_completed(tmp_path: Path, given: str, completed: str) -> None:
    """The forms that hosters give work as they are."""
    assert settings.load(environ(tmp_path, GUICHET_DATABASE_URL=given)).database_url == completed


def test_the_secret_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    """A first start makes it, a second finds it, nobody else reads it."""
    first = settings.load(environ(tmp_path)).secrets
    second = settings.load(environ(tmp_path)).secrets
    mode = stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode)

    assert (first, mode) == (second, 0o600)


def test_two_secrets_are_believed_during_a_rotation(tmp_path: Path) -> None:
    """The newest signs, both are believed."""
    new, old = "n" * 32, "o" * 32

    assert settings.load(environ(tmp_path, GUICHET_SECRET=f"{new}, {old}")).secrets == (new, old)


def test_a_damaged_secret_stops_the_start(tmp_path: Path) -> None:
    """A truncated file is not a weak secret."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret").write_text("abc")

    with pytest.raises(ConfigurationError, match="damaged"):
        settings.load(environ(tmp_path))


@pytest.mark.parametrize(
    "given", ["borne=" + "k" * 40, "k" * 40, "borne:" + "k" * 31, "borne:" + "k" * 40 + "," + "k" * 40]
)
def test_a_badly_written_secret_is_not_shown(tmp_path: Path, given: str) -> None:
    """What is said of it goes to a terminal, and into a log."""
    file = edited(tmp_path, "channels", "api", value={"clients": {"borne": {}}})

    with pytest.raises(ConfigurationError, match="GUICHET_API_SECRETS") as caught:
        settings.load({"GUICHET_OFFICE": str(file), "GUICHET_DATA": str(tmp_path), "GUICHET_API_SECRETS": given})

    assert "kkkk" not in str(caught.value)


def test_directory_names_services_that_are_there(tmp_path: Path) -> None:
    """A code of the directory that means a service nobody has is a mistake, named with its place."""
    wrong = edited(tmp_path, "directory", "mairie", "service", value="acueil")

    with pytest.raises(ConfigurationError, match=r"directory\.mairie\.service"):
        settings.read_office(wrong)


@pytest.mark.parametrize(
    ("then", "why"),
    [
        (["acueil"], "there is no service 'acueil'"),
        (["supervisors", "supervisors"], "names a step twice"),
        (["voirie", "etat_civil"], "names the service itself"),
    ],
)
def test_the_steps_of_a_rule_are_services_that_are_there(tmp_path: Path, then: list[str], why: str) -> None:
    """Or `supervisors`, each once; a mistake is named with its place."""
    wrong = edited(tmp_path, "services", "etat_civil", "routing", value={"then": then})

    with pytest.raises(ConfigurationError, match=rf"services\.etat_civil\.routing\.then: {why}"):
        settings.read_office(wrong)


@pytest.mark.parametrize("place", [("desk", "routing"), ("services", "etat_civil", "routing")])
@pytest.mark.parametrize("hours", [-1, 1001, 2.5, "4"])
def test_opening_hours_until_a_case_goes_on_are_0_to_1000(
    tmp_path: Path, place: tuple[str, ...], hours: object
) -> None:
    """Whole ones; anything else stops the start with its place."""
    wrong = edited(tmp_path, *place, value={"then_hours": hours})

    with pytest.raises(ConfigurationError, match=r"\.".join([*place, "then_hours"])):
        settings.read_office(wrong)


def test_a_service_may_never_let_a_case_go_on(tmp_path: Path) -> None:
    """0 is not the same as nothing said."""
    office = settings.read_office(edited(tmp_path, "services", "etat_civil", "routing", value={"then_hours": 0}))

    assert office.services["etat_civil"].routing.then_hours == 0
    assert (office.services["voirie"].routing.then_hours, office.desk.routing.then_hours) == (None, None)
