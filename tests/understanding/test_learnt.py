"""What agents decided becomes training data: new files, nothing that `guichet nlu check` refuses, nothing twice."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.knowledge.engine.resources import read_phrasings
from bot.lessons import Decision, Lesson, Why
from bot.understanding import withdrawn, written
from bot.understanding.examples import check, read_examples
from bot.understanding.learnt import Refusal, Taught, taught
from bot.understanding.measures import Labelled

NOW = datetime(2026, 3, 2, tzinfo=timezone.utc)
DAY = date(2026, 3, 2)
EXAMPLES = [
    Labelled("bonjour", "greet"),
    Labelled("je voudrais parler à quelqu'un de la mairie pour mon dossier", "ask_human"),
    Labelled("merci beaucoup", "thank"),
]
EVALUATION = [Labelled("Où est la mairie ?", "ask_question")]
PHRASINGS = {"F1341": ("première cni",), "bac-casse": ("poubelle",)}


def lesson(
    number: int, text: str, decision: Decision = Decision.INTENT, value: str = "ask_question", **more: str
) -> Lesson:
    fields = {"intent": "complaint", "article": "", **more}
    return Lesson(number, text, "fr", fields["intent"], 0.3, fields["article"], "", Why.LOST, 1, NOW, decision, value)


def learn(*lessons: Lesson) -> Taught:
    return taught(lessons, EXAMPLES, EVALUATION, PHRASINGS)


def test_each_decision_teaches_its_own() -> None:
    """Right keeps act and article, another act is an example, another article a phrasing and a question."""
    found = learn(
        lesson(1, "c'est une honte", Decision.RIGHT, ""),
        lesson(2, "ma benne fuit", Decision.RIGHT, "", article="bac-casse"),
        lesson(3, "coucou la mairie"),
        lesson(4, "refaire ma cni", Decision.ARTICLE, "part:F1341"),
    )

    assert found.examples == {
        "ask_question": ["ma benne fuit", "coucou la mairie", "refaire ma cni"],
        "complaint": ["c'est une honte"],
    }
    assert found.phrasings == {"bac-casse": ["ma benne fuit"], "part:F1341": ["refaire ma cni"]}
    assert found.settled == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (lesson(1, "je suis [nom]"), Refusal.MASKED),
        (lesson(1, "/restart"), Refusal.FORM),
        (lesson(1, "voir [la carte](service)"), Refusal.FORM),
        (lesson(1, "une {chose}"), Refusal.FORM),
        (lesson(1, "deux\u2028lignes"), Refusal.FORM),
        (lesson(1, "x" * 161), Refusal.FORM),
        (lesson(1, "où est la MAIRIE"), Refusal.EVALUATION),
        (lesson(1, "Bonjour !"), Refusal.OTHER_ACT),
        (lesson(1, "je voudrais parler à quelqu'un de la mairie pour mon dossie"), Refusal.OTHER_ACT),
        (lesson(1, "Poubelle", Decision.ARTICLE, "part:F1"), Refusal.OTHER_PAGE),
        (lesson(1, "hein", Decision.RIGHT, "", intent="nlu_fallback"), Refusal.NO_ACT),
        (lesson(1, "au feu", value="emergency"), Refusal.ALARM),
    ],
    ids=lambda one: one.text if isinstance(one, Lesson) else one.value,
)
def test_what_would_spoil_the_model_is_left_out(one: Lesson, why: Refusal) -> None:
    """With the reason, and it waits for another decision."""
    found = learn(one)

    assert found.refused == [(one, why)]
    assert (found.examples, found.phrasings, found.settled) == ({}, {}, ())


def test_the_older_of_two_that_contradict_each_other_wins() -> None:
    """The later one is named; what is left passes the check."""
    first, second = lesson(1, "ça marche pas", value="complaint"), lesson(2, "Ça marche pas !", value="deny")
    found = learn(first, second)
    texts = [Labelled(text, intent) for intent, said in found.examples.items() for text in said]
    checked = check([*EXAMPLES, *texts], EVALUATION)

    assert found.examples == {"complaint": ["ça marche pas"]}
    assert found.refused == [(second, Refusal.OTHER_ACT)]
    assert (checked.contradictions, tuple(checked.near), checked.leaked) == ((), (), ())


def test_what_is_known_is_done_with() -> None:
    """Taught already, it adds nothing and does not come again; twice in one export it is written once."""
    found = learn(lesson(1, "Bonjour", value="greet"), lesson(2, "salut vous"), lesson(3, "Salut, vous"))

    assert found.examples == {"ask_question": ["salut vous"]}
    assert [one.id for one in found.known] == [1, 3]
    assert found.settled == (1, 2, 3)


HOSTILE = ("- tiret", "deux : points", "'quote", '"guillemets"', "*gras* _x_ <b>", "a | b", "% et @", "&ancre", "!tag")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Whatever signs stand in it, both files say the same to Rasa and to the search as what was decided."""
    found = learn(
        *(lesson(n, text) for n, text in enumerate(HOSTILE)),
        *(lesson(50 + n, f"{text} fiche", Decision.ARTICLE, "part:F99") for n, text in enumerate(HOSTILE)),
    )
    acts, pages = written.write(found, {}, DAY, written.Places(tmp_path, tmp_path))
    wanted = {Labelled(text, "ask_question") for text in (*HOSTILE, *(f"{text} fiche" for text in HOSTILE))}

    assert acts.relative_to(tmp_path).as_posix() == "nlu/intents/learnt-2026-03-02.yml"
    assert set(read_examples(acts)) == wanted
    assert read_phrasings(pages.parent) == {"F99": tuple(f"{text} fiche" for text in HOSTILE)}


