"""Bytes of a mail as text, whatever charset they are said to be in: pure functions that never raise."""

from __future__ import annotations

import codecs
import re

UNREAD = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
"""Codecs of Python that are no charset of a mail; some take quadratic time."""
LATIN = frozenset({"ascii", "iso8859-1", "cp1252"})
"""What programs declare by default, whatever they write."""
OTHER_NAMES = {
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-sjis": "shift_jis",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "utf8mb4": "utf-8",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "cp-1252": "cp1252",
    "gb2312": "gb18030",
    "x-gbk": "gb18030",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\u202a-\u202e\u2066-\u2069]")
"""Controls, halves of UTF-16, and what turns the direction of writing round."""
_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")


def decode(content: bytes, declared: str = "") -> str:
    """The text of some bytes: by their declared charset where that can be, else UTF-8, else Windows-1252."""
    known = codec(declared)
    # Much is called ISO-8859-1 or nothing at all that is UTF-8; by chance no Latin text is.
    wanted = "utf-8" if known is None or known in LATIN else known
    for name in (wanted, "utf-8"):
        try:
            return clean(content.decode(name))
        except (UnicodeError, LookupError, ValueError):
            continue
    # A damaged character is no reason to spoil the others.
    kept = content.decode("utf-8", "replace")
    lost = kept.count("\ufffd")
    whole = sum(1 for character in kept if character > "\x7f") - lost
    return clean(kept if whole > lost else content.decode("cp1252", "replace"))


def codec(declared: str) -> str | None:
    """Python's name of a declared charset; None if it is none that texts are written in."""
    found = _NAME.search(declared.strip().strip("\"'"))
    if found is None:
        return None
    name = found.group().lower()
    try:
        known = codecs.lookup(OTHER_NAMES.get(name, name))
    except (LookupError, ValueError):
        return None
    # Such as zlib or base64, which are codecs from bytes to bytes.
    is_text = getattr(known, "_is_text_encoding", True)
    return known.name if is_text and known.name.replace("-", "_") not in UNREAD else None


def clean(text: str) -> str:
    """A text with line feeds alone at its line ends, and without what is not shown."""
    return _INVISIBLE.sub("", _ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """A text as a single line: nothing of it can be a second header."""
    return " ".join(clean(text).split())
