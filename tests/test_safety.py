"""The safety net: what is danger, what is distress, what only may be, and what only sounds like it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot import safety
from bot.errors import ConfigurationError
from bot.safety import Alert, Safety, sre_parse

NET = safety.load()
LEXICON = yaml.safe_load(safety.LEXICON.read_text(encoding="utf-8"))
ACTS = Path(__file__).parents[1] / "nlu" / "evaluation" / "acts.jsonl"
KNOWLEDGE = Path(__file__).parent / "knowledge"
INTENTS = Path(__file__).parents[1] / "nlu" / "intents"
ALARMS = {"emergency", "self_harm_distress"}
SENTENCES: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "safety_sentences.yml").read_text("utf-8"))
LONGEST_GAP = 80
"""Characters that a pattern may look past."""


def is_sure(text: str) -> bool:
    alert = NET.check(text)
    return alert is not None and alert.is_sure


def patterns(lists: Any) -> Iterator[str]:
    """Every pattern below a section of the lexicon."""
    if isinstance(lists, str):
        yield lists
    else:
        for inner in lists.values() if isinstance(lists, dict) else lists:
            yield from patterns(inner)


@pytest.mark.parametrize(
    "text",
    [
        "il y a le feu dans mon immeuble",
        "Y A LE FEU !!!",
        "au secours",
        "quelqu'un est entré chez moi, j'ai peur",
        "ca sent le gaz chez la voisine",
        "il ne respire plus",
        "un\u200b incendie s'est déclaré rue du Lavoir",
        "accident grave devant l’école, il y a des blessés",
    ],
)
def test_danger_is_seen(text: str) -> None:
    """As people say it: capitals, no accents, typographic or invisible characters."""
    assert NET.check(text) is Alert.DANGER


@pytest.mark.parametrize("text", ["je veux mourir", "J’ai envie de me suicider", "jveux en finir avec la vie"])
def test_distress_is_seen(text: str) -> None:
    """Said plainly or in short."""
    assert NET.check(text) is Alert.DISTRESS


@pytest.mark.parametrize(
    "text",
    ["mon mari me frappe", "Je suis victime de violences conjugales", "mon enfant est maltraite", "papa tape maman"],
)
def test_violence_at_home_has_numbers_of_its_own(text: str) -> None:
    """Who is beaten at home is told of 3919 and 119 too."""
    assert NET.check(text) is Alert.VIOLENCE


@pytest.mark.parametrize(
    ("text", "alert"),
    [
        ("quelles aides pour les femmes victimes de violences ?", Alert.POSSIBLE_VIOLENCE),
        ("une fumée dans le ciel", Alert.POSSIBLE_DANGER),
        ("où déclarer l'accident grave d'hier ?", Alert.POSSIBLE_DANGER),
        ("je pars rejoindre mon mari", Alert.POSSIBLE_DISTRESS),
    ],
)
def test_what_may_be_either_is_possible(text: str, alert: Alert) -> None:
    """A frightening word alone, yesterday's danger, an errand: the numbers and an answer."""
    assert NET.check(text) is alert


@pytest.mark.parametrize(
    "text",
    [
        "le feu tricolore de la place est en panne",
        "à quelle heure est le feu d'artifice ?",
        "ma mère est morte, que dois-je faire à la mairie ?",
        "acte de décès",
        "je suis mort de fatigue avec vos démarches",
        "comment signaler un dépôt sauvage",
        "une fuite d'eau sur ma facture",
        "comment devenir pompier volontaire",
        "il n'y a pas le feu",
        "l'incendie de l'an dernier a tout détruit, quelle aide ?",
        "il y a eu le feu dans notre immeuble l'an dernier, on attend le relogement",
        "le rdv de jeudi tombe à l'eau, on peut en prendre un autre ?",
        "on se saigne aux quatre veines pour payer vos taxes",
        "",
        "?",
    ],
)
def test_what_only_sounds_like_it_is_not(text: str) -> None:
    """A town hall's everyday words raise no alarm."""
    assert NET.check(text) is None


@pytest.mark.parametrize("text", SENTENCES["questions"])
def test_no_everyday_question_ends_the_turn(text: str) -> None:
    """Whoever asks a town hall something gets an answer."""
    assert not is_sure(text)


def test_most_everyday_questions_raise_nothing() -> None:
    """Nine of ten, of questions written to frighten."""
    alarmed = [text for text in SENTENCES["questions"] if NET.check(text)]

    assert len(alarmed) <= len(SENTENCES["questions"]) / 10, alarmed


@pytest.mark.parametrize("text", SENTENCES["cries"])
def test_every_cry_for_help_is_sure(text: str) -> None:
    """Typos, short messages, capitals, insults, about oneself or others, some English."""
    assert is_sure(text)


@pytest.mark.parametrize("text", SENTENCES["hints"])
def test_a_hint_gets_the_numbers_too(text: str) -> None:
    """Said sideways, it may mean nothing; whoever means it has the numbers."""
    assert NET.check(text) is not None


@pytest.mark.parametrize("text", ["vite les pompié", "choc alergique", "qqn est tombé ds les pommes"])
def test_words_typed_in_haste_are_put_right(text: str) -> None:
    """A text is read as it stands, and once more with them mended."""
    assert NET.check(text) is Alert.DANGER


