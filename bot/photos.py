"""What is done to a citizen's photo before it is kept: checked, read for its place, redrawn without anything else.

Only pixels go on. The file that was sent is decoded and a new JPEG is drawn from it, so that metadata, thumbnails,
comments and whatever else hides in it end here. Nothing is believed of a name or a declared type.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import PIL.WebPImagePlugin  # noqa: F401 - Pillow knows JPEG and PNG by itself; for WebP it would load all its plugins
from PIL import Image, ImageCms

from bot.errors import RequestRejected
from bot.messages import Location

MAX_BYTES = 10_000_000
"""Bytes of a photo as it is sent."""
MAX_PIXELS = 50_000_000
"""Pixels of a photo as it is sent: what the best phones take, and some 200 MB once decoded."""
MAX_SCANS = 200
"""Passes in which a progressive JPEG may come. Cameras use about ten; each costs time for the whole picture, however
few bytes it has."""
LONGEST_SIDE = 2048
"""Pixels of the longer side as it is kept."""
QUALITY = 85
"""JPEG quality as it is kept."""
MEDIA_TYPE = "image/jpeg"

NOT_ONE, TOO_LARGE, DAMAGED = "photo_not_one", "photo_too_large", "photo_damaged"
STATUSES = {NOT_ONE: 415, TOO_LARGE: 413, DAMAGED: 415}
START_OF_SCAN = b"\xff\xda"
NOTES = re.compile(rb"(\xff[\xe1\xe2]..)(?:Exif|MPF\0)", re.DOTALL)
"""Where EXIF and the list of further pictures begin in a JPEG; behind \\xff, pixels have no such bytes."""
EXIF = b"Exif\0\0"

# EXIF 2.32: tags, and types that take eight bytes a value.
ORIENTATION, GPS = 0x0112, 0x8825
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4
SHORT, RATIONALS = 3, (5, 10)

# EXIF 2.32, tag Orientation: how the stored picture is turned to stand upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Entry = tuple[int, bytes]
"""What EXIF has for a tag: a type, and four bytes of value or offset."""
COLOUR_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
"""The colour space that an ICC profile must have to fit a picture of that mode."""


class PhotoRefused(RequestRejected):
    """A photo is not taken. `reason` is a catalogue key: photo_not_one, photo_too_large or photo_damaged."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = STATUSES[reason]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is kept: upright, sRGB, without metadata; sides in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int
    location: Location | None
    """Where it was taken, if the camera wrote it down."""


def prepare(content: bytes) -> Photo:
    """Check a file that was sent as a photo and draw the one to keep. Takes CPU time: run it in a thread.

    Raises:
        PhotoRefused: it is no JPEG, PNG or WebP, too large, or cannot be decoded to its last pixel.
    """
    if len(content) > MAX_BYTES:
        raise PhotoRefused(f"{len(content)} bytes are more than {MAX_BYTES}", TOO_LARGE)
    form = sniff(content)
    if form is None:
        raise PhotoRefused("neither JPEG nor PNG nor WebP by its first bytes", NOT_ONE)
    try:
        return _redraw(content, form)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise PhotoRefused(f"too many pixels to decode: {error}", TOO_LARGE) from error
    except Exception as error:
        # Pillow names no set of errors: what its parsers trip over comes out as it is, from struct.error to AssertionError.
        raise PhotoRefused(f"not decoded: {type(error).__name__}", DAMAGED) from error


