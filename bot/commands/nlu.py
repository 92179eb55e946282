"""`guichet nlu`: measure what the model understands, compare two models, check what it learns from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.commands import nlu_models
from bot.supervisor import model
from bot.supervisor.plan import PROJECT
from bot.understanding import judging
from bot.understanding.confusions import Recognise, confused
from bot.understanding.examples import Findings, Pair, check, read_evaluation, read_training
from bot.understanding.measures import Labelled, Measured

app = typer.Typer(help="Measure what the model understands, and check what it learns from.", no_args_is_help=True)

SHOWN = 12
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def evaluate(
    file: Annotated[
        Path, typer.Argument(help='JSON lines: {"text": …, "intent": …}, or a folder of such files.')
    ] = nlu_models.EVALUATION,
    as_json: AsJson = False,
    model_file: Annotated[Path | None, typer.Option("--model", help="Another model than the one in place.")] = None,
    lexicon: Annotated[bool, typer.Option(help="With the lexicon of danger and distress before the model.")] = True,
) -> None:
    """Count how often the model recognises the act of each message of a file.

    A message without an intent, or with `out_of_scope`, should be rejected. A question that the model is not sure of
    counts as right: it goes to the knowledge base all the same.
    """
    labelled = read_evaluation(file)
    found = nlu_models.measured(model_file or model.path(PROJECT), labelled, lexicon)
    if as_json:
        print(json.dumps(shown(found), ensure_ascii=False))
        return
    console = Console()
    console.print(_measures(found, str(file)))
    for label, answers in found.confusion.items():
        console.print(
            f"{label}: " + ", ".join(f"{answer} × {times}" for answer, times in answers.items()), markup=False
        )


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="The model in service.")],
    new: Annotated[Path, typer.Argument(help="The model that should take its place.")],
    file: Annotated[
        Path, typer.Argument(help='JSON lines: {"text": …, "intent": …}, or a folder of such files.')
    ] = nlu_models.EVALUATION,
    margin: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The new one may be right on so much less, as a share.")
    ] = judging.MARGIN,
    as_json: AsJson = False,
) -> None:
    """Ask two models the same messages. Exit code 1: the new one is worse, or misses danger that the old one sees.

    Danger that the old model sees plainly may not be missed; of what neither is sure of, some comes and some goes with
    any training, and the new one may lose no more than the margin above what it finds.
    """
    labelled = read_evaluation(file)
    found = judging.compare(nlu_models.measured(old, labelled), nlu_models.measured(new, labelled), margin)
    if as_json:
        result = {
            "old": shown(found.old),
            "new": shown(found.new),
            "mended": found.mended,
            "broken": found.broken,
            "alarms_lost": _sureness(found, found.alarms_lost),
            "alarms_found": _sureness(found, found.alarms_found),
            "objections": found.objections,
        }
        print(json.dumps(result, ensure_ascii=False))
    else:
        console = Console()
        console.print(_side_by_side(found))
        for heading, texts in (("right only with the new one", found.mended), ("no longer right", found.broken)):
            _list(console, heading, texts)
        for heading, texts in (
            ("danger or distress that only the new one sees", found.alarms_found),
            ("danger or distress that only the old one sees", found.alarms_lost),
        ):
            lines = (f"{one['old']:.2f} → {one['new']:.2f}  {one['text']}" for one in _sureness(found, texts))
            _list(console, heading, tuple(lines))
        for objection in found.objections:
            console.print(f"✗ {objection}", markup=False)
    if found.objections:
        raise typer.Exit(1)


@app.command("check")
def check_examples(
    folder: Annotated[Path, typer.Argument(help="Where the examples are.")] = PROJECT / "nlu",
    evaluation: Annotated[
        Path | None, typer.Option("--evaluation", help="Messages that must not stand among the examples.")
    ] = None,
    confusions: Annotated[
        bool,
        typer.Option(
            "--confusions/--no-confusions",
            help="Learn from four fifths five times, ask the rest, list what is confused: minutes.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check the examples. Exit code 1: an act has too few, or two acts are taught the same words."""
    if evaluation is None and folder == PROJECT / "nlu":
        evaluation = nlu_models.EVALUATION
    examples = read_training(folder)
    found = check(examples, read_evaluation(evaluation) if evaluation else ())
    pairs = _confused(examples) if confusions else []
    if as_json:
        result = {**asdict(found), "refused": found.refused, "confusions": pairs}
        print(json.dumps(result, ensure_ascii=False))
    else:
        _report(found, pairs)
    if found.refused:
        raise typer.Exit(1)


