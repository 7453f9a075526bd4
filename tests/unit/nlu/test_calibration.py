"""Expected calibration error: the figure, by hand and by its properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calibration import BINS, calibration_error, measured, reliability


def test_the_error_is_that_worked_out_by_hand() -> None:
    answers = [(0.9, True), (0.92, False), (0.3, False), (1.0, True)]
    bins = {(round(one.low, 3), one.messages): one for one in reliability(answers) if one.messages}
    assert set(bins) == {(0.867, 2), (0.267, 1), (0.933, 1)}
    assert bins[0.867, 2].confidence == pytest.approx(0.91)
    assert bins[0.867, 2].accuracy == 0.5
    assert calibration_error(reliability(answers)) == pytest.approx((2 * 0.41 + 0.3 + 0.0) / 4)


def test_a_confidence_on_the_border_of_two_bins_belongs_to_the_lower_one() -> None:
    assert [one.messages for one in reliability([(0.0, False), (1 / BINS, True), (1.0, True)])] == [2, *[0] * 13, 1]


def test_without_messages_there_is_no_error() -> None:
    assert calibration_error(reliability([])) == 0.0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_every_message_is_in_one_bin_and_the_error_is_a_share(answers: list[tuple[float, bool]]) -> None:
    bins = reliability(answers)
    assert sum(one.messages for one in bins) == len(answers)
    assert all(one.low <= one.confidence <= one.high + 1e-9 for one in bins if one.messages)
    assert 0.0 <= calibration_error(bins) <= 1.0


def test_the_report_has_the_error_and_the_bins_as_plain_data() -> None:
    report = measured([(0.5, True)])
    assert report["expected_calibration_error"] == pytest.approx(0.5)
    assert isinstance(report["reliability"], list) and len(report["reliability"]) == BINS
