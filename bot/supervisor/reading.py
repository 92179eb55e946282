"""`python -m bot.supervisor.reading MODEL` is `python -m bot.rasa_plugins.reading MODEL`, without TensorFlow if it can be.

Importing TensorFlow is half of the time that a model takes to load.
"""

from __future__ import annotations

import runpy
import sys
from contextlib import suppress
from pathlib import Path

from bot.errors import ConfigurationError
from bot.supervisor import model, tensorflow_absent


def main() -> None:
    """Read with the model that is named. Exit code 2 and one line on standard error: a setting is wrong."""
    components: list[str] = []
    with suppress(ConfigurationError):
        # What is wrong with the file is said by whoever loads it.
        components = model.components(Path(sys.argv[1]))
    try:
        tensorflow_absent.leave_out(components)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    runpy.run_module("bot.rasa_plugins.reading", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
