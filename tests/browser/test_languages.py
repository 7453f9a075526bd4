"""A reply in another language: marked as such, read out as such, and from right to left where it is written so."""

from playwright.sync_api import Page, expect

from tests.browser.parts import say

URDU = "گھر میں گیس کی بو آ رہی ہے"


def test_a_reply_has_its_language_and_direction_with_and_without_a_script(chat: Page, plain: Page) -> None:
    for page in (chat, plain):
        say(page, URDU)
        said = page.locator(".nd-message--emergency .nd-text")
        expect(said).to_have_count(2)
        theirs, ours = said.all()
        expect(theirs).to_have_attribute("lang", "ur")
        expect(theirs).to_have_attribute("dir", "rtl")
        assert ours.get_attribute("lang") is None
        mine = page.locator(".nd-message--mine .nd-text")
        assert mine.evaluate("(e) => getComputedStyle(e).direction") == "rtl"


def test_a_telephone_number_is_shown_from_left_to_right_and_can_be_rung(chat: Page) -> None:
    say(chat, URDU)
    theirs = chat.locator('.nd-text[lang="ur"]')
    link = theirs.locator('a[href="tel:0800111999"]')
    expect(link).to_be_visible()
    expect(theirs.locator('a[href="tel:999"]')).to_be_visible()
    order = link.evaluate(
        """(a) => ["0800", "999"].map((part) => {
            const range = document.createRange(), text = a.firstChild, at = text.data.indexOf(part);
            range.setStart(text, at);
            range.setEnd(text, at + part.length);
            return range.getBoundingClientRect().left;
        })"""
    )
    assert order[0] < order[1]


def test_it_is_read_out_in_its_language(chat: Page) -> None:
    chat.evaluate(
        """() => {
            window.said = [];
            const keep = (node) => window.said.push([node.lang, node.textContent]);
            new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(keep)))
                .observe(document.getElementById("announcer"), {childList: true});
        }"""
    )
    say(chat, URDU)
    expect(chat.locator('.nd-text[lang="ur"]')).to_be_visible()
    said = chat.evaluate("window.said")
    assert [lang for lang, _ in said] == ["", "ur", ""]
    assert "Emergency" in said[0][1] and "0800 111 999" in said[1][1] and "gas emergency line" in said[2][1]
