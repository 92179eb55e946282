"""Articles at the desk: who may do what, from a draft to what citizens are answered, and two who write at once."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot import clock
from bot.agents import Role
from bot.app import Gateway
from bot.desk.articles_api import ArticlesApi
from bot.messages import Author, Reply, Source
from bot.store.base import Article, Prepared
from bot.store.sql import Store
from tests.desk.office import Colleague, at_desk, open_case
from tests.fakes.fiches import FICHE

ROADS = ("voirie",)
DRAFT: dict[str, Any] = {
    "title": "Signaler un nid-de-poule",
    "service": "voirie",
    "body": "Dites où il est.\n\n## Délai\n\n- urgent : un jour\n- sinon : une semaine\n",
    "keywords": ["trou dans la route"],
    "review_on": "2030-01-05",
}
ONE_NAME = "{article:[a-z0-9][a-z0-9_-]{0,79}}"
BROUGHT = Article("bac-casse", "Bac cassé", "voirie", "On le remplace sous huit jours.", keywords=("poubelle",))

# Every route, with the body that it is granted for; "{id}" is a draft of the agent's service.
ROUTES: dict[tuple[str, str], Any] = {
    ("GET", "/desk/api/articles"): None,
    ("POST", "/desk/api/articles"): DRAFT,
    ("GET", "/desk/api/articles/{id}"): None,
    ("PUT", "/desk/api/articles/{id}"): {**DRAFT, "version": 1},
    ("GET", "/desk/api/articles/{id}/history"): None,
    ("POST", "/desk/api/articles/{id}/publish"): {"version": 1},
    ("POST", "/desk/api/articles/{id}/unpublish"): {"version": 1},
    ("POST", "/desk/api/articles/{id}/restore"): {"version": 1, "edition": 1},
    ("POST", "/desk/api/articles/{id}/remove"): {"version": 1},
    ("POST", "/desk/api/articles/{id}/take-over"): {},
    ("POST", "/desk/api/preview"): DRAFT,
    ("GET", "/desk/api/fiches"): None,
    ("POST", "/desk/api/cases/{case}/article"): {"position": 1},
}


async def drafted(desk: Colleague, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await desk.done("POST", "/articles", {**DRAFT, **more}))["article"]
    return made


async def answered(store: Store, key: str = "anne", reply: str = "Nous passons demain.", asked: str = "") -> Any:
    """A case in which an agent has replied; and the place of the reply."""
    case = await open_case(store, key)
    assert case.conversation_id is not None
    if asked:
        said = Reply("asked", asked, author=Author.SYSTEM)
        await store.outbox.add(case.conversation_id, [Prepared(said)], clock.now())
    source = Source("Voirie", "/articles/voirie")
    said = Reply(f"case-{case.id}.r1", reply, author=Author.AGENT, name="Claire M.", sources=(source,))
    await store.outbox.add(case.conversation_id, [Prepared(said)], clock.now())
    return case, (await store.transcript.read(case.conversation_id))[-1].position


def test_the_table_holds_every_route() -> None:
    """A route that nobody has written down here fails this test."""
    api = ArticlesApi(*[None] * 8)  # type: ignore[arg-type]
    routes: list[Any] = api.routes(lambda roles, answer: answer)  # type: ignore[arg-type,return-value]
    found = {(one.method, one.path.replace(":[0-9]{1,15}", "").replace(ONE_NAME, "{id}")) for one in routes}

    assert found == set(ROUTES)


@pytest.mark.parametrize("service", ["voirie", "sports"])
async def test_an_agent_writes_for_their_own_services(running: Gateway, service: str) -> None:
    """Everything is granted to who serves the article's service, and nothing of it can be read or changed by others."""
    async with (
        at_desk(running, "claire", Role.SUPERVISOR) as claire,
        at_desk(running, "karim", services=ROADS) as karim,
    ):
        case, position = await answered(running.store)
        if service == "sports":
            await claire.done("POST", f"/cases/{case.id}/transfer", {"service": "sports"})
        statuses = {}
        for (method, path), body in ROUTES.items():
            made = await drafted(claire, service=service)
            given = {"position": position} if "{case}" in path else body
            place = path.removeprefix("/desk/api").format(id=made["id"], case=case.id)
            if method in {"POST", "PUT"} and path.endswith(("articles", "{id}")):
                given = {**given, "service": service}
            statuses[method, path], _ = await karim.ask(method, place, given)
        listed = {one["service"] for one in (await karim.done("GET", "/articles"))["articles"]}

    shared = {("GET", "/desk/api/articles"), ("POST", "/desk/api/preview"), ("GET", "/desk/api/fiches")}
    assert statuses == {key: 200 if service == "voirie" or key in shared else 403 for key in ROUTES}
    assert "sports" not in listed


