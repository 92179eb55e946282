"""The files of a zip, read in memory and never written: safe whatever the zip is.

The live feeds (March 2024) have 5,271 and 2,404 files, 81 and 26 MB unpacked from 18 and 6; the biggest file has 1.5 MB
and shrinks to a thirty-first. The bounds leave room for ten years of growth and end what is no feed.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bot.knowledge.importers.service_public.errors import FeedRefused, Unusable

MAX_ZIP_BYTES = 200_000_000
MAX_FILES = 50_000
MAX_FILE_BYTES = 16_000_000
MAX_TOTAL_BYTES = 800_000_000
MAX_RATIO = 200
"""How much smaller a file may be packed; deflate reaches 1,000 on what holds nothing."""
RATIO_FROM_BYTES = 1_000_000
"""A small file may shrink as it likes."""
MAX_DIRECTORY_BYTES = 20_000_000
"""Of the zip's own list: `zipfile` reads it whole before it says how many files there are."""

_END = struct.Struct("<4s4H2LH")
_LOCATOR_BYTES = 20
_CHUNK_BYTES = 1 << 20
_ENCRYPTED = 0x1


class Archive:
    """An open zip; use it in a `with`."""

    def __init__(self, path: Path) -> None:
        """Open a zip and read its list.

        Raises:
            FeedRefused: it is no zip, is cut off, or is bigger than any feed.
        """
        self._path = path
        self._left = MAX_TOTAL_BYTES
        try:
            size = path.stat().st_size
            if size > MAX_ZIP_BYTES:
                raise FeedRefused(f"{path.name}: is too big: {size} bytes, at most {MAX_ZIP_BYTES}")
            _check_end(path)
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise FeedRefused(f"{path}: cannot be read ({error.strerror or error})") from error
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise FeedRefused(f"{path.name}: is not a whole zip; download it again") from error
        self._infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(self._infos) > MAX_FILES:
            self._zip.close()
            raise FeedRefused(f"{path.name}: holds {len(self._infos)} files, at most {MAX_FILES}")

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __len__(self) -> int:
        return len(self._infos)

    def members(self) -> Iterator[tuple[str, bytes | Unusable]]:
        """Every XML file's name with its folders, and its bytes or why they are not taken.

        Nothing else in the zip is read, but what is no plain file is named.

        Raises:
            FeedRefused: all files together are bigger than any feed.
        """
        counted = Counter(_name(info) for info in self._infos)
        for info in self._infos:
            name = _name(info)
            try:
                _check(info)
                if counted[name] > 1:
                    raise Unusable(f"stands {counted[name]} times in the zip; none of them is taken")
                if name.lower().endswith(".xml"):
                    yield name, self._read(info)
            except Unusable as error:
                yield name, error

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        """A file's bytes; what the zip says of their number is not believed.

        Raises:
            Unusable: there are too many, or they are damaged.
        """
        gathered = bytearray()
        try:
            with self._zip.open(info) as file:
                while chunk := file.read(_CHUNK_BYTES):
                    gathered += chunk
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise FeedRefused(f"{self._path.name}: unpacks to more than {MAX_TOTAL_BYTES} bytes")
                    if len(gathered) > MAX_FILE_BYTES:
                        raise Unusable(f"is too big: more than {MAX_FILE_BYTES} bytes")
                    if len(gathered) > max(RATIO_FROM_BYTES, MAX_RATIO * max(info.compress_size, 1)):
                        raise Unusable("is packed as no text can be: it is made to fill the memory")
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise Unusable("is damaged in the zip") from error
        return bytes(gathered)


def digest(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        FeedRefused: it cannot be read.
    """
    total = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                total.update(chunk)
    except OSError as error:
        raise FeedRefused(f"{path}: cannot be read ({error.strerror or error})") from error
    return total.hexdigest()


def _name(info: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(info.filename))


def _check(info: zipfile.ZipInfo) -> None:
    """Refuse what is no plain file of this folder."""
    name = info.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in name:
        raise Unusable("has a name that leads out of the zip")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Unusable("is a link and not a file")
    if info.flag_bits & _ENCRYPTED:
        raise Unusable("is encrypted")
    if name.lower().endswith(".zip"):
        raise Unusable("is a zip within the zip; unpack it and import it by itself")


def _check_end(path: Path) -> None:
    """Look at the zip's last record before `zipfile` believes it.

    Raises:
        FeedRefused: it promises a list that no feed has.
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - _END.size - 0xFFFF - _LOCATOR_BYTES))
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + _END.size > len(tail):
        raise zipfile.BadZipFile
    directory_bytes = _END.unpack_from(tail, place)[5]
    if directory_bytes > MAX_DIRECTORY_BYTES or tail[max(0, place - _LOCATOR_BYTES) :].startswith(b"PK\x06\x07"):
        raise FeedRefused(f"{path.name}: lists more files than any feed has")
