"""A town's own rules: when they fit, and how a wrong file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.letters import Letter
from bot.readings import LetterKind, Urgency
from bot.triage import rules
from bot.triage.rules import Rules

SERVICES = ("voirie", "sports")


def written(folder: Path, text: str) -> Rules:
    (folder / rules.RULES).write_text(text, encoding="utf-8")
    return rules.load(folder, SERVICES)


def test_no_file_means_no_rule(tmp_path: Path) -> None:
    """A town needs none."""
    assert rules.load(tmp_path, SERVICES) == Rules()


def test_a_rule_fits_by_words_senders_and_mailboxes(tmp_path: Path) -> None:
    """All that it names has to fit; case and accents do not count, parts of words never do."""
    found = written(
        tmp_path,
        """
rules:
  - {name: chantier, words: [chantier, "Déviation bus"], senders: ["@transports.example"], service: voirie, urgency: low}
  - {name: tribunes, all_words: [stade, tribune], mailboxes: [contact@pontavel.example], service: sports, kind: report}
""",
    )
    bus = Letter("DEVIATION BUS demain", "info@transports.example")
    stands = Letter("Stade", "lucie@example.org", mailbox="contact@pontavel.example")

    first, second = found.fitting(bus, "Bonjour"), found.fitting(stands, "La tribune est cassée")
    assert first is not None
    assert (first.name, first.service, first.urgency) == ("chantier", "voirie", Urgency.LOW)
    assert second is not None
    assert (second.name, second.kind) == ("tribunes", LetterKind.REPORT)
    assert found.fitting(Letter("Chantiers", "info@transports.example"), "") is None
    assert found.fitting(Letter("chantier", "lucie@example.org"), "") is None
    assert found.fitting(Letter("Stade", "lucie@example.org", mailbox="autre@pontavel.example"), "tribune") is None


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("{name: a, words: [x], service: police}", "there is no service police"),
        ("{name: a, service: voirie}", "it has to say when it fits"),
        ("{name: a, words: [x]}", "it has to say what it decides"),
        ("{name: a, words: ['!!'], service: voirie}", "holds no word"),
        ("{name: a, words: [x], servise: voirie}", "servise"),
    ],
)
def test_a_wrong_rule_is_refused_in_words(rule: str, why: str, tmp_path: Path) -> None:
    """The sentence names the file and the rule or the field."""
    with pytest.raises(ConfigurationError, match=why) as told:
        written(tmp_path, f"rules:\n  - {rule}\n")

    assert str(tmp_path / rules.RULES) in str(told.value)
