"""How near a message lies to the phrases that were learnt, intent by intent.

A linear model weighs words; this compares whole phrases: for each intent the logarithm of the sum, over its phrases, of
exp(SHARPNESS * (likeness - 1)). The likeness is that of the sentence vectors and, for a part, that of the words and letters.
When it is learnt, each phrase is compared with the others only, so that the linear model learns how far to trust it.
+2 points on our own phrases in cross-validation (74.3 to 76.4 %), +1 to 2 on phrases of people who had seen none of them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from bot.nlu.softmax import Blocks, Floats

SHARPNESS = 23.0  # 14 to 35: no difference beyond chance
LETTERS = 0.3  # the share of words and letters in the likeness; the vectors have the rest
DIRECTIONS = 128  # of the vectors, the most telling: a sixth of the time of all 768
TELLING = 16  # n-grams of a learnt phrase, the heaviest: a fifth of the time of all of them
CHUNK = 500
NEVER = 1e-12


@dataclass(frozen=True)
class Neighbours:
    """The learnt phrases in the order of their intents: `dense` [n, DIRECTIONS], `sparse` [grams, n], `first` [k]."""

    directions: Floats
    dense: Floats
    sparse: csr_matrix
    first: npt.NDArray[np.intp]

    @classmethod
    def learn(cls, blocks: Blocks, classes: npt.NDArray[np.intp], k: int) -> "Neighbours":
        """Return the neighbours of `blocks`, whose class numbers in [0, k) are `classes`; each class has a phrase."""
        order = np.argsort(classes, kind="stable")
        in_order = blocks.rows(order)
        directions = _directions(in_order.dense)
        first = np.searchsorted(classes[order], np.arange(k)).astype(np.intp)
        return cls(directions, in_order.dense @ directions, _telling(in_order.sparse).T.tocsr(), first)

    def of(self, blocks: Blocks) -> Floats:
        """Return float32 [len(blocks), k]: for each intent the nearness above the message's mean over all intents."""
        return self._nearness(blocks, None)

    def among(self, blocks: Blocks, classes: npt.NDArray[np.intp]) -> Floats:
        """Return the same for the very phrases that were learnt, in the order they had there, each without itself."""
        place = np.empty(len(classes), dtype=np.intp)
        place[np.argsort(classes, kind="stable")] = np.arange(len(classes))
        return self._nearness(blocks, place)

    def _nearness(self, blocks: Blocks, itself: npt.NDArray[np.intp] | None) -> Floats:
        turned = blocks.dense @ self.directions
        found = np.empty((len(turned), len(self.first)), dtype=np.float32)
        for start in range(0, len(turned), CHUNK):
            rows = slice(start, min(start + CHUNK, len(turned)))
            like = turned[rows] @ self.dense.T * np.float32((1 - LETTERS) / 2)
            shared = blocks.sparse[rows] @ self.sparse
            like += shared.toarray() * np.float32(LETTERS / 2)
            near = np.exp((like - 1) * np.float32(SHARPNESS))
            if itself is not None:
                near[np.arange(len(near)), itself[rows]] = 0
            found[rows] = np.log(np.add.reduceat(near, self.first, axis=1) + NEVER)
        centred: Floats = found - found.mean(axis=1, keepdims=True)
        return centred

    def save(self, folder: Path) -> None:
        """Write the phrases' numbers into `folder` as plain arrays."""
        grams = {"data": self.sparse.data, "indices": self.sparse.indices, "indptr": self.sparse.indptr}
        np.savez(folder / "neighbours.npz", directions=self.directions, dense=self.dense, first=self.first, **grams)

    @classmethod
    def load(cls, folder: Path) -> "Neighbours":
        """Read what `save` wrote. Raises OSError, ValueError or KeyError when the files are not all there."""
        with np.load(folder / "neighbours.npz", allow_pickle=False) as arrays:
            dense = arrays["dense"]
            shape = (len(arrays["indptr"]) - 1, len(dense))
            grams = csr_matrix((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape)
            return cls(arrays["directions"], dense, grams, arrays["first"])


def _directions(dense: Floats) -> Floats:
    """Return float32 [d, DIRECTIONS]: the directions in which the rows of `dense` [n, d] differ most from nought."""
    _, vectors = np.linalg.eigh((dense.T @ dense).astype(np.float64))
    return np.ascontiguousarray(vectors[:, ::-1][:, :DIRECTIONS]).astype(np.float32)


def _telling(grams: csr_matrix) -> csr_matrix:
    """Return a copy of `grams` [n, grams] with the TELLING heaviest of each row, and those as heavy as the last of them."""
    kept = grams.copy()
    for row in range(len(kept.indptr) - 1):
        values = kept.data[kept.indptr[row] : kept.indptr[row + 1]]
        if len(values) > TELLING:
            values[values < np.partition(values, -TELLING)[-TELLING]] = 0
    kept.eliminate_zeros()
    return kept
