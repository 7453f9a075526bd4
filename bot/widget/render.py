"""Plain text to safe HTML, the one way for the page and for the script.

Everything is escaped first. Then the assistant's words get paragraphs, "- " lists, links, and telephone links. A
resident's words get line breaks and nothing else.
"""

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from bot.settings import get_settings
from bot.words import words

# Over escaped text: an address ends before a space, a quote or a bracket, and before a full stop that ends a sentence.
_URL = re.compile(r"https?://[^\s<>()]+?(?=[.,;:!?]*(?:\s|$|[()<>]|&#34;|&#39;|&gt;|&lt;))")
_PHONE = re.compile(
    r"(?<![\w/+.-])(?:"
    r"(?:\+44 ?|0)(?:\d{2} ?\d{4} ?\d{4}|\d{3} ?\d{3} ?\d{4}|\d{4} ?\d{6}|\d{4} ?\d{3} ?\d{3})"
    r"|0\d{3} \d{3} \d{3}|0\d{3} \d{4} \d{3}|0800 ?1111|116 ?123|999|112|111|101|105"
    r")(?![\w-]|\.\d|,\d|/\d)"
)
_LINK = re.compile(f"(?P<url>{_URL.pattern})|(?P<phone>{_PHONE.pattern})")
_SHORT = frozenset({"999", "112", "111", "101", "105"})
# A short number is one only where somebody is told to ring it: "101 bins" is not.
_RING = re.compile(r"\b(?:ring|call|phone|dial|text|nhs|on|or|to|and)\s+$", re.IGNORECASE)


def reply_html(text: str, *, in_english: bool = True) -> Markup:
    """Return the assistant's words as HTML: paragraphs, lists, links and telephone links.

    In another language no English verb says which short number is to be rung: approved text has no others.
    """
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return Markup("").join(part for block in blocks for part in _block(block, in_english))


def resident_html(text: str) -> Markup:
    """Return a resident's words as HTML: escaped, with their line breaks."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _block(block: str, in_english: bool) -> list[Markup]:
    """Return a block of lines as paragraphs and lists, in order."""
    parts: list[Markup] = []
    lines: list[Markup] = []
    items: list[Markup] = []

    def close() -> None:
        if lines:
            parts.append(Markup('<p class="govuk-body">{}</p>').format(Markup("<br>").join(lines)))
            lines.clear()
        if items:
            listed = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
            parts.append(Markup('<ul class="govuk-list govuk-list--bullet">{}</ul>').format(listed))
            items.clear()

    for line in block.split("\n"):
        bullet = line.startswith("- ")
        if (bullet and lines) or (not bullet and items):
            close()
        (items if bullet else lines).append(_linked(line[2:].strip() if bullet else line.strip(), in_english))
    close()
    return parts


def _linked(line: str, in_english: bool) -> Markup:
    plain = str(escape(line))
    out, place = "", 0
    for found in _LINK.finditer(plain):
        out += plain[place : found.start()]
        out += _url(found[0]) if found["url"] else _phone(found[0], plain[: found.start()], in_english)
        place = found.end()
    # Every part was escaped above, or is made below of escaped parts.
    return Markup(out + plain[place:])  # noqa: S704


def _url(address: str) -> str:
    if _is_ours(address):
        return f'<a class="govuk-link" href="{address}">{address}</a>'
    note = escape(words("page.new_tab"))
    return (
        f'<a class="govuk-link" href="{address}" target="_blank" rel="noopener noreferrer">{address}'
        f'<span class="nd-new-tab"> {note}</span></a>'
    )


def _is_ours(address: str) -> bool:
    try:
        theirs, ours = urlsplit(address), urlsplit(get_settings().public_url)
    except ValueError:
        return False
    return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)


def _phone(number: str, before: str, in_english: bool) -> str:
    if in_english and number in _SHORT and not _RING.search(before):
        return number
    return f'<a class="govuk-link nd-phone" href="tel:{number.replace(" ", "")}">{number}</a>'
