"""Forms as a town writes them, and what it is told of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from channels.form.definitions import load
from tests.channels.form.door import FORMS, SERVICES

GOOD = """\
title: Essai
service: voirie
subject: "{kind}"
message: body
fields:
  - name: kind
    type: choice
    label: Quoi ?
    choices: [{value: a, label: A}, {value: b, label: B, service: sports}]
  - name: body
    type: longtext
    label: Texte
    only_if: {kind: [b]}
"""
MISTAKES = [
    ("label: Texte", "labl: Texte", "field body: labl is not a setting; did you mean label?"),
    ("    label: Texte\n", "", "field body: label is missing"),
    ("type: longtext", "type: novel", "field body: type: Invalid enum value 'novel'"),
    ("name: body", "name: kind", "field kind: stands there twice"),
    ("name: body", "name: page_token", "field page_token: page_token cannot be a name"),
    ("name: body", "name: Le corps", "field Le corps: Le corps cannot be a name"),
    ("kind: [b]", "kind: [c]", "field body: only_if.kind: c is none of a, b"),
    ("kind: [b]", "kin: [b]", "field body: only_if.kin: there is no choice of that name before it"),
    ("kind: [b]", "kind: []", "field body: only_if.kind: nothing is none of a, b"),
    ("service: sports", "service: spots", "field kind: choices: there is no service 'spots'"),
    ("{value: a, label: A}, ", "", "field kind: choices: a choice has at least two"),
    ("value: a,", "value: b,", "field kind: choices: two of them have the same value"),
    ("type: longtext", "type: date\n    from_days: 3\n    to_days: 1", "field body: from_days is after to_days"),
    ("type: longtext", "type: longtext\n    to_days: 1", "field body: from_days and to_days belong to a date"),
    (
        "type: longtext",
        "type: longtext\n    autocomplete: cc-number",
        "field body: autocomplete: 'cc-number' is none of",
    ),
    ("type: longtext", "type: longtext\n    max_chars: 0", "field body: max_chars: must be at least 1"),
    (
        "type: longtext",
        "type: longtext\n    choices: [{value: a, label: A}]",
        "field body: choices: a longtext has none",
    ),
    ("service: voirie", "service: vorie", "service: there is no service 'vorie'"),
    ("message: body", "message: kind", "message: there is no text of the name 'kind'"),
    ('"{kind}"', '"{knd}"', "subject: there is no field 'knd' whose answer could stand there"),
    ("title: Essai", "title: ''", "title: must not be empty"),
    ("title: Essai", "titre: Essai", "titre is not a setting; did you mean title?"),
    ("title: Essai", "title: Essai\nname: autre", "name is not a setting; it follows from the file"),
    ("title: Essai", "title: Essai\ntitle: Essai", "is not YAML"),
]


def written(folder: Path, text: str, name: str = "essai") -> Path:
    path = folder / f"{name}.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_towns_own_forms_are_right() -> None:
    """The three forms of the example town, in their order, with the services that they fit."""
    assert list(FORMS) == ["contact", "street_issue", "appointment_request"]
    assert FORMS["contact"].fits == ()
    assert FORMS["street_issue"].fits == (
        "eau_assainissement",
        "eclairage_public",
        "espaces_verts",
        "proprete_dechets",
        "voirie",
    )


def test_a_form_is_read(tmp_path: Path) -> None:
    """A form is called as its file is, and fits its own service and those of its choices."""
    written(tmp_path, GOOD)
    form = load(tmp_path, SERVICES)["essai"]

    assert form.fits == ("sports", "voirie")
    assert [field.name for field in form.fields] == ["kind", "body"]


@pytest.mark.parametrize(("was", "becomes", "told"), MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    """One sentence names the file, the field and what is wrong."""
    assert was in GOOD
    path = written(tmp_path, GOOD.replace(was, becomes, 1))
    with pytest.raises(ConfigurationError) as failure:
        load(tmp_path, SERVICES)

    assert str(failure.value).startswith(f"{path}: {told}")
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a form is a group of settings"),
        ("- a", "a form is a group of settings"),
        ("title: A", "fields is missing"),
        ("title: A\nfields: []", "fields is missing"),
        ("title: A\nfields: [x]", "field 1: expected settings, one a line, found a text"),
        ("title: A\nfields: [" + "{}, " * 41 + "]", "fields: a form has at most 40 of them, not 41"),
        ("title: [", "is not YAML"),
    ],
)
def test_what_is_no_form_is_named(tmp_path: Path, text: str, told: str) -> None:
    """A file that holds something else says so."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as failure:
        load(tmp_path, SERVICES)

    assert str(failure.value).startswith(f"{path}: {told}")


def test_two_addresses_are_one_too_many(tmp_path: Path) -> None:
    """Of two addresses nobody could say where the answer goes."""
    written(tmp_path, GOOD + "  - {name: one, type: email, label: A}\n  - {name: two, type: email, label: B}\n")
    with pytest.raises(ConfigurationError, match="more than one email"):
        load(tmp_path, SERVICES)


def test_a_file_with_an_odd_name_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    """A form's name stands in an address; a folder that is not there is said."""
    written(tmp_path, GOOD, "Un essai")
    with pytest.raises(ConfigurationError, match="a form's file is named by small letters"):
        load(tmp_path, SERVICES)
    with pytest.raises(ConfigurationError, match="no such folder"):
        load(tmp_path / "none", SERVICES)
