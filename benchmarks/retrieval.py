"""The search over the State's fiches beside plain tantivy and bm25s: how well, how fast, how large.

    python -m benchmarks.retrieval PART.zip PRO.zip [--questions FILE.jsonl ...] [--hidden FILE.jsonl ...]

Both zips are imported with `guichet knowledge import service-public` into an empty data folder, and again unchanged. The
peers index the same fiches in memory: title (twice), description and body, with the same French words and stems. All
three answer the questions of each file ({"query", "gold"}) one at a time, on one core; those of a `--hidden` file are
asked of bases that lack the titles of all gold fiches. Processor time is beside elapsed time, since
other programs of the machine only ever add to the latter. Writes results/retrieval.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    # Before numpy is loaded: one core is what is measured.
    os.environ[_name] = "1"

import bm25s  # type: ignore[import-untyped]  # noqa: E402
import numpy as np  # noqa: E402
import tantivy  # noqa: E402

from benchmarks import machine  # noqa: E402
from bot.knowledge import engine  # noqa: E402
from bot.knowledge.engine.documents import Document, documents, without_titles  # noqa: E402
from bot.knowledge.engine.vocabulary import stemmer  # noqa: E402
from bot.knowledge.evaluate import DEPTH, Question, read  # noqa: E402
from bot.text.french import words  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
STARTS = 5
START = """
import sys, time
begun = time.perf_counter()
from pathlib import Path
from bot.knowledge.engine.searching import Engine
found = Engine(Path(sys.argv[1])).search("carte d'identite perdue")
print(time.perf_counter() - begun, len(found.hits))
"""
Search = Callable[[str], Sequence[str]]
"""A question to the ids of what is found, the likeliest first."""


def main() -> None:
    """Measure, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("zips", nargs=2, type=Path)
    arguments.add_argument("--questions", nargs="*", default=[], type=Path)
    arguments.add_argument("--hidden", nargs="*", default=[], type=Path)
    given = arguments.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="guichet-retrieval-") as folder:
        data = Path(folder)
        figures: dict[str, Any] = {"import": imported(data, given.zips), "import again": imported(data, given.zips)}
        base = next(path for path in (data / "fiches").iterdir() if path.is_dir() and not path.name.startswith("."))
        figures["files_mb"] = {
            path.name: round(path.stat().st_size / 1e6, 1)
            for path in sorted(base.iterdir())
            if path.stat().st_size > 5e5
        }
        figures["files_mb"]["all"] = round(sum(path.stat().st_size for path in base.iterdir()) / 1e6, 1)
        figures["start"] = started(base)
        before = resident_mb()
        ours = engine.load(base)
        ours.search("carte d'identité perdue")
        figures["memory_mb"] = round(resident_mb() - before, 1)
        stored = ours.keys()
        fiches = [fiche for key in stored if (fiche := ours.fiche(key))]
        whole = documents(fiches, {}, {})
        figures["sets"] = {path.name: compared(read(path), whole, searched(ours)) for path in given.questions}
        for path in given.hidden:
            questions = read(path)
            hidden = {gold.rpartition(":")[2] for question in questions for gold in question.gold}
            aside = engine.build(fiches, {}, data / "hidden" / "base", engine.resources(ROOT), None, hidden)
            found = compared(questions, without_titles(whole, hidden), searched(engine.load(aside)))
            figures["sets"][f"{path.name}, own titles hidden"] = found
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    print(machine.write("retrieval", figures))


