"""Rasa without TensorFlow, where nothing in the model needs it.

Rasa 3.6 imports TensorFlow with its list of stock components, whichever a model uses: half of the time that `rasa run`
takes to start and three hundred megabytes. Here a stand-in takes its place in `sys.modules` before Rasa is imported. It
is enough to define Rasa's classes; whoever calls it afterwards is told so by an error, nothing is computed wrongly.

`python -m bot.supervisor.tensorflow_absent …` is `python -m rasa …` that way.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import inspect
import os
import runpy
import sys
import types
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import yaml

from bot.errors import ConfigurationError
from bot.supervisor import model

SWITCH = "GUICHET_TENSORFLOW"
AUTO, ALWAYS = "auto", "always"
TRIED_WITH = "3.6.21"
"""The one release of Rasa whose modules were looked through for what they do with TensorFlow."""
PACKAGES = frozenset({"tensorflow", "keras", "tensorflow_text", "tensorflow_hub", "tensorflow_addons"})
NEEDY = frozenset(
    {
        *("DIETClassifier", "ResponseSelector", "TEDPolicy", "UnexpecTEDIntentPolicy"),
        *("ConveRTFeaturizer", "LanguageModelFeaturizer"),
    }
)
"""The stock components that use TensorFlow; of all others Rasa's own modules only name it."""
OURS = "nlu.components."


class TensorFlowIsAbsent(RuntimeError):
    """Something called TensorFlow in a process that runs without it."""


def leave_out(components: Iterable[str], environ: Mapping[str, str] = os.environ) -> str:
    """Put the stand-in in TensorFlow's place if the environment allows it and no component needs more; else why not.

    Args:
        components: names as in config.yml, or paths of classes as a model has them.
        environ: where the switch stands.

    Raises:
        ConfigurationError: the switch has a value that does not exist.
    """
    wish = environ.get(SWITCH) or AUTO
    if wish not in {AUTO, ALWAYS}:
        raise ConfigurationError(f"{SWITCH}: is {wish!r}, not {AUTO} or {ALWAYS}")
    if wish == ALWAYS:
        return f"{SWITCH} is {ALWAYS}"
    if (version := model.rasa_version()) != TRIED_WITH:
        return f"Rasa is {version}, and this was tried with {TRIED_WITH} alone"
    if needy := sorted({name for name in components if needs(name)}):
        return f"{', '.join(needy)} may need it"
    if PACKAGES & sys.modules.keys():
        return "it is imported already"
    sys.meta_path.insert(0, _Finder())
    return ""


def needs(component: str) -> bool:
    """Whether a component may use TensorFlow: some of Rasa's do, and nobody knows of those that are not ours."""
    path, _, name = component.rpartition(".")
    if path and not path.startswith("rasa."):
        return not component.startswith(OURS)
    return name in NEEDY


def components_of(config: Path) -> list[str]:
    """The names in the pipeline and the policies of a config.yml.

    Raises:
        ConfigurationError: the file cannot be read or is not what Rasa reads.
    """
    try:
        found: Any = yaml.safe_load(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{config}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{config}: is not YAML: {' '.join(str(error).split())}") from error
    # Without a pipeline Rasa chooses one for itself, with all that it has.
    names = []
    for key in ("pipeline", "policies"):
        items = found.get(key) if isinstance(found, dict) else None
        if not isinstance(items, list) or not items:
            return sorted(NEEDY)
        names += [str(item.get("name")) if isinstance(item, dict) else str(item) for item in items]
    return names


class _Anything(type):
    """A name of TensorFlow's: a class to inherit from, to annotate with or to find further names in."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _Anything(name, (), {"__module__": f"{cls.__module__}.{cls.__qualname__}"})
        setattr(cls, name, made)
        return made

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        # A class of Rasa's that inherits from a name is not made either: its base would do nothing.
        if _in_a_function():
            _refuse(f"{cls.__module__}.{cls.__qualname__}")
        # What is called while a module or class is being defined is a decorator, bare or with arguments.
        return arguments[0] if len(arguments) == 1 and inspect.isfunction(arguments[0]) else _as_it_is


class _Module(types.ModuleType):
    """A module in which every name can be found."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _Anything(name, (), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds TensorFlow and what belongs to it, and makes stand-ins of them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def _as_it_is(decorated: Any) -> Any:
    return decorated


def _in_a_function() -> bool:
    """Whether the caller's caller is the body of a function: those of modules and classes have no fast locals."""
    return bool(sys._getframe(2).f_code.co_flags & inspect.CO_OPTIMIZED)


def _refuse(name: str) -> NoReturn:
    raise TensorFlowIsAbsent(
        f"{name} was called, but Rasa runs without TensorFlow here, for no component of the model seemed to need it: "
        f"set {SWITCH}={ALWAYS}"
    )


def main() -> None:
    """Be `rasa` without TensorFlow, for the config.yml of the current folder."""
    # Rasa itself says what is wrong with the file.
    with suppress(ConfigurationError):
        leave_out(components_of(Path("config.yml")))
    sys.argv[0] = "rasa"
    runpy.run_module("rasa", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
