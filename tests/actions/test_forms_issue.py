"""A street issue, from a citizen's words and photos to a case with a number."""

from __future__ import annotations

import msgspec
import pytest

from actions.forms.street_issue import CATEGORY, CONTACT, DESCRIPTION, PHOTO, PHOTOS, PLACE
from actions.forms.street_issue_asks import ActionStreetIssue
from bot.cases import CaseKind, Cause
from bot.casework import StoredPhoto
from bot.messages import Address, Location
from bot.settings import Service
from bot.store.sql import Store
from bot.wire import Say
from tests.actions.form_talk import STREET_ISSUE, CitizenForm, filling
from tests.actions.talk import OFFICE, WEB
from tests.knowledge import small

pytestmark = pytest.mark.rasa

TOWN = msgspec.structs.replace(
    OFFICE,
    town=msgspec.structs.replace(OFFICE.town, address="1 place du Pont, 44990 Rivemont"),
    services={
        **OFFICE.services,
        "voirie": Service(name="Voirie", about="chaussées, trottoirs"),
        "eclairage_public": Service(name="Éclairage public", about="lampadaires"),
    },
)
WHOLE = "un lampadaire est cassé devant l'école"
WHERE = Location(47.2, -1.55)


def lines(said: list[Say]) -> list[str]:
    return [line.say for line in said]


def known(form: CitizenForm, *names: str) -> list[object]:
    return [form.talk.slots.get(name) for name in names]


async def photographed(store: Store, name: str, address: Address = WEB, where: Location | None = WHERE) -> str:
    await store.photos.add(address, "fr", StoredPhoto(name, None, "image/jpeg", b"\xff\xd8", where), small.NOON)
    return name


async def to_the_recap(form: CitizenForm, text: str = WHOLE) -> Say:
    """No photo, no contact."""
    await form.begin(text)
    await form.say("sans photo", "deny")
    (recap,) = await form.say("non", "deny")
    return recap


async def test_asked_step_by_step(store: Store) -> None:
    """Kind, place, description, photo, contact, then all of it; a yes opens the case of the service that looks after it."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        (category,) = await form.begin("je veux signaler un problème")
        (place,) = await form.press(category.buttons[1])
        (description,) = await form.say("12 rue des Lilas")
        (photo,) = await form.say("éteint depuis deux semaines")
        (contact,) = await form.press(photo.buttons[0])
        (recap,) = await form.say("camille@example.org")
        (said,) = await form.say("oui", "affirm")
        (case,) = await form.cases()

    assert [asked.say for asked in (category, place, description, photo, contact)] == [
        "issue_category",
        "issue_place",
        "issue_description",
        "issue_photo",
        "issue_contact",
    ]
    assert recap.say == "issue_recap+issue_recap_contact+issue_recap_right"
    assert (said.say, said.case, said.values["number"]) == ("issue_opened", case.id, case.number)
    assert (case.kind, case.cause, case.service) == (CaseKind.STREET_ISSUE, Cause.FORM, "eclairage_public")
    assert case.details == {
        "category": "Éclairage",
        "place": "12 rue des Lilas",
        "description": "éteint depuis deux semaines",
    }
    assert case.has_contact


async def test_everything_in_one_sentence(store: Store) -> None:
    """Kind, place and description are known; the photo is asked for first."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        said = await form.begin(WHOLE)

    assert lines(said) == ["issue_begun_where+issue_photo"]
    assert known(form, CATEGORY, PLACE, DESCRIPTION) == ["light", "devant l'école", WHOLE]


