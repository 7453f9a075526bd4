"""One spelling for what differs from message to message but means the same to the classifier."""

import re
import unicodedata

# Outward and inward code. O for 0 and I or L for 1 are left to `bot.nlu.values.parse_postcode`: this only has to be alike.
_POSTCODE = re.compile(r"\b[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][abd-hjlnp-uw-z]{2}\b")
_LINK = re.compile(r"\bhttps?://\S+|\bwww\.\S+")
_EMAIL = re.compile(r"\S+@\S+\.\w+")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})
_LONG_RUN = re.compile(r"([^\W\d])\1{3,}")


def for_vectors(text: str) -> str:
    """Return `text` with plain quotes and single spaces: what the sentence model reads. Never raises."""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return _SPACE.sub(" ", plain).strip()


def for_ngrams(text: str) -> str:
    """Return `text` in lower case with postcodes, emails and links as one word each and every digit as 0.

    Letters repeated more than three times ("helllllp") are cut to three. Never raises.
    """
    low = for_vectors(text).lower()
    low = _LINK.sub("wwwlink", low)
    low = _EMAIL.sub("emailaddress", low)
    low = _POSTCODE.sub("ukpostcode", low)
    return _LONG_RUN.sub(r"\1\1\1", _DIGIT.sub("0", low))
