"""How well texts are understood: intents, their calibration and the scope gate, on two public sets and our own.

    python -m benchmarks.nlu --hwu64 FOLDER --clinc150 FILE [--no-french] [--stock] [--diet]

HWU64 (Liu et al. 2019, xliuhw/NLU-Evaluation-Data; folds 1 to 3 as Rasa's training files, `rasa_fold01_train.json.gz`
and so on): intent micro-F1, which is accuracy with one intent a text. CLINC150 (Larson et al. 2019; `train`, `val`,
`oos_train`, `oos_val` as lists of [text, intent] in one `.json.gz`): the threshold keeps 95 % of one half of the
validation texts (by the hash of the text), everything is measured on the other half and on `oos_val`; `oos_train` is
given as examples from outside, and once more none are. Ours: the examples of nlu/ against nlu/evaluation/acts.jsonl.
`--stock` and `--diet` train Rasa's own pipelines on fold 1 and on our French examples. Writes results/nlu.json,
where parts that a run does not measure stay as they were.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    # Before numpy is loaded: one core is what is measured.
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
import yaml  # noqa: E402

from benchmarks import machine, nlu_peers  # noqa: E402
from nlu.components.classifier import Recipe  # noqa: E402
from nlu.components.features import Sample, sample  # noqa: E402
from nlu.components.understanding import Tier, Understanding, calibration_error, train  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
FOLDS = (1, 2, 3)
TIMED = 500
"""Messages whose time is taken, one after the other."""
Pairs = list[tuple[str, str]]


def main() -> None:
    """Measure, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--hwu64", type=Path)
    arguments.add_argument("--clinc150", type=Path)
    arguments.add_argument("--no-french", action="store_true")
    arguments.add_argument("--stock", action="store_true")
    arguments.add_argument("--diet", action="store_true")
    given = arguments.parse_args()
    peers = [name for name, wanted in (("stock-linear", given.stock), ("stock-diet", given.diet)) if wanted]
    if not given.no_french:
        write("french", measured(*french(), french_recipe(), peers))
    if given.hwu64:
        found = {}
        for k in FOLDS:
            taught, asked = (hwu64(given.hwu64 / f"rasa_fold{k:02}_{part}.json.gz") for part in ("train", "test"))
            found[f"fold {k}"] = measured(taught, asked, Recipe(), peers if k == 1 else ())
        shares = [found[f"fold {k}"]["guichet"]["accuracy"] for k in FOLDS]
        mean = {"mean": round(float(np.mean(shares)), 4), "sd": round(float(np.std(shares)), 4)}
        write("hwu64", {"micro_f1": mean, **found})
    if given.clinc150:
        write("clinc150", clinc150(json.loads(gzip.decompress(given.clinc150.read_bytes()))))


def write(part: str, figures: dict[str, Any]) -> None:
    """One part of the results, with its commit and the machine's load; parts measured earlier stay."""
    path = machine.RESULTS / "nlu.json"
    earlier = json.loads(path.read_text("utf-8"))["figures"] if path.exists() else {}
    origin = {"commit": machine.origin()["commit"], "load": [round(load, 1) for load in os.getloadavg()]}
    print(part, json.dumps(figures, indent=1, ensure_ascii=False), flush=True)
    print(machine.write("nlu", {**earlier, part: {**origin, **figures}}), flush=True)


def hwu64(path: Path) -> Pairs:
    """The texts and intents of one of its files."""
    examples = json.loads(gzip.decompress(path.read_bytes()))["rasa_nlu_data"]["common_examples"]
    return [(one["text"], one["intent"]) for one in examples]


def french() -> tuple[Pairs, Pairs]:
    """Our examples, and the acts that nobody trains on."""
    taught = []
    for path in sorted((ROOT / "nlu").rglob("*.yml")):
        for block in (yaml.safe_load(path.read_text("utf-8")) or {}).get("nlu", ()):
            if "intent" not in block:
                continue
            examples = (line.removeprefix("- ").strip() for line in block["examples"].splitlines())
            taught += [(line, block["intent"]) for line in examples if line and not line.startswith("/")]
    asked = (ROOT / "nlu" / "evaluation" / "acts.jsonl").read_text("utf-8").splitlines()
    read = [json.loads(line) for line in asked if line.strip()]
    return taught, [(one["text"], one["intent"]) for one in read]


