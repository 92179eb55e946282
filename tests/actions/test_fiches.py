"""The State's fiches in a conversation: what is said, which buttons stand under it, what the tracker remembers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import msgspec
import pytest

from actions.acts import ActionCancel, ActionLanguage, ActionRepeat
from actions.fiches import at_town
from actions.remembered import payload, read_at, read_path, written, written_at
from bot.fiches import AUDIENCES
from bot.knowledge.engine.found import Searcher
from bot.knowledge.following import FollowedFiches
from bot.messages import AnswerStatus
from bot.settings_directory import Entry
from bot.store.base import Article
from bot.store.sql import Store
from bot.text.wording import load as catalogues
from bot.wire import Say, WireButton
from tests.actions.talk import OFFICE, Talk, ratings, talking
from tests.knowledge import small
from tests.knowledge.fiches import FICHES, WordSearcher

pytestmark = pytest.mark.rasa

WITH_DIRECTORY = msgspec.structs.replace(OFFICE, directory={"mairie": Entry(service="etat_civil")})


async def opened(version: int) -> Searcher:
    return WordSearcher(FICHES, version)


@pytest.fixture
async def talk(store: Store) -> AsyncIterator[Talk]:
    for audience in AUDIENCES:
        fiches = [one for one in FICHES if one.audience == audience]
        await store.fiches.replace(audience, fiches, {one.id: "1" for one in fiches}, {}, small.NOON)
    async with talking(store, WITH_DIRECTORY, fiches=FollowedFiches(store.fiches, opened)) as begun:
        yield begun


def button(said: Say, title: str) -> WireButton:
    return next(one for one in said.buttons if title in (one.title, one.key))


def words(said: Say, language: str = "fr") -> str:
    """What a citizen reads."""
    wording = catalogues(WITH_DIRECTORY)
    return "\n\n".join(wording.say(key, language, **said.values) for key in said.say.split("+"))


async def test_a_case_is_asked_and_answered(talk: Talk) -> None:
    """Buttons narrow the page down; the answer names the case, the source with its date, and the town's contact."""
    first = await talk.ask("combien coûte une carte d'identité perdue")
    second = await talk.press(button(first, "En France"))
    told = await talk.press(button(second, "Vous êtes mineur"))

    assert [first.status, second.status, told.status] == [
        AnswerStatus.NARROWED,
        AnswerStatus.NARROWED,
        AnswerStatus.ANSWERED,
    ]
    assert "Cela dépend de votre situation. Laquelle est la vôtre ?" in words(first)
    assert words(told).startswith(
        "Votre situation : En France – Vous êtes mineur\n\nCoût\n\nLe timbre d’un enfant vaut 20"
    )
    assert "\n- État civil : 01 00 00 00 01" in words(told).replace("\u00a0", " ")
    assert [(one.publisher, one.updated, one.article) for one in told.sources] == [
        ("service-public.fr", "2026-10-05", "part:F1")
    ]


async def test_the_towns_words_before_a_fiche_are_a_use_of_its_article(store: Store, talk: Talk) -> None:
    """What the town adds is named as a source and counted once with the answer, not with the question for a case or « Voir plus »."""
    local = Article("carte-ici", "Carte à Rivemont", "etat_civil", "Le guichet ferme le jeudi.", fiche="F1")
    await store.articles.replace("markdown", [*small.articles(), local], small.NOON)
    first = await talk.ask("combien coûte une carte d'identité perdue")
    told = await talk.press(button(first, "À l’étranger"))
    more = await talk.press(button(told, "more_title"))

    assert "Le guichet ferme le jeudi." in words(told)
    assert [[(one.url, one.article) for one in said.sources] for said in (first, told, more)] == [
        [("https://www.service-public.fr/vosdroits/F1", ""), ("/articles/carte-ici", "")],
        [("https://www.service-public.fr/vosdroits/F1", "part:F1"), ("/articles/carte-ici", "carte-ici")],
        [("https://www.service-public.fr/vosdroits/F1", "")],
    ]


async def test_out_of_scope_names_the_fiches_only_where_there_are_any(store: Store, talk: Talk) -> None:
    """Words that exist and that no page speaks of are out of scope, with the State's pages and without; others are not understood."""
    async with talking(store, WITH_DIRECTORY) as alone:
        plain = await alone.ask("recette de crêpes bretonnes")
        garbled = await alone.ask("qsdfqsd azerzer")

    assert (plain.say, plain.status) == ("out_of_scope_town", AnswerStatus.OUT_OF_SCOPE)
    assert "service-public" not in words(plain)
    assert "service-public" not in words(plain, "en")
    assert [one.key for one in plain.buttons] == ["person_title"]
    assert garbled.say == "lost"


async def test_an_english_question_is_answered_from_a_french_page(talk: Talk) -> None:
    """« I lost my identity card » finds the page, which says what it says in French, and that is said first in English."""
    talk.language = "en"
    told = await talk.ask("I lost my identity card")
    plain = await talk.ask("carte d'identité perdue")

    assert told.status is AnswerStatus.NARROWED
    assert told.sources[0].title == plain.sources[0].title == "Carte d’identité perdue"
    assert words(told, "en").startswith("The official text is in French.")
    assert "in_french" not in plain.say


