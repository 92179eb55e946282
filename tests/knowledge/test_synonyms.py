"""Everyday words: what a question is searched with beside its own words."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.knowledge.synonyms import LOCAL, MAX_FILE_BYTES, MAX_GROUPS, MAX_TOKENS, Kind, Synonyms, flexed, load, read
from bot.text.french import STOP_WORDS, tokens

SHIPPED = Path(__file__).resolve().parents[2] / "knowledge" / "synonyms.yml"


@pytest.fixture(scope="module")
def shipped() -> Synonyms:
    return load(SHIPPED)


def written(folder: Path, text: str | bytes, name: str = "synonyms.yml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def small(folder: Path, text: str) -> Synonyms:
    return load(written(folder, text))


def added(synonyms: Synonyms, question: str) -> set[str]:
    return {found.word for found in synonyms.expand(tokens(question))}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("les flics m'ont arrêté", {"police", "gendarmerie", "commissariat"}),
        ("mon patron veut me virer", {"licenciement", "employeur"}),
        ("elle s'est fait virée", {"licenciement"}),
        ("il me faut les papiers de la voiture", {"certificat", "immatriculation"}),
        ("papiers voiture perdus", {"certificat", "immatriculation"}),
        ("j'ai vendu ma caisse", {"vehicule"}),
        ("leur caisse est garée devant chez moi", {"vehicule"}),
        ("je touche l'assedic", {"france", "travail"}),
        ("réunion du CHSCT", {"comite", "social", "economique"}),
        ("la COTOREP m'a répondu", {"mdph"}),
        ("où est le TGI", {"tribunal", "judiciaire"}),
        ("l’huissier est passé", {"commissaire", "justice"}),
        ("mon père est mort", {"deces"}),
        ("nounou agréée", {"assistante", "maternelle"}),
        ("CNI périmée", {"carte", "nationale", "identite"}),
        ("combien de points sur mon permis", {"solde"}),
    ],
)
def test_what_people_say_finds_the_words_of_the_pages(shipped: Synonyms, question: str, words: set[str]) -> None:
    """Slang, old names and abbreviations, in any number, gender or participle."""
    assert words <= added(shipped, question)


@pytest.mark.parametrize(
    "question",
    [
        "je voudrais faire un virement",
        "la caisse de la piscine",
        "permis de construire",
        "je ne sais pas comment faire pour nous",
        "mange tes asperges",
        "sous quel délai",
        "poser une question au mari",
        "un autre pays",
        "un papier de déclaration",
        "",
    ],
)
def test_what_means_something_else_adds_nothing(shipped: Synonyms, question: str) -> None:
    """A money transfer dismisses nobody, and words with many senses only count in their phrases."""
    assert added(shipped, question) == set()


def test_the_shipped_groups_are_many_and_each_adds_something(shipped: Synonyms) -> None:
    """Every phrase brings at least one word that it does not have itself, and every kind is used."""
    idle = [
        (group.line, phrase) for group in shipped.groups for phrase in group.say if not shipped.expand(tokens(phrase))
    ]

    assert idle == []
    assert len(shipped) >= 350
    assert {group.kind for group in shipped.groups} == set(Kind)


def test_the_longest_phrase_wins(tmp_path: Path) -> None:
    """Its words belong to no other phrase; those around it do."""
    synonyms = small(tmp_path, "- {say: [carte], means: [plan]}\n- {say: [carte grise], means: [immatriculation]}\n")

    assert [tuple(found) for found in synonyms.expand(tokens("une carte grise ou une carte"))] == [
        ("immatriculation", 1.0, 1, 3),
        ("plan", 1.0, 5, 6),
    ]


def test_more_meanings_weigh_less(tmp_path: Path) -> None:
    """Of n meanings a word of m weighs one over the root of n times m; what the question has is not added again."""
    synonyms = small(tmp_path, "- {say: [flic], means: [police, gendarmerie, poste de la nation neuf, commissariat]}\n")

    assert [(found.word, found.weight) for found in synonyms.expand(tokens("flics au commissariat"))] == [
        ("police", 0.5),
        ("gendarmerie", 0.5),
        ("poste", 0.289),
        ("nation", 0.289),
        ("neuf", 0.289),
    ]


def test_words_of_grammar_may_stand_in_a_phrase(tmp_path: Path) -> None:
    """Between words that carry the subject; a phrase with only one of them is taken as it is written."""
    synonyms = small(tmp_path, "- {say: [perdu points], means: [solde]}\n- {say: [à la retraite], means: [pension]}\n")

    assert added(synonyms, "j'ai perdu tous mes points") == {"solde"}
    assert added(synonyms, "perdu mon chien et mes points") == set()
    assert added(synonyms, "je suis à la retraite") == {"pension"}
    assert added(synonyms, "la retraite") == set()


def test_abbreviations_are_compared_letter_by_letter(tmp_path: Path) -> None:
    """« Ass » is not « asse »; other words may have the endings of French."""
    synonyms = small(tmp_path, "- {say: [apes], means: [aide], kind: abbreviation}\n- {say: [gosse], means: [enfant]}")

    assert added(synonyms, "APES") == {"aide"}
    assert added(synonyms, "apée") == set()
    assert added(synonyms, "gosses") == {"enfant"}


def test_endings_of_number_gender_and_participle() -> None:
    """One form for those, another for a noun of the same root; short words stay."""
    assert {flexed(word) for word in ("vire", "vires", "viree", "virees", "virer", "virez")} == {"vir"}
    assert (flexed("virement"), flexed("mer"), flexed("bus")) == ("virement", "mer", "bus")


def test_what_is_short_is_only_itself(tmp_path: Path) -> None:
    """« POS » is a plan, « poser » is none although it loses its ending."""
    synonyms = small(tmp_path, "- {say: [pos], means: [plan]}\n")

    assert added(synonyms, "le POS") == {"plan"}
    assert added(synonyms, "je pose, tu poses, nous posons, poser") == set()


def test_a_town_adds_replaces_and_takes_away(tmp_path: Path) -> None:
    """What stands in synonyms_local.yml beside the shipped file counts, phrase by phrase."""
    written(
        tmp_path,
        "- {say: [tram], means: [bus]}\n- {say: [Le PC], means: []}\n- {say: [ouche], means: [jardin]}\n",
        LOCAL,
    )
    synonyms = small(tmp_path, "- {say: [tram, métro], means: [train]}\n- {say: [le pc], means: [permis]}\n")

    assert added(synonyms, "tram") == {"bus"}
    assert added(synonyms, "métro") == {"train"}
    assert added(synonyms, "ouche") == {"jardin"}
    assert added(synonyms, "le pc") == set()


def test_words_stay_words(tmp_path: Path) -> None:
    """What YAML takes for a number or a truth is what was written."""
    synonyms = small(tmp_path, "- {say: [115, off], means: [2024, yes]}\n")

    assert added(synonyms, "le 115") == {"2024", "yes"}


def test_an_empty_file_has_no_groups(tmp_path: Path) -> None:
    """Nor is it a mistake."""
    assert len(small(tmp_path, "# rien encore\n")) == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("say: [a]\n", "is not a list of groups"),
        ("- flics\n", "line 1: is not a group"),
        ("- {say: [flic], means: [police]}\n- {means: [police]}\n", "line 2: say: is missing"),
        ("- {say: [flic]}\n", "line 1: means: is missing"),
        ("- {say: [flic], means: []}\n", "line 1: means: is missing"),
        ("- {say: flic, means: [police]}\n", "line 1: say: is not a list"),
        ("- {say: [[flic]], means: [police]}\n", "line 1: say: holds something that is not a phrase"),
        ("- {say: ['?'], means: [police]}\n", "line 1: say: '?' has no word"),
        ("- {say: [sous], means: [argent]}\n", "line 1: say: 'sous' stands in every second question"),
        ("- {say: [flic], means: [pour]}\n", "line 1: means: 'pour' has no word to search with"),
        ("- {say: [flic], means: [police], kind: slang}\n", "line 1: kind: is one of everyday, renamed"),
        ("- {say: [flic], means: [police], kind: [everyday]}\n", "line 1: kind: is one of"),
        ("- {say: [flic], means: [police], note: x}\n", "line 1: there is no field 'note'"),
        ("- {say: [flic], means: [a b]}\n- say: [Flic]\n  means: [police]\n", "line 1: means: 'a b' has no word"),
        ("- {say: [flic], means: [police]}\n- {say: [Flic], means: [police]}\n", "line 2: 'Flic' is said in line 1"),
        (f"- {{say: [{'x' * 200}], means: [police]}}\n", "line 1: say: a phrase of 200 characters"),
        (f"- {{say: [{'mot, ' * 100}], means: [police]}}\n", "line 1: say: 100 phrases"),
        ("- {say: [flic}\n", "line 1: is not YAML"),
        ("- {say: [*nobody], means: [police]}\n", "line 1: is not YAML"),
        ("[" * 900_000, "lists in lists are no groups"),
        ("- {say: [a], means: [b]}\n" * (MAX_GROUPS + 1), "groups, at most"),
        ("#" * (MAX_FILE_BYTES + 1), "is too big"),
        (b"- {say: [\xe9], means: [b]}\n", "is not text in UTF-8"),
    ],
    ids=itertools.count(),
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    """One sentence says the file, the line and what is wrong."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        load(path)

    assert str(caught.value).startswith(f"{path}: {sentence}") or sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.yml: cannot be read"):
        read(tmp_path / "nowhere.yml")


@given(st.text(max_size=300))
def test_any_question_is_read(shipped: Synonyms, question: str) -> None:
    """What is added is folded, carries a subject, is new to the question, and says where its phrase stands."""
    found = tokens(question)
    for word, weight, start, end in shipped.expand(found):
        assert tokens(word) == [word]
        assert word not in STOP_WORDS
        assert word not in found
        assert 0 < weight <= 1
        assert 0 <= start < end <= len(found)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(raw: bytes) -> None:
    """Bytes that are no groups are refused in one sentence and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), raw)
        with contextlib.suppress(ConfigurationError):
            assert all(group.say for group in read(path))


def test_a_long_question_takes_no_time(shipped: Synonyms) -> None:
    """Only the first tokens are read; the limit is generous to a busy machine."""
    began = time.process_time()
    found = shipped.expand(["mon", "permis"] * 50_000 + ["flic"])

    assert all(entry.end <= MAX_TOKENS for entry in found)
    assert time.process_time() - began < 0.5
