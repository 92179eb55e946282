"""Parts of a page that the source shows to some profiles only (`Condition`).

On the State's site a questionnaire above the page says which profile is the reader's. Where it names a condition's
variable in its own words, these words say for whom a part is: two parts side by side that answer one question in two
ways are cases of a choice, and a part that stands alone is a section under those words. A variable that no question
names is set by the site itself, mostly by a guided search that led to the page; such a part stays where it is, because
its own words or its title say for whom it is, and leaving it out would leave out what the page says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from bot.knowledge.importers.service_public.inline import words


@dataclass(frozen=True, slots=True)
class Profile:
    """One answer to one question of the page's questionnaire."""

    question: int
    answer: str


class Profiles:
    """What the variables of one page mean."""

    def __init__(self, root: _Element) -> None:
        self._named: dict[str, Profile | None] = {}
        for number, questionnaire in enumerate(root.iter("Question", "Questionnaire")):
            for variable, answer in _answers(questionnaire):
                known = self._named.get(variable)
                if variable not in self._named:
                    self._named[variable] = Profile(number, answer)
                elif known and known.answer != answer:
                    # Two answers set it: neither is its name.
                    self._named[variable] = None

    def of(self, element: _Element) -> Profile | None:
        """For whom an element is; None for everybody, or if the page has no words for it."""
        variable = required(element)
        return self._named.get(variable) if variable else None


def required(element: _Element) -> str:
    """The one variable that has to be true for an element to be shown; "" if there is none, or more to it."""
    condition = element.find("Condition")
    if condition is None or len(condition) != 1 or condition[0].tag != "estVrai":
        return ""
    return condition[0].get("var") or ""


def _answers(question: _Element) -> Iterator[tuple[str, str]]:
    for choice in question.iterfind("Choix"):
        yield from _set(choice, words(choice.find("IntituleSiSelectionne")) or words(choice.find("Titre")))
    for branch in question.iterfind("Branche"):
        yield from _set(branch, words(branch.find("TitreChoix")) or words(branch.find("Titre")))


def _set(choice: _Element, answer: str) -> Iterator[tuple[str, str]]:
    chosen = choice.find("SiSelectionne")
    if chosen is None or not answer:
        return
    for setting in chosen.iterfind("affecteVrai"):
        if setting.get("var"):
            yield setting.get("var", ""), answer
