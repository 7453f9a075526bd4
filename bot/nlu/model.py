"""The intent model itself, without Rasa: learn, predict, save, load."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.nlu.features import Features, Weights
from bot.nlu.neighbours import Neighbours
from bot.nlu.softmax import Blocks, Floats, Softmax, fit, softmax

Classes = npt.NDArray[np.intp]
Example = tuple[str, str]
"""A text and its intent."""


ENOUGH = 2000  # phrases to fit the temperature on


@dataclass(frozen=True)
class Settings:
    """How a model is made. `c` is the inverse of the penalty; `temperature` None means fitted by cross-validation.

    `learn_names`: an intent's name, as words, is one of its phrases.
    """

    c: float = 10.0
    iterations: int = 50
    folds: int = 5
    temperature: float | None = None
    learn_names: bool = True
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True)
class Measured:
    """What the cross-validation on the training phrases found: shares from 0 to 1."""

    phrases: int
    accuracy: float
    confidence: float


@dataclass
class IntentModel:
    """A fitted model. `names` are the intents in the order of the weights' columns."""

    names: list[str]
    features: Features
    neighbours: Neighbours
    weights: Softmax
    temperature: float
    measured: Measured

    def probabilities(self, texts: list[str]) -> Floats:
        """Return float32 [len(texts), len(names)], calibrated; each row adds up to 1."""
        blocks = self.features.of(texts)
        beside = _beside(blocks, self.neighbours.of(blocks), self.features.weights)
        return softmax(self.weights.scores(beside) / np.float32(self.temperature))

    def save(self, folder: Path) -> None:
        """Write the model into `folder` as JSON and plain arrays: nothing in it is code."""
        self.features.save(folder)
        self.neighbours.save(folder)
        np.savez(folder / "weights.npz", sparse=self.weights.sparse, dense=self.weights.dense, bias=self.weights.bias)
        facts = {
            "names": self.names,
            "temperature": self.temperature,
            "weights": asdict(self.features.weights),
            "measured": asdict(self.measured),
        }
        (folder / "model.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Read what `save` wrote. Raises OSError, ValueError or KeyError when it is not all there."""
        facts: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            weights = Softmax(arrays["sparse"], arrays["dense"], arrays["bias"])
        features = Features.load(folder, Weights(**facts["weights"]))
        neighbours, measured = Neighbours.load(folder), Measured(**facts["measured"])
        return cls(facts["names"], features, neighbours, weights, facts["temperature"], measured)


def learn(examples: Sequence[Example], settings: Settings = Settings(), also: Sequence[Example] = ()) -> IntentModel:
    """Return a model of the examples (text, intent), the same for the same input.

    `also` is learnt too, but is no measure of how residents write: the temperature is not fitted on it. Its intents must be
    among those of the examples. Raises ValueError for fewer than two intents.
    """
    names = sorted({intent for _, intent in examples})
    if len(names) < 2:
        raise ValueError(f"An intent model needs two intents or more, not {names}")
    everything = [*examples, *also, *(_names_as_phrases(names) if settings.learn_names else ())]
    number = {name: place for place, name in enumerate(names)}
    classes = np.array([number[intent] for _, intent in everything], dtype=np.intp)
    texts = [text for text, _ in everything]
    features = Features.learn(texts, settings.weights)
    blocks = features.of(texts)
    neighbours, weights = _fit(blocks, classes, len(names), settings)
    temperature, measured = _calibrate(blocks, classes, len(names), len(examples), settings)
    return IntentModel(names, features, neighbours, weights, temperature, measured)


def _names_as_phrases(names: list[str]) -> list[Example]:
    """Return the names of two words or more, as words: `report_missed_bin` says what it means, which `affirm` does not."""
    return [(name.replace("_", " "), name) for name in names if "_" in name]


def _fit(blocks: Blocks, classes: Classes, k: int, settings: Settings) -> tuple[Neighbours, Softmax]:
    neighbours = Neighbours.learn(blocks, classes, k)
    beside = _beside(blocks, neighbours.among(blocks, classes), settings.weights)
    return neighbours, fit(beside, classes, k, c=settings.c, iterations=settings.iterations)


def _beside(blocks: Blocks, nearness: Floats, weights: Weights) -> Blocks:
    return Blocks(blocks.sparse, np.hstack([blocks.dense, nearness * np.float32(weights.neighbours)]))


def _calibrate(blocks: Blocks, classes: Classes, k: int, n: int, settings: Settings) -> tuple[float, Measured]:
    """Fit the temperature on phrases that the weights had not seen: one number, by cross-validation on the first `n`.

    It stops when enough phrases are judged: one number needs no more, and each fold takes as long as the model itself.
    """
    # Here, because serving imports this module too, and has no use for 20 MB of scikit-learn.
    from sklearn.model_selection import StratifiedKFold

    asked, also = classes[:n], np.arange(n, len(classes))
    folds = min(settings.folds, int(np.bincount(asked, minlength=k).min()))
    if folds < 2:
        return settings.temperature or 1.0, Measured(n, 0.0, 0.0)
    scores: list[Floats] = []
    judged: list[Classes] = []
    for kept, left in StratifiedKFold(folds, shuffle=True, random_state=7).split(np.zeros(n), asked):
        learnt = np.concatenate([kept, also])
        neighbours, part = _fit(blocks.rows(learnt), classes[learnt], k, settings)
        asking = blocks.rows(left)
        scores.append(part.scores(_beside(asking, neighbours.of(asking), settings.weights)))
        judged.append(asked[left])
        if sum(map(len, judged)) >= ENOUGH:
            break
    found, right = np.concatenate(scores), np.concatenate(judged)
    temperature = settings.temperature or best_temperature(found, right)
    likely = softmax(found / np.float32(temperature))
    accuracy = float((likely.argmax(axis=1) == right).mean())
    return temperature, Measured(len(right), accuracy, float(likely.max(axis=1).mean()))


def best_temperature(scores: Floats, classes: Classes) -> float:
    """Return the temperature between a quarter and 4 under which the right classes are likeliest."""
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(classes))

    def surprise(log_temperature: float) -> float:
        likely = softmax(scores / np.float32(np.exp(log_temperature)))
        return -float(np.log(np.maximum(likely[rows, classes], 1e-30)).mean())

    found = minimize_scalar(surprise, bounds=(np.log(0.25), np.log(4.0)), method="bounded")
    return float(np.exp(found.x))
