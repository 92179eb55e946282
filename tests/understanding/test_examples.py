"""Labelled messages: how files are read, and what is found wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.understanding.confusions import confused
from bot.understanding.examples import check, read_evaluation, read_training
from bot.understanding.measures import OUTSIDE, Labelled
from scripts import questions_of_fiches

ROOT = Path(__file__).resolve().parents[2]


def many(intent: str, count: int = 30) -> list[Labelled]:
    return [Labelled(f"{intent} numero {'abcdefghijklmnopqrstuvwxyz'[n % 26] * 4} {n}", intent) for n in range(count)]


def test_the_project_s_examples_are_sound() -> None:
    """No act under thirty, no two acts with the same words, nothing of the evaluation among them."""
    examples = read_training(ROOT / "nlu")
    evaluation = [one for file in (ROOT / "nlu/evaluation").glob("*.jsonl") for one in read_evaluation(file)]
    found = check(examples, evaluation)

    assert (found.thin, found.contradictions, found.near, found.leaked) == ((), (), (), ())
    assert not found.refused
    assert {one.intent for one in evaluation} - OUTSIDE == set(found.counts) - OUTSIDE


def test_examples_are_read_as_rasa_reads_them(tmp_path: Path) -> None:
    """Payloads are left out, entities are their words."""
    (tmp_path / "a.yml").write_text(
        'nlu:\n- intent: greet\n  examples: |\n    - bonjour [Jeanne](name)\n    -   salut - toi  \n    - /greet{"a": 1}\n'
        "- regex: zip\n  examples: |\n    - \\d{5}\n",
        "utf-8",
    )

    assert read_training(tmp_path) == [Labelled("bonjour Jeanne", "greet"), Labelled("salut - toi", "greet")]


def test_an_act_with_few_examples_is_refused() -> None:
    """Twenty-nine are too few, thirty are enough."""
    found = check([*many("greet", 29), *many("thank")])

    assert (found.thin, found.refused) == (("greet",), True)
    assert not check([*many("greet"), *many("thank")]).refused


@pytest.mark.parametrize(
    ("one", "other"), [("Merci !", "merci"), ("Ça va, Noël ?", "ca va noel"), ("?!", "?!"), ("MERCI", "merci...")]
)
def test_the_same_words_for_two_acts_are_refused(one: str, other: str) -> None:
    """Case, accents and punctuation make no difference; signs alone do."""
    found = check([*many("greet"), *many("thank"), Labelled(one, "greet"), Labelled(other, "thank")])

    assert [(pair.first.text, pair.second.text) for pair in found.contradictions] == [(one, other)]
    assert found.refused


def test_nearly_the_same_words_for_two_acts_are_refused() -> None:
    """A letter more in a long sentence; within one act that is welcome."""
    long = "je voudrais parler à quelqu'un du service de l'urbanisme"
    across = check([*many("greet"), *many("thank"), Labelled(long, "greet"), Labelled(f"{long}s", "thank")])
    within = check([*many("greet"), *many("thank"), Labelled(long, "greet"), Labelled(f"{long}s", "greet")])

    assert [(pair.first.text, pair.second.text) for pair in across.near] == [(long, f"{long}s")]
    assert across.refused
    assert not within.refused


def test_signs_that_differ_are_no_contradiction() -> None:
    """« ? » asks, « ! » does not."""
    assert not check([*many("greet"), *many("thank"), Labelled("?", "greet"), Labelled("!", "thank")]).refused


def test_an_example_twice_is_told() -> None:
    """It stops nothing."""
    examples = many("greet")
    found = check([*examples, examples[0]])

    assert (found.twice, found.refused) == ((examples[0],), False)


def test_what_is_asked_must_not_be_learnt() -> None:
    """A text of the evaluation among the examples measures nothing."""
    examples = many("greet")
    found = check(examples, [Labelled(examples[3].text.upper(), "greet"), Labelled("autre", "greet")])

    assert (found.leaked, found.refused) == ((examples[3].text.upper(),), True)


def test_an_evaluation_is_read(tmp_path: Path) -> None:
    """Empty lines are passed over; without an intent a message is out of scope."""
    file = tmp_path / "e.jsonl"
    file.write_text(
        '\ufeff{"text": "bonjour", "intent": "greet"}\n\n{"text": "😀", "intent": null}\n{"text": ""}\n', "utf-8"
    )

    assert read_evaluation(file) == [Labelled("bonjour", "greet"), Labelled("😀", ""), Labelled("", "")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "there is no message in it"),
        (b'{"text": "a"}\n{"text": 3}', "e.jsonl:2: "),
        (b'{"text": "a"}\nno json', "e.jsonl:2: "),
        (b'{"intent": "greet"}', "e.jsonl:1: "),
        (b'{"text": "\xff"}', "cannot be read"),
        (b'{"text": "' + b"a" * 4001 + b'"}', "longer than 4000"),
    ],
)
def test_a_file_that_is_no_evaluation_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    """The sentence names the file, and the line."""
    (tmp_path / "e.jsonl").write_bytes(content)
    with pytest.raises(ConfigurationError, match=complaint):
        read_evaluation(tmp_path / "e.jsonl")


def test_missing_files_are_named(tmp_path: Path) -> None:
    """A file that is not there, a folder without examples, YAML that is none."""
    with pytest.raises(ConfigurationError, match=r"none\.jsonl: cannot be read"):
        read_evaluation(tmp_path / "none.jsonl")
    with pytest.raises(ConfigurationError, match="there are no examples"):
        read_training(tmp_path)
    (tmp_path / "bad.yml").write_text("a: [", "utf-8")
    with pytest.raises(ConfigurationError, match=r"bad\.yml: cannot be read"):
        read_training(tmp_path)


def test_confusions_are_of_models_that_had_not_seen_the_message() -> None:
    """Each example is asked once, of a model taught by the others; the most frequent confusion stands first."""
    examples = [*many("greet", 40), *many("thank", 40), Labelled("seul", "greet"), Labelled("unique", "greet")]
    asked: list[str] = []

    def learn(texts: list[str], intents: list[str]) -> Callable[[str], str]:
        assert len(texts) == len(intents)
        known = set(texts)

        def recognise(text: str) -> str:
            assert text not in known
            asked.append(text)
            return "greet" if text.startswith("greet") else "thank"

        return recognise

    (found,) = confused(examples, learn)

    assert sorted(asked) == sorted(one.text for one in examples)
    assert (found.intent, found.taken_for, set(found.texts)) == ("greet", "thank", {"seul", "unique"})


def test_the_questions_of_fiches_are_written_anew_when_phrasings_change() -> None:
    """The file is what its script makes of knowledge/phrasings and of the other examples."""
    assert questions_of_fiches.FILE.read_text("utf-8") == questions_of_fiches.written()


def test_a_question_is_chosen_by_its_fiche() -> None:
    """Another fiche moves none; words that an act has already are left out."""
    phrasings = {f"F{number}": (f"un {number}", f"deux {number}", f"trois {number}") for number in range(20)}
    all_of_them = questions_of_fiches.chosen(phrasings, ())
    fewer = questions_of_fiches.chosen({page: said for page, said in phrasings.items() if page != "F7"}, ())
    taken = questions_of_fiches.chosen(phrasings, [all_of_them[0].upper()])

    assert len({text.split()[0] for text in all_of_them}) == 3
    assert set(fewer) < set(all_of_them)
    assert taken == all_of_them[1:]
