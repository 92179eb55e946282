"""The trained model: whether it fits the sources, and how a new one takes its place.

The model is `models/guichet.tar.gz`; beside it, `guichet.json` says what it was trained from. Opening it costs a tenth
of a second and imports nothing of Rasa's.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import shutil
import sys
import tarfile
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from bot.errors import BotError, ConfigurationError
from bot.supervisor import progress

SOURCES = ("config.yml", "domain.yml", "nlu/**/*", "stories/**/*", "bot/text/**/*.py", "bot/privacy/redact.py")
"""What a model is made of. The components under `nlu` use the last two."""
CODE = Path(__file__).resolve().parents[2]
"""The folder that `bot` is imported from."""
SOURCE_SUFFIXES = {".yml", ".yaml", ".py", ".txt", ".json", ".tsv"}
CODE_SUFFIXES = {".py"}
LEAST_FREE_BYTES = 300_000_000
MAX_LINE_CHARS = 300
DAMAGE = (OSError, EOFError, zlib.error, tarfile.TarError, KeyError, msgspec.MsgspecError)
"""What opening a file that is no whole model may raise."""


class TrainingFailed(BotError):
    """No new model was made; the one before is still in place."""


class Condition(str, Enum):
    """Of the model in place."""

    FRESH = "fresh"
    STALE = "stale"
    UNREADABLE = "unreadable"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Found:
    """The model in place: `detail` is a sentence for people."""

    condition: Condition
    detail: str

    @property
    def usable(self) -> bool:
        """Whether Rasa could serve it."""
        return self.condition in {Condition.FRESH, Condition.STALE}


class Note(Struct, frozen=True):
    """What `guichet.json` says."""

    fingerprint: str
    rasa: str
    trained_at: str
    seconds: float
    digest: str = ""
    """Of the file that was trained; "" in older notes."""


def path(project: Path) -> Path:
    """Where the model is."""
    return project / "models" / "guichet.tar.gz"


def rasa_version() -> str | None:
    """The installed Rasa, None where Guichet is installed without it."""
    try:
        return metadata.version("rasa")
    except metadata.PackageNotFoundError:
        return None


def components(model: Path) -> list[str]:
    """The paths of the classes that answer in a model.

    Raises:
        ConfigurationError: the model cannot be read.
    """
    try:
        nodes = _metadata(model)["predict_schema"]["nodes"]
        return sorted({str(node["uses"]) for node in nodes.values()})
    except (*DAMAGE, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{model}: does not say what it consists of ({type(error).__name__})") from error


def fingerprint(project: Path, suffixes: Collection[str] = SOURCE_SUFFIXES) -> str:
    """A hash of all that a model is made of: names and contents of the sources, and Rasa's version."""
    whole = hashlib.sha256(f"rasa {rasa_version()}\n".encode())
    for file in sorted({file for pattern in SOURCES for file in project.glob(pattern)}):
        if file.suffix in suffixes and file.is_file():
            whole.update(f"{file.relative_to(project).as_posix()}\0".encode())
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def check(model: Path, config: Path | None = None) -> Found:
    """Open a model; what it was trained from is not looked at, so one that Rasa could serve is `STALE`.

    With a config.yml, one that names another assistant is none of ours: it would load, and answer with its own words.
    """
    if not model.exists():
        return Found(Condition.MISSING, "no model has been trained yet")
    try:
        found = _metadata(model)
        trained_with = str(found["rasa_open_source_version"])
    except DAMAGE as error:
        reason = str(error) or type(error).__name__
        return Found(Condition.UNREADABLE, f"le modèle {model} est illisible ({reason}), relancez `guichet train`")
    if trained_with != rasa_version():
        return Found(Condition.UNREADABLE, f"{model} was trained with Rasa {trained_with}, not {rasa_version()}")
    theirs, ours = found.get("assistant_id"), _assistant(config) if config is not None else None
    if theirs and ours and theirs != ours:
        return Found(Condition.UNREADABLE, f"{model} is a model of the assistant {theirs!r}, not {ours!r} (config.yml)")
    return Found(Condition.STALE, f"{model}: nothing says what it was trained from")


def look(project: Path) -> Found:
    """Open the model and compare it with the sources."""
    model = path(project)
    found = check(model, project / "config.yml")
    if not found.usable:
        return found
    try:
        note = msgspec.json.decode(model.with_name("guichet.json").read_bytes(), type=Note)
        is_another = bool(note.digest) and note.digest != digest(model)
    except (OSError, msgspec.MsgspecError):
        return found
    if is_another:
        return Found(Condition.STALE, f"{model} is not the file that was trained here: it was put in its place")
    if note.fingerprint != fingerprint(project):
        return Found(Condition.STALE, "the training data, the domain or the pipeline have changed since the training")
    return Found(Condition.FRESH, f"trained {note.trained_at} in {note.seconds:.0f} s with Rasa {note.rasa}")


