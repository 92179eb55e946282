"""Reads sentences with a trained model and without a server: `python -m bot.rasa_plugins.reading MODEL < texts > results`.

One JSON string a line comes in, one JSON object a line goes out: `intent`, `best`, `confidence`, `alarms` as in
`bot.understanding.measures.Understood`. Exit code 2 and one line on standard error: the model cannot be loaded.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY

from bot.understanding.measures import ALARMS, OUTSIDE

UNREADABLE = 2


async def read(agent: Agent, texts: Sequence[str]) -> list[dict[str, Any]]:
    """What the model makes of each text."""
    found = []
    for text in texts:
        parsed = await agent.parse_message(text)
        ranking = parsed[INTENT_RANKING_KEY]
        named = (one for one in ranking if one[INTENT_NAME_KEY] not in {*OUTSIDE, None})
        best: dict[str, Any] = next(named, {INTENT_NAME_KEY: "", PREDICTED_CONFIDENCE_KEY: 0.0})
        alarms = [one[PREDICTED_CONFIDENCE_KEY] for one in ranking if one[INTENT_NAME_KEY] in ALARMS]
        found.append(
            {
                "intent": parsed[INTENT][INTENT_NAME_KEY] or "",
                "best": best[INTENT_NAME_KEY],
                "confidence": float(best[PREDICTED_CONFIDENCE_KEY]),
                "alarms": float(sum(alarms)),
            }
        )
    return found


def main() -> int:
    """Read standard input with the model that is named; the exit code."""
    # What components print is no result.
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.disable(logging.WARNING)
    texts = [json.loads(line) for line in sys.stdin.buffer.read().decode("utf-8").splitlines()]
    try:
        agent = Agent.load(sys.argv[1])
        if not agent.is_ready():
            raise ValueError("nothing was loaded")
    except Exception as error:  # noqa: BLE001
        # Anything: a foreign file may fail in each component in its own way.
        print(f"{sys.argv[1]}: is no model that this Rasa can load: {type(error).__name__}: {error}", file=sys.stderr)
        return UNREADABLE
    with results:
        for one in asyncio.run(read(agent, texts)):
            results.write(json.dumps(one) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
