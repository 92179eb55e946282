from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.agents import NewAgent, Role
from bot.knowledge.importers import Problem, Reading, store
from bot.store.base import Article
from bot.store.sql import Store
from tests.databases import opened
from tests.knowledge.small import NOON


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as made:
        yield made


def article(name: str, title: str = "Titre") -> Article:
    return Article(id=name, title=title, service="etat_civil", body="Texte.\n")


async def titles(database: Store) -> dict[str, str]:
    return {found.id: found.title for found in await database.articles.all()}


async def test_an_import_makes_the_folder_the_base(database: Store) -> None:
    """What is new is added, what is gone is removed, and the version grows once."""
    first = await store(database.articles, "markdown", Reading((article("a"), article("b"))), NOON)
    second = await store(database.articles, "markdown", Reading((article("b", "Neu"), article("c"))), NOON)
    again = await store(database.articles, "markdown", Reading((article("b", "Neu"), article("c"))), NOON)

    assert await titles(database) == {"b": "Neu", "c": "Titre"}
    assert first.imported
    assert second.imported
    assert again.imported
    assert (second.imported.added, second.imported.changed, second.imported.removed) == (1, 1, 1)
    assert again.imported.version == second.imported.version == first.imported.version + 1


async def test_a_broken_file_keeps_its_former_article(database: Store) -> None:
    """A slip of the pen in a page does not take the page's answer away; the report says so."""
    await store(database.articles, "markdown", Reading((article("a", "Avant"), article("b"))), NOON)
    broken = Reading((article("b"),), (Problem("a.md", "title: is missing", "a"), Problem("z.md", "is too big", "z")))
    report = await store(database.articles, "markdown", broken, NOON)

    assert await titles(database) == {"a": "Avant", "b": "Titre"}
    assert [(problem.place, problem.kept) for problem in report.problems] == [("a.md", True), ("z.md", False)]


async def test_an_empty_folder_empties_nothing(database: Store) -> None:
    """No article at all is taken for a mistake; the base stays as it was."""
    await store(database.articles, "markdown", Reading((article("a"),)), NOON)
    report = await store(database.articles, "markdown", Reading(()), NOON)

    assert report.imported is None
    assert await titles(database) == {"a": "Titre"}


async def test_importers_do_not_touch_each_others_articles(database: Store) -> None:
    """An import replaces the articles of its own origin only."""
    other = Article(id="sp", title="Fiche", service="etat_civil", body="Texte.\n", origin="service_public")
    await store(database.articles, "service_public", Reading((other,)), NOON)
    await store(database.articles, "markdown", Reading((article("a"),)), NOON)

    assert await titles(database) == {"a": "Titre", "sp": "Fiche"}


async def test_an_id_that_is_taken_costs_its_own_article(database: Store) -> None:
    """A table's row under the name of a file is a problem; the other rows are taken, and the file's article stays."""
    await store(database.articles, "markdown", Reading((article("a", "Fichier"),)), NOON)
    report = await store(database.articles, "csv", Reading((article("a", "Ligne"), article("b"))), NOON)
    alone = await store(database.articles, "csv", Reading((article("a", "Ligne"),)), NOON)

    assert await titles(database) == {"a": "Fichier", "b": "Titre"}
    assert report.problems == (Problem("a", "is the id of an article that came from markdown; give it another"),)
    assert (report.articles, alone.imported) == (1, None)


async def test_what_is_written_at_the_desk_is_left_alone(database: Store) -> None:
    """A file whose article was taken over at the desk changes nothing any more, and the report names it."""
    await store(database.articles, "markdown", Reading((article("a", "Avant"), article("b"))), NOON)
    claire = await database.agents.add(NewAgent("claire", "Claire M.", Role.AGENT, (), "no password"), NOON)
    await database.editions.take_over("a", claire.id, NOON.date(), NOON)
    report = await store(database.articles, "markdown", Reading((article("a", "Fichier"), article("b"))), NOON)

    assert report.held == ("a",)
    assert await titles(database) == {"a": "Avant", "b": "Titre"}
