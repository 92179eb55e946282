"""Which of several Rasa processes answers a conversation."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.errors import ConfigurationError
from bot.rasa_routing import order
from bot.settings_rasa import MAX_RASA_URLS, rasa_urls

NAMES = tuple(f"http://127.0.0.1:{port}" for port in (21041, 21877, 25003, 30111))
KEYS = tuple(f"c{number:032x}" for number in range(2000))


def homes(names: tuple[str, ...]) -> dict[str, str]:
    return {key: order(key, names)[0] for key in KEYS}


def test_the_order_of_the_list_does_not_matter() -> None:
    """Gateways whose lists are written in another order send a conversation to the same process."""
    assert homes(NAMES) == homes(NAMES[::-1])


def test_each_process_has_its_share() -> None:
    """Of two thousand conversations each of four processes answers about a quarter."""
    shares = Counter(homes(NAMES).values())

    assert all(400 < shares[name] < 600 for name in NAMES)


def test_a_process_that_goes_moves_its_own_conversations_alone() -> None:
    """The others keep theirs; those of the one that went are shared among all that are left."""
    before, after = homes(NAMES), homes(NAMES[1:])
    moved = {key for key in KEYS if before[key] != after[key]}

    assert moved == {key for key in KEYS if before[key] == NAMES[0]}
    assert {after[key] for key in moved} == set(NAMES[1:])


def test_a_process_that_comes_takes_from_all() -> None:
    """Whatever moves goes to the new one."""
    before, after = homes(NAMES[:3]), homes(NAMES)

    assert {after[key] for key in KEYS if before[key] != after[key]} == {NAMES[3]}


def test_nobody_is_there() -> None:
    """Without a process there is no order."""
    assert order("c1", ()) == []


def test_addresses_of_the_environment() -> None:
    """A list with commas, spaces, closing slashes and repetitions; one without the variable."""
    found = rasa_urls({"GUICHET_RASA_URL": " http://10.0.0.2:5005/, http://10.0.0.3:5005 ,,http://10.0.0.2:5005"})

    assert found == ("http://10.0.0.2:5005", "http://10.0.0.3:5005")
    assert rasa_urls({}) == rasa_urls({"GUICHET_RASA_URL": ""}) == ("http://127.0.0.1:5005",)


@pytest.mark.parametrize(
    "text",
    [
        ",",
        "10.0.0.2:5005",
        "http://10.0.0.2:5005,ftp://10.0.0.3",
        "http://a b",
        "http://user:secret@10.0.0.2:5005",
        ",".join(f"http://10.0.0.2:{port}" for port in range(MAX_RASA_URLS + 1)),
    ],
)
def test_a_wrong_address_is_one_sentence(text: str) -> None:
    """What is no list of addresses is refused with the variable's name."""
    with pytest.raises(ConfigurationError, match=r"^GUICHET_RASA_URL: "):
        rasa_urls({"GUICHET_RASA_URL": text})
