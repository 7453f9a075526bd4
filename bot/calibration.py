"""Whether confidences are what they say: of messages that are understood with 0.8, four in five should be right."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

BINS = 15


@dataclass(frozen=True)
class Bin:
    """The messages whose confidence is in (`low`, `high`]; the first bin has 0 too. Shares are 0 when it is empty."""

    low: float
    high: float
    messages: int
    confidence: float
    accuracy: float


def reliability(answers: Iterable[tuple[float, bool]]) -> list[Bin]:
    """Return 15 bins of equal width for (confidence from 0 to 1, whether it was right), lowest first."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in answers:
        place = next(place for place in range(BINS) if confidence <= (place + 1) / BINS or place == BINS - 1)
        held[place].append((confidence, right))
    return [_bin(place, found) for place, found in enumerate(held)]


def _bin(place: int, found: list[tuple[float, bool]]) -> Bin:
    count = max(1, len(found))
    confidence = sum(confidence for confidence, _ in found) / count
    accuracy = sum(right for _, right in found) / count
    return Bin(place / BINS, (place + 1) / BINS, len(found), confidence, accuracy)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: the mean distance of confidence and accuracy, each bin by its messages.

    Guo et al., On calibration of modern neural networks, 2017. 0 without messages.
    """
    messages = sum(one.messages for one in bins)
    return sum(one.messages * abs(one.accuracy - one.confidence) for one in bins) / messages if messages else 0.0


def measured(answers: Iterable[tuple[float, bool]]) -> dict[str, object]:
    """Return both as plain data: `expected_calibration_error`, and `reliability` with the bins."""
    bins = reliability(answers)
    return {"expected_calibration_error": calibration_error(bins), "reliability": [asdict(one) for one in bins]}
