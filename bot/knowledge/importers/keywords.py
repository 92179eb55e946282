"""Keywords put into the front matter of an article's file, or taken out of it: every other byte stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import yaml

from bot.text.normalise import normalise

FENCE = "---"
FIELD = "keywords"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BREAK = re.compile(r"\r\n|\r|\n")


class HeadUnfit(Exception):
    """A front matter in which keywords cannot be changed without touching more than them."""


def added(text: str, words: Sequence[str]) -> str:
    """The file's text with words behind its keywords; those that stand there already are not added again.

    Raises:
        HeadUnfit: there is no front matter, or its keywords stand in a form that is not one of a list or a line.
    """
    begin, end, front = _front(text)
    key, node = _keywords(front)
    there = {normalise(one) for one in _values(node)}
    fresh = [one for one in dict.fromkeys(words) if normalise(one) not in there]
    if not fresh:
        return text
    changed = _missing(front, fresh, text) if key is None else _added(front, node, fresh)
    return text[:begin] + changed + text[end:]


def removed(text: str, word: str) -> str:
    """The file's text without one of its keywords; as it is where that is none of them.

    Raises:
        HeadUnfit: see `added`; or a comment stands beside it.
    """
    begin, end, front = _front(text)
    _, node = _keywords(front)
    if normalise(word) not in {normalise(one) for one in _values(node)}:
        return text
    if not isinstance(node, yaml.SequenceNode):
        kept = [one for one in _values(node) if normalise(one) != normalise(word)]
        changed = _replaced(front, node, kept)
    else:
        at = next(n for n, one in enumerate(node.value) if normalise(str(one.value)) == normalise(word))
        changed = _without(front, node, at)
    return text[:begin] + changed + text[end:]


def _front(text: str) -> tuple[int, int, str]:
    """Where the front matter's lines begin and end."""
    lines = [line for line in _LINE.finditer(text) if line[0]]
    first = next((n for n, line in enumerate(lines) if line[0].strip("\ufeff\r\n")), None)
    if first is None or lines[first][0].strip("\ufeff").rstrip() != FENCE:
        raise HeadUnfit("has no front matter: the first line must be ---")
    for line in lines[first + 1 :]:
        if line[0].rstrip() == FENCE:
            begin = lines[first].end()
            return begin, line.start(), text[begin : line.start()]
    raise HeadUnfit("has a front matter that does not end: a second line --- is missing")


def _keywords(front: str) -> tuple[Any, Any]:
    try:
        root = yaml.compose(front, yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise HeadUnfit("has a front matter that is not YAML") from error
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise HeadUnfit("has a front matter that is not one field a line")
    return next(((key, node) for key, node in root.value if key.value == FIELD), (None, None))


def _values(node: Any) -> list[str]:
    if node is None:
        return []
    if isinstance(node, yaml.SequenceNode):
        if not all(isinstance(one, yaml.ScalarNode) for one in node.value):
            raise HeadUnfit("has keywords that are not words")
        return [str(one.value) for one in node.value]
    if not isinstance(node, yaml.ScalarNode) or node.style in {"|", ">"}:
        raise HeadUnfit("has keywords that are neither a list nor a line")
    if node.tag == "tag:yaml.org,2002:null":
        return []
    return [word for word in (one.strip() for one in str(node.value).split(",")) if word]


def _added(front: str, node: Any, fresh: Sequence[str]) -> str:
    if not isinstance(node, yaml.SequenceNode):
        return _replaced(front, node, [*_values(node), *fresh])
    said = ", ".join(map(_spelt, fresh))
    if node.flow_style:
        if not node.value:
            at = node.start_mark.index + 1
            return front[:at] + said + front[at:]
        at = node.value[-1].end_mark.index
        return f"{front[:at]}, {said}{front[at:]}"
    _, at = _lines_of(front, node.value[-1])
    before = front[:at] if front[:at].endswith(("\n", "\r")) else front[:at] + _break(front)
    indent = " " * node.start_mark.column
    return before + "".join(f"{indent}- {_spelt(one)}{_break(front)}" for one in fresh) + front[at:]


def _without(front: str, node: Any, at: int) -> str:
    items = node.value
    if not node.flow_style:
        begin, end = _lines_of(front, items[at])
    elif at:
        begin, end = items[at - 1].end_mark.index, items[at].end_mark.index
    elif len(items) > 1:
        begin, end = items[0].start_mark.index, items[1].start_mark.index
    else:
        begin, end = items[0].start_mark.index, items[0].end_mark.index
    outside = front[begin:end].replace(front[items[at].start_mark.index : items[at].end_mark.index], "", 1)
    if "#" in outside:
        raise HeadUnfit("has a comment beside that keyword")
    return front[:begin] + front[end:]


def _replaced(front: str, node: Any, words: Sequence[str]) -> str:
    """A line of words, or nothing, becomes a list: a comma in a line would cut a phrasing in two."""
    begin, end = node.start_mark.index, node.end_mark.index
    blank = "" if front[begin - 1 : begin] == " " else " "
    return f"{front[:begin]}{blank}[{', '.join(map(_spelt, words))}]{front[end:]}"


def _missing(front: str, fresh: Sequence[str], text: str) -> str:
    return f"{front}{FIELD}: [{', '.join(map(_spelt, fresh))}]{_break(front or text)}"


def _lines_of(front: str, item: Any) -> tuple[int, int]:
    """Where the lines of one item of a list begin and end, the last one's break with them."""
    begin = max(front.rfind("\n", 0, item.start_mark.index), front.rfind("\r", 0, item.start_mark.index)) + 1
    last = max(item.start_mark.index, item.end_mark.index - 1)
    found = _BREAK.search(front, last)
    return begin, found.end() if found else len(front)


def _break(text: str) -> str:
    found = _BREAK.search(text)
    return found[0] if found else "\n"


def _spelt(word: str) -> str:
    """A word as an item of a list in square brackets; JSON's strings are YAML's, whatever stands in them."""
    try:
        is_plain = yaml.safe_load(f"[{word}]") == [word] == yaml.safe_load(f"- {word}")
    except (yaml.YAMLError, ValueError):
        is_plain = False
    return word if is_plain else json.dumps(word, ensure_ascii=False)
