"""Feeds into the base: what changes, what stays, and what changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.errors import Missing
from bot.fiches import PART, PRO, Fiche, Link, Text, walk
from bot.knowledge.importers import Problem
from bot.knowledge.importers.service_public.errors import FeedRefused
from bot.knowledge.importers.service_public.feed import Coming, Importer, Outcome
from bot.store.sql import Store
from tests.knowledge.service_public.pages import files, page, zipped

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=timezone.utc)


class Feeds:
    """Zips of the made-up pages, changed as a test likes, and imports of them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.part, self.pro = files("part"), files("pro")
        self.prepared: list[tuple[list[str], dict[str, str]]] = []
        self.coming: Sequence[Fiche] = ()
        self.renewed = False

    async def prepare(self, coming: Coming) -> bool:
        fiches = await coming.fiches()
        assert [fiche.key for fiche in fiches] == sorted(coming.sums)
        self.prepared.append((sorted(coming.sums), dict(coming.redirections)))
        self.coming = fiches
        return self.renewed

    async def run(self, *names: str, force: bool = False, later: int = 0) -> Outcome:
        contents = {"part": self.part, "pro": self.pro}
        # A feed's file has any name: what it is for stands in its pages.
        places = [str(zipped(self.folder / f"feed-{number}.zip", contents[name])) for number, name in enumerate(names)]
        return await Importer(self.store.fiches, self.prepare, force).run(places, NOW + timedelta(days=later))

    async def keys(self) -> list[str]:
        return [fiche.key for fiche in await self.store.fiches.all()]


@pytest.fixture
def feeds(store: Store, tmp_path: Path) -> Feeds:
    return Feeds(store, tmp_path / "feeds")


ALL = [f"part:{page}" for page in ("F101", "F102", "F103", "F104", "F105", "F106", "N200", "N201")] + [
    "pro:F102",
    "pro:F151",
]


async def test_both_audiences_at_once(feeds: Feeds) -> None:
    """All pages become current in one version, and what answers from them is prepared before."""
    done = await feeds.run("pro", "part")

    assert [(source.audience, source.fiches, source.unchanged, source.problems) for source in done.sources] == [
        ("pro", 2, False, ()),
        ("part", 6, False, ()),
    ]
    assert (done.imported.added, done.imported.version) == (10, 1)
    assert await feeds.keys() == ALL
    assert feeds.prepared == [(ALL, {"part:F90": "part:F101"})]
    assert feeds.prepared[0][1] == await feeds.store.fiches.redirections()
    assert feeds.coming == await feeds.store.fiches.all()


async def test_an_id_of_both_audiences_is_two_fiches(feeds: Feeds) -> None:
    """Neither takes the other's place."""
    await feeds.run("part")
    await feeds.run("pro")

    assert (await feeds.store.fiches.get("part:F102")).title == "Quand le ponton ouvre-t-il ?"
    assert (await feeds.store.fiches.get("pro:F102")).title == "Ouvrir un ponton"
    assert feeds.prepared[1][0] == ALL


async def test_what_other_files_say_of_a_fiche(feeds: Feeds) -> None:
    """Forms that name it, the address of a service it links to, titles of a guided search, and the later date."""
    await feeds.run("part")
    ponton, guided = await feeds.store.fiches.get("part:F102"), await feeds.store.fiches.get("part:F104")
    (text,) = [part for part in walk(ponton.parts) if isinstance(part, Text)]

    assert [form.title for form in ponton.forms] == ["Lettre au ponton", "Demande de clé"]
    assert text.links == (Link("la clé", url="https://lac.example/cle"), Link("le double", fiche="R999"))
    assert ponton.important == date(2026, 2, 20)
    assert guided.guide is not None
    assert guided.guide.forks[1].links == (Link("Quand le ponton ouvre-t-il ?", fiche="F102"),)
    # What stands in the text already is not named again, and an older date is no later one.
    barque = await feeds.store.fiches.get("part:F101")
    assert (barque.forms, barque.important) == ((), date(2026, 2, 1))


async def test_the_same_feed_again(feeds: Feeds) -> None:
    """It is not read, and nothing changes."""
    await feeds.run("part", "pro")
    again = await feeds.run("part", "pro", later=1)
    forced = await feeds.run("part", "pro", force=True, later=2)

    assert [(source.audience, source.fiches, source.unchanged) for source in again.sources] == [
        ("part", 6, True),
        ("pro", 2, True),
    ]
    assert [
        (done.imported.added, done.imported.changed, done.imported.removed, done.imported.version)
        for done in (again, forced)
    ] == [(0, 0, 0, 1)] * 2
    assert not any(source.unchanged for source in forced.sources)