async def test_only_from_the_desks_own_page(running: Gateway) -> None:
    """Without its token, from another origin or signed out, nothing is written."""
    async with at_desk(running, "claire", services=ROADS) as claire:
        no_token, _ = await claire.ask("POST", "/articles", DRAFT, **{"X-CSRF-Token": "another"})
        elsewhere, _ = await claire.ask("POST", "/articles", DRAFT, Origin="https://ailleurs.example")
        async with aiohttp.ClientSession() as stranger, stranger.get(f"{claire.origin}/desk/api/articles") as out:
            signed_out = out.status
        listed = (await claire.done("GET", "/articles"))["articles"]

    assert (no_token, elsewhere, signed_out, listed) == (403, 403, 401, [])


async def test_from_a_draft_to_an_answer(running: Gateway) -> None:
    """A draft is nobody's answer; published, it has its page; changed, the page waits; withdrawn, the page is gone."""
    async with at_desk(running, "claire", services=ROADS) as claire:

        async def page() -> tuple[int, str]:
            async with claire.http.get(f"{claire.origin}/articles/signaler-un-nid-de-poule") as response:
                return response.status, await response.text()

        made = await drafted(claire)
        before = (await page())[0]
        out = (await claire.done("POST", f"/articles/{made['id']}/publish", {"version": 1}))["article"]
        first = await page()
        saved = await claire.done("PUT", f"/articles/{made['id']}", {**DRAFT, "body": "Neuf.", "version": 2})
        second = await page()
        await claire.done("POST", f"/articles/{made['id']}/unpublish", {"version": 3})
        after = (await page())[0]

    assert (made["id"], made["state"], made["version"], made["url"]) == ("signaler-un-nid-de-poule", "draft", 1, "")
    assert (out["state"], out["url"], out["changed_by"]) == (
        "published",
        "/articles/signaler-un-nid-de-poule",
        "Claire",
    )
    assert (saved["article"]["changed"], saved["article"]["state"]) == (True, "published")
    assert (before, first[0], second[0], after) == (404, 200, 200, 404)
    assert "Dites où il est." in first[1]
    assert "Neuf." not in second[1]


async def test_of_two_editors_the_second_is_told_and_loses_nothing(running: Gateway) -> None:
    """Who saved first, and that both texts are there; with the newer version in hand the second one can save."""
    async with at_desk(running, "claire", services=ROADS) as claire, at_desk(running, "karim", services=ROADS) as karim:
        made = await drafted(claire)
        path = f"/articles/{made['id']}"
        await claire.done("PUT", path, {**DRAFT, "body": "De Claire.", "version": 1})
        status, refusal = await karim.ask("PUT", path, {**DRAFT, "body": "De Karim.", "version": 1})
        theirs = (await karim.done("GET", path))["article"]
        await karim.done("PUT", path, {**DRAFT, "body": "De Karim.", "version": theirs["version"]})
        history = (await karim.done("GET", f"{path}/history"))["editions"]

    assert (status, refusal["error"], refusal["by"]) == (409, "overtaken", "Claire")
    assert "Claire a enregistré" in refusal["text"]
    assert [(one["agent"], one["body"]) for one in history[:2]] == [
        ("Karim", "De Karim.\n"),
        ("Claire", "De Claire.\n"),
    ]


async def test_an_edition_is_restored_and_a_removal_undone(running: Gateway) -> None:
    """The words of the first edition are the newest again; a removed article leaves the list and comes back."""
    async with at_desk(running, "claire", services=ROADS) as claire:
        made = await drafted(claire)
        path = f"/articles/{made['id']}"
        await claire.done("PUT", path, {**DRAFT, "body": "Autre chose.", "version": 1})
        back = (await claire.done("POST", f"{path}/restore", {"version": 2, "edition": 1}))["article"]
        gone = (await claire.done("POST", f"{path}/remove", {"version": 3}))["article"]
        status, refusal = await claire.ask("GET", path)
        listed = (await claire.done("GET", "/articles"))["articles"]
        again = (await claire.done("POST", f"{path}/restore", {"version": 4, "edition": 4}))["article"]

    assert (back["body"], back["version"]) == (DRAFT["body"], 3)
    assert (gone["removed"], status, refusal["error"], listed) == (True, 404, "article_missing", [])
    assert (again["removed"], again["state"], again["version"]) == (False, "draft", 5)


