"""Fits the few numbers of `bot.knowledge.search` on `fitting.jsonl`: run it after the articles or the fields changed.

    python -m tests.knowledge.fit

Prints the logistic's coefficients, to be copied there by hand, and what they are worth by five-fold
cross-validation. The evaluation files are never read here.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from bot.knowledge import lexicon
from bot.knowledge.importers.markdown import read
from bot.knowledge.index import Index
from bot.knowledge.search import COEFFICIENTS, search
from bot.settings import read_office

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    office = read_office(ROOT / "office.yml")
    articles = read(ROOT / "knowledge", office.services).articles
    index = Index(articles, office.services, [office.town.name], lexicon.french())
    rows = [json.loads(line) for line in (ROOT / "tests/knowledge/fitting.jsonl").read_text("utf-8").splitlines()]

    features, right, scoped = [], [], []
    for row in rows:
        if hits := search(index, row["query"], 1):
            features.append([getattr(hits[0].features, name) for name in COEFFICIENTS])
            right.append(hits[0].article.id in row["gold"])
            scoped.append(len(row["gold"]))
    model = LogisticRegression(C=1.0, max_iter=1000)
    x, y = np.array(features), np.array(right)
    predicted = cross_val_predict(model, x, y, cv=5, method="predict_proba")[:, 1]
    model.fit(x, y)
    print(f"bias {model.intercept_[0]:.2f}")
    for name, coefficient in zip(COEFFICIENTS, model.coef_[0], strict=True):
        print(f"coefficient {name:9} {coefficient:.2f}")
    in_scope = sum(bool(row["gold"]) for row in rows)
    print(f"{len(rows)} questions, {in_scope} in scope; first rank right: {y.sum() / in_scope:.3f}")
    for threshold in (0.25, 0.4, 0.5, 0.55, 0.6, 0.7):
        over = predicted >= threshold
        outside = np.array(scoped) == 0
        print(
            f"answered at {threshold}: right {(over & y).sum() / in_scope:.3f}, wrong"
            f" {(over & ~y & ~outside).sum() / in_scope:.3f} of those in scope;"
            f" false accept {(over & outside).sum() / (len(rows) - in_scope):.3f}"
        )


if __name__ == "__main__":
    main()