async def test_changes_and_deletions(feeds: Feeds) -> None:
    """Only what has changed is counted; what the feed has no more is gone; a redirection leads on."""
    await feeds.run("part", "pro")
    feeds.part["F102.xml"] = feeds.part["F102.xml"].replace(b"9 heures", b"10 heures")
    feeds.part["F107.xml"] = page("<Texte><Paragraphe>Neuf.</Paragraphe></Texte>", "F107")
    del feeds.part["F105.xml"]
    feeds.part["redirections.xml"] = feeds.part["redirections.xml"].replace(
        b"<Redirection ", b'<Redirection from="F105" to="F101" audience="Particuliers"/><Redirection ', 1
    )
    done = await feeds.run("part", later=1)

    # The guided search names F105 by its title, which is gone with it.
    assert (done.imported.added, done.imported.changed, done.imported.removed) == (1, 2, 1)
    assert "part:F105" not in await feeds.keys()
    assert (await feeds.store.fiches.get("part:F105")).id == "F101"
    assert "10 heures" in str((await feeds.store.fiches.get("part:F102")).parts)


async def test_one_bad_file_keeps_its_former_fiche(feeds: Feeds) -> None:
    """It is reported, costs no other, and its answer stays; a new file that is bad is only reported."""
    for number in range(40):
        feeds.part[f"F{500 + number}.xml"] = page("", f"F{500 + number}")
    await feeds.run("part")
    feeds.part["F102.xml"] = b"<Publication"
    feeds.part["F900.xml"] = b"\xff\xfe"
    feeds.part["menu.xml"] = b"<Menu"
    feeds.part["F103.xml"] = feeds.part["F103.xml"].replace(b"Regardez", b"Observez")
    done = await feeds.run("part", later=1)
    (source,) = done.sources

    assert {problem.place: problem.kept for problem in source.problems} == {
        "F102.xml": True,
        "F900.xml": False,
        "menu.xml": False,
    }
    assert (done.imported.added, done.imported.changed, done.imported.removed) == (0, 1, 0)
    assert (await feeds.store.fiches.get("part:F102")).title == "Quand le ponton ouvre-t-il ?"
    assert "part:F102" in feeds.prepared[-1][0]
    guided = await feeds.store.fiches.get("part:F104")
    assert guided.guide is not None
    assert guided.guide.forks[1].links[0].words == "Quand le ponton ouvre-t-il ?"
    with pytest.raises(Missing):
        await feeds.store.fiches.get("part:F900")


async def test_a_broken_feed_changes_nothing(feeds: Feeds) -> None:
    """Too many bad files: it is the feed; not even the other audience is taken, unless it is forced."""
    await feeds.run("part", "pro")
    feeds.pro["F152.xml"] = page("", "F152", "Professionnels")
    feeds.part["F101.xml"] = b"<"
    with pytest.raises(FeedRefused, match=r"1 of 11 pages cannot be read, more than 5%; the first is F101.xml"):
        await feeds.run("pro", "part", later=1)
    assert (await feeds.keys(), await feeds.store.fiches.version(), len(feeds.prepared)) == (ALL, 1, 1)
    forced = await feeds.run("pro", "part", force=True, later=1)

    assert [source.problems[0].kept for source in forced.sources if source.problems] == [True]
    assert await feeds.keys() == sorted([*ALL, "pro:F152"])


async def test_half_a_feed_changes_nothing(feeds: Feeds) -> None:
    """A feed without most of the fiches is a mistake at its source, unless somebody says that it is none."""
    await feeds.run("part")
    feeds.part = {name: data for name, data in feeds.part.items() if name in {"F101.xml", "F102.xml", "R302.xml"}}
    with pytest.raises(FeedRefused, match="has 2 of the 6 fiches that are in the base, less than half"):
        await feeds.run("part", later=1)
    assert len(await feeds.keys()) == 8
    await feeds.run("part", force=True, later=1)

    assert await feeds.keys() == ["part:F101", "part:F102"]
    # Without a list of redirections the former ones hold.
    assert await feeds.store.fiches.redirections() == {"part:F90": "part:F101"}


@pytest.mark.parametrize("schema", ["4.0", "3.3", "2.4"])
async def test_another_schema_is_refused(feeds: Feeds, schema: str) -> None:
    """It is named with those that are known, and forcing it reads what is there."""
    feeds.pro = {
        "F1.xml": page("<Texte><Paragraphe>Mot.</Paragraphe></Texte>", schema=schema, audience="Professionnels")
    }
    with pytest.raises(FeedRefused, match=f"is of schema {schema}, and 3.4 and 3.5 are known"):
        await feeds.run("pro")
    done = await feeds.run("pro", force=True)

    assert done.imported.added == 1


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        ({}, "holds no fiche"),
        ({"a.xml": b"<a/>"}, "holds no fiche"),
        ({"part.zip": b"PK"}, "holds no fiche.*; part.zip is a zip within the zip; unpack it"),
        ({"menu.xml": files("part")["menu.xml"]}, "holds no fiche"),
        ({"R302.xml": files("part")["R302.xml"]}, "holds no fiche"),
        ({"F1.xml": b"<Publication>"}, "cannot be read"),
        ({"F1.xml": page("").replace(b"../Schemas/3.4/Publication.xsd", b"x")}, "is of schema without a version"),
    ],
)
async def test_what_is_no_feed(feeds: Feeds, contents: dict[str, bytes], why: str) -> None:
    """An empty zip, a zip of something else: one sentence, and nothing is changed."""
    feeds.part = contents
    with pytest.raises(FeedRefused, match=why):
        await feeds.run("part")

    assert (await feeds.keys(), feeds.prepared) == ([], [])


