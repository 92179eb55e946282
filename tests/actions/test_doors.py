"""What is somebody else's is said at once, with the right contact."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from actions.answer import ActionAnswer
from bot.messages import AnswerStatus
from bot.settings_directory import Entry
from bot.text.wording import load as load_wording
from tests.actions.talk import OFFICE, filled, talking

pytestmark = pytest.mark.rasa

TOWN = msgspec.structs.replace(
    OFFICE, directory={"prefecture": Entry(name="Préfecture du Val", phone="02 00 00 00 00", url="https://val.example")}
)


async def test_the_right_door_is_an_answer(tmp_path: Path) -> None:
    """The body's name, number and site, and a person for who needs help with it."""
    async with filled(tmp_path) as store, talking(store, TOWN) as talk:
        (said,) = await talk.hear(ActionAnswer(talk.services), "renouveler mon titre de séjour", "ask_question")

    assert (said.say, said.status) == ("not_ours", AnswerStatus.ANSWERED)
    assert said.values["body"].replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ") == (
        "Préfecture du Val : 02 00 00 00 00, https://val.example"
    )
    assert [button.key for button in said.buttons] == ["person_title"]
    assert "Préfecture du Val" in load_wording(TOWN).say(said.say, "fr", **said.values)


async def test_somebody_who_is_lost_twice_still_gets_the_door(tmp_path: Path) -> None:
    """It is an answer: being lost before does not lead it to a person of the town."""
    async with filled(tmp_path) as store, talking(store, TOWN) as talk:
        await talk.hear(ActionAnswer(talk.services), "xqzt", "nlu_fallback")
        (said,) = await talk.hear(ActionAnswer(talk.services), "carte vitale perdue", "ask_question")

    assert said.say == "not_ours"
    assert "3646" in said.values["body"]