async def test_imported_articles_are_listed_and_taken_over(running: Gateway) -> None:
    """Until then they are the folder's, with version 0 and no history; then they are written here, with a review in a year."""
    await running.store.articles.replace("markdown", [BROUGHT], clock.now())
    async with at_desk(running, "claire", services=ROADS) as claire:
        (row,) = (await claire.done("GET", "/articles"))["articles"]
        history = (await claire.done("GET", "/articles/bac-casse/history"))["editions"]
        unsaved, _ = await claire.ask("PUT", "/articles/bac-casse", {**DRAFT, "version": 1})
        mine = (await claire.done("POST", "/articles/bac-casse/take-over", {}))["article"]
        (listed,) = (await claire.done("GET", "/articles"))["articles"]

    assert (row["origin"], row["version"], row["state"], history, unsaved) == ("markdown", 0, "published", [], 404)
    assert (mine["origin"], mine["version"], mine["body"]) == ("desk", 1, BROUGHT.body)
    assert mine["review_on"] > clock.now().date().isoformat()
    assert listed["origin"] == "desk"


async def test_articles_are_found_and_their_uses_shown(running: Gateway) -> None:
    """By every word of title, keywords or text, without accents; with how often they answered and helped."""
    await running.store.articles.replace("markdown", [BROUGHT], clock.now())
    conversation = (await open_case(running.store)).conversation_id
    assert conversation is not None
    answer = Reply("r1", "Voici.", sources=(Source("Bac", "/articles/bac-casse", article="bac-casse"),))
    await running.store.outbox.add(conversation, [Prepared(answer)], clock.now())
    for number, helped in enumerate((True, True, False)):
        await running.store.ratings.record(f"m{number}", conversation, "bac-casse", helped, clock.now())
    async with at_desk(running, "claire", services=ROADS) as claire:
        await drafted(claire)
        found = {
            words: [one["id"] for one in (await claire.done("GET", f"/articles?q={words}"))["articles"]]
            for words in ("casse", "poubelle huit", "delai", "rien")
        }
        (bin_,) = (await claire.done("GET", "/articles?q=bac-casse"))["articles"]

    assert found == {
        "casse": ["bac-casse"],
        "poubelle huit": ["bac-casse"],
        "delai": ["signaler-un-nid-de-poule"],
        "rien": [],
    }
    assert bin_["uses"] == {"answers": 3, "rated": 3, "percent": 67}


async def test_a_preview_shows_the_page_and_what_the_bot_would_say(running: Gateway) -> None:
    """HTML as on the town's page, with nothing of the author's own in it; passages; and what to look at again."""
    long = "Un mot encore, et un autre. " * 40
    body = (
        f"Appelez le 06 12 34 56 78 ou le 02 61 91 40 00.\n\n<script>x</script>\n\n## Longue\n\n{long}\n\n[nom] attend."
    )
    async with at_desk(running, "claire", services=ROADS) as claire:
        shown = await claire.done("POST", "/preview", {**DRAFT, "body": body, "valid_until": "2020-01-01"})
        empty = await claire.done("POST", "/preview", {**DRAFT, "title": "", "body": "  "})

    assert "<script" not in shown["html"]
    assert "<h2>Longue</h2>" in shown["html"]
    assert [one["headings"] for one in shown["passages"]][:2] == [[], ["Longue"]]
    assert [one["kind"] for one in shown["warnings"]] == ["masked", "phone", "expired", "section_long"]
    assert "06 12 34 56 78" in shown["warnings"][1]["text"].replace("\u00a0", " ")
    assert [one["kind"] for one in empty["warnings"]] == ["no_title", "empty"]


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"title": ""}, 422, "unreadable"),
        ({"title": "x" * 201}, 413, "too_long"),
        ({"service": "marine"}, 422, "no_service"),
        ({"valid_until": "demain"}, 422, "bad_date"),
        ({"review_on": 7}, 422, "bad_date"),
        ({"source": "javascript:alert(1)"}, 422, "bad_link"),
        ({"more": "//ailleurs.example"}, 422, "bad_link"),
        ({"fiche": "une fiche"}, 422, "bad_fiche"),
        ({"owner": 999}, 422, "unreadable"),
        ({"owner": True}, 422, "unreadable"),
        ({"keywords": "mot"}, 422, "unreadable"),
        ({"body": 5}, 422, "unreadable"),
        ({"body": "x" * 60_001}, 413, "too_long"),
    ],
)
async def test_what_is_no_article_is_refused(running: Gateway, change: Any, status: int, error: str) -> None:
    """With a word for the mistake; nothing is stored."""
    async with at_desk(running, "claire", services=ROADS) as claire:
        found, refusal = await claire.ask("POST", "/articles", {**DRAFT, **change})
        listed = (await claire.done("GET", "/articles"))["articles"]

    assert (found, refusal["error"], listed) == (status, error, [])
    assert refusal["text"]
    if error == "too_long":
        assert ("60000" if "body" in change else "200") in refusal["text"]