@pytest.mark.parametrize(
    ("text", "asked", "values"),
    [
        ("un lampadaire cassé", ["issue_begun+issue_place"], {"category": "Éclairage", "place": ""}),
        (
            "un nid de poule rue des Lilas",
            ["issue_begun_where+issue_photo"],
            {"category": "Chaussée, trottoir", "place": "rue des Lilas"},
        ),
    ],
)
async def test_what_was_understood_is_said_once(
    store: Store, text: str, asked: list[str], values: dict[str, str]
) -> None:
    """With the first question; the next ones stand alone."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        said = await form.begin(text)
        later = await form.say("12 rue des Lilas")

    assert lines(said) == asked
    assert {name: said[0].values[name] for name in values} == values
    assert not any(key.startswith("issue_begun") for key in lines(later))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("un nid de poule rue des Lilas", "road"),
        ("le lampadaire clignote", "light"),
        ("un dépôt sauvage sur le parking", "rubbish"),
        ("une branche est tombée", "green"),
        ("fuite d'eau sur la chaussée", "water"),
        ("le panneau stop est couché", "sign"),
        ("a broken street light", "light"),
        ("je veux signaler quelque chose", None),
    ],
)
async def test_the_kind_is_read_from_words(store: Store, text: str, category: str | None) -> None:
    """The surest word counts: a leak in the road is water."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin(text)

    assert known(form, CATEGORY) == [category]


async def test_an_unknown_kind_is_something_else(store: Store) -> None:
    """What is typed is its description, and the general service gets it."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin("je veux signaler un problème")
        await form.say("des voisins garent leur caravane n'importe où", "nlu_fallback")

    assert known(form, CATEGORY, DESCRIPTION) == ["other", "des voisins garent leur caravane n'importe où"]


async def test_an_address_in_another_town_is_refused(store: Store) -> None:
    """Whose town hall looks after it is said; an address here does."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin("un trou dans la chaussée")
        (outside,) = await form.say("3 rue de la Paix, 44000 Nantes")
        await form.say("12 rue des Lilas, 44990 Rivemont")

    assert outside.say == "issue_outside"
    assert outside.values["place"] == "3 rue de la Paix, 44000 Nantes"
    assert known(form, PLACE) == ["12 rue des Lilas, 44990 Rivemont"]


async def test_who_does_not_know_where_is_asked_once_more(store: Store) -> None:
    """With other words and a button; then the report goes without a place."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin("un trou dans la chaussée")
        (how,) = await form.say("je ne sais pas")
        (photo,) = await form.say("aucune idée")

    assert (how.say, [button.key for button in how.buttons]) == ("issue_place_how", ["issue_place_unknown_title"])
    assert photo.say == "issue_photo"
    assert known(form, PLACE) == ["unknown"]


async def test_a_place_that_only_people_know_is_one(store: Store) -> None:
    """Whatever is typed there, but no question and no greeting."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin("un trou dans la chaussée")
        unanswered = [await form.say("comment ça marche ?"), await form.say("bonjour", "greet")]
        await form.say("chez le père Martin", "nlu_fallback")

    assert unanswered == [[], []]
    assert known(form, PLACE) == ["chez le père Martin"]


@pytest.mark.parametrize(
    ("typed", "line"),
    [("0612", "contact_short"), ("camille@", "contact_invalid"), ("0899 12 34 56", "contact_premium")],
)
async def test_a_contact_that_is_none_is_said(store: Store, typed: str, line: str) -> None:
    """And asked for again; it need not be given."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin(WHOLE)
        await form.say("sans photo", "deny")
        (again,) = await form.say(typed)
        await form.press(again.buttons[0])

    assert again.say == f"{line}+issue_contact_again"
    assert known(form, CONTACT) == ["none"]


async def test_a_photo_may_come_at_any_time(store: Store) -> None:
    """With the first words, alone when it is asked for, or later; its position says where, and goes with the case."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        ids = [await photographed(store, name) for name in ("p1", "p2", "p3")]
        form.photos = ids[:1]
        (described,) = await form.begin("un trou énorme")
        form.photos = ids[1:2]
        (contact,) = await form.say("il fait un mètre de large")
        form.photos = ids[2:]
        (recap,) = await form.say("sans", "deny")
        (said,) = await form.say("oui", "affirm")
        case = await store.cases.get(said.case or 0)

    assert (described.say, contact.say) == ("issue_contact", "issue_contact")
    assert recap.say == "issue_recap_photos+issue_recap_no_contact+issue_recap_right"
    assert (recap.values["place"], recap.values["photos"]) == ("position de la photo", "3")
    assert (case.photos, case.location) == (("p1", "p2", "p3"), WHERE)


