"""What the tests of the page look at."""

from playwright.sync_api import Locator, Page


def box(page: Page) -> Locator:
    """The message box."""
    return page.get_by_label("Type your message")


def say(page: Page, text: str) -> None:
    """Type a message and send it by the button."""
    box(page).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def lines(page: Page) -> list[str]:
    """What was said, in the order of the page, without the greeting."""
    return [text.strip() for text in page.locator("#log > li .nd-text").all_inner_texts()[1:]]


def reply(page: Page, text: str) -> Locator:
    """The assistant's message with this text."""
    return page.locator("#log .nd-message--desk").filter(has_text=text)


def listen(page: Page) -> None:
    """Keep what the live region says from now on, in `window.said`."""
    page.evaluate(
        """() => {
            window.said = [];
            const keep = (changes) => changes.forEach((c) => c.addedNodes.forEach((n) => window.said.push(n.textContent)));
            new MutationObserver(keep).observe(document.getElementById("announcer"), {childList: true});
        }"""
    )


def heard(page: Page) -> list[str]:
    """What the live region has said since `listen`."""
    said: list[str] = page.evaluate("window.said")
    return said


def focus(page: Page) -> str:
    """The id of the element that has the focus, or its text."""
    found: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return found
