"""What the actions say and remember, on a real database and the small town's articles."""

import json
from pathlib import Path

import pytest

from actions.answer import ActionAnswer, Place
from bot.messages import AnswerStatus
from bot.settings import read_office
from bot.text.wording import load as catalogues
from bot.wire import Say, WireButton, WireSource
from tests.actions.talk import Talk

pytestmark = pytest.mark.rasa

OFFICE = Path(__file__).resolve().parents[2] / "office.yml"
REACH = {"service": "État civil", "service_phone": "01 00 00 00 01"}


def buttons(article: str, passage: float, more: bool = True) -> tuple[WireButton, ...]:
    """What stands under an answer: each button names its article and how far it was shown."""
    own = json.dumps({"article": article, "passage": passage})
    rating = (WireButton(f"/affirm{own}", key="yes_title"), WireButton(f"/deny{own}", key="no_title"))
    return (*rating, WireButton(f"/more{own}", key="more_title")) if more else rating


async def test_a_question_is_answered(talk: Talk) -> None:
    """The passage under its heading, how to reach a person, whether it helped, the source; nothing else."""
    said = await talk.ask("Combien coûte un passeport ?")

    assert said == Say(
        "answer+reach_person+helped",
        values={
            "passage": "Prix\n\nLe timbre du passeport coûte 86\u00a0€ pour un adulte.",
            **REACH,
        },
        buttons=buttons("passeport-adulte", 1.0),
        sources=(
            WireSource(
                "Obtenir un passeport",
                "https://www.service-public.fr/particuliers/vosdroits/N360",
                "service-public.fr",
                "2026-03-02",
                "passeport-adulte",
            ),
        ),
        status=AnswerStatus.ANSWERED,
    )
    assert talk.answered == ("passeport-adulte", 1.0)


@pytest.mark.parametrize("intent", ["ask_question", "nlu_fallback", "greet", "affirmative_nonsense"])
async def test_an_intent_never_chooses_a_text(talk: Talk, intent: str) -> None:
    """Recognised or not, the citizen's own words are searched."""
    said = await talk.ask("horaires de la piscine", intent)

    assert said.values["passage"] == "La piscine ouvre du mardi au dimanche, de 10\u00a0h à 19\u00a0h."


async def test_a_service_without_a_phone(talk: Talk) -> None:
    """The town's own number stands in for it."""
    said = await talk.ask("horaires de la piscine")

    assert (said.values["service"], said.values["service_phone"]) == ("Sports et loisirs", "01 00 00 00 00")


async def test_more_shows_the_rest_in_turn(talk: Talk) -> None:
    """From the passage that answered on and round to the introduction; the last one offers no more, then there is none."""
    said = [await talk.ask("Combien coûte un passeport ?")]
    for _ in range(3):
        said.append(await talk.press(said[-1].buttons[2]))
    over = await talk.ask("/more", "more")

    assert (over.say, over.buttons) == ("more", ())
    assert [line.buttons for line in said] == [
        buttons("passeport-adulte", 1.0),
        buttons("passeport-adulte", 1.001),
        buttons("passeport-adulte", 1.002),
        buttons("passeport-adulte", 1.003, more=False),
    ]
    said = said[1:]
    assert [line.say for line in said] == ["answer+helped"] * 3
    assert [line.values["passage"].split("\n")[0] for line in said] == [
        "Pièces à fournir",
        "Enfants",
        "La demande de passeport se fait sur rendez-vous à l’état civil. Préparez-la en ligne avant de venir.",
    ]


async def test_more_under_an_older_answer(talk: Talk) -> None:
    """« Voir plus » goes on with the answer it stands under, not with the last one."""
    passport = await talk.ask("Combien coûte un passeport ?")
    await talk.ask("horaires de la piscine")
    more = await talk.press(passport.buttons[2])

    assert more.values["passage"].startswith("Pièces à fournir\n")
    assert talk.answered == ("passeport-adulte", 1.001)


async def test_more_of_nothing(talk: Talk) -> None:
    """Without an answer before it there is nothing more to show."""
    assert (await talk.ask("/more", "more")).say == "more"


async def test_an_article_of_one_passage_offers_no_more(talk: Talk) -> None:
    """« Voir plus » is offered only where there is more."""
    assert (await talk.ask("enlèvement des encombrants")).buttons == buttons("encombrants", 0.0, more=False)


async def test_a_follow_up_stays(talk: Talk) -> None:
    """A question without a subject is about what was just answered, also once that was rated."""
    await talk.ask("comment avoir un passeport")
    price = await talk.ask("combien ça coûte ?")
    await talk.ask("/affirm", "affirm")
    child = await talk.ask("et pour un mineur ?")

    assert price.values["passage"].startswith("Prix\n")
    assert child.values["passage"].startswith("Enfants\n")


async def test_titles_to_choose_from(talk: Talk) -> None:
    """Unsure, the titles are buttons whose payload names the article; pressing one answers the question before it."""
    offered = await talk.ask("horaires")
    chosen = await talk.press(offered.buttons[0])

    assert (offered.say, offered.status, talk.slots["lost"]) == ("choose", AnswerStatus.CHOOSE, None)
    assert [button.title for button in offered.buttons] == ["Horaires de la piscine", "Horaires de la médiathèque"]
    assert chosen.values["passage"] == "La piscine ouvre du mardi au dimanche, de 10\u00a0h à 19\u00a0h."


async def test_the_question_before_a_choice_chooses_the_passage(talk: Talk) -> None:
    """Pressing a title after « … pendant les vacances » shows the section on holidays."""
    await talk.ask("c'est quand pendant les vacances")
    chosen = await talk.ask('/choose{"article": "piscine"}', "choose", article="piscine")

    assert chosen.values["passage"].startswith("Vacances\n")


