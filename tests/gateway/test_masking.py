"""What a citizen need not have given: identifiers are masked at the door of every channel, before anything is stored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.text.wording import load
from tests.gateway.conftest import Town, page, until
from tests.gateway.fronts import NAMES

# Made up, but for their check digits.
GIVEN = {
    "nir": "1 85 05 78 006 084 91",
    "iban": "FR76 3000 6000 0112 3456 7890 189",
    "bank_account": "30006 00001 12345678901 89",
    "card": "4111-1111-1111-1111",
    "siret": "732 829 320 00074",
    "tax_number": "30 23 217 600 053",
}
SENTENCE = "Bonjour, mon numéro est {} et je voudrais la piscine"


def traces(folder: Path, number: str) -> list[str]:
    """The files in which a number stands, as it was typed or in figures alone."""
    plain = re.sub(r"[ .-]", "", number)
    forms = {number.encode(), plain.encode()}
    return [
        str(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and any(form in file.read_bytes() for form in forms)
    ]


@pytest.mark.parametrize("name", NAMES)
async def test_no_identifier_reaches_a_file_the_core_or_the_log(
    town: Town, name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Sent through every provider's door: not in the database's files, not told to the core, in no line of the log."""
    front = town.fronts[name]
    async with town.open():
        for number, given in enumerate(GIVEN.values(), start=1):
            assert await town.post(front.says(number, SENTENCE.format(given), 10 + number)) == 200
        for number in range(1, len(GIVEN) + 1):
            await until(lambda number=number: any("piscine" in text for text in front.got(number)))
        left = [file for given in GIVEN.values() for file in traces(tmp_path, given)]
    logged = capfd.readouterr()
    written = f"{logged.out}{logged.err}{caplog.text}{town.rasa.heard}"

    assert left == []
    assert [given for given in GIVEN.values() if given in written or re.sub(r"[ .-]", "", given) in written] == []
    asked = {str(one.get("message")) for one in town.rasa.heard}
    shown = [re.sub(r"[ .-]", "", given)[-4:] for given in GIVEN.values()]
    assert {SENTENCE.format(f"•••• {last}") for last in shown} <= asked


@pytest.mark.parametrize("name", NAMES)
async def test_a_citizen_is_told_once_that_a_number_was_masked(town: Town, name: str) -> None:
    """Kindly, with what it was, and not again at the next number of the same conversation."""
    front = town.fronts[name]
    wording = load(town.settings.office)
    async with town.open():
        assert await town.post(front.says(1, SENTENCE.format(GIVEN["nir"]), 11)) == 200
        await until(lambda: len(front.got(1)) == 2)
        assert await town.post(front.says(1, SENTENCE.format(GIVEN["iban"]), 12)) == 200
        await until(lambda: len(front.got(1)) == 3)

    told = wording.say("masked", "fr", what=wording.say("masked_nir", "fr"))
    assert [text for text in front.got(1) if text == told] == [told]


async def test_the_page_stores_no_identifier_either(town: Town, tmp_path: Path) -> None:
    """Typed on the town's own page: the core hears its last characters, the files hold nothing else of it."""
    async with town.open() as built, page(built) as shown:
        await shown.request_session()
        await shown.say(SENTENCE.format(GIVEN["card"]))
        await until(lambda: any("réponse" in text for text in shown.texts()))
        left = traces(tmp_path, GIVEN["card"])

    assert town.heard(SENTENCE.format("•••• 1111")) == 1
    assert left == []


async def test_what_is_no_identifier_is_kept_as_it_was_typed(town: Town) -> None:
    """Telephone numbers, our own numbers of requests, amounts and dates."""
    said = "dossier D-7K3M-92QX, 06 12 34 56 78 ou 02 61 91 40 10, 1 250,50 € le 14/12/2026 à 14h30"
    front = town.fronts["telegram"]
    async with town.open():
        assert await town.post(front.says(1, said, 11)) == 200
        await until(lambda: town.heard(said) == 1)

    assert front.got(1) == [f"réponse à {said}"]
