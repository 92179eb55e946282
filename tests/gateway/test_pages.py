"""The town's pages and what every response carries."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.app import Gateway


@pytest.fixture
async def http(running: Gateway) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port}", headers={"Accept": "text/html"}) as session:
        yield session


@pytest.mark.parametrize("path", ["/", "/articles/piscine", "/confidentialite", "/accessibilite"])
async def test_pages_answer_in_french_with_strict_headers(http: aiohttp.ClientSession, path: str) -> None:
    """Each page is HTML in French, runs no foreign script and sets no cookie."""
    async with http.get(path) as response:
        text = await response.text()

    assert response.status == 200
    assert '<html lang="fr"' in text
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers


async def test_an_article_is_readable_without_script(http: aiohttp.ClientSession) -> None:
    """Title, emphasis and sections are HTML."""
    async with http.get("/articles/piscine") as response:
        text = await response.text()

    for part in ("Piscine", "<strong>mardi</strong>", "Tarif", "3 €"):
        assert part in text


@pytest.mark.parametrize(
    "path", ["/articles/nowhere", "/nowhere", "/articles/..%2f..%2foffice.yml", "/static/../office.yml"]
)
async def test_what_is_not_there_is_a_page_that_says_so(http: aiohttp.ClientSession, path: str) -> None:
    """404 with words, and nothing of the file system."""
    async with http.get(path) as response:
        text = await response.text()

    assert response.status == 404
    assert "accueil_general" not in text


async def test_the_widget_is_one_script_that_other_sites_may_load(http: aiohttp.ClientSession) -> None:
    """With a validator, so that a second visit costs nothing."""
    async with http.get("/widget.js") as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        validator = response.headers["ETag"]
    async with http.get("/widget.js", headers={"If-None-Match": validator}) as response:
        assert response.status == 304


async def test_the_chats_settings_hold_nothing_personal(http: aiohttp.ClientSession) -> None:
    """What docs/web-chat.md lists, no more."""
    async with http.get("/chat/config") as response:
        config = await response.json()

    assert set(config) == {
        "town",
        "office",
        "contact",
        "colours",
        "max_text_chars",
        "privacy_url",
        "accessibility_url",
    }


async def test_only_listed_sites_read_the_chats_settings(http: aiohttp.ClientSession) -> None:
    """A foreign site gets no permission."""
    async with http.get("/chat/config", headers={"Origin": "https://evil.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_wrong_method_is_refused(http: aiohttp.ClientSession) -> None:
    """A form posted at the home page is not a page."""
    async with http.post("/", data={"a": "b"}) as response:
        assert response.status == 405


async def test_the_public_port_tells_nothing_of_the_inside(http: aiohttp.ClientSession) -> None:
    """Health and figures are on the private port only."""
    for path in ("/metrics", "/ready", "/live"):
        async with http.get(path) as response:
            assert response.status == 404


async def test_the_private_port_tells_health_and_figures(running: Gateway) -> None:
    """/live, /ready and /metrics; no text, no address."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.monitor_port}") as monitor:
        async with monitor.get("/live") as response:
            assert response.status == 200
        async with monitor.get("/ready") as response:
            ready = await response.json()
        async with monitor.get("/metrics") as response:
            figures = await response.text()

    assert ready["ready"], ready
    assert "guichet_turn_seconds" in figures
