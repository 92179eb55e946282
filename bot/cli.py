"""`guichet …`: the command line. A command's module is imported when the command is used, so that help is instant."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from bot.errors import BotError, ConfigurationError


@dataclass(frozen=True, slots=True)
class Source:
    """Where a command is written, and its line in the list of commands."""

    module: str
    attribute: str
    about: str


COMMANDS = {
    "serve": Source("bot.commands.serve", "app", "Run everything on this machine, or one part with a name."),
    "setup": Source("bot.commands.serve", "setup", "Prepare the database, the articles and the model."),
    "train": Source("bot.commands.train", "train", "Train the Rasa model if its sources have changed."),
    "nlu": Source("bot.commands.nlu", "app", "Measure what the model understands, compare models, check the examples."),
    "doctor": Source("bot.commands.doctor", "doctor", "Check this installation and say how to mend what is wrong."),
    "knowledge": Source("bot.commands.knowledge", "app", "Import, search and evaluate the articles."),
    "evaluate": Source(
        "bot.commands.evaluate", "app", "Ask the running bot a file of questions and count its answers."
    ),
    "parse": Source("bot.commands.talk", "parse", "Show what the running model understands of a sentence."),
    "ask": Source("bot.commands.talk", "ask", "Ask the running bot one question through the whole way."),
    "chat": Source("bot.commands.talk", "chat", "Talk to the running bot in the terminal."),
    "triage": Source("bot.commands.triage", "triage", "Read letters, measure how well, learn from corrections."),
    "topics": Source("bot.commands.topics", "topics", "List what citizens asked and nobody could answer, by topic."),
    "learn": Source("bot.commands.learn", "app", "Count what agents taught, and write it into training data."),
    "simulate": Source("bot.commands.simulate", "simulate", "Fill a demo town with believable traffic."),
    "channels": Source("bot.commands.channels", "app", "List the channels with their state, and register them."),
    "agents": Source("bot.commands.agents", "app", "Make, list, lock and reopen the accounts of the desk."),
    "report": Source("bot.commands.report", "app", "Print the figures, make them anew, or write them as open data."),
    "night": Source("bot.commands.night", "night", "Do now what is done with contacts at night."),
    "privacy": Source("bot.commands.privacy", "app", "Erase a citizen's data, or what is older than its retention."),
}


class Later(TyperCommand):
    """A command of which only its line in the help is known; it becomes the real one when it is called."""

    def __init__(self, name: str, source: Source) -> None:
        super().__init__(name, help=source.about)
        self._source = source

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The real command's context."""
        target = getattr(import_module(self._source.module), self._source.attribute)
        real: Any
        if isinstance(target, typer.Typer):
            real = typer.main.get_group(target)
        else:
            single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
            single.command(self.name)(target)
            real = typer.main.get_command(single)
        return real.make_context(info_name, args, parent=parent, **extra)


class Commands(TyperGroup):
    """The table above as a group."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One command, not imported yet."""
        source = COMMANDS.get(cmd_name)
        return Later(cmd_name, source) if source else None

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command; what the person can act on is one sentence and exit code 1."""
        try:
            return super().main(*args, **extra)
        except (ConfigurationError, BotError) as error:
            print(f"guichet: {error}", file=sys.stderr)
            sys.exit(1)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _version(asked: bool) -> None:
    if asked:
        # Imported here: help and every command would pay for it.
        from importlib.metadata import version

        print(f"guichet {version('guichet')}")
        raise typer.Exit


@app.callback()
def _guichet(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Guichet, the counter window of a town hall on every channel.

    What the town is stands in office.yml, where things run in the environment: docs/settings.md. Begin with
    `make run`, or with `guichet serve` once it is installed.
    """