async def test_one_audience_twice_is_refused(feeds: Feeds) -> None:
    """Two sources of one audience would overwrite each other, also when one of them is unchanged."""
    with pytest.raises(FeedRefused, match=r"feed-1.zip: is for the audience part, as .*feed-0.zip is"):
        await feeds.run("part", "part")
    await feeds.run("part")
    with pytest.raises(FeedRefused, match="is for the audience part"):
        await feeds.run("part", "part")


async def test_pages_of_the_other_audience_are_reported(feeds: Feeds) -> None:
    """A feed is for the audience of most of its pages; a stranger among them, or an id that is taken, is left out."""
    feeds.part["F160.xml"] = page("", "F160", "Professionnels")
    feeds.part["F161.xml"] = page("", "F101")
    done = await feeds.run("part")

    assert done.sources[0].problems == (
        Problem("F160.xml", "is for the audience pro in a feed for part"),
        Problem("F161.xml", "has the ID F101 of F101.xml, which is taken"),
    )
    assert await feeds.keys() == [key for key in ALL if key.startswith("part:")]


async def test_a_failed_preparation_changes_nothing(store: Store, tmp_path: Path) -> None:
    """What cannot be made to answer does not become current."""

    async def fail(coming: Coming) -> bool:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await Importer(store.fiches, fail).run([str(zipped(tmp_path / "a.zip", files("part")))], NOW)

    assert await store.fiches.all() == []


async def test_the_audience_is_of_the_pages_and_not_of_the_name(store: Store, tmp_path: Path) -> None:
    """A file of professionals under a name of individuals is one of professionals."""

    async def ready(coming: Coming) -> bool:
        return False

    place = zipped(tmp_path / "vosdroits-part.zip", files("pro"))
    done = await Importer(store.fiches, ready).run([str(place)], NOW)

    assert done.sources[0].audience == PRO
    assert await store.fiches.feed(PART) is None


async def test_what_is_built_anew_is_taken_anew(feeds: Feeds) -> None:
    """A town's new phrasings change no fiche; the version grows all the same, so that running processes open the files."""
    feeds.renewed = True
    first = (await feeds.run("part")).imported.version
    again = (await feeds.run("part")).imported
    feeds.renewed = False

    assert (first, again.version) == (1, 2)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert (await feeds.run("part")).imported.version == 2


async def test_two_imports_at_once(store: Store, tmp_path: Path) -> None:
    """The one that comes second says so in a sentence when the first has taken pages that it leans on."""
    pages = {f"F{number}.xml": page("", f"F{number}") for number in range(1, 6)}
    four = {name: body for name, body in pages.items() if name != "F5.xml"}
    first, second = zipped(tmp_path / "a.zip", pages), zipped(tmp_path / "b.zip", four)

    async def ready(coming: Coming) -> bool:
        return False

    async def overtaken(coming: Coming) -> bool:
        await Importer(store.fiches, ready).run([str(second)], NOW)
        return False

    await Importer(store.fiches, ready).run([str(first)], NOW)
    with pytest.raises(FeedRefused, match="another import has changed the fiches meanwhile; run this one again"):
        await Importer(store.fiches, overtaken, force=True).run([str(first)], NOW)

    assert [fiche.id for fiche in await store.fiches.all()] == ["F1", "F2", "F3", "F4"]


async def test_a_zip_with_a_folder_for_each_audience(feeds: Feeds, tmp_path: Path) -> None:
    """Is both feeds, ids that stand in both included; again it is unchanged, until one of them came from elsewhere."""
    folders = {"part": feeds.part, "pro": feeds.pro}
    whole = {f"{folder}/{name}": body for folder, pages in folders.items() for name, body in pages.items()}
    place = str(zipped(tmp_path / "whole.zip", {**whole, "notes/readme.xml": b"<"}))

    async def imported() -> Outcome:
        return await Importer(feeds.store.fiches, feeds.prepare).run([place], NOW)

    first, again = await imported(), await imported()
    feeds.pro = {name: body for name, body in feeds.pro.items() if name != "F151.xml"}
    await feeds.run("pro")
    fewer, last = await feeds.keys(), await imported()

    assert [(one.audience, one.unchanged, len(one.problems)) for one in first.sources] == [
        (PART, False, 1),
        (PRO, False, 0),
    ]
    assert [(one.audience, one.unchanged) for one in again.sources] == [(PART, True), (PRO, True)]
    assert set(ALL) - set(fewer) == {"pro:F151"}
    assert [one.unchanged for one in last.sources] == [False, False]
    assert await feeds.keys() == ALL
