"""What is kept of a photo."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from bot.messages import Location
from bot.photos import prepare
from tests.pictures import (
    BLUE,
    CORNERS,
    GREEN,
    GRENOBLE,
    RED,
    WHITE,
    corners,
    exif,
    file,
    grey,
    kept,
    quarters,
    segment,
    segments,
)


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
