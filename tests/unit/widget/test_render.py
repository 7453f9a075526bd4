import re
from pathlib import Path

import pytest

from bot.widget.render import reply_html, resident_html
from bot.words import words

NAUGHTY = (Path(__file__).parents[2] / "data" / "naughty_strings.txt").read_text(encoding="utf-8").splitlines()
OURS = re.compile(r"</?(?:p|ul|li|a|span|br)(?: (?:class|href|target|rel)=\"[^\"<>]*\")*>")


def test_paragraphs_lists_and_lines() -> None:
    assert reply_html("One\ntwo\n\n- a\n- b\nthree") == (
        '<p class="govuk-body">One<br>two</p>'
        '<ul class="govuk-list govuk-list--bullet"><li>a</li><li>b</li></ul>'
        '<p class="govuk-body">three</p>'
    )


def test_an_address_elsewhere_says_that_it_opens_in_a_new_tab() -> None:
    html = reply_html("See https://www.gov.uk/a?b=1&c=2.")
    assert 'href="https://www.gov.uk/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer"' in html
    assert words("page.new_tab") in html
    assert html.endswith("</a>.</p>")


def test_an_address_of_ours_opens_here() -> None:
    assert "target" not in reply_html("http://127.0.0.1:5005/bins/1-a.ics")


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("Call 01632 960199.", "01632960199"),
        ("Call 020 7946 0000 now", "02079460000"),
        ("Text 07700 900123", "07700900123"),
        ("Call 0800 111 999", "0800111999"),
        ("ring 0800 1111", "08001111"),
        ("Call 0808 2000 247", "08082000247"),
        ("Samaritans: 116 123", "116123"),
        ("Ring 999", "999"),
        ("call NHS 111", "111"),
        ("+44 1632 960100", "+441632960100"),
    ],
)
def test_telephone_numbers_can_be_pressed(said: str, number: str) -> None:
    assert f'href="tel:{number}"' in reply_html(said)


@pytest.mark.parametrize("said", ["712345671", "100091202104", "There are 101 bins", "£105", "2026-11-24", "ND-01632960"])
def test_other_numbers_are_not_telephone_numbers(said: str) -> None:
    assert "tel:" not in reply_html(said)


@pytest.mark.parametrize(
    "said", ["javascript:alert(1)", "data:text/html,x", 'https://a.example/"onclick=x', "https://a.example/<b>"]
)
def test_nothing_but_web_addresses_become_links(said: str) -> None:
    html = str(reply_html(said))
    assert "<" not in OURS.sub("", html)
    assert "onclick=" not in "".join(re.findall(r"<[^>]*>", html))


def test_whatever_is_said_only_our_own_tags_come_out() -> None:
    for line in NAUGHTY:
        assert "<" not in OURS.sub("", str(reply_html(line))), line
        assert "<" not in str(resident_html(line)).replace("<br>", ""), line


def test_a_resident_is_shown_as_text_alone() -> None:
    assert resident_html("<b>\nhttps://a.example 999") == "&lt;b&gt;<br>https://a.example 999"