@pytest.mark.parametrize("intent", ["ask_question", "affirm"])
@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("le premier", "La piscine"),
        ("1", "La piscine"),
        ("la 2 svp", "La médiathèque"),
        ("le deuxième", "La médiathèque"),
        ("celui de la médiathèque", "La médiathèque"),
        ("le dernier", "La médiathèque"),
    ],
)
async def test_a_title_may_be_chosen_in_words(talk: Talk, said: str, first: str, intent: str) -> None:
    """By its place or by a word of it, whatever intent Rasa takes that for."""
    await talk.ask("horaires")
    chosen = await talk.ask(said, intent)

    assert chosen.status is AnswerStatus.ANSWERED
    assert chosen.values["passage"].startswith(first)


async def test_yes_to_several_titles_asks_which(talk: Talk) -> None:
    """« Oui » is no choice among two: they are shown again, and can still be chosen; that is no rating."""
    offered = await talk.ask("horaires")
    again = await talk.ask("oui", "affirm")
    chosen = await talk.ask("le premier")

    assert (again.say, again.buttons) == ("choose_which", offered.buttons)
    assert chosen.status is AnswerStatus.ANSWERED


async def test_none_of_the_titles(talk: Talk) -> None:
    """« Non » asks for other words and says how to reach a person; a second failure in a row counts as one."""
    await talk.ask("horaires")
    said = [(await talk.ask("non", "deny")).say, (await talk.ask("blabla")).say]

    assert said == ["none_fits", "lost_again"]


async def test_titles_are_forgotten_with_the_next_answer(talk: Talk) -> None:
    """« 2 » after another answer chooses nothing any more."""
    await talk.ask("horaires")
    await talk.ask("comment avoir un passeport")

    assert (await talk.ask("le premier")).say != "answer+reach_person+helped"


@pytest.mark.parametrize("entities", [{}, {"article": "parti"}, {"article": "' OR 1=1"}])
async def test_a_choice_that_is_none(talk: Talk, entities: dict[str, str]) -> None:
    """An article that is gone, or no article at all, is lost like any other question."""
    assert (await talk.ask("/choose", "choose", **entities)).say == "lost"


async def test_lost_once_then_twice(talk: Talk) -> None:
    """First another wording is asked for, then a person is offered, then counting starts anew; an answer resets it."""
    said = [(await talk.ask(text)).say for text in ("blabla", "\u200b", "la lune", "horaires piscine", "la lune")]

    assert said == ["lost", "lost_again", "lost", "answer+reach_person+helped", "lost"]


async def test_being_lost_is_counted_once_a_message(talk: Talk) -> None:
    """Rasa may run an action twice for a message: it says the same, and the next message is only the second."""
    said = [
        (await talk.run(ActionAnswer(talk.services), text, "ask_question", message_id)).say
        for text, message_id in (("blabla", "a"), ("blabla", "a"), ("la lune", "b"), ("la lune", "b"), ("blabla", "c"))
    ]

    assert said == ["lost", "lost", "lost_again", "lost_again", "lost"]


async def test_typed_commands_are_no_words(talk: Talk) -> None:
    """A payload has no words to search with."""
    assert (await talk.ask('/inform{"x":"passeport"}')).status is AnswerStatus.LOST


async def test_an_expired_article(talk: Talk) -> None:
    """It is not quoted; its title and the service that knows are."""
    assert await talk.ask("à quelle heure le feu d'artifice") == Say(
        "expired",
        values={"title": "Fête de l’été 2026", "service": "Accueil", "service_phone": "01 00 00 00 00"},
        status=AnswerStatus.EXPIRED,
    )
    assert talk.answered == (None, None)


async def test_every_line_is_in_the_catalogue(talk: Talk) -> None:
    """What an action says can be said: the key exists and its values are those that the line names."""
    office = read_office(OFFICE)
    wording = catalogues(office)
    turns = [
        ("passeport", "ask_question"),
        ("/more", "more"),
        ("oui", "affirm"),
        ("oui", "affirm"),
        ("passeport", "ask_question"),
        ("non", "deny"),
        ("horaires", "ask_question"),
        ("feu d'artifice", "ask_question"),
        ("blabla", "ask_question"),
        ("blabla", "ask_question"),
    ]
    for text, intent in turns:
        said = await talk.ask(text, intent)
        for key in said.say.split("+"):
            assert wording.say(key, "fr", **said.values)
        for button in said.buttons:
            assert button.title or wording.say(button.key)


@pytest.mark.parametrize("place", [Place(0), Place(3, 2), Place(12, 40), Place(998, 998)])
def test_a_place_survives_its_slot(place: Place) -> None:
    """Two numbers travel as one and come back."""
    assert Place.read(json.loads(json.dumps(place.slot()))) == place


@pytest.mark.parametrize("value", [None, "3", -1.0])
def test_a_slot_that_says_nothing(value: object) -> None:
    """An empty or foreign slot means that nothing was answered."""
    assert Place.read(value) is None


@pytest.mark.parametrize(
    ("intent", "lead"), [("emergency", "otherwise_emergency"), ("self_harm_distress", "otherwise_distress")]
)
async def test_a_question_taken_for_an_alarm_is_answered_after_the_numbers(talk: Talk, intent: str, lead: str) -> None:
    """The model alone may be wrong: who only asked for something gets it too."""
    (said,) = await talk.otherwise("Combien coûte un passeport ?", intent)

    assert said.say == f"{lead}+answer+helped"
    assert talk.answered == ("passeport-adulte", 1.0)


async def test_nothing_is_added_to_the_numbers_of_a_true_alarm(talk: Talk) -> None:
    """What no article fits stays with the numbers, nothing else."""
    assert await talk.otherwise("quelqu'un marche derrière moi et je presse le pas", "emergency") == []