async def test_a_typed_case_and_what_follows(talk: Talk) -> None:
    """Typed answers count like buttons, and follow-ups keep question or case."""
    await talk.ask("combien coûte une carte d'identité perdue")
    await talk.ask("le premier", "affirm")
    told = await talk.ask("mineur", "nlu_fallback")
    other = await talk.ask("et pour un majeur ?")
    delay = await talk.ask("quel délai ?")

    assert "enfant vaut 20" in told.values["passage"]
    assert "adulte vaut 25" in other.values["passage"]
    assert "trois semaines" in delay.values["passage"]


async def test_the_same_message_twice(talk: Talk) -> None:
    """Rasa may run an action twice for one message: the second time says the same."""
    await talk.ask("combien coûte une carte d'identité perdue")
    once = await talk.ask("le premier", "nlu_fallback")
    talk.turns -= 1
    twice = await talk.ask("le premier", "nlu_fallback")

    assert once == twice


async def test_an_older_button_knows_its_own_case(talk: Talk) -> None:
    """Pressed after other answers, « Voir plus » and a case mean what they stood under."""
    first = await talk.ask("combien coûte une carte d'identité perdue")
    second = await talk.press(button(first, "En France"))
    adult = await talk.press(button(second, "Vous êtes majeur"))
    await talk.press(button(second, "Vous êtes mineur"))
    more = await talk.press(button(adult, "more_title"))
    await talk.ask("horaires de la piscine")
    again = await talk.press(button(first, "À l'étranger".replace("'", "’")))

    assert "enfant" not in more.values["passage"]
    assert "consulat" in again.values["passage"]


async def test_more_ends(talk: Talk) -> None:
    """Each press shows another passage of the case, the last offers none."""
    said = [await talk.ask("délai pour une carte d'identité perdue en France pour un mineur")]
    while any(one.key == "more_title" for one in said[-1].buttons):
        said.append(await talk.press(button(said[-1], "more_title")))
    passages = [one.values["passage"] for one in said]

    assert len(set(passages)) == len(passages) == 4
    assert not any("adulte" in one or "consulat" in one for one in passages)


async def test_another_situation_is_asked_anew(talk: Talk) -> None:
    """What was read in the citizen's words can be taken back."""
    told = await talk.ask("combien coûte une carte d'identité perdue à l'étranger")
    asked = await talk.press(button(told, "other_case_title"))
    other = await talk.press(button(asked, "En France"))

    assert "consulat" in told.values["passage"]
    assert (asked.status, other.status) == (AnswerStatus.NARROWED, AnswerStatus.NARROWED)


async def test_an_answer_of_a_fiche_is_rated(talk: Talk, store: Store) -> None:
    """« Oui » is recorded for the fiche's key."""
    told = await talk.ask("location de vacances")
    await talk.press(told.buttons[0])

    assert [(article, helpful) for _, article, helpful in await ratings(store)] == [("part:F3", True)]
    assert told.say.startswith("fiche_notice+answer")


async def test_publics_are_buttons(talk: Talk) -> None:
    """Who asks is a choice with words of ours, kept for the next question."""
    asked = await talk.ask("congé de bienvenue")
    told = await talk.press(button(asked, "public_public_agent"))
    again = await talk.ask("mon congé de bienvenue")

    assert (asked.say, asked.status) == ("choose_public", AnswerStatus.CHOOSE)
    assert told.sources == again.sources
    assert "chef de service" in told.values["passage"]


async def test_a_guided_search_with_back(talk: Talk) -> None:
    """Branches, help, « Retour » and « Recommencer » are buttons; the end is an answer."""
    root = await talk.ask("que faire quand on déménage")
    meter = await talk.press(button(root, "Un compteur"))
    back = await talk.press(button(meter, "back_title"))
    again = await talk.press(button(back, "Un compteur"))
    end = await talk.press(button(again, "Gaz"))

    assert [one.status for one in (root, meter, back)] == [AnswerStatus.GUIDED] * 3
    assert [one.title or one.key for one in meter.buttons] == ["Eau", "Gaz", "back_title", "restart_title"]
    assert "Le fluide est écrit sur la facture." in words(meter)
    assert "Vos réponses : Un compteur" in words(meter)
    assert back.buttons == root.buttons
    assert end.values["passage"] == "Appelez le réseau."


async def test_a_guided_search_by_other_intents(talk: Talk) -> None:
    """« Retour » and « recommencer » may be taken for acts of conversation: they still mean the search."""
    await talk.ask("que faire quand on déménage")
    await talk.ask("1", "affirm")
    back = (await talk.hear(ActionCancel(talk.services), "retour", "cancel"))[0]
    await talk.ask("un compteur")
    start = (await talk.hear(ActionRepeat(talk.services), "recommencer", "repeat_or_rephrase"))[0]
    await talk.ask("un compteur")
    left = await talk.ask("location de vacances")
    nothing = (await talk.hear(ActionCancel(talk.services), "retour", "cancel"))[0]

    assert [one.status for one in (back, start)] == [AnswerStatus.GUIDED] * 2
    assert (left.status, nothing.say) == (AnswerStatus.ANSWERED, "cancel_nothing")


