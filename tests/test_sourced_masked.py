"""A contact that is masked is no contact: it is said back to whoever gave it."""

from __future__ import annotations

import pytest

from bot.text.contacts import mask, read_contact
from tests.test_sourced import WORDING, said


@pytest.mark.parametrize(
    "given", ["06 12 34 56 78", "612345678", "+34 612 345 678", "a.b@free.fr", "jean.dupont@orange.fr"]
)
@pytest.mark.parametrize("language", sorted(WORDING.lines))
def test_a_masked_contact_leaves_as_it_is(given: str, language: str) -> None:
    """« Une personne vous appelle au 06 ·· ·· ·· 78 » is what whoever gave it has to recognise."""
    contact = read_contact(given).contact
    assert contact
    for key in ("handoff_callback_phone", "handoff_callback_email"):
        text = WORDING.say(key, language, contact=mask(contact))
        assert said(text) == text


@pytest.mark.parametrize(
    "text", ["Appelez le 06 ·· puis 3230", "a.b...c@invente.fr", "Appelez le 02 40 00 11 22 ·· 78"]
)
def test_what_only_looks_masked_is_masked(text: str) -> None:
    """Whatever can be called or written to."""
    assert said(text) != text
