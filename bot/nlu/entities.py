"""The entities of a message, by rules: a Rasa component over a blank spaCy pipeline, patterns and data/vocabulary.yml."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.clock import today
from bot.nlu.ruler import EXTRACTOR, find_entities
from bot.nlu.wishes import WISHES, share_out


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityRuler(GraphComponent):
    """Adds entities to each message. Nothing is trained: the vocabulary is read when the model is loaded."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityRuler:
        """Build the matchers, so that the first message does not wait for them."""
        find_entities("", today())
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message's text, in the order of the text, to those it has, and to the wishes in it."""
        day = today()
        for message in messages:
            text = message.get(TEXT)
            if text:
                found = find_entities(text, day)
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
                share_out(message.get(WISHES, []), found)
        return messages


__all__ = ["EXTRACTOR", "EntityRuler"]
