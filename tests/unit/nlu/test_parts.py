"""Where a message is cut."""

import time

import pytest

from bot.nlu.parts import ADDS, JOINS, MOST_PARTS, NOTHING, STOPS, cut, wish_words


def pieces(text: str) -> list[str]:
    return [part.of(text) for part in cut(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("you missed my bin. how do I pay my rent?", ["you missed my bin.", "how do I pay my rent?"]),
        ("you missed my bin\nhow do I pay my rent", ["you missed my bin", "how do I pay my rent"]),
        ("you missed my bin and the tap drips", ["you missed my bin", "the tap drips"]),
        ("you missed my bin, the tap drips", ["you missed my bin", "the tap drips"]),
        ("you missed my bin & the tap drips", ["you missed my bin", "the tap drips"]),
        ("you missed my bin, and also: the tap drips", ["you missed my bin", "the tap drips"]),
        ("you missed my bin oh and the tap drips", ["you missed my bin", "the tap drips"]),
        ("you missed my bin btw the tap drips", ["you missed my bin", "the tap drips"]),
        ("you missed my bin. While I’m here, the tap drips", ["you missed my bin.", "the tap drips"]),
        ("you missed my bin Plus the tap drips", ["you missed my bin", "the tap drips"]),
        ("you missed my bin, another thing, the tap drips", ["you missed my bin", "the tap drips"]),
        ("you missed my black bin how do I pay my rent", ["you missed my black bin", "how do I pay my rent"]),
        ("1. you missed my bin", ["1.", "you missed my bin"]),
    ],
)
def test_a_message_is_cut_where_people_join_two_wishes(text: str, parts: list[str]) -> None:
    assert pieces(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "you missed my bin",
        "can you tell me how much it is",
        "they are also drilling at six",
        "I should also like a new caddy",
        "sandwiches band handy plush",
        "£20.50 AZ1.2BB",
        "half-past, ",
        "",
        " ",
        "...",
        "?!?",
        "and also",
    ],
)
def test_a_message_without_a_joint_is_in_one_part_or_none(text: str) -> None:
    assert len(cut(text)) <= 1


def test_the_kind_of_each_joint_is_known() -> None:
    text = "you missed my bin, the tap drips. It is cold. Also I moved how do I pay council tax"
    assert [part.joint for part in cut(text)] == [NOTHING, JOINS, STOPS, ADDS]
    assert [part.joint for part in cut("you missed my black bin how do I pay my rent")] == [NOTHING, NOTHING]


def test_the_strongest_of_several_joints_counts() -> None:
    assert [part.joint for part in cut("you missed my bin, and also the tap drips")] == [NOTHING, ADDS]


def test_a_long_message_is_in_six_parts_that_leave_nothing_out() -> None:
    text = "The bin is full. " * 30
    parts = cut(text)
    assert len(parts) == MOST_PARTS
    assert sum(part.of(text).count("bin") for part in parts) == 30


def test_what_has_more_stops_than_wishes_could_have_is_one_part() -> None:
    assert len(cut("The bin is full. " * 110)) == 1


def test_parts_are_in_order_and_do_not_overlap() -> None:
    text = "hi, my tap drips & the bin, well, was missed.\n\nOh and btw how much do I owe?? thanks!"
    ends = [place for part in cut(text) for place in (part.start, part.end)]
    assert ends == sorted(ends)


def test_cutting_is_quick_whatever_is_sent() -> None:
    for text in (" and also" * 220, "how do i " * 220, "." * 2000, "a, " * 660, "also" * 500, "i " * 1000):
        took = []
        for _ in range(5):
            started = time.perf_counter()
            cut(text)
            took.append(time.perf_counter() - started)
        assert min(took) < 0.1, text[:20]


def test_no_word_of_the_lists_is_there_twice() -> None:
    for name, words in wish_words().items():
        if isinstance(words, list):
            assert len(words) == len(set(words)), name
