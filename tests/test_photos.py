"""What is kept of a photo, and what is refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from bot import photos
from bot.messages import Location
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


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_three_formats_are_taken(form: str) -> None:
    """What phones and computers send comes out as an upright JPEG with its sides."""
    photo = prepare(file(quarters(), form))

    assert (photo.media_type, photo.width, photo.height, photo.location) == ("image/jpeg", 64, 32, None)
    assert (photo.content[:2], corners(kept(file(quarters(), form)))) == (b"\xff\xd8", CORNERS)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, (RED, GREEN, BLUE, WHITE)),
        (2, (GREEN, RED, WHITE, BLUE)),
        (3, (WHITE, BLUE, GREEN, RED)),
        (4, (BLUE, WHITE, RED, GREEN)),
        (5, (RED, BLUE, GREEN, WHITE)),
        (6, (BLUE, RED, WHITE, GREEN)),
        (7, (WHITE, GREEN, BLUE, RED)),
        (8, (GREEN, WHITE, RED, BLUE)),
        (0, (RED, GREEN, BLUE, WHITE)),
        (9, (RED, GREEN, BLUE, WHITE)),
    ],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_stands_upright(form: str, orientation: int, expected: tuple[tuple[int, ...], ...]) -> None:
    """Each of the eight orientations is applied, others are passed over; a quarter turn swaps the sides."""
    image = kept(file(quarters(), form, exif=exif(Orientation=orientation)))

    assert corners(image) == expected
    assert image.size == ((32, 64) if orientation in range(5, 9) else (64, 32))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_place_is_read_and_then_gone(form: str) -> None:
    """Where the photo was taken comes with it as a value, no longer in it."""
    photo = prepare(file(quarters(), form, exif=exif(GRENOBLE, Orientation=6)))

    assert photo.location == Location(45.188500, 5.724500)
    assert b"Exif" not in photo.content


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Location(45.1885, 5.7245)),
        ({1: "S"}, Location(-45.1885, 5.7245)),
        ({3: "W"}, Location(45.1885, -5.7245)),
        ({1: "s", 3: "w"}, Location(-45.1885, -5.7245)),
        ({2: (90.0, 0.0, 0.0), 4: (180.0, 0.0, 0.0)}, Location(90, 180)),
        ({2: (0.0, 0.0, 0.0)}, Location(0, 5.7245)),
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, None),
        ({2: (90.0, 0.0, 1.0)}, None),
        ({4: (180.0, 0.0, 1.0)}, None),
        ({2: (45.0, 60.0, 0.0)}, None),
        ({2: (45.0, 0.0, 60.0)}, None),
        ({1: "X"}, None),
        ({1: ""}, None),
        ({1: None}, None),
        ({2: None}, None),
        ({4: None}, None),
    ],
)
def test_a_place_is_believed_only_if_it_can_be_one(changes: dict[int, Any], expected: Location | None) -> None:
    """South and west are negative; nothing is made of what is missing, out of range or zero twice."""
    gps = {tag: value for tag, value in {**GRENOBLE, **changes}.items() if value is not None}

    assert prepare(file(quarters(), exif=exif(gps))).location == expected


@pytest.mark.parametrize("denominators", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (0, 0, 0)])
def test_a_fraction_over_zero_is_no_place(denominators: tuple[int, int, int]) -> None:
    """Infinity and what is not a number are nowhere."""
    notes = exif({**GRENOBLE, 2: (45.0, 11.0, 18.0)})
    true = struct.pack("<6I", 45, 1, 11, 1, 18, 1)
    numbers = [number for pair in zip((45, 11, 18), denominators, strict=True) for number in pair]

    assert (notes.count(true), prepare(file(quarters(), exif=notes)).location) == (1, Location(45.188333, 5.7245))
    assert prepare(file(quarters(), exif=notes.replace(true, struct.pack("<6I", *numbers)))).location is None


def test_nothing_but_the_picture_is_kept() -> None:
    """EXIF, XMP, IPTC, comments, profiles and thumbnails end here."""
    hidden = segment(0xED, b"Photoshop 3.0\x008BIM secret-iptc") + segment(0xE1, b"Exif\0\0MM secret-second")
    sent = file(
        quarters(),
        exif=exif(GRENOBLE, Orientation=1) + b"secret-thumbnail",
        xmp=b"<x:xmpmeta>secret-xmp</x:xmpmeta>",
        comment=b"secret-comment",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )
    content = prepare(sent[:2] + hidden + sent[2:]).content

    assert sent.count(b"secret") == 3
    assert b"secret" not in content
    assert set(segments(content)) == {0xE0, 0xDB, 0xC2, 0xC4}


def test_texts_of_a_png_are_not_kept() -> None:
    """They go the same way."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("comment", "secret")
    texts.add_itxt("Comment", "secret")
    sent = file(quarters(), "PNG", pnginfo=texts)

    assert (b"secret" in sent, b"secret" in prepare(sent).content) == (True, False)


