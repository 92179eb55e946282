"""Where a triage comes from: learnt from the town's files, pages and corrections, kept, and learnt anew when they change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bot.errors import ConfigurationError
from bot.safety import Safety
from bot.settings import Office
from bot.triage import examples, model, rules, similar
from bot.triage.examples import Example
from bot.triage.model import Model
from bot.triage.reading import Triage
from bot.triage.segment import segment

FOLDER = "triage"
MODEL = "triage.npz"

Report = Callable[[str], None]


def quiet(line: str) -> None:
    """Tell nobody."""


def path(data: Path) -> Path:
    """Where a town's model is kept."""
    return data / MODEL


def learn(taught: Sequence[Example], report: Report = quiet) -> Model:
    """A model of examples; some seconds of one core."""
    saids = [segment(one.body, one.subject).said if one.is_letter else one.body for one in taught]
    return model.train(taught, saids, report)


def opened(root: Path, data: Path, office: Office, further: Sequence[Example] = (), report: Report = quiet) -> Model:
    """The model in place, learnt first where there is none, or where the files or pages have changed since.

    `further` are the town's pages. What agents corrected counts at `guichet triage train`, and meanwhile as `Similar`.

    Raises:
        ConfigurationError: the files are wrong.
    """
    taught = [*examples.load(root / FOLDER, office.services), *further]
    place = path(data)
    try:
        known = model.load(place)
        if known.learnt_from.startswith(examples.fingerprint(taught)):
            return known
        report("Letters, terms or pages have changed: learning anew")
    except ConfigurationError as error:
        report(f"Learning to read letters ({error})")
    found = learn(taught, report)
    found.save(place)
    return found


def triage(found: Model, root: Path, office: Office, safety: Safety, decided: Sequence[Example] = ()) -> Triage:
    """What reads letters with a model, the town's rules and what agents decided.

    Raises:
        ConfigurationError: the rules are wrong.
    """
    return Triage(
        found, safety, rules.load(root / FOLDER, office.services), similar.remember(decided, found.vocabulary)
    )