def test_what_is_mended_hides_nothing() -> None:
    """The second reading may find more, never less."""
    plain = Safety(NET.violence, NET.danger, NET.distress, {})
    for text in (*SENTENCES["cries"], *SENTENCES["hints"]):
        alone = plain.check(text)
        assert alone is None or not alone.is_sure or NET.check(text) is alone


def test_danger_at_the_end_of_a_long_message_is_seen() -> None:
    """However much is said before."""
    assert NET.check("bla " * 5000 + "il y a le feu") is Alert.DANGER


@pytest.mark.parametrize(
    "text",
    [
        "le feu d'artifice est tombé sur le toit, il y a le feu chez moi",
        "où jeter de vieux couteaux ? vite un homme armé devant la mairie",
        "le feu tricolore est en panne. accident grave, il y a des blessés",
    ],
)
def test_danger_beside_harmless_words_is_seen(text: str) -> None:
    """« Feu d'artifice » does not hide a fire, nor an errand what comes behind it."""
    assert NET.check(text) is Alert.DANGER


def test_a_megabyte_is_checked_in_moments() -> None:
    """No pattern takes exponential time."""
    for text in ("a" * 1_000_000, "il y a " * 150_000, "je veux " * 125_000):
        assert NET.check(text) is None


@given(st.text(st.sampled_from("aeil 'mnrstu!.é\u0301"), max_size=4500))
def test_whatever_is_typed_is_checked(text: str) -> None:
    """Nothing is too odd for it, and the answer stays the same."""
    assert NET.check(text) is NET.check(text)


@pytest.mark.parametrize("pattern", patterns(LEXICON))
def test_no_pattern_can_run_away(pattern: str) -> None:
    """Gaps are bounded, only single characters repeat without bound, and such repeats are not nested."""

    def walk(parsed: Any, repeated: bool) -> None:
        for operation, value in parsed:
            if operation in (sre_parse.MAX_REPEAT, sre_parse.MIN_REPEAT):
                _, most, inner = value
                endless = most is sre_parse.MAXREPEAT
                assert not (endless and repeated), "an endless repeat within a repeat"
                assert not (endless and inner[0][0] is sre_parse.ANY), "an endless gap"
                assert endless or most <= LONGEST_GAP
                walk(inner, repeated or endless or most > 4)
            elif operation is sre_parse.BRANCH:
                for branch in value[1]:
                    walk(branch, repeated)
            elif operation is sre_parse.SUBPATTERN:
                walk(value[-1], repeated)
            elif operation in (sre_parse.ASSERT, sre_parse.ASSERT_NOT):
                walk(value[1], repeated)

    walk(sre_parse.parse(pattern), repeated=False)


@pytest.mark.parametrize("text", ["", "a il de suis 18 x-y œuf", "mon mari est là, ma fille m'a dit de vous écrire"])
def test_a_search_by_first_letters_finds_what_each_pattern_finds(text: str) -> None:
    """The letters by which patterns are sorted leave none out."""
    texts = [text, *SENTENCES["cries"]]
    for pattern in patterns(LEXICON["danger"]):
        alone = re.compile(pattern)
        sorted_in = safety._one([pattern, r"\bzzz"])
        for said in map(safety.seen, texts):
            assert bool(alone.search(said)) == any(True for _ in sorted_in.spans(said)), (pattern, said)


def test_questions_written_by_another_hand_raise_almost_no_alarm() -> None:
    """Of the evaluation sets, at most one question in a hundred gets the numbers, and none gets them alone."""
    rows = [json.loads(line) for line in ACTS.read_text(encoding="utf-8").splitlines()]
    harmless = [row["text"] for row in rows if row["intent"] not in ALARMS]
    for name in ("questions", "fitting", "out_of_scope"):
        lines = (KNOWLEDGE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        harmless += [text for line in lines for text in json.loads(line).values() if isinstance(text, str)]
    alarmed = [text for text in harmless if NET.check(text)]

    assert len(alarmed) <= len(harmless) / 100, alarmed
    assert [text for text in alarmed if is_sure(text)] == []


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (".*", ""),
        (".*", "danger: ["),
        ("danger:\n", "dangers:\n"),
        (r"- \\bau feu", "- au feu"),
        (r"- \\bau feu", "- \\\\bau (feu"),
        (r"\[jsuis, ", "[chez nous, "),
        (r"\[jsuis, ", "[tt, "),
        (r"\[jsuis, ", "[É, "),
    ],
)
def test_a_broken_lexicon_stops_the_start(tmp_path: Path, was: str, becomes: str) -> None:
    """Without it nothing is served."""
    path = tmp_path / "lexicon.yml"
    path.write_text(re.sub(was, becomes, safety.LEXICON.read_text("utf-8"), count=1, flags=re.DOTALL), "utf-8")

    with pytest.raises(ConfigurationError):
        safety.load(path)


def test_no_example_of_a_harmless_intent_ends_the_turn() -> None:
    """What teaches the model everyday talk is not danger, and hardly ever looks like it."""
    harmless = []
    for path in sorted(INTENTS.glob("*.yml")):
        if path.stem not in ALARMS:
            lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
            harmless += [line[2:] for line in lines if line.startswith("- ")]
    alarmed = [line for line in harmless if NET.check(line)]

    assert [line for line in alarmed if is_sure(line)] == []
    assert len(alarmed) <= len(harmless) / 100, alarmed