def test_a_page_hidden_in_a_photo_does_not_come_out() -> None:
    """A file that is a JPEG to one reader and HTML to another is only a JPEG afterwards."""
    page = b"<html><script>alert(1)</script></html>"
    sent = file(quarters(), comment=page) + page
    content = prepare(sent).content

    assert (sent.count(b"<script>"), content.count(b"<script>"), content[-2:]) == (2, 0, b"\xff\xd9")


def test_colours_are_those_of_a_screen() -> None:
    """A colour profile is applied, so that a picture looks right without it."""
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = file(quarters())

    assert lab.xcolor_space == "Lab "
    assert corners(kept(file(quarters(), icc_profile=srgb))) == CORNERS
    for unfit in (b"no profile", ImageCms.ImageCmsProfile(lab).tobytes()):
        assert prepare(file(quarters(), icc_profile=unfit)).content == prepare(plain).content


def test_another_profile_changes_the_numbers() -> None:
    """Numbers that mean other colours become the numbers that sRGB has for them."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = (profile.index(name) for name in (b"rXYZ", b"gXYZ"))
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"

    assert corners(kept(file(quarters(), icc_profile=bytes(profile)))) == (GREEN, RED, BLUE, WHITE)


def test_other_modes_become_rgb() -> None:
    """Ink colours, palettes, black and white: all are drawn as RGB."""
    found = {
        "CMYK": corners(kept(file(quarters().convert("CMYK")))),
        "P": corners(kept(file(quarters().quantize(4), "PNG"))),
        "1": corners(kept(file(Image.new("1", (8, 8), 1), "PNG"))),
        "L": corners(kept(file(Image.new("L", (8, 8), 255)))),
    }

    assert found == {"CMYK": CORNERS, "P": CORNERS, "1": (WHITE,) * 4, "L": (WHITE,) * 4}


def test_transparency_becomes_white() -> None:
    """What can be seen through is drawn on white: by layer, by palette and by a colour that stands for it."""
    clear = quarters().convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 32, 16))
    palette = quarters().quantize(4)
    index = palette.getpixel((0, 0))
    expected = (WHITE, GREEN, BLUE, WHITE)

    assert corners(kept(file(clear, "PNG"))) == expected
    assert corners(kept(file(clear, "WEBP"))) == expected
    assert corners(kept(file(palette, "PNG", transparency=index))) == expected
    assert corners(kept(file(quarters(), "PNG", transparency=RED))) == expected


def test_half_transparent_is_mixed_with_white() -> None:
    """Black at half strength is grey, also where the picture has grey and transparency only."""
    half = Image.new("RGBA", (8, 8), (0, 0, 0, 128))

    assert grey(kept(file(half, "PNG")), 4, 4) == [8, 8, 8]
    assert grey(kept(file(half.convert("LA"), "PNG")), 4, 4) == [8, 8, 8]


def test_sixteen_bits_are_cut_to_the_upper_eight() -> None:
    """A grey of half strength stays one."""
    assert grey(kept(file(Image.new("I;16", (8, 8), 0x8000), "PNG")), 4, 4) == [8, 8, 8]


def test_the_first_of_several_pictures_is_kept() -> None:
    """Animations and the pairs that some phones write show their first frame."""
    more = [Image.new("RGB", (64, 32), "black")]

    for form in ("PNG", "WEBP", "MPO"):
        sent = file(quarters(), form, save_all=True, append_images=more)
        assert (form, corners(kept(sent))) == (form, CORNERS)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("sent", "expected"), [((4100, 2050), (2048, 1024)), ((30, 3000), (20, 2048)), ((1, 1), (1, 1))]
)
def test_large_ones_are_scaled(form: str, sent: tuple[int, int], expected: tuple[int, int]) -> None:
    """The longer side has at most 2048 pixels; small ones stay as they are."""
    photo = prepare(file(quarters(*sent) if sent != (1, 1) else Image.new("RGB", sent), form))

    assert (photo.width, photo.height) == expected


def test_a_line_does_not_vanish() -> None:
    """The shorter side keeps a pixel."""
    photo = prepare(file(Image.new("RGB", (60_000, 2)), "JPEG"))

    assert (photo.width, photo.height) == (2048, 1)


def test_noise_can_be_written() -> None:
    """The picture that compresses worst fits the writer's buffer."""
    channels = [Image.effect_noise((2048, 2048), 250) for _ in range(3)]

    assert prepare(file(Image.merge("RGB", channels), quality=90)).width == 2048


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
