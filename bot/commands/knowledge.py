"""`guichet knowledge`: bring knowledge in, look something up, check it, measure how good answers are."""

from __future__ import annotations

import typer

from bot.commands.knowledge_check import check
from bot.commands.knowledge_deflection import deflection
from bot.commands.knowledge_import import import_
from bot.commands.knowledge_measure import evaluate, search
from bot.commands.knowledge_show import show

app = typer.Typer(
    help="Import articles and the State's fiches, search, show and check them, measure the answers.",
    no_args_is_help=True,
)

app.command("import")(import_)
app.command()(search)
app.command()(show)
app.command()(check)
app.command()(deflection)
app.command()(evaluate)