async def test_a_case_may_sound_like_something_else(talk: Talk) -> None:
    """« En France » is taken for a wish for French: asked which case it is, it is the case."""
    await talk.ask("combien coûte une carte d'identité perdue")
    said = (await talk.hear(ActionLanguage(talk.services), "en France", "language_switch"))[0]

    assert (said.status, said.values["cases"]) == (AnswerStatus.NARROWED, "En France")


async def test_none_of_these(talk: Talk) -> None:
    """Under titles: it offers to say it another way, or a person."""
    root = await talk.ask("que faire quand on déménage")
    titles = await talk.press(button(root, "Un véhicule"))
    none = await talk.press(button(titles, "none_title"))

    assert [one.title or one.key for one in titles.buttons] == [
        "Carte d’identité perdue",
        "Demande de permis de chasse",
        "none_title",
    ]
    assert (none.say, [one.key for one in none.buttons]) == ("none_fits", ["person_title"])


async def test_a_title_is_chosen_by_words(talk: Talk) -> None:
    """Titles of fiches are chosen like those of articles."""
    root = await talk.ask("que faire quand on déménage")
    await talk.press(button(root, "Un véhicule"))
    told = await talk.ask("le deuxième", "affirm")

    assert told.sources[0].article in ("", "part:F2")
    assert "permis de chasse" in words(told)


async def test_out_of_scope_is_said_plainly(talk: Talk) -> None:
    """What the bot knows and a person stand with it, in both languages."""
    said = await talk.ask("la nouvelle carte des étoiles sur la lune")

    assert (said.say, said.status, [one.key for one in said.buttons]) == (
        "out_of_scope",
        AnswerStatus.OUT_OF_SCOPE,
        ["person_title"],
    )
    assert words(said).startswith("Je ne connais pas ce sujet")
    assert words(said, "en").startswith("I do not know this subject")


async def test_english_words_around_a_fiche(talk: Talk) -> None:
    """What is ours is said in English; the fiche stays as the State wrote it."""
    asked = await talk.ask("combien coûte une carte d'identité perdue")
    told = await talk.press(button(await talk.press(button(asked, "En France")), "Vous êtes mineur"))

    assert words(asked, "en").endswith("This depends on your situation. Which one is yours?")
    assert words(told, "en").startswith("Your situation: En France – Vous êtes mineur")
    assert "Who is in charge:" in words(told, "en")


async def test_an_answer_is_said_again(talk: Talk) -> None:
    """« Pardon ? » after a fiche repeats it, and is no second use of it."""
    told = await talk.ask("location de vacances")
    again = (await talk.hear(ActionRepeat(talk.services), "pardon ?", "repeat_or_rephrase"))[0]

    assert all(source.article for source in told.sources)
    assert again == msgspec.structs.replace(
        told, sources=tuple(msgspec.structs.replace(source, article="") for source in told.sources)
    )


async def test_a_damaged_slot_or_payload_harms_nothing(talk: Talk) -> None:
    """A tracker of another version, and numbers that mean nothing."""
    talk.slots["dialogue"] = {"talk": {"fiche": 3}, "to": 1}
    said = [
        await talk.ask("location de vacances"),
        await talk.ask("/case", "case", article="part:F1", cases="a.b", mark="x"),
        await talk.ask("/case", "case"),
        await talk.ask("/guide", "guide", article="part:R1", at="9.9", take=99),
        await talk.ask("/public", "public", public="king"),
    ]

    assert said[0].status is AnswerStatus.ANSWERED
    assert all(one.status is not None for one in said)


async def test_without_fiches_all_is_as_before(store: Store) -> None:
    """No fiche is stored: the town alone answers, and the tracker remembers nothing new."""
    async with talking(store, fiches=FollowedFiches(store.fiches, opened)) as begun:
        said = await begun.ask("horaires de la piscine")
        lost = await begun.ask("xqzw")
        pressed = await begun.ask("/case", "case", article="part:F1", cases="0.1", mark=1)

        assert (said.say, lost.say, pressed.status) == ("answer+reach_person+helped", "lost", AnswerStatus.LOST)
        assert "dialogue" not in begun.slots or begun.slots["dialogue"] is None


@pytest.mark.parametrize(
    ("name", "said"), [("Rivemont", "À Rivemont"), ("Le Havre", "Au Havre"), ("Les Mureaux", "Aux Mureaux")]
)
def test_the_name_of_a_town_in_a_sentence(name: str, said: str) -> None:
    """French contracts its articles."""
    assert at_town(name) == said


def test_payloads_are_json() -> None:
    """Rasa reads them."""
    assert json.loads(payload("case", article="part:F1", cases="0.1", page=0)[5:]) == {
        "article": "part:F1",
        "cases": "0.1",
        "page": 0,
    }
    assert read_path(written([(0, 1), (2, 0)])) == ((0, 1), (2, 0))
    assert (read_at(written_at((0, 2))), read_at(written_at(())), read_path("1.x"), read_path(None)) == (
        (0, 2),
        (),
        (),
        (),
    )
