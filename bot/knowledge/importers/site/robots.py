"""robots.txt by RFC 9309, with the wildcards that the standard library's parser takes literally."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote

MAX_BYTES = 500 * 1024
"""What RFC 9309 (2.5) asks a reader to take at least."""
MAX_RULES = 2000
MAX_RULE_CHARS = 2000
MAX_DELAY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A path that is allowed or not; `*` stands for anything, `$` at the end for the end."""

    path: str
    allow: bool

    def fits(self, path: str) -> bool:
        """Whether a path (with its query, normalised) begins so."""
        anchored = self.path.endswith("$")
        # One piece after the other instead of a regular expression: no pattern takes long.
        first, *others = self.path.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        if not others:
            return not anchored or path == first
        place = len(first)
        last = others.pop()
        for piece in others:
            found = path.find(piece, place)
            if found < 0:
                return False
            place = found + len(piece)
        return path.endswith(last) and len(path) - len(last) >= place if anchored else path.find(last, place) >= 0


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site asks of us."""

    rules: tuple[Rule, ...] = ()
    delay_seconds: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, path: str) -> bool:
        """Whether a path with its query may be fetched: the longest rule counts, and of equals the one that allows."""
        wanted = _normal(path)
        fitting = [(len(rule.path), rule.allow) for rule in self.rules if rule.fits(wanted)]
        return max(fitting)[1] if fitting else True


def parse(text: str, agent: str) -> Robots:
    """The rules for a robot (its name, small letters), else those for everybody."""
    groups: dict[str, tuple[list[Rule], list[float]]] = {}
    sitemaps: list[str] = []
    agents: list[str] = []
    naming = False
    for line in text.lstrip("\ufeff").splitlines():
        name, colon, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        name = name.lower()
        if not colon:
            continue
        if name == "sitemap":
            sitemaps.append(value)
        elif name == "user-agent":
            agents = [*agents, value.lower()] if naming else [value.lower()]
            naming = True
        else:
            naming = False
            for known in agents:
                rules, delays = groups.setdefault(known, ([], []))
                if name in {"allow", "disallow"} and 0 < len(value) <= MAX_RULE_CHARS and len(rules) < MAX_RULES:
                    rules.append(Rule(_normal(value), name == "allow"))
                elif name == "crawl-delay":
                    delays.append(_seconds(value))
    rules, delays = groups.get(agent, groups.get("*", ([], [])))
    return Robots(tuple(rules), max(delays, default=0.0), tuple(sitemaps))


def _normal(path: str) -> str:
    """One way of writing the same path: « %7e » and « ~ », « é » and « %C3%A9 »."""
    return quote(unquote(path), safe="/?&=*$:;,@!'()+~%")


def _seconds(text: str) -> float:
    try:
        asked = float(text)
    except ValueError:
        return 0.0
    return min(max(asked, 0.0), MAX_DELAY_SECONDS) if asked == asked else 0.0
