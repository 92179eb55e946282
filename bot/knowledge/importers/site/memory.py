"""What the last import saw, so that an unchanged page is not sent again (ETag, Last-Modified)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.knowledge.importers.site.page import Page
from bot.knowledge.importers.site.web import Fetched

FORMAT = 1
"""Raised whenever pages are read otherwise than before: all are asked for again."""
MAX_BYTES = 300_000_000


class Seen(Struct, frozen=True, omit_defaults=True):
    """One address, as it was read last."""

    etag: str = ""
    modified: str = ""
    """The Last-Modified header, as it was sent."""
    page: Page | None = None
    refused: str = ""
    """Why it gave no page."""

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for a newer version only."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value}


class _File(Struct, frozen=True):
    format: int
    seen: dict[str, Seen]


def load(path: Path) -> dict[str, Seen]:
    """What is remembered; nothing where the file is missing, damaged or of another format."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return {}
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.DecodeError, ValueError):
        return {}
    return file.seen if file.format == FORMAT else {}


def save(path: Path, seen: Mapping[str, Seen]) -> None:
    """Keep it for the next import, whole or not at all; that it cannot be kept costs time and nothing else."""
    made = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(msgspec.json.encode(_File(FORMAT, dict(seen))))
        os.replace(made, path)


def remembered(fetched: Fetched, page: Page | None, refused: str) -> Seen | None:
    """What to keep of an answer; None where it says nothing that could be asked by later."""
    headers = {name.lower(): value for name, value in fetched.headers.items()}
    seen = Seen(headers.get("etag", "")[:200], headers.get("last-modified", "")[:100], page, refused)
    return seen if seen.conditions else None
