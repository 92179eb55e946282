"""Which lines of a conversation count as asked and not answered."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot import safety
from bot.analytics.topic_questions import has_subject, questions
from bot.messages import AnswerStatus, Author, Button, Reply, Source
from bot.store.base import CITIZEN, Entry
from bot.topics import Heard, RatedBy, Why

START = datetime(2026, 5, 1, 9, tzinfo=timezone.utc)
LONG_AGO = START - timedelta(days=60)
SCOOTER = "où garer une trottinette"


class Talk:
    """A conversation, line by line."""

    def __init__(self) -> None:
        self.lines: list[Entry] = []
        self.ratings: list[RatedBy] = []

    def says(self, text: str, ref: str = "") -> Talk:
        number = len(self.lines)
        at = START + timedelta(seconds=number)
        self.lines.append(Entry(number + 1, ref or f"m{number}", CITIZEN, text, at))
        return self

    def hears(
        self,
        status: AnswerStatus | None,
        *titles: str,
        article: str = "",
        ref: str = "",
        author: Author = Author.BOT,
    ) -> Talk:
        number = len(self.lines)
        said = Reply(
            ref or f"{self.lines[-1].ref}.0",
            "…",
            author=author,
            status=status,
            buttons=tuple(Button(title, f"token-{title}") for title in titles),
            sources=(Source("Une page", "/articles/x", article=article),) if article else (),
        )
        at = START + timedelta(seconds=number)
        self.lines.append(Entry(number + 1, said.id, author.value, said.text, at, said))
        return self

    def rates(self, article: str, helpful: bool) -> Talk:
        last = self.lines[-1]
        self.ratings.append(RatedBy(last.ref, article, helpful, last.at))
        return self

    def asked(self, since: datetime = LONG_AGO) -> list[tuple[str, Why]]:
        heard = Heard("c1", self.lines, self.ratings)
        lexicon = safety.load()
        return [(one.text, one.why) for one in questions(heard, since, lambda text: lexicon.check(text) is not None)]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (AnswerStatus.LOST, Why.LOST),
        (AnswerStatus.OUT_OF_SCOPE, Why.OUT_OF_SCOPE),
        (AnswerStatus.UNAVAILABLE, Why.UNAVAILABLE),
    ],
)
def test_what_was_not_answered_counts(status: AnswerStatus, why: Why) -> None:
    """The line that the reply is called after, also where another one came between."""
    talk = Talk().says(SCOOTER, "m1").says("et le wifi", "m2").hears(status, ref="m1.0")
    talk.hears(AnswerStatus.ANSWERED, ref="m2.0")

    assert talk.asked() == [(SCOOTER, why)]


@pytest.mark.parametrize("status", [AnswerStatus.ANSWERED, AnswerStatus.CHOOSE, AnswerStatus.EXPIRED, None])
def test_what_was_met_otherwise_does_not(status: AnswerStatus | None) -> None:
    """An answer, titles to choose from, and whatever has no status."""
    assert Talk().says(SCOOTER).hears(status).asked() == []


def test_none_of_these_is_about_the_question_before() -> None:
    """Pressed or typed: what counts is what the titles were offered for."""
    pressed = Talk().says(SCOOTER).hears(AnswerStatus.CHOOSE, "Vélos", "Aucun").says("Aucun").hears(AnswerStatus.LOST)
    typed = Talk().says(SCOOTER).hears(AnswerStatus.CHOOSE, "Vélos").says("non").hears(AnswerStatus.LOST)
    again = Talk().says(SCOOTER).hears(AnswerStatus.CHOOSE, "Vélos").says("le prix du wifi").hears(AnswerStatus.LOST)

    assert pressed.asked() == typed.asked() == [(SCOOTER, Why.LOST)]
    assert again.asked() == [("le prix du wifi", Why.LOST)]


def test_a_useless_answer_is_about_its_question() -> None:
    """The line before the answer that was rated, not the button; where titles were chosen from, the one before those."""
    plain = Talk().says(SCOOTER).hears(AnswerStatus.ANSWERED, "Oui", "Non", article="velos").says("Non")
    chosen = Talk().says(SCOOTER).hears(AnswerStatus.CHOOSE, "Vélos").says("Vélos")
    chosen.hears(AnswerStatus.ANSWERED, "Oui", "Non", article="velos").says("Non")

    assert plain.rates("velos", False).asked() == [(SCOOTER, Why.USELESS)]
    assert chosen.rates("velos", False).asked() == [(SCOOTER, Why.USELESS)]


def test_the_later_rating_counts() -> None:
    """Who pressed « non » by mistake and then « oui » has been helped."""
    talk = Talk().says(SCOOTER).hears(AnswerStatus.ANSWERED, "Oui", "Non", article="velos").says("Non")
    talk.rates("velos", False).hears(None).says("Oui").rates("velos", True)

    assert talk.asked() == []


@pytest.mark.parametrize(
    "text",
    [
        "bonjour",
        "Bonsoir madame",
        "merci beaucoup",
        "t'es nul",
        "connard de robot",
        "je ne comprends pas la réponse",
        "123456",
        "?",
        "😀",
        "ok",
        "[nom] [téléphone]",
    ],
)
def test_greetings_insults_and_chatter_are_left_out(text: str) -> None:
    """They ask nothing that an article could answer."""
    assert not has_subject(text)
    assert Talk().says(text).hears(AnswerStatus.LOST).asked() == []


def test_a_rude_question_is_a_question() -> None:
    """Beside an insult there may be a matter."""
    assert has_subject("putain encore la collecte des poubelles jaunes oubliée rue pasteur")


@pytest.mark.parametrize(
    "text", ["il y a le feu chez moi", "je veux mourir", "mon mari me frappe", "j'ai envie d'en finir"]
)
def test_danger_and_distress_are_left_out(text: str) -> None:
    """Nobody reads them in a list of subjects, whatever the bot answered."""
    assert Talk().says(text).hears(AnswerStatus.LOST).asked() == []


def test_what_was_answered_with_an_alarm_is_left_out() -> None:
    """Also where the words alone would not tell."""
    talk = (
        Talk()
        .says("il est tombé dans le bassin", "m1")
        .hears(None, ref="m1.alarm")
        .hears(AnswerStatus.LOST, ref="m1.0")
    )

    assert talk.asked() == []


def test_a_line_counts_once_and_only_in_its_time() -> None:
    """Asked back and rated useless, it is one question; an old line is none."""
    talk = Talk().says(SCOOTER, "m1").hears(AnswerStatus.LOST, ref="m1.0").hears(AnswerStatus.LOST, ref="m1.1")

    assert talk.asked() == [(SCOOTER, Why.LOST)]
    assert talk.asked(since=START + timedelta(seconds=1)) == []


def test_an_agents_line_asks_nothing() -> None:
    """Only replies of the bot say that something was not answered, and a reply to nobody's line says nothing."""
    assert Talk().says(SCOOTER).hears(AnswerStatus.LOST, author=Author.AGENT).asked() == []
    assert questions(Heard("c1", Talk().says("x").hears(AnswerStatus.LOST).lines[1:]), LONG_AGO, lambda _: False) == []
