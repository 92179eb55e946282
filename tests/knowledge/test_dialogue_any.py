"""Whatever a fiche looks like and whatever is said: nothing of another case is ever shown."""

from __future__ import annotations

from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fiches import Choice, Fiche, FicheKind, Online, Option, Part, Section, Text
from bot.knowledge import narrowing
from bot.knowledge.answer import Answer
from bot.knowledge.dialogue import answer
from bot.knowledge.leaves import Outline
from bot.knowledge.library import Library
from bot.knowledge.talk import Talk
from bot.knowledge.telling import ask, case, read_on
from bot.messages import AnswerStatus
from tests.knowledge import small
from tests.knowledge.fiches import WordSearcher

TITLES = (
    *("Vous êtes mineur", "Vous êtes majeur", "En France", "À l'étranger", "Vous êtes marié", "Non marié"),
    *("Moins de 16 ans", "De 16 à 17 ans", "Oui", "Non", "Perte", "Vol"),
)
SAID = (
    *(
        "carte perdue",
        "combien ça coûte ?",
        "et pour un mineur ?",
        "et si je suis à l'étranger ?",
        "majeur",
        "en France",
    ),
    *(
        "le premier",
        "2",
        "je ne suis pas marié",
        "mon fils a 16 ans",
        "oui",
        "non",
        "délai",
        "vol",
        "carte volée",
        "coût",
    ),
)
INDEX = small.index()
WORDS = ("coût", "délai", "carte", "perdue", "mineur", "majeur", "timbre", "consulat", "25 €")


def parts(dice: Random, depth: int = 0) -> tuple[Part, ...]:
    """A tree of text, chapters and choices; most texts are one of a kind, some stand in several cases."""
    found: list[Part] = []
    for _ in range(dice.randint(1, 3)):
        kind = dice.choice(("text", "section", "choice", "choice")) if depth < 3 else "text"
        if kind == "text":
            words = " ".join(dice.choices(WORDS, k=dice.randint(1, 4)))
            found.append(Text(f"{words} nr {dice.randint(0, 3) if dice.random() < 0.2 else dice.random()}."))
            if dice.random() < 0.5:
                found.append(Online("Service", f"https://exemple.fr/{dice.random()}"))
        elif kind == "section":
            found.append(Section(dice.choice(("Coût", "Délai", "Pièces")), parts(dice, depth + 1)))
        else:
            titles = dice.sample(TITLES, dice.randint(2, 4))
            found.append(Choice(tuple(Option(title, parts(dice, depth + 1)) for title in titles)))
    return tuple(found)


steps = st.lists(st.one_of(st.sampled_from(SAID), st.integers(0, 3), st.sampled_from(("more", "again"))), max_size=8)


@settings(max_examples=150)
@given(st.integers(0, 2**32), steps)
def test_nothing_of_another_case_is_shown(seed: int, said: list[str | int]) -> None:
    """Every text and link that is shown is true in the cases that are known, or in every case of what is not asked."""
    dice = Random(seed)
    fiches = [
        Fiche("part", "F1", FicheKind.INFORMATION, "Carte perdue", parts=parts(dice), modified=date(2026, 1, 1)),
        Fiche("part", "F2", FicheKind.INFORMATION, "Carte volée", parts=parts(dice)),
    ]
    library = Library.of(INDEX, WordSearcher(fiches), small.OFFICE, small.TODAY)
    talk, previous, leaf, further = Talk(), None, 0, 0
    for step in ["carte perdue", *said]:
        if step == "more":
            further += 1
            told = read_on(library, talk.fiche, dict(talk.known), talk.mark, leaf, further, talk)
        elif step == "again":
            told = ask(library, talk.fiche, talk, talk.question)
        elif isinstance(step, int):
            known = {**dict(talk.known), talk.choice: step}
            told = case(library, talk.fiche, known, talk.mark, talk.question, talk)
        else:
            told = answer(library, step, previous, talk)
        talk = told.talk or talk
        if told.status is AnswerStatus.ANSWERED and told.passages and step != "more":
            previous, leaf, further = told.passages[0].article_id, told.passages[0].number, 0
        elif told.status is AnswerStatus.NARROWED:
            previous = talk.fiche
        _judge(library, told, talk)


def _judge(library: Library, told: Answer, talk: Talk) -> None:
    if told.status not in {AnswerStatus.ANSWERED, AnswerStatus.NARROWED} or told.beside is None:
        return
    outline = library.searcher.outline(talk.fiche)
    assert outline is not None
    known = dict(talk.known)
    texts = {leaf.text for leaf in outline.leaves if narrowing.holds(leaf.path, known)}
    online = {one for leaf in outline.leaves if narrowing.holds(leaf.path, known) for one in leaf.online}
    for passage in told.passages:
        assert passage.text in texts or _in_every_case(outline, passage.text, known)
    if told.passages and told.status is AnswerStatus.ANSWERED:
        shown = outline.leaves[told.passages[0].number]
        assert set(told.beside.online) <= online | set(shown.online)
        path = tuple(pair for pair in shown.path if pair[0] in known)
        assert told.beside.cases == narrowing.cases(outline, path)


def _in_every_case(outline: Outline, text: str, known: dict[int, int]) -> bool:
    """Whether a text is true whatever is answered to a choice that was not asked."""
    return any(
        all(
            any(
                leaf.text == text and narrowing.holds(leaf.path, {**known, question.number: option})
                for leaf in outline.leaves
            )
            for option in range(len(question.options))
        )
        for question in outline.questions
        if question.number not in known and narrowing.holds(question.path, known)
    )
