"""An article as passages: the pieces that are searched, and shown one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.store.base import Article
from bot.text.french import fold

WORDS_SHOWN = 60
"""About what is read without effort in a chat, before « Voir plus »."""
WORDS_AT_MOST = 80
"""A short rest is not worth a press of « Voir plus »."""

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-ÖØ-Þ0-9«])")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article, as plain text: paragraphs by blank line, list lines by "- "."""

    article_id: str
    number: int
    """Its place in the article, from 0."""
    headings: tuple[str, ...]
    """The headings it stands under, the outermost first; empty for the introduction."""
    text: str


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or a list line; `joined` says that it belongs to the list line or lead-in before it."""

    headings: tuple[str, ...]
    text: str
    joined: bool = False

    @property
    def words(self) -> int:
        return len(self.text.split())


def expired(article: Article, today: date) -> bool:
    """Whether an article is past its last valid day."""
    return article.valid_until is not None and article.valid_until < today


def passages(article: Article) -> tuple[Passage, ...]:
    """The article cut at its headings, and a long section again between paragraphs or list lines."""
    pieces: list[list[_Block]] = []
    for block in _blocks(article):
        if pieces and _fits(pieces[-1], block):
            pieces[-1].append(block)
            continue
        last = pieces[-1] if pieces else []
        # The sentence that introduces a list goes with it.
        introduced = block.joined and len(last) > 1 and last[-1].text.endswith(":")
        pieces.append([last.pop(), block] if introduced else [block])
    return tuple(
        Passage(article.id, number, piece[0].headings, _joined(piece)) for number, piece in enumerate(_evened(pieces))
    )


def _fits(piece: list[_Block], block: _Block) -> bool:
    if piece[0].headings != block.headings:
        return False
    # A list line never stands apart from the sentence that introduces it.
    introduced = len(piece) == 1 and block.joined and piece[0].text.endswith(":")
    return introduced or _count(piece) + block.words <= WORDS_SHOWN


def _evened(pieces: list[list[_Block]]) -> list[list[_Block]]:
    """Short rests go back to the piece before them."""
    evened: list[list[_Block]] = []
    for piece in pieces:
        same = evened and evened[-1][0].headings == piece[0].headings
        if same and _count(evened[-1]) + _count(piece) <= WORDS_AT_MOST:
            evened[-1].extend(piece)
        else:
            evened.append(list(piece))
    return evened


def _count(piece: list[_Block]) -> int:
    return sum(block.words for block in piece)


def _joined(piece: list[_Block]) -> str:
    text = ""
    for block in piece:
        text += ("\n" if block.joined else "\n\n") + block.text if text else block.text
    return text


def _blocks(article: Article) -> Iterator[_Block]:
    path: dict[int, str] = {}
    for node in SyntaxTreeNode(_MARKDOWN.parse(article.body)).children:
        if node.type == "heading":
            level = int(node.tag[1])
            path = {known: text for known, text in path.items() if known < level}
            heading = _plain(node)
            # Many write the title once more above the text.
            if heading and fold(heading) != fold(article.title):
                path[level] = heading
            continue
        for text, joined in _lines(node):
            yield from _shortened(_Block(tuple(path[level] for level in sorted(path)), text, joined))


def _shortened(block: _Block) -> Iterator[_Block]:
    """A paragraph too long to be shown is cut between sentences."""
    if block.words <= WORDS_AT_MOST:
        yield block
        return
    piece, joined = "", block.joined
    for sentence in _SENTENCE_END.split(block.text):
        if piece and len(f"{piece} {sentence}".split()) > WORDS_SHOWN:
            yield _Block(block.headings, piece, joined)
            piece, joined = sentence, False
        else:
            piece = f"{piece} {sentence}" if piece else sentence
    yield _Block(block.headings, piece, joined)


def _lines(node: SyntaxTreeNode) -> Iterator[tuple[str, bool]]:
    """The text lines of a block, and whether each is glued to what stands before it."""
    if node.type == "paragraph":
        if text := _plain(node):
            yield text, False
    elif node.type in {"bullet_list", "ordered_list"}:
        for item in node.children:
            yield from _item(item)
    elif node.type == "table":
        yield from _rows(node)
    elif node.type in {"fence", "code_block"}:
        if text := " ".join(node.content.split()):
            yield text, False
    elif node.type == "blockquote":
        for child in node.children:
            yield from _lines(child)


def _item(item: SyntaxTreeNode) -> Iterator[tuple[str, bool]]:
    own = " ".join(text for child in item.children if child.type == "paragraph" for text, _ in _lines(child))
    if own:
        yield f"- {own}", True
    for child in item.children:
        if child.type != "paragraph":
            yield from ((text if text.startswith("- ") else f"- {text}", True) for text, _ in _lines(child))


def _rows(table: SyntaxTreeNode) -> Iterator[tuple[str, bool]]:
    """Each row as a line; from three columns on a cell says which column it is."""
    rows = [[_plain(cell) for cell in row.children] for part in table.children for row in part.children]
    names, *values = rows
    for cells in values:
        first, *others = cells
        if len(names) > 2:
            others = [f"{name} {cell}" if name else cell for name, cell in zip(names[1:], others, strict=False) if cell]
        yield f"- {first} : {', '.join(cell for cell in others if cell)}".removesuffix(" : "), True


def _plain(node: SyntaxTreeNode) -> str:
    """The words of a node: a link shows where it leads, markup and HTML tags are left out."""
    return " ".join("".join(_inline(node)).split())


def _inline(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type in {"text", "code_inline"}:
        yield node.content
    elif node.type in {"softbreak", "hardbreak"}:
        yield " "
    elif node.type == "link":
        text = "".join(part for child in node.children for part in _inline(child))
        yield text + _target(str(node.attrs.get("href", "")), text)
    elif node.type != "image":
        for child in node.children:
            yield from _inline(child)


def _target(href: str, text: str) -> str:
    """Where a link leads, unless its words say so already; a path on the town's site says nothing in a chat."""
    scheme, _, rest = href.partition(":")
    if scheme in {"http", "https"} and href != text:
        return f" ({href})"
    if scheme == "mailto" and rest not in text:
        return f" ({rest})"
    if scheme == "tel" and not any(char.isdigit() for char in text):
        return f" ({rest})"
    return ""
