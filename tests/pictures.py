"""Pictures made for tests, and what is read back of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import ExifTags, Image

from bot.photos import PhotoRefused, prepare

RED, GREEN, BLUE, WHITE = (254, 0, 0), (0, 255, 1), (0, 0, 254), (255, 255, 255)
CORNERS = (RED, GREEN, BLUE, WHITE)
EXIF = b"Exif\0\0"
GRENOBLE = {1: "N", 2: (45.0, 11.0, 18.6), 3: "E", 4: (5.0, 43.0, 28.2)}


def quarters(width: int = 64, height: int = 32) -> Image.Image:
    """A picture whose quarters are red, green, blue and white, from the upper left on."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, WHITE])
    return image.resize((width, height), Image.Resampling.NEAREST)


def file(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    written = BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def exif(gps: dict[int, Any] | None = None, **tags: int) -> bytes:
    notes = Image.Exif()
    for name, value in tags.items():
        notes[ExifTags.Base[name]] = value
    if gps is not None:
        notes[ExifTags.IFD.GPSInfo] = gps
    return notes.tobytes()


def kept(content: bytes) -> Image.Image:
    return Image.open(BytesIO(prepare(content).content), formats=["JPEG"]).convert("RGB")


def corners(image: Image.Image) -> tuple[tuple[int, ...], ...]:
    """What the middle of each quarter is nearest to."""
    width, height = image.size
    points = [(width // 4, height // 4), (3 * width // 4, height // 4)]
    points += [(x, 3 * height // 4) for x, _ in points]
    return tuple(
        min(CORNERS, key=lambda colour: sum(abs(a - b) for a, b in zip(colour, found, strict=True)))
        for found in (image.getpixel(point) for point in points)
        if isinstance(found, tuple)
    )


def grey(image: Image.Image, x: int, y: int) -> list[int]:
    """A pixel in steps of sixteen, so that JPEG's losses do not count."""
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return [round(value / 16) for value in found]


def refusal(content: bytes) -> tuple[str, int]:
    with pytest.raises(PhotoRefused) as caught:
        prepare(content)
    return caught.value.reason, caught.value.status


def segments(content: bytes) -> Iterator[int]:
    """The markers of a JPEG up to its first scan."""
    at = 2
    while content[at + 1] != 0xDA:
        yield content[at + 1]
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data
