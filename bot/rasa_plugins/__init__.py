"""What Rasa loads from us: the only modules of `bot` that import Rasa."""