def trained_with(file: Path) -> str:
    """The Rasa that trained a model; the file is read to its last byte.

    Raises:
        TrainingFailed: it is no model, or damaged.
    """
    try:
        return _open(file)
    except DAMAGE as error:
        raise TrainingFailed(f"{file}: is no model: {str(error) or type(error).__name__}") from error


def digest(model: Path) -> str:
    """The hash of a model's file, which names it.

    Raises:
        OSError: it cannot be read.
    """
    whole = hashlib.sha256()
    with model.open("rb") as file:
        while chunk := file.read(1_000_000):
            whole.update(chunk)
    return whole.hexdigest()


def refused_path(project: Path) -> Path:
    """Where a model is kept that was trained and may not serve."""
    return path(project).with_name("refused.tar.gz")


def train(project: Path, log: Path, trained_at: str, judge: Callable[[Path, Path], None] | None = None) -> Note:
    """Train a model and put it in place; the old one serves until then, whatever happens.

    `judge` is asked with the model in place and the new one, if the one in place could serve. What it raises leaves
    the old one in place and the new one at `refused_path`.

    Raises:
        TrainingFailed: Rasa is not installed, the disk is full, another training runs, or Rasa refuses the data.
    """
    if rasa_version() is None:
        raise TrainingFailed("Rasa is not installed here: a model is trained on Python 3.10 with `make setup`")
    model = path(project)
    started = time.monotonic()
    try:
        model.parent.mkdir(parents=True, exist_ok=True)
        with _alone(model.with_name(".training.lock")):
            free = shutil.disk_usage(model.parent).free
            if free < LEAST_FREE_BYTES:
                raise TrainingFailed(
                    f"{model.parent}: only {free // 1_000_000} MB are free, {LEAST_FREE_BYTES // 1_000_000} are needed"
                )
            made_from = fingerprint(project)
            aside = model.with_name(".training")
            shutil.rmtree(aside, ignore_errors=True)
            try:
                _rasa_train(project, aside, log)
                trained = aside / model.name
                _open(trained)
                if judge is not None and look(project).usable:
                    _judge(judge, model, trained, refused_path(project))
                trained.replace(model)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
            took = round(time.monotonic() - started, 1)
            note = Note(made_from, rasa_version() or "", trained_at, took, digest(model))
            noted = model.with_name("guichet.json.new")
            noted.write_bytes(msgspec.json.encode(note))
            noted.replace(model.with_name("guichet.json"))
            return note
    except DAMAGE as error:
        raise TrainingFailed(f"the model cannot be written: {error}") from error


def _judge(judge: Callable[[Path, Path], None], model: Path, trained: Path, refused: Path) -> None:
    try:
        judge(model, trained)
    except BotError:
        trained.replace(refused)
        raise


def _rasa_train(project: Path, out: Path, log: Path) -> None:
    name = path(project).name.removesuffix(".tar.gz")
    command = [
        sys.executable,
        "-m",
        "bot.supervisor.tensorflow_absent",
        "train",
        "--fixed-model-name",
        name,
        "--out",
        str(out),
    ]
    # Named, not found through the links of data/: not every archive or file system keeps links.
    command += ["--data", "nlu", "stories"]
    environ = {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUNBUFFERED": "1",
        # The same data give the same model.
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(CODE), os.environ.get("PYTHONPATH")))),
        "RASA_CACHE_DIRECTORY": str(_cache(project)),
    }
    try:
        progress.run(command, log, project, environ)
    except progress.CommandFailed as error:
        raise TrainingFailed(f"{_complaint(error.output)} (the whole log is {log})") from error


def _cache(project: Path) -> Path:
    """Where Rasa keeps trained components. It knows them by data and configuration alone: other code needs another place."""
    folder = project / ".rasa"
    cache = folder / f"cache-{fingerprint(project, CODE_SUFFIXES)[:12]}"
    for other in folder.glob("cache*"):
        if other != cache:
            shutil.rmtree(other, ignore_errors=True)
    return cache


def _complaint(output: str) -> str:
    """The line of Rasa's output that says what is wrong, the last one if none stands out."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or "Exception" in line or "error" in line[:40].lower()]
    return (telling or lines or ["Rasa said nothing"])[-1][:MAX_LINE_CHARS]


def _assistant(config: Path) -> str | None:
    """Whose name a config.yml gives; None if none can be read."""
    try:
        found: Any = yaml.safe_load(config.read_bytes())
    except (OSError, yaml.YAMLError):
        return None
    name = found.get("assistant_id") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def _open(model: Path) -> str:
    """Read a model to its last byte, so that its checksum is compared; the version of Rasa that trained it."""
    return str(_metadata(model)["rasa_open_source_version"])


def _metadata(model: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with gzip.open(model) as unzipped:
        with tarfile.open(fileobj=unzipped, mode="r:") as archive:
            for member in archive:
                if member.name.rsplit("/", 1)[-1] == "metadata.json" and (file := archive.extractfile(member)):
                    found = msgspec.json.decode(file.read(), type=dict)
        while unzipped.read(1_000_000):
            pass
    if not found:
        raise KeyError("metadata.json is missing")
    return found


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Only one training at a time."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TrainingFailed("another training is running") from error
        yield
