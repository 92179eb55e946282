"""Zips of every bad kind."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest

from bot.knowledge.importers.service_public import archive
from bot.knowledge.importers.service_public.archive import Archive, digest
from bot.knowledge.importers.service_public.errors import FeedRefused, Unusable
from tests.knowledge.service_public.pages import packed, zipped

MEGABYTE = 1_000_000


def read(path: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """The good files, and why the others are none."""
    with Archive(path) as opened:
        members = list(opened.members())
    good = {name: data for name, data in members if isinstance(data, bytes)}
    return good, {name: str(data) for name, data in members if isinstance(data, Unusable)}


def test_files_are_read_with_their_folders(tmp_path: Path) -> None:
    """What is no XML is passed over."""
    path = zipped(
        tmp_path / "a.zip", {"vdd/part/F1.xml": b"<a/>", "F2.XML": b"<b/>", "lisezmoi.txt": b"x", "vide/": b""}
    )

    assert read(path) == ({"vdd/part/F1.xml": b"<a/>", "F2.XML": b"<b/>"}, {})


@pytest.mark.parametrize(
    "name",
    ["../F1.xml", "a/../../F1.xml", "/F1.xml", "\\F1.xml", "..\\F1.xml", "C:/F1.xml", "C:F1.xml", "a\\..\\F1.xml"],
)
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    """Although nothing is ever written: who names a file so means no good."""
    good, bad = read(zipped(tmp_path / "a.zip", {name: b"<a/>", "F2.xml": b"<b/>"}))

    assert list(good) == ["F2.xml"]
    assert list(bad.values()) == ["has a name that leads out of the zip"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A symbolic link in a zip is no file."""
    link = zipfile.ZipInfo("F1.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(link, "/etc/passwd")

    assert read(tmp_path / "a.zip") == ({}, {"F1.xml": "is a link and not a file"})


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    """It is named; an archive under an XML file's name is no XML later."""
    inner = packed({"F1.xml": b"<a/>"})
    good, bad = read(zipped(tmp_path / "a.zip", {"inner.zip": inner, "F9.xml": inner}))

    assert good == {"F9.xml": inner}
    assert bad == {"inner.zip": "is a zip within the zip; unpack it and import it by itself"}


def test_encrypted_files_are_refused(tmp_path: Path) -> None:
    """There is no password to ask for."""
    data = bytearray(packed({"F1.xml": b"<a/>"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)

    assert read(tmp_path / "a.zip") == ({}, {"F1.xml": "is encrypted"})


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_of_one_name_none_is_taken(tmp_path: Path) -> None:
    """Nobody can say which one is meant; in two folders they are two files."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        for name in ("F1.xml", "F1.xml", "a/F2.xml", "b/F2.xml", "F3.xml"):
            made.writestr(name, f"<{name[0]}/>")
    good, bad = read(tmp_path / "a.zip")

    assert list(good) == ["a/F2.xml", "b/F2.xml", "F3.xml"]
    assert set(bad) == {"F1.xml"}
    assert bad["F1.xml"].startswith("stands 2 times in the zip")


def test_a_bomb_is_cut_off(tmp_path: Path) -> None:
    """What is packed as no text can be ends as soon as it is seen, whatever size the zip names."""
    bomb = b"<a>" + b" " * (30 * MEGABYTE)
    good, bad = read(zipped(tmp_path / "a.zip", {"F1.xml": bomb, "F2.xml": b"<b/>"}))

    assert list(good) == ["F2.xml"]
    assert bad == {"F1.xml": "is packed as no text can be: it is made to fill the memory"}


def test_files_and_feeds_that_are_too_big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file too big costs itself; all of them together, or too many, are no feed."""
    contents = {f"F{number}.xml": bytes(range(256)) * 8 for number in range(10)}
    path = zipped(tmp_path / "a.zip", contents)
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 2000)
    assert set(read(path)[1].values()) == {"is too big: more than 2000 bytes"}
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 5000)
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 10_000)
    with pytest.raises(FeedRefused, match="unpacks to more than 10000 bytes"):
        read(path)
    monkeypatch.setattr(archive, "MAX_FILES", 9)
    with pytest.raises(FeedRefused, match="holds 10 files, at most 9"):
        read(path)
    monkeypatch.setattr(archive, "MAX_ZIP_BYTES", 100)
    with pytest.raises(FeedRefused, match="is too big"):
        read(path)


def test_a_list_without_end_is_not_read(tmp_path: Path) -> None:
    """A zip that promises a huge list, or hides its length in a second record, is refused before it is believed."""
    whole = packed({"F1.xml": b"<a/>"})
    end = whole.rindex(b"PK\x05\x06")
    huge = bytearray(whole)
    struct.pack_into("<L", huge, end + 12, 0x7FFFFFFF)
    hidden = whole[:end] + b"PK\x06\x07" + bytes(16) + whole[end:]
    for data in (bytes(huge), hidden):
        (tmp_path / "a.zip").write_bytes(data)
        with pytest.raises(FeedRefused, match="lists more files than any feed has"):
            read(tmp_path / "a.zip")


def test_what_is_no_whole_zip(tmp_path: Path) -> None:
    """Cut off anywhere, empty, something else, a folder, or not there."""
    whole = packed({f"F{number}.xml": bytes(range(256)) * 20 for number in range(5)})
    for data in (
        b"",
        b"PK",
        b"<html>not found</html>",
        *(whole[: len(whole) * part // 8] for part in range(1, 8)),
        whole[:-1],
    ):
        (tmp_path / "a.zip").write_bytes(data)
        with pytest.raises(FeedRefused, match="not a whole zip"):
            read(tmp_path / "a.zip")
    for path in (tmp_path, tmp_path / "none.zip"):
        with pytest.raises(FeedRefused):
            read(path)
        with pytest.raises(FeedRefused, match="cannot be read"):
            digest(path)


def test_damage_inside_costs_one_file(tmp_path: Path) -> None:
    """A file whose bytes do not fit its checksum, or are packed in an unknown way, is refused; the others are read."""
    data = bytearray(packed({"F1.xml": bytes(range(256)) * 20, "F2.xml": b"<b/>"}))
    data[60] ^= 0xFF
    unknown = bytearray(packed({"F1.xml": b"<a/>", "F2.xml": b"<b/>"}))
    for place in (8, unknown.index(b"PK\x01\x02") + 10):
        struct.pack_into("<H", unknown, place, 99)
    for bad in (data, unknown):
        (tmp_path / "a.zip").write_bytes(bad)

        assert read(tmp_path / "a.zip") == ({"F2.xml": b"<b/>"}, {"F1.xml": "is damaged in the zip"})