async def test_an_empty_article_is_not_published(running: Gateway) -> None:
    """A heading alone is nothing that the bot could quote."""
    async with at_desk(running, "claire", services=ROADS) as claire:
        made = await drafted(claire, body="## Prix\n")
        status, refusal = await claire.ask("POST", f"/articles/{made['id']}/publish", {"version": 1})

    assert (status, refusal["error"]) == (422, "article_empty")


async def test_a_page_with_a_secret_is_not_packed(running: Gateway) -> None:
    """The desk's own page has a token in it: its size tells nothing of that. The town's pages have none, and are packed."""
    async with at_desk(running, "claire", services=ROADS) as claire:
        packed = []
        for path in ("/desk/login", "/"):
            headers = {"Accept-Encoding": "gzip", "Accept": "text/html"}
            async with claire.http.get(claire.origin + path, headers=headers) as response:
                assert response.status == 200
                packed.append(response.headers.get("Content-Encoding"))

    assert packed == [None, "gzip"]


async def test_two_articles_of_one_title_have_two_ids(running: Gateway) -> None:
    """Nobody has to think of another name."""
    async with at_desk(running, "claire", services=ROADS) as claire:
        made = [(await drafted(claire, title="Où est l’école ?"))["id"] for _ in range(2)]

    assert made == ["ou-est-l-ecole", "ou-est-l-ecole-2"]


async def test_a_good_reply_becomes_a_draft_once(running: Gateway) -> None:
    """Its title is asked for by the citizen's question, personal data is masked, and a second click finds the first draft."""
    reply = "Bonjour Mme Kerouanton,\n\nNous rebouchons sous huit jours. Je vous rappelle au 06 12 34 56 78.\n\nCordialement,\nClaire"
    case, position = await answered(running.store, reply=reply)
    async with at_desk(running, "claire", services=ROADS) as claire:
        path = f"/cases/{case.id}/article"
        made = (await claire.done("POST", path, {"position": position}))["article"]
        again = (await claire.done("POST", path, {"position": position}))["article"]
        await claire.done("POST", f"/articles/{made['id']}/remove", {"version": 1})
        back = (await claire.done("POST", path, {"position": position}))["article"]
        none, _ = await claire.ask("POST", path, {"position": position + 1})

    assert made["title"] == "Le trou de la rue du Lavoir"
    assert made["body"] == "Nous rebouchons sous huit jours. Je vous rappelle au [téléphone].\n"
    assert (made["service"], made["state"], made["more"], made["keywords"]) == (
        "voirie",
        "draft",
        "/articles/voirie",
        ["Le trou de la rue du Lavoir"],
    )
    assert (again["id"], again["version"], back["id"], back["removed"], none) == (made["id"], 1, made["id"], False, 404)


async def test_an_article_adds_to_a_national_fiche(running: Gateway) -> None:
    """The fiche is found by words of its title or its number, and its title stands with the article."""
    await running.store.fiches.replace("part", [FICHE], {FICHE.id: "sum"}, {}, clock.now())
    async with at_desk(running, "claire", services=ROADS) as claire:
        found = [
            [one["id"] for one in (await claire.done("GET", f"/fiches?q={words}"))["fiches"]]
            for words in ("peche etang", "f90001", "etang mer", "")
        ]
        made = await drafted(claire, fiche="F90001")
        lost = await drafted(claire, fiche="F1")

    assert found == [["F90001"], ["F90001"], [], []]
    assert (made["fiche"], made["fiche_title"]) == ("F90001", FICHE.title)
    assert (lost["fiche"], lost["fiche_title"]) == ("F1", "")
