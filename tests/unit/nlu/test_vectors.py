"""Sentence vectors: what means the same lies close together."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import quantised
from bot.nlu.vectors import FILE, Encoder
from bot.packaged import Unavailable


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.make()


def plain(encoder: Encoder, texts: list[str]) -> np.ndarray:
    return encoder.encode(texts, encoder.piece_weights(texts))[:, :384]


def test_every_text_has_two_vectors_of_384_numbers_and_length_one(encoder: Encoder) -> None:
    texts = ["my bin was missed", "", "🗑️"]
    found = encoder.encode(texts, encoder.piece_weights(texts))
    assert found.shape == (3, 768)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found.reshape(6, 384), axis=1), 1, atol=1e-5)


def test_no_texts_have_no_vectors(encoder: Encoder) -> None:
    assert plain(encoder, []).shape == (0, 384)


def test_two_ways_to_say_the_same_are_closer_than_two_different_things(encoder: Encoder) -> None:
    missed, not_emptied, rent = plain(
        encoder, ["They missed my bin", "the bin men did not empty my rubbish", "I want to pay my rent"]
    )
    assert missed @ not_emptied > missed @ rent + 0.2


def test_a_vector_does_not_depend_on_its_neighbours_or_its_place(encoder: Encoder) -> None:
    texts = ["a very long sentence about a street light that has been out for three weeks now"] * 3 + ["bin day", "leak"]
    together = plain(encoder, texts)
    assert np.array_equal(together[-1], plain(encoder, ["leak"])[0])
    assert np.array_equal(together[3], plain(encoder, ["bin day"])[0])


def test_the_weighted_vector_hears_the_rare_word(encoder: Encoder) -> None:
    texts = ["the bin is full", "the bin is late", "the bin is here", "the tap is loose"]
    both = encoder.encode(texts, encoder.piece_weights(texts))
    unweighted, weighted = both[:, :384], both[:, 384:]
    assert weighted[0] @ weighted[1] < unweighted[0] @ unweighted[1]


def test_a_saved_encoder_says_the_same_and_can_be_saved_again(encoder: Encoder, tmp_path: Path) -> None:
    encoder.save(tmp_path)
    loaded = Encoder.load(tmp_path)
    assert np.array_equal(plain(loaded, ["bin day"]), plain(encoder, ["bin day"]))
    again = tmp_path / "again"
    again.mkdir()
    loaded.save(again)
    assert (again / FILE).read_bytes() == (tmp_path / FILE).read_bytes()


def test_vectors_in_int8_point_where_those_of_the_package_do(encoder: Encoder) -> None:
    """0.98 and more, where two ways to say the same have 0.7: nothing that is told apart gets mixed up."""
    import onnxruntime

    source = onnxruntime.InferenceSession(quantised.source(), providers=["CPUExecutionProvider"])
    for text in ("my bin was missed", "there is a big pothole by the school", "i smell gas in the kitchen"):
        ids = np.array([encoder.ids(text)], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        exact = source.run(["last_hidden_state"], feed)[0][0].mean(axis=0)
        assert plain(encoder, [text])[0] @ exact / np.linalg.norm(exact) > 0.98


def test_a_missing_model_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantised, "MODEL", ("no_such_package", "model.onnx"))
    with pytest.raises(Unavailable, match=r"no-such-package is not installed.*make install"):
        quantised.source()


def test_a_changed_model_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "changed_model"
    changed.mkdir()
    (changed / "__init__.py").touch()
    (changed / "model.onnx").write_bytes(b"not the model")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(quantised, "MODEL", ("changed_model", "model.onnx"))
    with pytest.raises(Unavailable, match="sha256"):
        quantised.source()
