"""The two Rasa components, with Rasa's own storage, messages and training data."""

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.classifier import IntentClassifier
from bot.nlu.entities import EntityRuler
from tests.unit.nlu.test_model import EXAMPLES

RESOURCE = Resource("classifier")
CONTEXT = ExecutionContext(GraphSchema({}))


def _settings(**changed: Any) -> dict[str, Any]:
    return {**IntentClassifier.get_default_config(), **changed}


def _examples(*more: tuple[str, str]) -> TrainingData:
    return TrainingData([Message.build(text=text, intent=intent) for text, intent in (*EXAMPLES, *more)])


def _said(component: IntentClassifier, text: str) -> dict[str, Any]:
    (message,) = component.process([Message(data={"text": text})])
    return message.as_dict(only_output_properties=True)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    folder: Path = tmp_path_factory.mktemp("storage")
    storage = LocalModelStorage.create(folder)
    IntentClassifier.create(_settings(), storage, RESOURCE, CONTEXT).train(_examples())
    return storage


@pytest.fixture(scope="module")
def loaded(storage: LocalModelStorage) -> IntentClassifier:
    return IntentClassifier.load(_settings(), storage, RESOURCE, CONTEXT)


def test_a_loaded_component_says_what_the_trained_one_said(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    trained = IntentClassifier.create(_settings(), storage, RESOURCE, CONTEXT)
    trained.train(_examples())
    loaded = IntentClassifier.load(_settings(), storage, RESOURCE, CONTEXT)
    for text in ("missed bin", "paying rent", "tap drips", "hello there"):
        after, before = _said(loaded, text)["intent"], _said(trained, text)["intent"]
        assert after["name"] == before["name"]
        assert after["confidence"] == pytest.approx(before["confidence"], abs=1e-6)


def test_the_intent_is_the_first_of_the_ranking(loaded: IntentClassifier) -> None:
    said = _said(loaded, "you missed my bin again")
    assert said["intent"]["name"] == "bins"
    assert said["intent"] == said["intent_ranking"][0]
    assert [one["name"] for one in said["intent_ranking"]] == [
        one["name"] for one in sorted(said["intent_ranking"], key=lambda one: -one["confidence"])
    ]
    assert sum(one["confidence"] for one in said["intent_ranking"]) == pytest.approx(1, abs=1e-5)


def test_the_ranking_has_ten_at_most(tmp_path: Path) -> None:
    more = [(f"{word} {way}", word) for word in "abcdefghijkl" for way in ("please", "now")]
    storage = LocalModelStorage.create(tmp_path)
    component = IntentClassifier.create(_settings(), storage, RESOURCE, CONTEXT)
    component.train(_examples(*more))
    assert len(_said(component, "bin")["intent_ranking"]) == 10


@pytest.mark.parametrize("text", ["", "  \n "])
def test_a_message_without_words_has_no_intent(loaded: IntentClassifier, text: str) -> None:
    assert _said(loaded, text)["intent"] == {"name": None, "confidence": 0.0}


def test_several_messages_at_once_are_each_understood(loaded: IntentClassifier) -> None:
    messages = loaded.process([Message(data={"text": text}) for text in ("missed bin", "", "pay rent")])
    assert [message.get("intent")["name"] for message in messages] == ["bins", None, "rent"]


def test_out_of_scope_may_win_from_its_threshold_on(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    strange = [
        ("what is the weather", "out_of_scope"),
        ("tell me a joke", "out_of_scope"),
        ("who won the football", "out_of_scope"),
    ]
    IntentClassifier.create(_settings(), storage, RESOURCE, CONTEXT).train(_examples(*strange))
    eager = IntentClassifier.load(_settings(out_of_scope_threshold=0.0), storage, RESOURCE, CONTEXT)
    calm = IntentClassifier.load(_settings(), storage, RESOURCE, CONTEXT)
    assert _said(eager, "you missed my bin")["intent"]["name"] == "out_of_scope"
    assert _said(calm, "you missed my bin")["intent"]["name"] == "bins"


def test_rasas_cache_is_told_of_what_is_learnt_beside_the_phrases() -> None:
    assert IntentClassifier.fingerprint_addon(_settings()) is None
    assert "sofa" in (IntentClassifier.fingerprint_addon(_settings(learn_from_content=True)) or "")


def test_a_storage_without_the_model_does_not_load(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="classifier"):
        IntentClassifier.load(_settings(), LocalModelStorage.create(tmp_path), RESOURCE, CONTEXT)


def test_the_ruler_adds_to_the_entities_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOW", "2026-11-24T20:00:00+00:00")
    ruler = EntityRuler.create({}, LocalModelStorage.create(tmp_path), RESOURCE, CONTEXT)
    message = Message(
        data={"text": "tomorrow at AZ1 2BB", "entities": [{"entity": "name", "value": "x", "start": 0, "end": 1}]}
    )
    (message,) = ruler.process([message])
    said = message.as_dict(only_output_properties=True)
    assert [(one["entity"], one["value"]) for one in said["entities"]] == [
        ("name", "x"),
        ("date", "2026-11-25"),
        ("postcode", "AZ1 2BB"),
    ]


def test_the_ruler_leaves_a_message_without_words_alone(tmp_path: Path) -> None:
    ruler = EntityRuler.create({}, LocalModelStorage.create(tmp_path), RESOURCE, CONTEXT)
    (message,) = ruler.process([Message(data={"text": ""})])
    assert message.get("entities") is None
