"""Photos that are none, too large, damaged or made to do harm."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot import photos
from bot.photos import PhotoRefused, prepare
from tests.pictures import EXIF, GRENOBLE, chunk, exif, file, quarters, refusal, segment


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><title>x</title>",
        b"%PDF-1.7\n",
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
        b"\0\0\0\x18ftypheic" + bytes(60),
        b"\0\0\0\x18ftypavif" + bytes(60),
        b"RIFF\x24\0\0\0WAVE" + bytes(60),
        b" " + file(quarters()),
        b"<html>" + file(quarters(), "PNG"),
    ],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    """By its first bytes, whatever follows and whatever Pillow could open."""
    assert refusal(content) == ("photo_not_one", 415)


def test_a_large_file_is_refused() -> None:
    """A byte above the limit is too much, the limit is not."""
    sent = file(quarters())

    assert prepare(sent.ljust(photos.MAX_BYTES, b"\0")).width == 64
    assert refusal(sent.ljust(photos.MAX_BYTES + 1, b"\0")) == ("photo_too_large", 413)


@pytest.mark.parametrize("side", [7072, 9500, 60_000])
def test_a_bomb_is_refused_by_its_header(side: int) -> None:
    """A few bytes that would become gigabytes are not decoded: below Pillow's bounds, between and above them."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    frame = struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0"
    jpeg = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC0, frame) + segment(0xDA, b"\1\1\0\0\x3f\0")
    canvas = (side - 1).to_bytes(3, "little") * 2
    still = file(Image.new("RGB", (16, 16)), "WEBP")[12:]
    part = bytes(6) + (15).to_bytes(3, "little") * 2 + b"\x64\0\0\0" + still
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + canvas + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    body += b"ANMF" + struct.pack("<I", len(part)) + part
    webp = b"RIFF" + struct.pack("<I", len(body)) + body

    assert [refusal(content) for content in (png, jpeg, webp)] == [("photo_too_large", 413)] * 3


def test_a_photo_of_very_many_scans_is_refused() -> None:
    """A scan of a few bytes costs time for the whole picture."""
    sent = file(quarters(), progressive=True)
    start = sent.rindex(b"\xff\xda")

    assert prepare(sent).width == 64
    assert refusal(sent[:start] + sent[start:-2] * photos.MAX_SCANS + sent[-2:]) == ("photo_too_large", 413)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_notes_that_claim_too_much_cost_nothing(form: str) -> None:
    """Every entry of this EXIF says that it is the rest of the file: read as they say it would be gigabytes."""
    count, size = 60_000, 60_000
    entry = struct.pack("<HHII", 0x010E, 7, size, 8)
    notes = b"II*\0" + struct.pack("<IH", 8, count) + (entry * count if form != "JPEG" else entry * 5000)

    assert prepare(file(quarters(), form, exif=EXIF + notes)).width == 64


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_half_decoded_is_kept(form: str) -> None:
    """A file cut anywhere is refused, unless all of its pixels were there already."""
    image = Image.effect_noise((96, 64), 90).convert("RGB")
    sent = file(image, form)
    whole = prepare(sent).content
    outcomes = []
    for cut in range(12, len(sent)):
        try:
            outcomes.append("whole" if prepare(sent[:cut]).content == whole else "half")
        except PhotoRefused as refused:
            outcomes.append(refused.reason)

    assert set(outcomes[:-32]) == {"photo_damaged"}
    assert set(outcomes[-32:]) <= {"photo_damaged", "whole"}


@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 "]), st.binary(max_size=300)
)
def test_random_bytes_are_refused(start: bytes, rest: bytes) -> None:
    """Whatever Pillow's parsers trip over, it is a refusal."""
    with pytest.raises(PhotoRefused):
        prepare(start + rest)


SAMPLES = [file(quarters(), form, exif=exif(GRENOBLE)) for form in ("JPEG", "PNG", "WEBP", "MPO")]
SAMPLES.append(file(quarters(), progressive=True))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(min_size=1, max_size=4)), min_size=1, max_size=5),
)
def test_spoilt_photos_are_kept_or_refused(sent: bytes, spoilt: list[tuple[int, bytes]]) -> None:
    """Wrong bytes in a photo lead to a photo or to a refusal, never to another error."""
    content = bytearray(sent)
    for at, what in spoilt:
        place = at % len(sent)
        content[place : place + len(what)] = what
    try:
        starts = prepare(bytes(content)).content[:2]
    except PhotoRefused as refused:
        starts = refused.reason.encode()[:2]

    assert starts in (b"\xff\xd8", b"ph")


@settings(deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP"]),
    st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]),
    st.binary(),
)
def test_broken_notes_do_not_spoil_a_photo(form: str, start: bytes, rest: bytes) -> None:
    """A photo whose EXIF is nonsense is still a photo."""
    assert set(prepare(file(quarters(), form, exif=EXIF + start + rest)).content[:2]) == {0xFF, 0xD8}
