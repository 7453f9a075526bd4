"""Sentence vectors: what means the same lies close together."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import vectors
from bot.nlu.vectors import encode, encode_twice, piece_weights
from bot.packaged import Unavailable


def test_every_text_has_a_vector_of_384_numbers_and_length_one() -> None:
    found = encode(["my bin was missed", "", "🗑️"])
    assert found.shape == (3, 384)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_no_texts_have_no_vectors() -> None:
    assert encode([]).shape == (0, 384)


def test_two_ways_to_say_the_same_are_closer_than_two_different_things() -> None:
    missed, not_emptied, rent = encode(
        ["They missed my bin", "the bin men did not empty my rubbish", "I want to pay my rent"]
    )
    assert missed @ not_emptied > missed @ rent + 0.2


def test_a_vector_does_not_depend_on_its_neighbours_or_its_place() -> None:
    texts = ["a very long sentence about a street light that has been out for three weeks now"] * 3 + ["bin day"]
    together = encode([*texts, "leak"])
    assert np.allclose(together[-1], encode(["leak"])[0], atol=1e-3)
    assert np.allclose(together[3], encode(["bin day"])[0], atol=1e-3)


def test_the_weighted_vector_hears_the_rare_word() -> None:
    texts = ["the bin is full", "the bin is late", "the bin is here", "the tap is loose"]
    both = encode_twice(texts, piece_weights(texts))
    assert both.shape == (4, 768)
    plain, weighted = both[:, :384], both[:, 384:]
    assert weighted[0] @ weighted[1] < plain[0] @ plain[1]


def test_a_missing_model_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "MODEL", ("no_such_package", "model.onnx"))
    with pytest.raises(Unavailable, match=r"no-such-package is not installed.*make install"):
        vectors._checked_model()


def test_a_changed_model_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "changed_model"
    changed.mkdir()
    (changed / "__init__.py").touch()
    (changed / "model.onnx").write_bytes(b"not the model")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(vectors, "MODEL", ("changed_model", "model.onnx"))
    with pytest.raises(Unavailable, match="sha256"):
        vectors._checked_model()