def shown(found: Measured) -> dict[str, Any]:
    """The measures for programs: shares in [0, 1]."""
    return {
        "accuracy": round(found.accuracy, 4),
        "macro_f1": round(found.macro_f1, 4),
        "recall_by_intent": {intent: round(recall, 4) for intent, recall in found.recall_by_intent.items()},
        "confusion": found.confusion,
        "ece": None if found.ece is None else round(found.ece, 4),
        "rejected": round(found.rejected, 4),
        "n": found.n,
    }


def _measures(found: Measured, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("measure", "value"):
        table.add_column(heading, justify="left" if heading == "measure" else "right")
    table.add_row("messages", str(found.n))
    table.add_row("accuracy", f"{found.accuracy:.3f}")
    table.add_row("macro F1", f"{found.macro_f1:.3f}")
    table.add_row("calibration error", "—" if found.ece is None else f"{found.ece:.3f}")
    table.add_row("rejected", f"{found.rejected:.3f}")
    for intent, recall in found.recall_by_intent.items():
        table.add_row(f"  {intent}", f"{recall:.3f}")
    return table


def _side_by_side(found: judging.Comparison) -> Table:
    table = Table(title=f"{found.new.n} messages", title_justify="left")
    table.add_column("measure")
    for heading in ("old", "new"):
        table.add_column(heading, justify="right")
    table.add_row("accuracy", f"{found.old.accuracy:.3f}", f"{found.new.accuracy:.3f}")
    table.add_row("macro F1", f"{found.old.macro_f1:.3f}", f"{found.new.macro_f1:.3f}")
    table.add_row("rejected", f"{found.old.rejected:.3f}", f"{found.new.rejected:.3f}")
    for intent, recall in found.new.recall_by_intent.items():
        before = found.old.recall_by_intent[intent]
        if recall != before:
            table.add_row(f"  {intent}", f"{before:.3f}", f"{recall:.3f}")
    return table


def _sureness(found: judging.Comparison, texts: Sequence[str]) -> list[dict[str, Any]]:
    """How sure each model is that messages are danger or distress, in [0, 1]."""
    return [
        {"text": text, "old": round(found.old.alarms[text], 4), "new": round(found.new.alarms[text], 4)}
        for text in texts
    ]


def _report(found: Findings, pairs: list[dict[str, Any]]) -> None:
    console = Console()
    total = sum(found.counts.values())
    console.print(f"{total} examples of {len(found.counts)} acts, the fewest {min(found.counts.values())}")
    _list(console, "acts with fewer than thirty examples", found.thin)
    _list(console, "the same words for two acts", tuple(map(_both, found.contradictions)))
    _list(console, "nearly the same words for two acts", tuple(map(_both, found.near)))
    _list(console, "in the evaluation and among the examples", found.leaked)
    _list(console, "twice for one act (harmless)", tuple(f"{one.intent}: {one.text}" for one in found.twice))
    if pairs:
        table = Table(title="confused most, with models that had not seen the message", title_justify="left")
        for heading in ("act", "taken for", "times", "such as"):
            table.add_column(heading, justify="right" if heading == "times" else "left")
        for pair in pairs[:SHOWN]:
            table.add_row(pair["intent"], pair["taken_for"], str(pair["times"]), pair["texts"][0])
        console.print(table)


def _both(pair: Pair) -> str:
    return f"{pair.first.intent}: {pair.first.text} | {pair.second.intent}: {pair.second.text}"


def _list(console: Console, heading: str, lines: tuple[str, ...]) -> None:
    if lines:
        console.print(f"{heading} ({len(lines)}):", markup=False)
        for line in lines[:SHOWN]:
            console.print(f"  {line}", markup=False)
        if len(lines) > SHOWN:
            console.print(f"  … and {len(lines) - SHOWN} more")


def _confused(examples: Sequence[Labelled]) -> list[dict[str, Any]]:
    # Imported here: scikit-learn and spaCy take seconds, and no other command needs them.
    from nlu.components.classifier import Recipe, train
    from nlu.components.features import sample

    samples = {one.text: sample(one.text) for one in examples}

    def learn(texts: list[str], intents: list[str]) -> Recognise:
        known = train([samples[text] for text in texts], intents, Recipe())
        return lambda text: next(iter(known.rank(samples[text])), ("", 0.0))[0]

    return [
        {"intent": one.intent, "taken_for": one.taken_for, "times": len(one.texts), "texts": list(one.texts)}
        for one in confused(examples, learn)
    ]
