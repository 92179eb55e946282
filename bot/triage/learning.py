"""Where a triage comes from: learnt from the town's files, pages and corrections, kept, and learnt anew when they change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bot.errors import ConfigurationError
from bot.safety import Safety
from bot.settings import Office
from bot.store.base import Article
from bot.triage import examples, model, rules, similar, training
from bot.triage.examples import Example
from bot.triage.model import Model
from bot.triage.reading import Triage
from bot.triage.segment import segment

FOLDER = "triage"
MODEL = "triage.npz"

Report = Callable[[str], None]


def quiet(line: str) -> None:
    """Tell nobody."""


def folder(root: Path) -> Path:
    """Where a town's letters, rules and templates stand; a town without any learns from the project's own."""
    own = root / FOLDER
    return own if own.is_dir() else Path(__file__).resolve().parents[2] / FOLDER


def path(data: Path) -> Path:
    """Where a town's model is kept."""
    return data / MODEL


def learn(taught: Sequence[Example], decided: Sequence[Example] = (), report: Report = quiet) -> Model:
    """A model of the town's files and pages, and of what agents decided; some seconds of one core."""
    every = [*taught, *decided]
    saids = [segment(one.body, one.subject).said if one.is_letter else one.body for one in every]
    return training.train(every, saids, report, examples.fingerprint(taught))


def taught_by(root: Path, office: Office, pages: Sequence[Article]) -> list[Example]:
    """What the town's files and pages teach.

    Raises:
        ConfigurationError: the files are wrong.
    """
    return [*examples.load(folder(root), office.services), *examples.of_articles(pages, office)]


def refreshed(
    root: Path,
    data: Path,
    office: Office,
    pages: Sequence[Article],
    decided: Sequence[Example] = (),
    report: Report = quiet,
) -> Model:
    """The model in place, learnt first where there is none, or where the files or pages have changed since.

    Raises:
        ConfigurationError: the files are wrong.
    """
    taught = taught_by(root, office, pages)
    place = path(data)
    try:
        known = model.load(place)
        if known.learnt_from == examples.fingerprint(taught):
            return known
        report("Letters, terms or pages have changed: learning anew")
    except ConfigurationError as error:
        report(f"Learning to read letters ({error})")
    found = learn(taught, decided, report)
    found.save(place)
    return found


def in_place(root: Path, data: Path, office: Office, pages: Sequence[Article], decided: Sequence[Example]) -> Model:
    """The model in place, whatever has changed since: what starts does not wait. Learnt where there is none.

    Raises:
        ConfigurationError: the files are wrong.
    """
    try:
        return model.load(path(data))
    except ConfigurationError:
        return refreshed(root, data, office, pages, decided)


def triage(found: Model, root: Path, office: Office, safety: Safety, decided: Sequence[Example] = ()) -> Triage:
    """What reads letters with a model, the town's rules and what agents decided.

    Raises:
        ConfigurationError: the rules are wrong.
    """
    return Triage(found, safety, rules.load(folder(root), office.services), similar.remember(decided, found.vocabulary))
