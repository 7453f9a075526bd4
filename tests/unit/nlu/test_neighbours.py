"""How near a message is to the phrases that were learnt."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.features import Features, Weights
from bot.nlu.neighbours import Neighbours
from bot.nlu.softmax import Blocks

PHRASES = [
    ("when is my bin collected", 0),
    ("what day do the bins go out", 0),
    ("bin day please", 0),
    ("i want to pay my rent", 1),
    ("pay the rent for my flat", 1),
    ("rent payment", 1),
]
TEXTS = [text for text, _ in PHRASES]
CLASSES = np.array([intent for _, intent in PHRASES], dtype=np.intp)


@pytest.fixture(scope="module")
def features() -> Features:
    """Features that know the phrases."""
    return Features.learn(TEXTS, Weights())


@pytest.fixture(scope="module")
def learnt(features: Features) -> Neighbours:
    """The neighbours of the phrases."""
    return Neighbours.learn(features.of(TEXTS), CLASSES, 2)


def test_a_message_is_nearest_to_the_intent_whose_phrases_it_is_like(features: Features, learnt: Neighbours) -> None:
    near = learnt.of(features.of(["which day is bin day", "paying rent"]))
    assert near.argmax(axis=1).tolist() == [0, 1]


def test_nearness_is_told_above_the_mean_of_all_intents(features: Features, learnt: Neighbours) -> None:
    near = learnt.of(features.of(["which day is bin day", "hello there"]))
    assert np.allclose(near.mean(axis=1), 0, atol=1e-4)


def test_a_learnt_phrase_is_compared_with_the_others_only(features: Features) -> None:
    alone = ["zebra crossing paint", *TEXTS[3:]]
    classes = np.array([0, 1, 1, 1], dtype=np.intp)
    blocks = features.of(alone)
    learnt = Neighbours.learn(blocks, classes, 2)
    # With itself it would be surely of its own intent; without itself nothing there is like it.
    assert learnt.of(blocks)[0].argmax() == 0
    assert learnt.among(blocks, classes)[0].argmax() == 1


def test_the_order_in_which_phrases_are_learnt_does_not_matter(features: Features, learnt: Neighbours) -> None:
    turned = np.arange(len(TEXTS))[::-1]
    blocks = features.of(TEXTS)
    other = Neighbours.learn(blocks.rows(turned), CLASSES[turned], 2)
    assert np.allclose(other.among(blocks.rows(turned), CLASSES[turned])[::-1], learnt.among(blocks, CLASSES), atol=1e-3)
    message: Blocks = features.of(["bins tomorrow"])
    assert np.allclose(other.of(message), learnt.of(message), atol=1e-3)


def test_what_is_saved_comes_back_the_same(features: Features, learnt: Neighbours, tmp_path: Path) -> None:
    learnt.save(tmp_path)
    message = features.of(["is it bin day"])
    assert np.array_equal(Neighbours.load(tmp_path).of(message), learnt.of(message))
