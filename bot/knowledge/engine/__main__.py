"""`python -m bot.knowledge.engine`: see `shelves.main`."""

from __future__ import annotations

import sys

from bot.knowledge.engine.shelves import main

sys.exit(main(sys.argv[1:]))
