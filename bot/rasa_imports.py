"""What Rasa 3.6.21 imports and an assistant that only serves never uses: put off until it is used, which is never.

Importing Rasa's agent imports TensorFlow (through one helper for training), scikit-learn, dask, boto3, pymongo, apscheduler
and fifteen channels with their libraries. Without them the assistant starts with 6.6 s of processor time instead of 15.7 s,
and takes 429 MB instead of 805 (`tests/unit/test_rasa_imports.py` says what must not be there). Nothing is taken away: a
module below is a stand-in that imports the real one as soon as anything in it is asked for.

`put_off()` is called once, by the command that serves, before Rasa is imported. Training imports everything.
"""

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

# The module, and the functions and classes that Rasa imports from it by name.
LATER: dict[str, tuple[str, ...]] = {
    # The helpers for training: TensorFlow, 12 of 16 seconds.
    "rasa.utils.train_utils": (),
    # `rasa test`: scikit-learn's scores and matplotlib.
    "rasa.core.test": (),
    # Checks a configuration before training; the archive of a model names it.
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
    # Splits training data.
    "sklearn.model_selection": ("train_test_split",),
    # `rasa shell`: prompts, telemetry, the readers of training data.
    "rasa.cli.utils": (),
    # Reminders, which we don't have.
    "rasa.core.jobs": (),
    # Runs a graph on a cluster; `bot.graph_runner` runs ours.
    "dask": (),
    # Tracker stores that are not ours.
    "boto3.dynamodb.conditions": ("Key",),
    "pymongo.collection": ("Collection",),
}
CHANNELS = "rasa.core.channels"
CHANNEL_NAMES = ("InputChannel", "OutputChannel", "UserMessage", "CollectingOutputChannel")


class Later(ModuleType):
    """A stand-in for a module, which is imported when anything in it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.arrive(), name)

    def arrive(self) -> ModuleType:
        """Import the real module, in the place of this one, and return it."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return importlib.import_module(self.__name__)


def put_off() -> None:
    """Put the stand-ins in place. Raises RuntimeError when Rasa's agent is there already: then it is too late."""
    if "rasa.core.agent" in sys.modules:
        raise RuntimeError("put_off() comes before Rasa is imported")
    for name, parts in LATER.items():
        stand_in = _stand_in(name)
        for part in parts:
            setattr(stand_in, part, _part(stand_in, part))
    _put_off_channels()


def _put_off_channels() -> None:
    """Give Rasa's package of channels without its fifteen channels: only the module that all of them, and ours, build on."""
    package = _stand_in(CHANNELS)
    spec = importlib.util.find_spec("rasa")
    assert spec is not None and spec.origin is not None
    package.__path__ = [str(Path(spec.origin).parent / "core" / "channels")]
    base = importlib.import_module(f"{CHANNELS}.channel")
    for name in CHANNEL_NAMES:
        setattr(package, name, getattr(base, name))


def _stand_in(name: str) -> Later:
    stand_in = Later(name)
    stand_in.__spec__ = ModuleSpec(name, None)
    sys.modules[name] = stand_in
    parent, _, leaf = name.rpartition(".")
    if parent.startswith("rasa"):
        setattr(importlib.import_module(parent), leaf, stand_in)
    return stand_in


def _part(module: Later, name: str) -> type:
    """Return what stands for a function or a class: a call of it is a call of the real one."""

    def call(cls: type, *args: Any, **kwargs: Any) -> Any:
        return getattr(module.arrive(), name)(*args, **kwargs)

    return type(name, (), {"__new__": call, "__module__": module.__name__})
