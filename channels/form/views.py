"""A form as its page shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.text.wording import Wording
from channels.form.answers import Filled, Problem, bounds
from channels.form.definitions import Choice, Definition, Field

FEW = 8
"""So many choices stand there one below the other; more of them open from a list."""
INPUTS = {"email": "email", "phone": "tel", "date": "date"}
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ACCEPTED = ".jpg,.jpeg,.png,.webp,.pdf,image/jpeg,image/png,image/webp,application/pdf"


@dataclass(frozen=True, slots=True)
class FieldView:
    """A question, with what was answered before."""

    id: str
    name: str
    type: str
    input: str
    """Of an `<input>`."""
    label: str
    help: str
    condition: str
    """When it is to be answered, in words; "" where that is always."""
    is_required: bool
    is_optional: bool
    """Of neither kind is what is needed only under its condition."""
    value: str
    error: str
    choices: Sequence[Choice]
    is_list: bool
    autocomplete: str
    first: str
    last: str
    accept: str
    max_files: int

    @property
    def described_by(self) -> str:
        """The ids of what explains it."""
        parts = (("condition", self.condition), ("help", self.help), ("error", self.error))
        return " ".join(f"{self.id}-{name}" for name, words in parts if words)

    @property
    def target(self) -> str:
        """Where the summary of errors leads: of several circles, the first."""
        return f"{self.id}-1" if self.type == "choice" and not self.is_list else self.id


@dataclass(frozen=True, slots=True)
class FormView:
    """A form's page."""

    name: str
    title: str
    about: str
    submit: str
    token: str
    fields: Sequence[FieldView]
    notice: str = ""
    """Why it has to be sent again, where no answer is to blame."""
    has_files: bool = False

    @property
    def errors(self) -> Sequence[tuple[str, str]]:
        """Where each error is, and what it says."""
        return [(one.target, one.error) for one in self.fields if one.error]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page of a form is made from, besides the form."""

    token: str
    filled: Filled = field(default_factory=Filled)
    problems: Sequence[Problem] = ()
    notice: str = ""


def form_view(form: Definition, shown: Shown, wording: Wording, today: date) -> FormView:
    """A form as its page shows it, in French."""
    errors = {one.name: wording.say(one.key, **one.values) for one in reversed(shown.problems)}
    if (shown.problems or shown.notice) and shown.filled.files:
        lost = wording.say("form_files_again")
        errors |= {
            one.name: lost
            for one in form.fields
            if one.type == "file"
            and one.name not in errors
            and any(f.name for f in shown.filled.files.get(one.name, ()))
        }
    fields = [
        _field_view(form, one, shown.filled.text(one.name), errors.get(one.name, ""), wording, today)
        for one in form.fields
    ]
    has_files = any(one.type == "file" for one in form.fields)
    return FormView(form.name, form.title, form.about, form.submit, shown.token, fields, shown.notice, has_files)


def _field_view(form: Definition, one: Field, value: str, error: str, wording: Wording, today: date) -> FieldView:
    first, last = bounds(one, today) if one.type == "date" else (None, None)
    return FieldView(
        id=f"f-{one.name}",
        name=one.name,
        type=one.type,
        # What is no date would be gone from a date's field.
        input="text" if one.type == "date" and value and not ISO_DAY.fullmatch(value) else INPUTS.get(one.type, "text"),
        label=one.label,
        help=one.help,
        condition=_condition(form, one.only_if, wording),
        is_required=one.required and not one.only_if,
        is_optional=not one.required and one.type != "consent",
        value=value,
        error=error,
        choices=one.options,
        is_list=len(one.options) > FEW,
        autocomplete=one.fills,
        first=first.isoformat() if first else "",
        last=last.isoformat() if last else "",
        accept=ACCEPTED if one.type == "file" else "",
        max_files=one.max_files,
    )


def _condition(form: Definition, only_if: Mapping[str, Sequence[str]], wording: Wording) -> str:
    """A condition in words, as it stands before its question."""
    sentences = []
    for name, values in only_if.items():
        field = form.field(name)
        assert field is not None
        answers = wording.say("form_or").join(f"« {field.said(value)} »" for value in values)
        sentences.append(wording.say("form_only_if", label=field.label, answers=answers))
    return " ".join(sentences)
