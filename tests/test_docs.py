"""What is documented, what is linked, and what has no place in the repository."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import types
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
import typer
import yaml

import channels
from bot.cli import COMMANDS
from bot.settings import Office

ROOT = Path(__file__).resolve().parents[1]
MAX_LINES = 350
SOURCE_SUFFIXES = {".py", ".ts"}
VARIABLE = re.compile(r"\bGUICHET_[A-Z][A-Z_]*[A-Z]\b")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"),
    "an access key of a cloud": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a token of a forge": re.compile(r"\b(?:gh[pousr]_|glpat-)[A-Za-z0-9_-]{20,}"),
    "a token of a chat provider": re.compile(r"\bxox[abp]-[A-Za-z0-9-]{10,}|\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b"),
    "a key of an API": re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"),
}
SOMEBODYS_FOLDER = re.compile(r"(?<![\w./~-])/(?:home|root|Users|work)/\w")
REGISTRIES = {"https://pypi.org/simple"}


@lru_cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository, or of the folder where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
        return tuple(path for name in sorted(set(names)) if (path := ROOT / name).is_file())
    built = {".venv", ".tools", "node_modules", "var", "models", ".rasa", "__pycache__", ".git", "dist"}
    return tuple(path for path in sorted(ROOT.rglob("*")) if path.is_file() and not built & set(path.parts))


def texts() -> Iterator[tuple[str, str]]:
    """Every text file and what it says."""
    for path in tracked():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def pages() -> dict[str, str]:
    return {name: text for name, text in texts() if name.endswith(".md") and not name.startswith("knowledge/")}


def fenced(language: str) -> list[tuple[str, str]]:
    return [(name, code) for name, text in pages().items() for kind, code in FENCE.findall(text) if kind == language]


def settings_of(kind: Any, name: str) -> Iterator[str]:
    """The dotted names of all settings below a type; `CODE` stands for a key that the town chooses."""
    if get_origin(kind) is dict:
        yield from settings_of(get_args(kind)[1], f"{name}.CODE")
    elif get_origin(kind) in {Union, types.UnionType}:
        for choice in get_args(kind):
            yield from settings_of(choice, name)
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field, inner in get_type_hints(kind).items():
            yield from settings_of(inner, f"{name}.{field}" if name else field)
    elif kind is not type(None):
        yield name


def commands() -> Iterator[str]:
    """Every command and subcommand."""
    for name, source in COMMANDS.items():
        target = getattr(__import__(source.module, fromlist=[source.attribute]), source.attribute)
        if not isinstance(target, typer.Typer):
            yield f"guichet {name}"
            continue
        group = typer.main.get_group(target)
        if target.registered_callback and group.invoke_without_command:
            yield f"guichet {name}"
        yield from (f"guichet {name} {inner}" for inner in group.commands)


def errors() -> Iterator[str]:
    """Every error class that leaves its module: by name, from the source."""
    known = {"BotError", "ConfigurationError"}
    classes = [
        node
        for folder in ("bot", "channels", "actions", "nlu")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    for _ in classes:
        found = {node.name for node in classes if {ast.unparse(base) for base in node.bases} & known}
        if found <= known:
            break
        known |= found
    yield from sorted(known)


def test_every_setting_is_documented() -> None:
    """Each key of office.yml stands in docs/settings.md, and no key that is gone."""
    page = pages()["docs/settings.md"]
    wanted = set(settings_of(Office, ""))
    documented = set(re.findall(r"^\| `([a-z_]+\.[\w.]+)` \|", page, re.MULTILINE))

    assert documented == wanted


def test_every_variable_is_documented() -> None:
    """Each environment variable that the source names stands in docs/settings.md, and no other."""
    page = pages()["docs/settings.md"]
    code = [
        name for name, _ in texts() if name.startswith(("bot/", "channels/", "actions/", "nlu/", "scripts/", ".ci/"))
    ]
    wanted = {found for name, text in texts() if name in code for found in VARIABLE.findall(text)}
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))

    assert documented == wanted | {"HOST", "PORT"}


def test_every_command_is_documented() -> None:
    """Each `guichet` command stands in docs/operations.md, and no command that is gone."""
    documented = set(re.findall(r"^\| `(guichet [a-z ]+)` \|", pages()["docs/operations.md"], re.MULTILINE))

    assert documented == set(commands())


def test_every_error_is_documented() -> None:
    """Each error class stands in docs/operations.md, and none that is gone."""
    documented = set(re.findall(r"^\| `([A-Z]\w+)` \|", pages()["docs/operations.md"], re.MULTILINE))

    assert documented == set(errors())


def test_the_channel_matrix_is_that_of_the_code() -> None:
    """docs/channels/README.md shows the `limits` of every channel, and each channel has its page."""
    page = pages()["docs/channels/README.md"]

    assert channels.matrix() in page
    for channel in channels.ALL:
        assert channel.name == "web" or f"docs/channels/{channel.name}.md" in pages()


def test_every_make_target_is_documented() -> None:
    """Each target with a line of help stands in docs/install.md."""
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    missing = [name for name in targets if name != "help" and f"`make {name}`" not in pages()["docs/install.md"]]

    assert missing == []


def test_links_lead_somewhere() -> None:
    """A link to a file of the repository leads to one."""
    broken = [
        f"{page}: {link}"
        for page, text in pages().items()
        for link in LINK.findall(FENCE.sub("", text))
        if not re.match(r"[a-z]+:|#", link) and not (ROOT / page).parent.joinpath(link.partition("#")[0]).exists()
    ]

    assert broken == []


def test_anchors_exist() -> None:
    """A link to a heading leads to one."""

    def anchors(path: Path) -> set[str]:
        headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    broken = []
    for page, text in pages().items():
        for link in LINK.findall(FENCE.sub("", text)):
            file, _, anchor = link.partition("#")
            path = (ROOT / page).parent / file if file else ROOT / page
            if anchor and not re.match(r"[a-z]+:", link) and path.suffix == ".md" and anchor not in anchors(path):
                broken.append(f"{page}: {link}")

    assert broken == []


def test_python_in_the_docs_compiles() -> None:
    """A block of Python in a page is Python."""
    for page, code in fenced("python"):
        compile(code, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_data_in_the_docs_is_data() -> None:
    """A block of YAML or JSON in a page can be read."""
    for language in ("yaml", "yml"):
        for _, code in fenced(language):
            yaml.safe_load(code)
    for _, code in fenced("json"):
        json.loads(code)


def test_commands_in_the_docs_exist() -> None:
    """A `guichet` command in a page is one."""
    known = {*commands(), *(f"guichet {name}" for name in COMMANDS)}
    used = {
        (page, " ".join(found.split()))
        for page, text in pages().items()
        for found in re.findall(
            r"guichet (?:[a-z]+(?: [a-z]+)?)(?=`| |$)", "\n".join(re.findall(r"`guichet [^`]+`", text))
        )
    }
    wrong = [
        f"{page}: {line}" for page, line in sorted(used) if line not in known and line.rpartition(" ")[0] not in known
    ]

    assert wrong == []


def test_files_stay_small() -> None:
    """A source file that grows past 350 lines is split by noun."""
    large = [
        f"{name}: {text.count(chr(10))} lines"
        for name, text in texts()
        if Path(name).suffix in SOURCE_SUFFIXES and text.count("\n") > MAX_LINES
    ]

    assert large == []


@pytest.mark.parametrize("kind", list(SECRETS))
def test_no_secret_is_tracked(kind: str) -> None:
    """Secrets come from the environment; examples look like examples."""
    found = [name for name, text in texts() if SECRETS[kind].search(text)]

    assert found == []


def test_no_machine_of_ours_is_named() -> None:
    """No file names a folder of somebody's machine."""
    found = [
        f"{name}: {match.group()}"
        for name, text in texts()
        if name != "tests/test_docs.py"
        for match in [SOMEBODYS_FOLDER.search(text)]
        if match
    ]

    assert found == []


def test_packages_come_from_the_public_registries() -> None:
    """The locks name PyPI and npm's registry, no mirror of ours."""
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    found = set(re.findall(r'registry = "([^"]+)"', lock))
    resolved = re.findall(
        r'"resolved": "(https?://[^/]+)/', (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")
    )

    assert found <= REGISTRIES
    assert set(resolved) <= {"https://registry.npmjs.org"}
