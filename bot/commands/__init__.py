"""The parts of the command line, one module a noun; `bot.cli` puts them together."""
