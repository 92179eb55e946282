"""A base on disk: flat arrays that processes map, JSON, and the reranker as text. Nothing in it can run."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import numpy as np

from bot.errors import BotError

FORMAT = 6
MANIFEST = "manifest.json"
WORDS, TAUGHT = "words.json", "taught.json"
_SMALL_BYTES = 4096
T = TypeVar("T")


class FilesError(BotError):
    """A base's files cannot be used; the sentence names the place and says why."""


def write(folder: Path, arrays: Any, texts: Mapping[str, bytes], about: Mapping[str, Any]) -> None:
    """Write everything into a new folder beside, and give it its name at the end: there is a whole base or none.

    Raises:
        FilesError: the disk does not take it.
    """
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for name, array in flattened(arrays).items():
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        for name, text in texts.items():
            (aside / name).write_bytes(text)
        sizes = {path.name: path.stat().st_size for path in sorted(aside.iterdir())}
        manifest = {"format": FORMAT, "libraries": libraries(), **about, "sizes_bytes": sizes}
        (aside / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        for path in aside.iterdir():
            _settled(path)
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(aside, folder)
        _settled(folder.parent)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        # numpy tells of a full disk in a sentence of its own, without an error number.
        raise FilesError(f"{folder}: cannot be written ({error.strerror or 'the disk is full'})") from error


def manifest(folder: Path) -> dict[str, Any]:
    """What a base's files say of themselves, checked against their sizes.

    Raises:
        FilesError: missing, truncated, or of another format.
    """
    path = folder / MANIFEST
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FilesError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise FilesError(f"{path}: is damaged; the base has to be built again") from error
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        found = read.get("format") if isinstance(read, dict) else None
        raise FilesError(f"{path}: format {found}, this program reads {FORMAT}; the base has to be built again")
    sizes = read.get("sizes_bytes")
    if not isinstance(sizes, dict):
        raise FilesError(f"{path}: is damaged; the base has to be built again")
    for name, size in sizes.items():
        try:
            found = (folder / name).stat().st_size
        except OSError as error:
            raise FilesError(f"{folder / name}: cannot be read ({error.strerror})") from error
        if found != size:
            raise FilesError(f"{folder / name}: has {found} bytes instead of {size}; the base has to be built again")
    return read


def mapped(folder: Path, kind: type[T]) -> T:
    """The arrays of a base, mapped from disk: processes of one machine share them.

    Raises:
        FilesError: one of them is damaged.
    """
    return _restored(folder, kind, "")


def text(folder: Path, name: str) -> bytes:
    """One of the other files.

    Raises:
        FilesError: it cannot be read.
    """
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise FilesError(f"{folder / name}: cannot be read ({error.strerror})") from error


def flattened(value: Any, prefix: str = "") -> dict[str, Any]:
    """The arrays of a dataclass and of those in it, by dotted name."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        inner, name = getattr(value, field.name), f"{prefix}{field.name}"
        found |= flattened(inner, f"{name}.") if dataclasses.is_dataclass(inner) else {name: inner}
    return found


def libraries() -> dict[str, str]:
    """The versions of what a base is made with."""
    return {name: version(name) for name in ("numpy", "scipy", "scikit-learn", "lightgbm", "tantivy")}


def _restored(folder: Path, kind: type[T], prefix: str) -> T:
    values: dict[str, Any] = {}
    for name, hint in get_type_hints(kind).items():
        if dataclasses.is_dataclass(hint):
            values[name] = _restored(folder, hint, f"{prefix}{name}.")  # type: ignore[arg-type]
            continue
        path = folder / f"{prefix}{name}.npy"
        try:
            # An empty array cannot be mapped, and a small one need not be.
            big = path.stat().st_size > _SMALL_BYTES
            values[name] = np.asarray(np.load(path, mmap_mode="r" if big else None, allow_pickle=False))
        except (OSError, ValueError) as error:
            raise FilesError(f"{path}: is damaged; the base has to be built again") from error
    return kind(**values)


def _settled(path: Path) -> None:
    """On the disk, and not only on its way there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
