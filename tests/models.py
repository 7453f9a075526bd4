"""The trained model, for tests of what is understood that need nothing else of Rasa."""

import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path

from bot.evaluate import newest_model
from bot.nlu.model import IntentModel


@lru_cache(maxsize=1)
def newest_intent_model() -> IntentModel:
    """Return the intent model of the newest archive in models/. Raises CannotEvaluate when there is none."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(newest_model()) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member) if "IntentClassifier" in member.name else None
            if content:
                (Path(folder) / Path(member.name).name).write_bytes(content.read())
        return IntentModel.load(Path(folder))
