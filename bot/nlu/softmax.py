"""Multinomial logistic regression over a sparse and a dense block.

scikit-learn's needs both blocks in one sparse matrix: 121 s on BANKING77, where this takes 9 s with the same accuracy.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Blocks:
    """The features of n sentences: `sparse` [n, s] n-grams and `dense` [n, d] vectors, both float32."""

    sparse: csr_matrix
    dense: Floats

    def rows(self, chosen: npt.NDArray[np.intp]) -> "Blocks":
        """Return the chosen sentences in the order given."""
        return Blocks(self.sparse[chosen], self.dense[chosen])


@dataclass(frozen=True)
class Softmax:
    """Fitted weights for k classes: `sparse` [s, k], `dense` [d, k], `bias` [k], all float32."""

    sparse: Floats
    dense: Floats
    bias: Floats

    def scores(self, blocks: Blocks) -> Floats:
        """Return the log-odds [n, k], before any temperature."""
        found: Floats = blocks.sparse @ self.sparse + blocks.dense @ self.dense + self.bias
        return found


def fit(blocks: Blocks, classes: npt.NDArray[np.intp], k: int, *, c: float, iterations: int) -> Softmax:
    """Return the weights that minimise c * cross-entropy + half the squared norm (the bias is not shrunk).

    `classes` holds a class number in [0, k) for each sentence. It stops at `iterations`: that many are enough for the
    accuracy, and stopping early costs only some sharpness, which the temperature puts right.
    """
    sizes = (blocks.sparse.shape[1], blocks.dense.shape[1])
    turned = blocks.sparse.T.tocsr()
    each = np.arange(len(classes))

    def cost(table: Floats) -> tuple[float, Floats]:
        likely = softmax(_split(table, sizes).scores(blocks))
        loss = -float(np.log(np.maximum(likely[each, classes], 1e-30)).sum(dtype=np.float64))
        likely[each, classes] -= 1.0
        slope = np.concatenate([turned @ likely, blocks.dense.T @ likely, likely.sum(axis=0, keepdims=True)])
        slope *= np.float32(c)
        slope[:-1] += table[:-1]
        return c * loss + 0.5 * _dot(table[:-1], table[:-1]), slope

    return _split(lowest(cost, np.zeros((sum(sizes) + 1, k), dtype=np.float32), iterations), sizes)


def lowest(cost: Callable[[Floats], tuple[float, Floats]], start: Floats, iterations: int, memory: int = 8) -> Floats:
    """Return where `cost` (value, slope) is lowest, by L-BFGS in single precision (Nocedal and Wright, algorithm 7.5).

    For smooth convex costs. SciPy's works in double precision with bounds that we don't have: twice the time here.
    """
    at, (value, slope) = start, cost(start)
    past: deque[tuple[Floats, Floats, float]] = deque(maxlen=memory)
    for _ in range(iterations):
        way = _direction(slope, past)
        downhill = _dot(way, slope)
        step = 1.0 if past else min(1.0, 1.0 / float(np.abs(slope).sum() + 1e-12) * at.size**0.5)
        for _ in range(20):
            tried = at + np.float32(step) * way
            new_value, new_slope = cost(tried)
            if new_value <= value + 1e-4 * step * downhill:
                break
            step *= 0.5
        else:
            return at  # single precision has no lower point to offer
        moved, turned = tried - at, new_slope - slope
        curve = _dot(moved, turned)
        if curve > 1e-10:
            past.append((moved, turned, 1.0 / curve))
        small = value - new_value < 1e-7 * abs(value)
        at, value, slope = tried, new_value, new_slope
        if small:
            break
    return at


def _direction(slope: Floats, past: "deque[tuple[Floats, Floats, float]]") -> Floats:
    way = -slope
    kept = []
    for moved, turned, inverse in reversed(past):
        share = inverse * _dot(moved, way)
        way -= np.float32(share) * turned
        kept.append(share)
    if past:
        moved, turned, inverse = past[-1]
        way *= np.float32(1.0 / (inverse * _dot(turned, turned)))
    for (moved, turned, inverse), share in zip(past, reversed(kept)):
        way += np.float32(share - inverse * _dot(turned, way)) * moved
    return way


def _dot(a: Floats, b: Floats) -> float:
    return float(np.vdot(a, b))


def softmax(scores: Floats) -> Floats:
    """Return the probabilities [n, k] of log-odds [n, k]."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Floats = raised / raised.sum(axis=1, keepdims=True)
    return found


def _split(table: Floats, sizes: tuple[int, int]) -> Softmax:
    sparse, dense = sizes
    return Softmax(table[:sparse], table[sparse : sparse + dense], table[-1])