def test_an_export_never_touches_a_file_that_is_there(tmp_path: Path) -> None:
    """A second one on the same day has a file of its own."""
    places = written.Places(tmp_path, tmp_path)
    (first,) = written.write(learn(lesson(1, "salut vous")), {}, DAY, places)
    before = first.read_bytes()
    (second,) = written.write(learn(lesson(2, "bien le bonsoir")), {}, DAY, places)

    assert second.name == "learnt-2026-03-02-2.yml"
    assert first.read_bytes() == before


def test_articles_without_a_file_get_a_sheet(tmp_path: Path) -> None:
    """Keywords to add and to take out, by article, and what was left out; hostile words stay words."""
    found = learn(lesson(1, "benne <img src=x> fuit", Decision.ARTICLE, "bac-casse"), lesson(2, "Bonjour !"))
    places, gone = written.Places(tmp_path, tmp_path), [("bac-casse", "un bac")]
    *_, sheet = written.write(found, {"bac-casse": "Bac *cassé*"}, DAY, places, gone)
    text = sheet.read_text(encoding="utf-8")

    assert sheet.relative_to(tmp_path).as_posix() == "learnt/learnt-2026-03-02.md"
    assert "## Bac \\*cassé\\* (`bac-casse`)\n\n- add: benne \\<img src=x\\> fuit\n- take out: un bac\n" in text
    assert "- other_act: Bonjour \\!" in text


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    """No empty file is left."""
    assert written.write(learn(lesson(1, "Bonjour !")), {}, DAY, written.Places(tmp_path, tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "nlu").write_text("a file")
    with pytest.raises(ConfigurationError, match=r"nlu/intents: cannot be written"):
        written.write(learn(lesson(1, "salut vous")), {}, DAY, written.Places(tmp_path, tmp_path))


def test_what_was_written_is_taken_out_again(tmp_path: Path) -> None:
    """Its line alone: other lines, and what somebody wrote beside them, stay; a file that holds nothing more goes."""
    found = learn(
        lesson(1, "salut vous"),
        lesson(2, "coucou : vous", value="greet"),
        lesson(3, "refaire : ma cni", Decision.ARTICLE, "part:F1341"),
        lesson(4, "ma cni", Decision.ARTICLE, "part:F1341"),
    )
    acts, pages = written.write(found, {}, DAY, written.Places(tmp_path, tmp_path))
    before = acts.read_text("utf-8")
    acts.write_text(before.replace("- intent: greet", "# by hand\n- intent: greet"), "utf-8")
    other = withdrawn.example("salut vous", "greet", tmp_path)
    gone = [withdrawn.example(text, "ask_question", tmp_path) for text in ("salut vous", "refaire : ma cni", "ma cni")]
    said = withdrawn.phrasing("refaire : ma cni", "part:F1341", tmp_path)

    assert (other, gone, said) == ([], [[acts]] * 3, [pages])
    assert read_examples(acts) == [Labelled("coucou : vous", "greet")]
    assert read_phrasings(pages.parent) == {"F1341": ("ma cni",)}
    assert withdrawn.stands("ma cni", tmp_path) == pages
    assert withdrawn.example("coucou : vous", "greet", tmp_path) == [acts]
    assert withdrawn.phrasing("ma cni", "part:F1341", tmp_path) == [pages]
    assert not acts.exists()
    assert not pages.exists()
    assert withdrawn.stands("ma cni", tmp_path) is None
