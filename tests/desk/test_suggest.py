"""What an agent is offered to insert."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.desk import suggest
from bot.settings import GENERAL_SERVICE
from tests.fakes.fiches import FICHE, FewFiches
from tests.fakes.town import FewArticles, TownOfFew
from tests.gateway.site import OFFICE, POOL, noon

Suggest = Callable[[str], Awaitable[list[suggest.Suggestion]]]


@pytest.fixture
async def found() -> Suggest:
    town = TownOfFew(OFFICE, FewArticles(POOL), FewFiches(FICHE), clock=noon)

    async def find(words: str) -> list[suggest.Suggestion]:
        return await suggest.find(town.base, OFFICE, words)

    return find


async def test_a_fiche_is_suggested_with_its_case(found: Suggest) -> None:
    """Its passage, its official page as the source, and in whose case it is true, where an agent sees it before it is sent."""
    first = (await found("carte de pêche moins de 12 ans adulte accompagne"))[0]

    assert (first.article_id, first.service) == ("part:F90001", GENERAL_SERVICE)
    assert first.text == "Un adulte accompagne."
    assert first.title.endswith("– Vous êtes mineur – Moins de 12\u00a0ans")
    assert (first.source.title, first.source.url, first.source.publisher) == (
        first.title,
        FICHE.url,
        "service-public.fr",
    )


async def test_the_towns_own_page_is_suggested_too(found: Suggest) -> None:
    """At most four, the likeliest first, and nothing for nothing."""
    pool = await found("horaires de la piscine")

    assert "piscine" in [one.article_id for one in pool]
    assert [one.score for one in pool] == sorted((one.score for one in pool), reverse=True)
    assert len(pool) <= suggest.SUGGESTIONS
    assert await found("  ") == []
