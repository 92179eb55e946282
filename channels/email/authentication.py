"""What our own mail server says of where a mail comes from: its Authentication-Results (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.letters import Proofs, Verdict

MAX_CHARS = 8000
FAILED = frozenset({"fail", "softfail", "hardfail"})
"""Results that speak against the sender; errors and what is neutral say nothing (RFC 8601, 2.7)."""
_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_RESULT = re.compile(r"^\s*(spf|dkim|dmarc)(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]+)(.*)$", re.IGNORECASE | re.DOTALL)
_DOMAIN = re.compile(
    r"\b(?:header\.d|header\.i|smtp\.mailfrom|header\.from)\s*=\s*(?:[^\s;@]*@)?([A-Za-z0-9._-]+)", re.I
)


def proofs(headers: Sequence[tuple[str, str]], authserv_id: str, sender: str) -> Proofs:
    """The findings of the server that calls itself `authserv_id`; "" believes nobody.

    `headers` are those of the mail in their order, names in lower case. Servers write theirs on top: only the topmost of that
    name counts and those that follow it before the next `Received`, so that a forged one below it proves nothing. A pass for
    a domain that is not the sender's proves nothing of the sender either.
    """
    found: dict[str, Verdict] = {}
    wanted = authserv_id.strip().lower()
    seen = False
    for name, value in headers if wanted else ():
        if seen and name == "received":
            break
        if name != "authentication-results":
            continue
        server, results = _results(value[:MAX_CHARS])
        if server != wanted:
            continue
        seen = True
        for method, result, domain in results:
            verdict = _verdict(method, result, domain, sender.rpartition("@")[2].lower())
            # Several signatures: one good one is enough.
            if found.get(method) is not Verdict.PASS and verdict is not Verdict.NONE:
                found[method] = verdict
    none = Verdict.NONE
    return Proofs(spf=found.get("spf", none), dkim=found.get("dkim", none), dmarc=found.get("dmarc", none))


def _results(value: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Who says it, and method, result and domain of each finding."""
    text = _QUOTED.sub(lambda match: match.group(1).replace(";", " ").replace("(", " ").replace(")", " "), value)
    for _ in range(10):
        text, changed = _COMMENT.subn(" ", text)
        if not changed:
            break
    server, *rest = text.split(";")
    found = []
    for part in rest:
        match = _RESULT.match(part)
        if match:
            domain = _DOMAIN.search(match.group(3))
            found.append((match.group(1).lower(), match.group(2).lower(), domain.group(1).lower() if domain else ""))
    words = server.split()
    return (words[0].lower() if words else ""), found


def _verdict(method: str, result: str, domain: str, sender: str) -> Verdict:
    if result in FAILED:
        return Verdict.FAIL
    if result != "pass":
        return Verdict.NONE
    aligned = not domain or domain == sender or sender.endswith(f".{domain}") or domain.endswith(f".{sender}")
    return Verdict.PASS if aligned else Verdict.NONE
