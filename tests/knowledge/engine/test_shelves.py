from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.knowledge import engine
from bot.knowledge.engine import FilesError, Resources, files
from bot.knowledge.engine.files import FORMAT
from tests.knowledge.engine import base

WAIT_SECONDS = 60
BUILDING = """
from pathlib import Path
import sys
from bot.knowledge.engine import shelves
from tests.knowledge.engine import base
print("building", flush=True)
while True:
    shelves.building.build(base.FICHES, {}, Path(sys.argv[1]), base.RESOURCES)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A base on disk."""
    return base.built(tmp_path).folder


def test_what_is_written_is_loaded(folder: Path) -> None:
    """With the version that it is loaded as; the manifest says format and libraries."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))

    assert engine.load(folder, 3).version == 3
    assert manifest["format"] == FORMAT
    assert set(manifest["libraries"]) >= {"numpy", "lightgbm"}


def test_a_truncated_file_is_named(folder: Path) -> None:
    """Whichever it is: half a file is refused before anything is answered from it."""
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        if len(whole) < 2:
            continue
        path.write_bytes(whole[: len(whole) // 2])

        with pytest.raises(FilesError, match=path.name.replace(".", r"\.")):
            engine.load(folder)
        path.write_bytes(whole)

    assert engine.load(folder).search("moulins").hits


def test_another_format_is_refused(folder: Path) -> None:
    """The sentence names both formats; the shelf counts it as not there."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**manifest, "format": FORMAT + 1}), "utf-8")

    with pytest.raises(FilesError, match=f"format {FORMAT + 1}, this program reads {FORMAT}"):
        engine.load(folder)
    assert engine.current(folder.parent, folder.name) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 1}', "null", '{"format": 1, "sizes_bytes": 3}'])
def test_a_manifest_that_is_none(folder: Path, content: str) -> None:
    """Whatever stands in it, the error is ours."""
    (folder / "manifest.json").write_text(content, "utf-8")

    with pytest.raises(FilesError):
        engine.load(folder)


def test_a_missing_folder(tmp_path: Path) -> None:
    """Is named."""
    with pytest.raises(FilesError, match="nowhere"):
        engine.load(tmp_path / "nowhere")


def test_damage_of_the_same_size(folder: Path) -> None:
    """Bytes that changed without changing the size are found when they are read."""
    path = folder / "words.json"
    path.write_bytes(b"x" * path.stat().st_size)

    with pytest.raises(FilesError, match=r"words\.json: is damaged"):
        engine.load(folder)


def test_two_builds_are_the_same(tmp_path: Path) -> None:
    """File by file, byte by byte."""
    one, other = base.built(tmp_path / "one").folder, base.built(tmp_path / "other").folder

    assert sorted(path.name for path in one.iterdir()) == sorted(path.name for path in other.iterdir())
    assert [path.name for path in one.iterdir() if path.read_bytes() != (other / path.name).read_bytes()] == []


def test_the_fingerprint_is_of_everything_that_counts() -> None:
    """Content, redirections and what ships with the search; not their order."""
    sums = {"part:F1": "a", "pro:F1": "b"}
    name = engine.fingerprint(sums, {}, Resources())

    assert name == engine.fingerprint(dict(reversed(sums.items())), {}, Resources())
    assert len({
        name,
        engine.fingerprint({**sums, "part:F1": "c"}, {}, Resources()),
        engine.fingerprint(sums, {"part:F9": "part:F1"}, Resources()),
        engine.fingerprint(sums, {}, Resources(phrasings={"F1": ("dis",)})),
    }) == 4  # fmt: skip


def test_one_builds_and_the_others_find_it(tmp_path: Path) -> None:
    """Eight at once: the folder is written once, and everybody gets it."""
    folder = tmp_path / "shelf" / "base"

    def wanted(_: int) -> tuple[int, int]:
        made = engine.build(base.FICHES, {}, folder, base.RESOURCES)
        manifest = (made / "manifest.json").stat()
        return manifest.st_ino, manifest.st_mtime_ns

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(wanted, range(8)))) == 1


def test_a_kill_in_a_build_leaves_nothing_in_use(tmp_path: Path) -> None:
    """The half folder stands aside, is never loaded, and the next build takes it away."""
    shelf = tmp_path / "shelf"
    process = subprocess.Popen(
        [sys.executable, "-c", BUILDING, str(shelf / "base")], cwd=Path(__file__).parents[3], stdout=subprocess.PIPE
    )
    try:
        until = time.monotonic() + WAIT_SECONDS
        while not list(shelf.glob(".base.*")) and time.monotonic() < until and process.poll() is None:
            os.sched_yield()
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

    made = engine.current(shelf, "base")
    assert made is None or engine.load(made).search("moulins").hits

    engine.build(base.FICHES, {}, shelf / "next", base.RESOURCES)
    assert list(shelf.glob(".base.*")) == []
    assert engine.load(shelf / "next").search("moulins").hits


def test_old_bases_are_removed(tmp_path: Path) -> None:
    """All but the two newest and those in use."""
    shelf = tmp_path / "shelf"
    for age, name in enumerate(("newest", "second", "third", "oldest")):
        (shelf / name).mkdir(parents=True)
        os.utime(shelf / name, (1000 - age, 1000 - age))

    assert engine.prune(shelf, ["oldest"]) == ["third", "second"]
    assert sorted(path.name for path in shelf.iterdir()) == ["newest", "oldest"]
    assert engine.prune(tmp_path / "nowhere", []) == []


def test_a_disk_that_does_not_take_it(tmp_path: Path) -> None:
    """Is one sentence, and nothing half is left."""
    (tmp_path / "file").write_text("in the way", "utf-8")

    with pytest.raises(FilesError, match="cannot be used"):
        engine.build(base.FICHES, {}, tmp_path / "file" / "base", base.RESOURCES)


@dataclass(frozen=True, slots=True)
class Large:
    numbers: Any


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """Is said in words; nothing half is left beside the former base."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(FilesError, match=r"base: cannot be written \((the disk is full|File too large)\)"):
            files.write(tmp_path / "base", Large(np.zeros(1_000_000)), {}, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list(tmp_path.iterdir()) == []