def sniff(content: bytes) -> str | None:
    """Pillow's name of the format that the first bytes show, None for any that is not taken."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    return None


def _redraw(content: bytes, form: str) -> Photo:
    # Pillow would read a JPEG's EXIF at once, and one entry may claim all of its bytes: 9 MB became gigabytes.
    pixels_only = NOTES.sub(rb"\1\0\0\0\0", content) if form == "JPEG" else content
    with Image.open(BytesIO(pixels_only), formats=[form]) as sent:
        # Only the header has been read so far.
        _check_effort(sent, content)
        profile = sent.info.get("icc_profile")
        size = _kept_size(sent.size)
        # A JPEG far larger than needed is decoded at a half, a quarter or an eighth at once.
        sent.draft(None, size)
        sent.load()
        # A PNG may have it behind its pixels.
        exif = content.partition(EXIF)[2] if form == "JPEG" else sent.info.get("exif", b"").removeprefix(EXIF)
        kept = _plain(sent).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    kept = _to_srgb(_on_white(kept), profile)
    orientation, location = _read_exif(exif)
    if orientation in UPRIGHT:
        kept = kept.transpose(UPRIGHT[orientation])
    # The writer would copy a comment that it finds here.
    kept.info = {}
    drawn = BytesIO()
    kept.save(drawn, "JPEG", quality=QUALITY, progressive=True)
    return Photo(drawn.getvalue(), MEDIA_TYPE, kept.width, kept.height, location)


def _check_effort(sent: Image.Image, content: bytes) -> None:
    """Refuse what would take too much memory or time to decode."""
    pixels = sent.width * sent.height
    if pixels > MAX_PIXELS:
        raise PhotoRefused(f"{sent.width} x {sent.height} pixels are more than {MAX_PIXELS}", TOO_LARGE)
    if pixels == 0:
        raise PhotoRefused("no pixels", DAMAGED)
    if sent.info.get("progressive") and content.count(START_OF_SCAN) > MAX_SCANS:
        raise PhotoRefused(f"more than {MAX_SCANS} scans", TOO_LARGE)


def _kept_size(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, LONGEST_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _plain(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be scaled: RGB, RGBA, L or CMYK."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):
        # 16 bits of grey: the upper eight are kept, where Pillow would cut everything above 255 to white.
        return image.point(lambda value: value / 256).convert("L")
    return image if image.mode in COLOUR_SPACES else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _to_srgb(image: Image.Image, profile: Any) -> Image.Image:
    """The picture in RGB as a screen shows it; a profile that is broken or of other colours is passed over."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if source.profile.xcolor_space == COLOUR_SPACES[image.mode]:
                target = ImageCms.createProfile("sRGB")
                converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass
    return image.convert("RGB")


def _read_exif(tiff: bytes) -> tuple[int, Location | None]:
    """The tag Orientation, 0 if there is none, and where the photo was taken.

    Read here and not by Pillow, whose time and memory grow with what the entries claim.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 0, None
    orientation = 0
    try:
        entries = _entries(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
        kind, value = entries.get(ORIENTATION, (0, b""))
        if kind == SHORT:
            (orientation,) = struct.unpack_from(f"{order}H", value)
        if GPS not in entries:
            return orientation, None
        gps = _entries(tiff, order, struct.unpack(f"{order}I", entries[GPS][1])[0])
        return orientation, _location(tiff, order, gps)
    except struct.error:
        # An offset leads out of the file.
        return orientation, None


def _entries(tiff: bytes, order: str, offset: int) -> dict[int, Entry]:
    """A directory by its tags; the first of two with one tag counts."""
    (count,) = struct.unpack_from(f"{order}H", tiff, offset)
    found: dict[int, Entry] = {}
    for number in range(count):
        tag, kind, _, value = struct.unpack_from(f"{order}HHI4s", tiff, offset + 2 + 12 * number)
        found.setdefault(tag, (kind, value))
    return found


def _location(tiff: bytes, order: str, gps: dict[int, Entry]) -> Location | None:
    """The point in a GPS directory; None if missing, malformed, out of range or the zero of a device without a fix."""
    latitude = _degrees(tiff, order, gps.get(LATITUDE), gps.get(LATITUDE_REF), b"NS", 90)
    longitude = _degrees(tiff, order, gps.get(LONGITUDE), gps.get(LONGITUDE_REF), b"EW", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    return Location(latitude, longitude)


def _degrees(
    tiff: bytes, order: str, entry: Entry | None, reference: Entry | None, letters: bytes, limit: int
) -> float | None:
    """Degrees, minutes and seconds as one number, to a tenth of a metre; negative for the second of `letters`."""
    if entry is None or reference is None or entry[0] not in RATIONALS:
        return None
    letter = reference[1][:1].upper()
    (offset,) = struct.unpack(f"{order}I", entry[1])
    # Some write signed fractions; a negative one reads as a huge number and is out of range.
    numbers: tuple[int, ...] = struct.unpack_from(f"{order}6I", tiff, offset)
    if letter not in (letters[:1], letters[1:]) or 0 in numbers[1::2]:
        return None
    degrees, minutes, seconds = (numbers[part] / numbers[part + 1] for part in (0, 2, 4))
    value = degrees + minutes / 60 + seconds / 3600
    if minutes >= 60 or seconds >= 60 or value > limit:
        return None
    return round(-value if letter == letters[1:] else value, 6)
