"""Components are tested with Rasa's own classes; the classifier itself needs no Rasa."""

from __future__ import annotations

import importlib.util

if importlib.util.find_spec("rasa") is None:
    collect_ignore = ["test_acts.py", "test_french.py", "test_intents.py", "test_languages.py", "test_scope.py"]
