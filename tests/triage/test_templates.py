"""The files of templates: what is refused, and how a reply is filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.knowledge.importers import markdown
from bot.readings import LetterKind
from bot.triage import templates
from bot.triage.phrases import form, held, spread
from bot.triage.templates import Facts, Template, When, Written, filled
from tests.triage.drafting import OFFICE, ROOT

SERVICES = ("voirie",)


def written(folder: Path, text: str, name: str = "voirie") -> Path:
    path = folder / templates.FOLDER / f"{name}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def one(text: str, more: str = "") -> str:
    return f"service: voirie\ntemplates:\n  - key: trou\n    title: Trou\n    text: '{text}'\n{more}"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (one("Bonjour {nom}."), "trou: there is no variable {nom}; there are address, date,"),
        (one("Trou {street}."), "trou: {street} may have no value and has to stand in [brackets]"),
        (one("Trou [à {street}."), "trou: a part in brackets is not closed"),
        (one("Trou {service."), "trou: a { belongs to no variable"),
        (one("Trou.", "    when: {words: ['… ?']}\n"), "trou: '… ?' holds no word"),
        (one("Trou.", "    when: {words: ['trou* profond']}\n"), "the * stands at the end of a phrase only"),
        (one("Trou.", "    when: {kind: [letter]}\n"), "when.kind[0]"),
        (one("Trou.", "  - {key: trou, title: B, text: c}\n"), "trou: stands there twice"),
        ("service: sports\ntemplates: []\n", "service has to be the name of the file, voirie"),
        ("- a\n", "voirie.yml"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, file: str, why: str) -> None:
    """Which names the file, the template and the mistake."""
    with pytest.raises(ConfigurationError) as refused:
        templates.load(written(tmp_path, file), SERVICES)

    assert str(tmp_path / "templates" / "voirie.yml") in str(refused.value)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_templates_of_a_service_that_is_not_there_are_left_out(tmp_path: Path) -> None:
    """A town without it need not delete the file; no folder at all is no template."""
    assert templates.load(written(tmp_path, one("Trou.")), ("sports",)) == ()
    assert len(templates.load(tmp_path, SERVICES)) == 1
    assert templates.load(tmp_path / "none", SERVICES) == ()


def test_every_service_of_the_example_town_has_templates() -> None:
    """Four to eight each, whose source is a page of the town, and general ones with an English version each."""
    found = templates.load(ROOT / "triage", OFFICE.services)
    pages = {page.id for page in markdown.read(ROOT / "knowledge", OFFICE.services).articles}
    counts = {code: sum(one.service == code for one in found) for code in OFFICE.services}
    general = [one for one in found if not one.service]

    assert {code: count for code, count in counts.items() if not 4 <= count <= 8} == {}
    assert {one.id for one in found if one.template.source and one.template.source not in pages} == set()
    assert [one.id for one in general if not one.template.en] == []
    assert {one.template.key for one in general} >= {
        "information_missing",
        "prefecture",
        "caf",
        "thanks",
        "complaint",
        "known",
    }


def test_no_template_shouts_or_guesses() -> None:
    """No exclamation mark, no « je pense », and the town's name only by its variable."""
    texts = {one.id: one.template.text for one in templates.load(ROOT / "triage", OFFICE.services)}

    assert {name for name, text in texts.items() if "!" in text or "je pense" in text.lower()} == set()
    assert {name for name, text in texts.items() if OFFICE.town.name in text} == set()


def test_a_part_in_brackets_goes_with_its_variable() -> None:
    """It is left out whole where there is no value, and no double space or blank line stays behind."""
    text = "Un trou[, {street}], est signalé.\n\n[Pièces :\n{documents}\n\n]Merci."

    assert filled(text, {"street": "3 rue Haute", "documents": "- a\n- b"}) == (
        "Un trou, 3 rue Haute, est signalé.\n\nPièces :\n- a\n- b\n\nMerci."
    )
    assert filled(text, {}) == "Un trou, est signalé.\n\nMerci."


def test_what_a_citizen_wrote_is_never_a_variable() -> None:
    """Braces and brackets of a subject stand in the reply as they were written."""
    assert filled("Objet[ « {subject} »].", {"subject": "{service} [a]", "service": "x"}) == "Objet « {service} [a] »."


def test_words_are_found_whatever_their_form() -> None:
    """Case, accents, hyphens and plurals do not count, and a star stands for any ending."""
    text = spread("Nids-de-Poule", "J'ai déménagé hier.")

    assert held(text, ("nid de poule", "DÉMÉNAG*", "ménag*", "poul")) == ["nid de poule", "DÉMÉNAG*"]
    assert form("…") == ""


def test_conditions_hold_together() -> None:
    """Kind, words, absent words, photo, address, hours, danger and repetition: each that is said has to hold."""
    when = When(
        kind=(LetterKind.REPORT,), words=("trou",), without=("neige",), photo=True, address=True, open=True, alert=False
    )
    template = Written("voirie", Template("a", "A", "a", when))
    facts = Facts(spread("un trou"), LetterKind.REPORT, photo=True, address=True)

    assert template.fits(facts)
    for name, other in {
        "words": spread("un trou de neige"),
        "kind": LetterKind.REQUEST,
        "photo": False,
        "address": False,
        "open": False,
        "alert": True,
    }.items():
        changed = Facts(**{**{field: getattr(facts, field) for field in Facts.__slots__}, name: other})
        assert not template.fits(changed), name


def test_thanks_are_answered_by_what_is_written_for_thanks() -> None:
    """A template that names no kind answers requests, complaints and reports only; in a chat it answers anybody."""
    template = Written("voirie", Template("a", "A", "a", When(words=("trou",))))

    assert not template.fits(Facts(spread("merci pour le trou"), LetterKind.THANKS))
    assert template.fits(Facts(spread("le trou")))
