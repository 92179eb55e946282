"""A calendar's entry in a mail (RFC 5545) as lines of text."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from channels.email.charsets import one_line

MAX_CHARS = 200_000
MAX_VALUE_CHARS = 1000
_ESCAPED = re.compile(r"\\([\\;,nN])")


def entry(calendar: str) -> dict[str, str]:
    """Of the first event: `summary`, `location`, `dtstart` (as people write it), `description`; what is not said is left out."""
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar[:MAX_CHARS])
    inside = re.search(r"BEGIN:VEVENT(.*?)(?:END:VEVENT|\Z)", unfolded, re.DOTALL)
    found: dict[str, str] = {}
    for line in (inside.group(1) if inside else "").splitlines():
        name, colon, value = line.partition(":")
        key = name.partition(";")[0].strip().lower()
        if colon and key in ("summary", "location", "description", "dtstart"):
            text = _ESCAPED.sub(lambda match: " " if match.group(1) in "nN" else match.group(1), value)
            found.setdefault(key, one_line(text)[:MAX_VALUE_CHARS])
    if "dtstart" in found:
        found["dtstart"] = _moment(found["dtstart"])
    return {key: value for key, value in found.items() if value}


def _moment(value: str) -> str:
    utc = " UTC" if value.endswith("Z") else ""
    for form, shown in (("%Y%m%dT%H%M%S", "%d/%m/%Y %H:%M"), ("%Y%m%d", "%d/%m/%Y")):
        try:
            return datetime.strptime(value.rstrip("Z"), form).replace(tzinfo=timezone.utc).strftime(shown) + utc
        except ValueError:
            continue
    return value
