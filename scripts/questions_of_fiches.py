"""Writes nlu/questions_of_fiches.yml: for each fiche one of its phrasings, as examples of `ask_question`.

    python -m scripts.questions_of_fiches

The model of the acts has to know what questions look like that it will never answer itself; `knowledge/phrasings` has
thirty thousand of them, and one a fiche is enough. Which one follows from the fiche's id, so that a new fiche moves no
other. What stands among the examples of an act already is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bot.knowledge.engine.resources import read_phrasings
from bot.understanding.examples import read_evaluation, read_examples
from bot.understanding.pieces import key

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "nlu" / "questions_of_fiches.yml"
HEAD = """version: "3.1"
# Written by scripts/questions_of_fiches.py from knowledge/phrasings; change those, and run it again.
nlu:
- intent: ask_question
  examples: |
"""


def chosen(phrasings: dict[str, tuple[str, ...]], taken: Iterable[str]) -> list[str]:
    """One phrasing a fiche, in the order of their ids, without those whose words are taken."""
    keys = {key(text) for text in taken}
    found = []
    for page, said in sorted(phrasings.items()):
        text = " ".join(said[hashlib.sha256(page.encode()).digest()[0] % len(said)].split())
        # A colon or a slash in front would be Rasa's.
        if key(text) not in keys and text[0].isalnum():
            keys.add(key(text))
            found.append(text)
    return found


def written() -> str:
    """What the file should say."""
    others = [path for path in sorted((ROOT / "nlu").rglob("*.yml")) if path != FILE]
    taken = [one.text for path in others for one in read_examples(path)]
    taken += [
        one.text for path in sorted((ROOT / "nlu" / "evaluation").glob("*.jsonl")) for one in read_evaluation(path)
    ]
    questions = chosen(read_phrasings(ROOT / "knowledge" / "phrasings"), taken)
    return HEAD + "".join(f"    - {question}\n" for question in questions)


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
