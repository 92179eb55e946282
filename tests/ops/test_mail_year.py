"""The benchmark of a year's mail, on a few days of it: what it counts, and what it does not let pass."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine, delete

from benchmarks import mail_check, mail_parts, mail_year
from bot.store.letter_tables import letters
from tests.journeys.town import ROOT

MAILS, SEED = 200, 7
EACH = 8


@pytest.fixture(scope="module")
def triage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few letters of each service, which are learnt within seconds."""
    folder = tmp_path_factory.mktemp("learnt") / "triage"
    for path in sorted((ROOT / "triage").glob("[sk]*/*.yml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        cut = folder / path.parent.name / path.name
        cut.parent.mkdir(parents=True, exist_ok=True)
        cut.write_text(
            yaml.safe_dump({**raw, "examples": raw["examples"][:EACH]}, allow_unicode=True), encoding="utf-8"
        )
    return folder


def test_the_same_seed_makes_the_same_mails() -> None:
    """Byte for byte, with Message-IDs that are all different, and all kinds of mail."""
    known = mail_parts.parts(ROOT / "triage")
    first, second, other = (list(mail_parts.year(known, MAILS, seed)) for seed in (SEED, SEED, SEED + 1))

    assert first == second != other
    assert len({mail.message_id for mail in first}) == MAILS
    assert {mail.kind for mail in first} == set(mail_parts.SHARES)


@pytest.mark.journey
@pytest.mark.timeout(400)
def test_no_mail_is_lost_or_doubled_by_kills(tmp_path: Path, triage: Path) -> None:
    """Its process is killed twice; every mail has one letter all the same, and a letter that is missing is told."""
    lines: list[str] = []

    figures = mail_year.run(tmp_path, "sqlite", MAILS, SEED, lines.append, triage=triage)

    kept = figures["kept"]
    assert (figures["killed"], kept["letters"]) == (2, MAILS)
    assert kept["cases"] >= kept["acknowledged sent"] > 0
    engine = create_engine(f"sqlite:///{tmp_path / 'guichet.db'}")
    with engine.begin() as connection:
        one = delete(letters).where(letters.c.id == 1)
        connection.execute(one)
        with pytest.raises(mail_check.Lost, match="another number of letters than one"):
            mail_check.check(connection, tmp_path)
    engine.dispose()