async def test_a_photo_alone_answers_the_question_for_one(store: Store) -> None:
    """The gateway sends it as an act of its own, without words."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin(WHOLE)
        form.photos = [await photographed(store, "p1")]
        (contact,) = await form.say("/photo", "photo")

    assert contact.say == "issue_contact"
    assert known(form, PHOTO, PHOTOS, PLACE) == ["sent", ["p1"], "devant l'école"]


async def test_a_photo_of_somebody_else_is_none(store: Store) -> None:
    """Its id may be guessed, its owner not."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin(WHOLE)
        form.photos = [await photographed(store, "p1", Address("web", "another"))]
        said = await form.say("/photo", "photo")

    assert (said, known(form, PHOTO, PHOTOS)) == ([], [None, None])


async def test_who_says_yes_is_told_how_to_send_one(store: Store) -> None:
    """And may still go without."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin(WHOLE)
        (how,) = await form.say("oui", "affirm")
        (contact,) = await form.say("finalement sans")

    assert (how.say, contact.say) == ("issue_photo_how", "issue_contact")


@pytest.mark.parametrize(
    ("typed", "slot", "value"),
    [
        ("non, c'est 14 rue du Lavoir", PLACE, "14 rue du Lavoir"),
        ("non, c'est le trottoir", CATEGORY, "road"),
        ("attendez, c'est derrière le stade", PLACE, "derrière le stade"),
        ("non, camille@example.org", CONTACT, "camille@example.org"),
    ],
)
async def test_a_correction_at_the_end(store: Store, typed: str, slot: str, value: str) -> None:
    """It changes what it names and keeps the rest; the recap is said again."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await to_the_recap(form)
        (recap,) = await form.say(typed, "deny")

    assert recap.say.startswith("issue_recap+")
    assert known(form, slot) == [value]


async def test_a_no_at_the_end_asks_what_to_change(store: Store) -> None:
    """By button, « rien », or the way out; nothing is opened meanwhile."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await to_the_recap(form)
        (change,) = await form.say("non", "deny")
        (back,) = await form.say("non rien", "deny")
        await form.say("non", "deny")
        (place,) = await form.press(change.buttons[0])
        left = await form.say("laisse tomber", "cancel")
        cases = await form.cases()

    assert (change.say, place.say, lines(left), cases) == ("issue_change", "issue_place", ["form_left"], [])
    assert back.say.startswith("issue_recap+")


async def test_a_no_that_sounds_like_leaving_goes_without(store: Store) -> None:
    """« Non finalement » to the question for a photo; « laisse tomber » leaves."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await form.begin(WHOLE)
        (contact,) = await form.say("non finalement", "cancel")
        (left,) = await form.say("non laisse tomber", "cancel")

    assert (contact.say, left.say) == ("issue_contact", "form_left")


async def test_an_english_speaker_reads_english(store: Store) -> None:
    """The kind and the missing place too; agents read French."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        form.talk.language = "en"
        await form.begin("a broken street light")
        await form.says("I don't know", "no idea")
        await form.say("no photo", "deny")
        (recap,) = await form.say("no", "deny")
        await form.say("yes", "affirm")
        (case,) = await form.cases()

    assert (recap.values["category"], recap.values["place"]) == ("Lighting", "place not known")
    assert (case.details["category"], case.details["place"]) == ("Éclairage", "lieu non précisé")


async def test_one_message_opens_one_case(store: Store) -> None:
    """The action that runs again for one message says what it said."""
    async with filling(store, STREET_ISSUE, TOWN) as form:
        await to_the_recap(form)
        kept = dict(form.talk.slots)
        (first,) = await form.say("oui", "affirm", "confirmation")
        form.talk.slots = {**kept, "issue_confirmed": True}
        (second,) = await form.talk.act(ActionStreetIssue(form.talk.services))
        cases = await form.cases()

    assert first == second
    assert len(cases) == 1
