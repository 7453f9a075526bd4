"""The intent of a message: a Rasa component around `bot.nlu.model`."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier as RasaIntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.features import Weights
from bot.nlu.model import IntentModel, Settings, learn
from bot.nlu.softmax import Floats
from bot.nlu.taught import taught
from bot.nlu.wishes import WISHES, as_json, find_wishes

logger = logging.getLogger(__name__)

RANKING_LENGTH = 10
OUT_OF_SCOPE = "out_of_scope"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent, RasaIntentClassifier):
    """Sets a message's intent and its ranking of ten, with calibrated confidences.

    It never rewrites a doubtful intent to a fallback: what to do in doubt is the conversation engine's to decide, by the
    thresholds in data/understanding.yml.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings and their defaults; `bot.nlu.model.Settings` says what they mean.

        learn_from_content: also learn what `bot.nlu.taught` reads.
        out_of_scope_threshold: from this probability on, `out_of_scope` is the intent even when another is likelier; None
        leaves it to the likeliest.
        """
        return {
            "C": 10.0,
            "iterations": 50,
            "temperature": None,
            "weights": {"words": 1.0, "letters": 1.0, "vectors": 1.0, "neighbours": 0.08},
            "learn_names": True,
            "learn_from_content": False,
            "out_of_scope_threshold": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        """Return a component that is yet to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        """Return the trained component. Raises when the model archive does not hold it: without it nothing is understood."""
        with model_storage.read_from(resource) as folder:
            model = IntentModel.load(folder)
        model.probabilities(["hello"])  # the first message must not wait for the vectors to load
        return cls(config, model_storage, resource, model)

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        """Keep the parts. `config` is laid over the defaults."""
        self.config = {**self.get_default_config(), **config}
        self._storage = model_storage
        self._resource = resource
        self.model = model

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples that have an intent and a text, and keep the model in the storage."""
        found = ((example.get(TEXT), example.get(INTENT)) for example in training_data.intent_examples)
        examples = [(str(text), str(intent)) for text, intent in found if text and intent]
        known = {intent for _, intent in examples}
        also = [(text, intent) for text, intent in taught() if intent in known] if self.config["learn_from_content"] else []
        self.model = learn(examples, self._settings(), also)
        measured = self.model.measured
        logger.info(
            "Learnt %d intents from %d phrases; of %d others %.1f %% right, temperature %.2f",
            len(self.model.names),
            len(examples),
            measured.phrases,
            100 * measured.accuracy,
            self.model.temperature,
        )
        with self._storage.write_to(self._resource) as folder:
            self.model.save(folder)
        return self._resource

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Tell Rasa's cache what is learnt from beside the training data, so that a change there trains anew."""
        return repr(taught()) if config.get("learn_from_content") else None

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` of each message, and `wishes` where there are several (`bot.nlu.wishes`).

        A message without words gets no intent and confidence 0.
        """
        with_words = [message for message in messages if (message.get(TEXT) or "").strip()]
        for message in messages:
            self._set(message, [])
        if with_words and self.model:
            likely = self.model.probabilities([str(message.get(TEXT)) for message in with_words])
            for message, row in zip(with_words, likely):
                self._set(message, self._ranked(self.model.names, row))
                self._set_wishes(message, self.model, row)
        return messages

    def _set_wishes(self, message: Message, model: IntentModel, row: Floats) -> None:
        text = str(message.get(TEXT))

        def shares_of(texts: list[str]) -> list[dict[str, float]]:
            return [dict(zip(model.names, found.tolist())) for found in model.probabilities(texts)]

        wishes = find_wishes(text, dict(zip(model.names, row.tolist())), shares_of)
        if wishes:
            message.set(WISHES, as_json(wishes, text), add_to_output=True)

    def _ranked(self, names: list[str], row: Floats) -> list[dict[str, Any]]:
        order = [int(place) for place in np.argsort(-row, kind="stable")]
        threshold = self.config["out_of_scope_threshold"]
        if threshold is not None and OUT_OF_SCOPE in names:
            place = names.index(OUT_OF_SCOPE)
            if row[place] >= threshold:
                order = [place, *(other for other in order if other != place)]
        return [
            {INTENT_NAME_KEY: names[place], PREDICTED_CONFIDENCE_KEY: float(row[place])} for place in order[:RANKING_LENGTH]
        ]

    def _set(self, message: Message, ranking: list[dict[str, Any]]) -> None:
        nothing = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
        message.set(INTENT, ranking[0] if ranking else nothing, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _settings(self) -> Settings:
        return Settings(
            c=float(self.config["C"]),
            iterations=int(self.config["iterations"]),
            temperature=self.config["temperature"],
            learn_names=bool(self.config["learn_names"]),
            weights=Weights(**self.config["weights"]),
        )