def french_recipe() -> Recipe:
    """That of config.yml."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    options = next(part for part in pipeline if part["name"].endswith("LinearIntentClassifier"))
    return Recipe(options["regularisation"], options["seed"], options["kept"], options["misspelt"])


def measured(taught: Pairs, asked: Pairs, recipe: Recipe, peers: Sequence[str]) -> dict[str, Any]:
    """Ours, and peers on the same texts."""
    model, training = trained(taught, (), recipe)
    predictions = [model.rank(text) for text, _ in asked]
    figures: dict[str, Any] = {"taught": len(taught), "asked": len(asked)}
    named = [(ranking[0] if ranking else ("", 0.0)) for ranking in predictions]
    right = [name == intent for (name, _), (_, intent) in zip(named, asked, strict=True)]
    figures["guichet"] = {
        "accuracy": share(right),
        "macro_f1": macro_f1([name for name, _ in named], [intent for _, intent in asked]),
        "ece": round(calibration_error([(sure, hit) for (_, sure), hit in zip(named, right, strict=True)]), 4),
        "ece_rehearsed": round(model.rehearsed_error, 4),
        **tiers(model, asked),
        **training,
        **speed(model, [text for text, _ in asked]),
    }
    for name in peers:
        peer = nlu_peers.measured(name, taught, [text for text, _ in asked])
        answers = peer.pop("intents")
        figures[name] = {
            "accuracy": share([answer == intent for answer, (_, intent) in zip(answers, asked, strict=True)]),
            "macro_f1": macro_f1(answers, [intent for _, intent in asked]),
            **peer,
        }
    return figures


def trained(taught: Pairs, outside: Sequence[str], recipe: Recipe) -> tuple[Understanding, dict[str, float]]:
    """A model with what its training took, the reading of words and the rehearsal included."""
    begun, work = time.perf_counter(), time.process_time()
    model = train([text for text, _ in taught], [intent for _, intent in taught], outside, recipe)
    return model, {
        "training_seconds": round(time.perf_counter() - begun, 1),
        "training_processor_seconds": round(time.process_time() - work, 1),
    }


def tiers(model: Understanding, asked: Pairs) -> dict[str, float]:
    """What share of texts that are for us gets into each tier."""
    found = [model.gate(text).tier for text, _ in asked]
    return {f"share_{tier.value}": share([one is tier for one in found]) for tier in Tier}


def speed(model: Understanding, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds a message, median: reading its words, then ranking and gate; elapsed and of the processor."""
    chosen = list(texts[:TIMED])
    samples = [sample(text) for text in chosen]

    def timed(work: Callable[[Any], object], given: Sequence[str | Sample], clock: Callable[[], float]) -> float:
        taken = []
        for one in given:
            begun = clock()
            work(one)
            taken.append(clock() - begun)
        return round(float(np.median(taken)) * 1000, 3)

    return {
        "words_p50_ms": timed(sample, chosen, time.perf_counter),
        "rank_p50_ms": timed(model.rank, samples, time.perf_counter),
        "rank_and_gate_p50_ms": timed(model.judged, samples, time.perf_counter),
        "rank_processor_p50_ms": timed(model.rank, samples, time.process_time),
    }


def clinc150(sets: dict[str, list[list[str]]]) -> dict[str, Any]:
    """In-scope accuracy and the gate, with outside examples and without."""
    taught = [(text, intent) for text, intent in sets["train"]]
    halves: tuple[Pairs, Pairs] = ([], [])
    for text, intent in sets["val"]:
        halves[hashlib.sha256(text.encode()).digest()[0] % 2].append((text, intent))
    strange = [text for text, _ in sets["oos_val"]]
    figures: dict[str, Any] = {"taught": len(taught), "asked": len(halves[1]), "outside": len(strange)}
    for name, outside in (("with outside examples", [text for text, _ in sets["oos_train"]]), ("without", [])):
        model, training = trained(taught, outside, Recipe())
        kept = model.keeping([text for text, _ in halves[0]])
        inside = [kept.gate(text) for text, _ in halves[1]]
        away = [kept.gate(text) for text in strange]
        passed = [verdict.tier is not Tier.OUTSIDE for verdict in inside]
        right = [verdict.intent == intent for verdict, (_, intent) in zip(inside, halves[1], strict=True)]
        figures[name] = {
            "accuracy": share(right),
            "accuracy_behind_gate": share([hit and let for hit, let in zip(right, passed, strict=True)]),
            "ece": round(calibration_error([(v.confidence, hit) for v, hit in zip(inside, right, strict=True)]), 4),
            "kept": share(passed),
            "outside_recall": share([verdict.tier is Tier.OUTSIDE for verdict in away]),
            "auroc": auroc([verdict.inside for verdict in inside], [verdict.inside for verdict in away]),
            "kept_by_rehearsed_threshold": share([model.gate(text).tier is not Tier.OUTSIDE for text, _ in halves[1]]),
            **training,
            **speed(model, [text for text, _ in halves[1]]),
        }
    return figures


def share(hits: Sequence[bool]) -> float:
    """Of all, 0 to 1."""
    return round(sum(hits) / len(hits), 4)


def macro_f1(answers: Sequence[str], expected: Sequence[str]) -> float:
    """The mean of the intents' F1."""
    found = []
    for intent in sorted(set(expected)):
        hits = sum(answer == intent == right for answer, right in zip(answers, expected, strict=True))
        found.append(2 * hits / (answers.count(intent) + expected.count(intent)))
    return round(float(np.mean(found)), 4)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """How often an insider's score is above an outsider's."""
    one, other = np.array(inside)[:, None], np.array(outside)[None]
    return round(float((one > other).mean() + (one == other).mean() / 2), 4)


if __name__ == "__main__":
    main()