def imported(data: Path, zips: Sequence[Path]) -> dict[str, float]:
    """An import in a process of its own: elapsed and processor seconds, the most memory at once."""
    environment = {**os.environ, "GUICHET_DATA": str(data), "GUICHET_OFFICE": str(ROOT / "office.yml")}
    command = [sys.executable, "-m", "bot", "knowledge", "import", "service-public", *map(str, zips), "--json"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the import ended with {status}")
    process.returncode = 0
    return {
        "seconds": round(time.perf_counter() - begun, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024, 1),
    }


def started(base: Path) -> dict[str, float]:
    """From nothing to the first answer in a new process: the median of some."""
    taken = []
    for _ in range(STARTS):
        done = subprocess.run([sys.executable, "-c", START, str(base)], cwd=ROOT, capture_output=True, check=True)
        taken.append(float(done.stdout.split()[0]))
    return {"seconds": round(sorted(taken)[STARTS // 2], 2), "n": STARTS}


def resident_mb() -> float:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def searched(ours: engine.Engine) -> Search:
    """Our search, as ids."""
    return lambda question: [hit.key.partition(":")[2] for hit in ours.search(question, DEPTH).hits]


def compared(questions: Sequence[Question], found: Sequence[Document], ours: Search) -> dict[str, Any]:
    """Ours and both peers on the same questions."""
    asked = [question for question in questions if question.gold]
    figures = {"guichet": measured(asked, ours)}
    for name, made in (("tantivy", by_tantivy), ("bm25s", by_bm25s)):
        begun = time.process_time()
        search = made(found)
        built = time.process_time() - begun
        figures[name] = {**measured(asked, search), "build_processor_seconds": round(built, 1)}
    return figures


def measured(asked: Sequence[Question], search: Search) -> dict[str, Any]:
    """hit@k and milliseconds a question."""
    ranks, elapsed, worked = [], [], []
    for question in asked:
        begun, begun_work = time.perf_counter(), time.process_time()
        ids = search(question.query)
        elapsed.append(time.perf_counter() - begun)
        worked.append(time.process_time() - begun_work)
        gold = {name.rpartition(":")[2] for name in question.gold}
        ranks.append(next((rank for rank, found in enumerate(ids) if found in gold), DEPTH))
    return {
        **{f"hit@{depth}": round(float(np.mean(np.array(ranks) < depth)), 4) for depth in (1, 3, 5, 10)},
        "elapsed": machine.summary(elapsed),
        "processor": machine.summary(worked),
    }


def stems(text: str) -> list[str]:
    """The French pipeline that all three share."""
    stem = stemmer()
    return [stem(word) for word in words(text)]


def fields(document: Document) -> tuple[str, str, str]:
    """Title, description and body as stems."""
    body = " ".join(f"{' '.join(passage.headings)} {passage.text}" for passage in document.passages)
    title = document.title or document.description
    return " ".join(stems(title)), " ".join(stems(document.description)), " ".join(stems(body))


def by_tantivy(found: Sequence[Document]) -> Search:
    """Title twice, description and body, in one index."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", fast=True)
    names = ("title", "description", "body")
    for name in names:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    with index.writer(50_000_000, num_threads=1) as writer:
        for row, document in enumerate(found):
            entry = tantivy.Document()
            entry.add_unsigned("row", row)
            for name, text in zip(names, fields(document), strict=True):
                entry.add_text(name, text)
            writer.add_document(entry)
    index.reload()
    searcher = index.searcher()

    def search(question: str) -> list[str]:
        should = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(tantivy.Query.term_query(schema, name, stem, "freq"), boost),
            )
            for stem in dict.fromkeys(stems(question))
            for name, boost in zip(names, (2.0, 1.0, 1.0), strict=True)
        ]
        hits = searcher.search(tantivy.Query.boolean_query(should), 2 * DEPTH, count=False).hits if should else []
        rows = searcher.fast_field_values("row", [address for _, address in hits]) if hits else []
        return list(dict.fromkeys(found[int(row)].id for row in rows))[:DEPTH]

    return search


def by_bm25s(found: Sequence[Document]) -> Search:
    """Title twice, description and body, as one text."""
    index = bm25s.BM25()
    index.index([f"{t} {t} {d} {b}".split() for t, d, b in map(fields, found)], show_progress=False)

    def search(question: str) -> list[str]:
        asked = [stem for stem in dict.fromkeys(stems(question)) if stem in index.vocab_dict]
        if not asked:
            return []
        rows, _ = index.retrieve([asked], k=2 * DEPTH, show_progress=False)
        return list(dict.fromkeys(found[int(row)].id for row in rows[0]))[:DEPTH]

    return search


if __name__ == "__main__":
    main()
