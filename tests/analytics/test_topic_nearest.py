"""What comes near a question that could not be answered, and whose business that is."""

from __future__ import annotations

from bot.analytics.topic_nearest import LEAST_SCORE, nearest_in
from tests.fakes.fiches import FICHE, FewFiches
from tests.fakes.town import FewArticles, TownOfFew
from tests.gateway.site import OFFICE, POOL, noon


async def test_articles_and_fiches_come_near() -> None:
    """With title, score and the service that answers for them, the nearest first; what is far is not listed."""
    find = nearest_in(TownOfFew(OFFICE, FewArticles(POOL), FewFiches(FICHE), clock=noon).base)
    pool, fishing = await find("horaires de la piscine"), await find("carte de pêche à l'étang")
    nothing = await find("zzz qqq")

    assert (pool[0].id, pool[0].title, pool[0].service) == (POOL.id, POOL.title, POOL.service)
    assert (fishing[0].id, fishing[0].title) == ("part:F90001", FICHE.title)
    assert fishing[0].service in OFFICE.services
    for found in (pool, fishing):
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(one.score >= LEAST_SCORE for one in (*pool, *fishing, *nothing))
