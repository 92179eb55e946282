"""Questions into groups: how pure they are on subjects that nothing was tuned on, and what they promise whatever is asked."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone

from sklearn.metrics import adjusted_rand_score

from bot.analytics.topic_groups import Found, grouped
from bot.analytics.topic_matching import matched
from bot.topics import Asked, Assigned, Course, Topic, Why
from tests.analytics.topic_phrasings import HELD_OUT, NOISE, TUNED

START = datetime(2026, 5, 1, 9, tzinfo=timezone.utc)


def asked(texts: Iterable[str], prefix: str = "c", of: int = 1) -> list[Asked]:
    """Questions one after the other; every `of` of them in a row come from one conversation."""
    return [
        Asked(f"{prefix}{number // of}", f"m{number}", Why.LOST, START + timedelta(minutes=number), text)
        for number, text in enumerate(texts)
    ]


def rand_index(sets: Mapping[str, Iterable[str]], noise: Iterable[str]) -> float:
    """The adjusted Rand index of the groups; a question in no group is one of its own."""
    texts = [text for phrasings in sets.values() for text in phrasings]
    gold = [subject for subject, phrasings in sets.items() for _ in phrasings]
    said = asked([*texts, *noise])
    gold += [f"noise {number}" for number in range(len(said) - len(texts))]
    label = {one.line: place for place, group in enumerate(grouped(said)) for one in group.asked}
    return float(adjusted_rand_score(gold, [label.get(one.line, -1 - at) for at, one in enumerate(said)]))


def names(found: Iterable[Found]) -> list[str]:
    return [" ".join(group.words[:2]) for group in found]


def test_groups_are_pure_on_subjects_that_nothing_was_tuned_on() -> None:
    """Twenty invented subjects and ten questions that belong nowhere: adjusted Rand index of .7 or more."""
    assert rand_index(HELD_OUT, NOISE) >= 0.7
    assert rand_index(TUNED, NOISE) >= 0.7


def test_groups_are_the_same_in_any_order() -> None:
    """Same questions, same groups, names and weights, however they are handed over."""
    said = asked([text for phrasings in HELD_OUT.values() for text in phrasings])
    shuffled = list(said)
    random.Random(5).shuffle(shuffled)

    assert grouped(shuffled) == grouped(said)


def test_a_group_has_three_questions_of_three_conversations() -> None:
    """One citizen who asks ten times is no group, nor are two who ask the same."""
    text = "les trottinettes traînent sur le trottoir"

    assert grouped(asked([text] * 10, of=10)) == []
    assert grouped(asked([text] * 4, of=2)) == []
    assert names(grouped(asked([text] * 3))) == ["trottinettes traînent"]


def test_a_name_holds_no_word_that_fewer_than_three_conversations_said() -> None:
    """« Dupont » is said by two, so neither the name nor the weights have it; singular and plural are one word."""
    texts = [
        "le frelon de Dupont",
        "frelons chez Dupont encore",
        "encore des frelons",
        "un frelon asiatique",
    ]
    (group,) = grouped(asked(texts))

    assert group.words == ("frelon",)
    assert list(group.weights) == ["frelon"]


def test_masked_places_are_no_words() -> None:
    """What redaction left in brackets names no group."""
    (group,) = grouped(asked([f"la sono de [nom], {number} [adresse]" for number in range(4)]))

    assert group.words == ("sono",)


def test_many_questions_are_grouped_in_rounds() -> None:
    """More points than fit at once: the most asked are grouped first, the others join what is near them."""
    openings = ("je voudrais savoir", "dites-moi", "urgent", "encore", "depuis hier")
    towns = ("lyon", "nantes", "brest", "dijon", "tours", "metz", "pau", "nice")
    said = asked(
        f"{opening} {text} {town}"
        for subject in ("sono", "ludothèque", "bassin nordique", "wifi")
        for text in HELD_OUT[subject]
        for opening in openings
        for town in towns
    )
    whole = names(grouped(said))
    found = grouped(said, max_points=60)

    assert sum(len(group.asked) for group in found) >= 0.8 * len(said)
    assert {name.split()[0] for name in names(found)} & {"sono", "ludothèque", "bassin", "wifi"}
    assert len(whole) >= 4


def known(group: Found, topic_id: int) -> tuple[Topic, dict[tuple[str, str], Assigned]]:
    """A group as the night before kept it, and its lines."""
    day = START.date()
    topic = Topic(topic_id, group.words, group.weights, "voirie", (), day, day, Course.NEW)
    return topic, {one.line: Assigned(one.line, topic_id, one.why, one.at) for one in group.asked}


def test_groups_keep_their_ids() -> None:
    """With new questions, without the old ones, and when all lines were erased: the same subject has the same id."""
    sono, wifi = list(HELD_OUT["sono"]), list(HELD_OUT["wifi"])
    said = asked([*wifi, *sono])
    before = grouped([*said[:5], *said[-4:]])
    topics, lines = zip(*(known(group, 7 + place) for place, group in enumerate(before)), strict=True)
    of = {group.words[0]: topic.id for group, topic in zip(before, topics, strict=True)}
    every = {line: one for part in lines for line, one in part.items()}
    now = grouped(said)
    fresh = grouped(asked([*wifi, *sono, *HELD_OUT["sapin"]], prefix="other"))

    assert {group.words[0]: one for group, one in zip(now, matched(now, topics, every), strict=True)} == of
    found = {group.words[0]: one for group, one in zip(fresh, matched(fresh, topics, {}), strict=True)}
    assert {word: one for word, one in found.items() if one is not None} == of
    assert None in found.values()


def test_two_groups_never_have_one_id() -> None:
    """Where a group falls into two, the half that has more of it goes on; the other one is new."""
    (one,) = grouped(asked(HELD_OUT["sono"]))
    topic, lines = known(one, 3)
    halves = [
        Found(one.asked[:4], one.words, one.weights, one.central),
        Found(one.asked[4:], one.words, one.weights, one.central),
    ]

    assert matched(halves, [topic], lines) == [3, None]
    assert matched(halves[::-1], [topic], lines) == [None, 3]


def test_hostile_texts_are_only_texts() -> None:
    """Markup, formulas, control characters, endless words and nothing at all are grouped or left out, and harm nothing."""
    evil = [
        "<script>alert(1)</script> parking",
        "=cmd|' /C calc'!A0 parking",
        "\x00\u202e parking " + "a" * 5000,
        "",
        "😀",
        "  ",
    ]
    found = grouped(asked([*evil, "parking", "parking ?"]))

    assert [group.words[0] for group in found] == ["parking"]
    assert grouped([]) == []
    assert grouped(asked(["trottinette"])) == []
