"""Who may import whom: the layers of the project, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("actions", "bot", "channels", "nlu")

# The longest matching name counts. A lower layer never imports a higher one.
LAYERS = {
    # 1, words
    "bot": 1,
    "bot.messages": 1,
    "bot.letters": 1,
    "bot.readings": 1,
    "bot.errors": 1,
    "bot.clock": 1,
    "bot.settings": 1,
    "bot.settings_desk": 1,
    "bot.settings_channels": 1,
    "bot.settings_directory": 1,
    "bot.settings_knowledge": 1,
    "bot.settings_mail": 1,
    "bot.settings_rasa": 1,
    "bot.settings_site": 1,
    "bot.cases": 1,
    "bot.contacts": 1,
    "bot.topics": 1,
    "bot.lessons": 1,
    "bot.referrals": 1,
    "bot.fiches": 1,
    "bot.feeds": 1,
    "bot.casework": 1,
    "bot.offering": 1,
    "bot.outgoing": 1,
    "bot.linking": 1,
    "bot.mailroom": 1,
    "bot.agents": 1,
    "bot.articles": 1,
    "bot.logs": 1,
    "bot.metrics": 1,
    "bot.tasks": 1,
    "bot.wire": 1,
    "bot.trackers": 1,
    "bot.visits": 1,
    "bot.text": 1,
    "bot.store": 1,
    "bot.store.base": 1,
    "bot.store.numbers": 1,
    "channels.base": 1,
    "channels.plain": 1,
    "channels.signatures": 1,
    # 2, sense
    "bot.conversation": 2,
    "bot.atonce": 2,
    "bot.attention": 2,
    "bot.faults": 2,
    "bot.backing": 2,
    "bot.breaker": 2,
    "bot.comments": 2,
    "bot.correspondence": 2,
    "bot.files": 2,
    "bot.hearing": 2,
    "bot.greeting": 2,
    "bot.joining": 2,
    "bot.rights": 2,
    "bot.speaking": 2,
    "bot.sourced": 2,
    "bot.safety": 2,
    "bot.rasa": 2,
    "bot.rasa_events": 2,
    "bot.rasa_routing": 2,
    "bot.delivery": 2,
    "bot.bus": 2,
    "bot.photos": 2,
    "bot.knowledge": 2,
    "bot.triage": 2,
    "bot.understanding": 2,
    "bot.privacy": 2,
    "bot.analytics": 2,
    "bot.desk": 2,
    # 3, edges
    "channels.*": 3,
    "bot.gateway": 3,
    "bot.desk.api": 3,
    "bot.desk.login": 3,
    "bot.desk.sockets": 3,
    "bot.desk.pages": 3,
    "bot.rasa_plugins": 3,
    "bot.store.*": 3,
    "actions": 3,
    "nlu": 3,
    # 4, wiring
    "bot.__main__": 4,
    "bot.app": 4,
    "bot.app_desk": 4,
    "bot.app_channels": 4,
    "bot.app_health": 4,
    "bot.app_letters": 4,
    "bot.app_learning": 4,
    "bot.simulation": 4,
    "bot.app_pages": 4,
    "bot.app_forms": 4,
    "bot.cli": 4,
    "bot.commands": 4,
    "bot.supervisor": 4,
    "actions.services": 4,
    "channels": 4,
}
LEAVES = ("bot.bus", "bot.privacy.redact", "bot.desk.hours")
"""Members of the second layer that all others of it may use, and that use none of them."""
RASA = ("rasa", "rasa_sdk", "tensorflow", "sanic")
RASA_ALLOWED = ("nlu", "actions", "bot.rasa_plugins")
NLU_ALLOWED = ("nlu", "bot.text", "bot.privacy.redact")
ACTIONS_FORBIDDEN = ("bot.gateway", "bot.conversation", "channels")


BUILT_BY_RASA = {
    # Rasa builds these itself, without arguments of ours: they fetch what others are given by their constructor.
    "actions": "actions.services",
    "bot.rasa_plugins": "bot.store.sql",
}


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists() or path.is_dir()


def modules() -> dict[str, Path]:
    """Every module of ours by its name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "versions" not in parts:
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(module: str, path: Path) -> Iterator[str]:
    """What a module imports anywhere in it, by full name; nothing that only type checkers see is left out."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                # `from bot import clock` imports the module bot.clock.
                inner = f"{base}.{alias.name}"
                yield inner if base.partition(".")[0] in PACKAGES and is_module(inner) else base


def layer(module: str) -> int:
    """The layer of a module."""
    name = module
    while name:
        if name in LAYERS:
            return LAYERS[name] if name == module or f"{name}.*" not in LAYERS else LAYERS[f"{name}.*"]
        parent = name.rpartition(".")[0]
        if f"{parent}.*" in LAYERS:
            return LAYERS[f"{parent}.*"]
        name = parent
    raise AssertionError(f"{module} is in no layer: add it to the table here and in the architecture")


OURS = modules()
PAIRS = sorted(
    {
        (module, imported)
        for module, path in OURS.items()
        for imported in imports(module, path)
        if imported.partition(".")[0] in PACKAGES and imported != module
        if not any(within(module, built) and imported == fetched for built, fetched in BUILT_BY_RASA.items())
    }
)


def test_the_table_is_read_as_meant() -> None:
    """Some modules and their layers."""
    found = {
        name: layer(name) for name in ("bot.store.base", "bot.store.sql", "bot.text.wording", "channels.web", "bot")
    }

    assert found == {"bot.store.base": 1, "bot.store.sql": 3, "bot.text.wording": 1, "channels.web": 3, "bot": 1}


def test_no_layer_imports_a_higher_one() -> None:
    """Words know no sense, sense knows no edge, and only the wiring knows everything."""
    wrong = [
        f"{module} ({layer(module)}) imports {other} ({layer(other)})"
        for module, other in PAIRS
        if layer(other) > layer(module)
    ]

    assert wrong == []


def test_edges_do_not_know_each_other() -> None:
    """What stands at the edge is joined by the wiring alone."""

    def edge(module: str) -> str:
        parts = module.split(".")
        return ".".join(parts[:2]) if parts[0] in {"bot", "channels"} else parts[0]

    wrong = [
        f"{module} imports {other}"
        for module, other in PAIRS
        if layer(module) == layer(other) == 3 and edge(module) != edge(other) and edge(other) != "channels.meta"
    ]

    assert wrong == []


def test_sense_has_no_cycles() -> None:
    """The members of the second layer use each other in one direction, and the leaves use none."""

    def member(module: str) -> str:
        leaf = next((leaf for leaf in LEAVES if within(module, leaf)), "")
        return leaf or ".".join(module.split(".")[:2])

    uses: dict[str, set[str]] = {}
    for module, other in PAIRS:
        if layer(module) == layer(other) == 2 and member(module) != member(other):
            uses.setdefault(member(module), set()).add(member(other))

    def reached(start: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        for other in uses.get(start, set()) - seen:
            seen = reached(other, seen | {other})
        return seen

    assert [name for name in uses if name in reached(name)] == []
    assert [leaf for leaf in LEAVES if uses.get(leaf)] == []


def test_only_rasas_side_imports_rasa() -> None:
    """The gateway runs where Rasa is not installed."""
    wrong = [
        f"{module} imports {other}"
        for module, path in OURS.items()
        for other in imports(module, path)
        if other.partition(".")[0] in RASA and not any(within(module, allowed) for allowed in RASA_ALLOWED)
    ]

    assert wrong == []


def test_training_needs_neither_database_nor_settings() -> None:
    """Graph components use Rasa, pure text functions and the redaction, nothing else of ours."""
    wrong = [
        f"{module} imports {other}"
        for module, other in PAIRS
        if within(module, "nlu") and not any(within(other, allowed) for allowed in NLU_ALLOWED)
    ]

    assert wrong == []


def test_actions_do_not_know_the_gateway() -> None:
    """What Rasa's action server runs knows no channel and no gateway."""
    wrong = [
        f"{module} imports {other}"
        for module, other in PAIRS
        if within(module, "actions") and any(within(other, forbidden) for forbidden in ACTIONS_FORBIDDEN)
    ]

    assert wrong == []


@pytest.mark.parametrize("module", [name for name in OURS if name.startswith("channels.") and name.count(".") > 1])
def test_channels_do_not_know_each_other(module: str) -> None:
    """A channel imports no other channel; Meta's three share one module."""
    own = ".".join(module.split(".")[:2])
    wrong = [
        other
        for importing, other in PAIRS
        if importing == module
        and within(other, "channels")
        and not within(other, own)
        and other not in {"channels.base", "channels.plain", "channels.signatures"}
    ]

    assert wrong == []
