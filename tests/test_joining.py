"""What is a wish to link conversations, and what is a code."""

from __future__ import annotations

import pytest

from bot.files import is_pdf, safe_name
from bot.joining import ASKING, CUTTING, read_code
from bot.text.french import tokens
from bot.text.normalise import normalise


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7K3M-92QX", "7K3M92QX"),
        (" 7k3m 92qx. ", "7K3M92QX"),
        ("lier 7K3M-92QX", "7K3M92QX"),
        ("lier ABCD EFGH", "ABCDEFGH"),
        ("ABCD-EFGH", "ABCDEFGH"),
        ("quel jour", ""),
        ("PEUT ETRE", ""),
        ("D-7K3M-92QX", ""),
        ("ma demande 7K3M-92QX", ""),
        ("7K3M92QX", ""),
        ("44990 Pontavel", ""),
        ("", ""),
    ],
)
def test_a_code_is_all_that_is_said(text: str, code: str) -> None:
    """However it is written; two words of four letters, a request's number and a sentence are none."""
    assert read_code(text) == code


@pytest.mark.parametrize(
    "text",
    ["lier", "Lier !", "relier mes conversations", "je veux lier mes deux conversations", "link my conversations"],
)
def test_a_wish_to_link_is_understood(text: str) -> None:
    """In few words."""
    assert ASKING.fullmatch(" ".join(tokens(normalise(text))))


@pytest.mark.parametrize(
    "text",
    ["comment lier mon compte CAF ?", "lier mon dossier", "allier", "je veux relier ma maison au tout-à-l’égout"],
)
def test_another_wish_is_none(text: str) -> None:
    """It goes to the core."""
    assert not ASKING.fullmatch(" ".join(tokens(normalise(text))))


def test_a_link_is_cut_in_a_word() -> None:
    """With and without its accent."""
    assert all(CUTTING.fullmatch(" ".join(tokens(normalise(text)))) for text in ("délier", "Delier mes conversations"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("bail.pdf", "bail.pdf"),
        ("C:\\Users\\moi\\bail.PDF", "bail.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("a\u202efdp.exe", "a_fdp.exe.pdf"),
        ("été 2026 (2).pdf", "été 2026 (2).pdf"),
        ("x" * 300, "x" * 80 + ".pdf"),
        ("a\r\nSet-Cookie: b", "a_Set-Cookie_ b.pdf"),
    ],
)
def test_a_documents_name_is_harmless(given: str, name: str) -> None:
    """No path, no control character, no other ending."""
    assert safe_name(given) == name


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (b"%PDF-1.7", True),
        (b"\n\n%PDF-1.4", True),
        (b"\xff\xd8\xff\xe0 %PDF-1.4", False),
        (b" " * 2000 + b"%PDF-1.4", False),
        (b"<html>", False),
        (b"", False),
    ],
)
def test_a_pdf_is_known_by_its_first_bytes(content: bytes, is_one: bool) -> None:
    """Whatever its name says; a picture with a PDF inside is a picture."""
    assert is_pdf(content) is is_one
