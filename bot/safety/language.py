"""Which language a message is in, when that is not English: `pycld2` says so, and a second sign agrees.

The second sign is the script, with the letters that only one language of it has; or, in Latin letters, everyday words of
that language that are no English words (`data/languages.yml`, `data/languages/`), or a whole sentence without one English
word. A name, an address, a dish or a short answer in an English conversation has no second sign. Languages that `pycld2`
doesn't know in Latin letters (Urdu, Punjabi, Bengali) need more words instead. Pure; less than a tenth of a millisecond.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import pycld2

from bot.safety import writing
from bot.safety.languages import UNKNOWN, Language, english, languages, shared

LONGEST = 2000
# What `pycld2` calls otherwise, or can't be told apart from in a line.
_SAME = {"zh": "zh-Hans", "iw": "he", "sco": "en", "bs": "hr", "ms": "id", "un": "", "gl": "pt"}
# A postcode, an address on the web, and what stands for a card number are words of no language.
_MASK = re.compile(r"\[[a-z ]{1,40} removed\]")
_TOKEN, _NO_WORD = re.compile(r"\S+"), re.compile(r"\d|@|://")
FEWEST_WORDS = 2
FEWEST_LETTERS = 3  # of a single word that is not in Latin letters
# Without `pycld2`'s word for it, so many words must be the language's own, and be so much of the message.
FEWEST_OWN, LEAST_SHARE = 3, 0.33
# In a message so long, that not one word is English is a second sign too; longer for a language that we have no words of.
FEWEST_WITHOUT, FEWEST_UNKNOWN = 5, 6
# But a British address can be so long, and in these.
_OF_PLACES_HERE = frozenset({"cy", "ga"})


@dataclass(frozen=True)
class Heard:
    """What a message may be in: `code`, None for English; and, best first, whose signs of an emergency are worth reading."""

    code: str | None
    near: tuple[str, ...] = ()


def other_language(text: str) -> str | None:
    """Return the BCP 47 code of the language of `text`, None when it is English or not clear.

    "zh-Hant" and "zh-Hans" are told apart, and "ur-Latn" from "ur"; "und" is a language that nobody has named, yet plainly
    not English. At most the first 2,000 characters are read.
    """
    return hear(text).code


def hear(text: str) -> Heard:
    """Return what `other_language` finds, with the other languages that have a word or a letter in `text`."""
    plain = _worded(writing.normal(text[:LONGEST]))
    words = writing.words(plain)
    counts = Counter(writing.script(word) for word in words if len(word) > 1 or writing.is_whole_word(word))
    others = [(count, script) for script, count in counts.items() if script != writing.LATIN]
    if not others:
        return _in_latin_letters(plain, words)
    count, script = max(others)
    if script == writing.HAN and counts[writing.KANA] * 5 >= count:
        script = writing.KANA
    letters = sum(len(word) for word in words if writing.script(word) == script)
    if count > counts[writing.LATIN] and (count >= FEWEST_WORDS or letters >= FEWEST_LETTERS):
        return _in_script(script, plain, words)
    latin = _in_latin_letters(plain, words)
    return Heard(latin.code, (*latin.near, *_of_script(script)))


def _worded(plain: str) -> str:
    return _TOKEN.sub(lambda token: " " if _NO_WORD.search(token[0]) else token[0], _MASK.sub(" ", plain))


def _in_script(script: str, plain: str, words: list[str]) -> Heard:
    """Decide between the languages of a script that is not Latin; an unknown script is nobody's language yet."""
    codes = _of_script(script)
    if len(codes) < 2:
        return Heard(codes[0] if codes else UNKNOWN, codes)
    guess = _guess(plain)
    default = shared()["default_of_script"].get(script)

    def likeness(code: str) -> tuple[int, bool]:
        language = languages()[code]
        own = sum(letter in language.letters for letter in plain) + sum(word in language.words for word in words)
        return 2 * own + (code == guess), code == default

    ranked = tuple(sorted(codes, key=likeness, reverse=True))
    return Heard(ranked[0], ranked)


def _in_latin_letters(plain: str, all_words: list[str]) -> Heard:
    words = {word for word in all_words if writing.script(word) == writing.LATIN}
    typed = {writing.fold(word): word for word in words}
    own = Counter(code for folded, word in typed.items() for code in _index().get(word) or _index().get(folded, ()))
    guess = _guess(plain)
    more = {code: own[code] - _english_words(languages()[code], words) for code in own}
    ranked = sorted(more, key=lambda code: (more[code] + (code == guess), code == guess), reverse=True)
    near = [code for code in ranked[:4] if more[code] >= 0]
    if guess in languages():
        near = list(dict.fromkeys((*near, guess)))
    for code in near:
        if _is_clear(languages()[code], own[code], words, guess):
            return Heard(code, tuple(dict.fromkeys((code, *near))))
    if guess and guess != "en" and len(words) >= FEWEST_UNKNOWN and not words & english():
        return Heard(ranked[0] if ranked else UNKNOWN, tuple(near))
    return Heard(None, tuple(near))


def _is_clear(language: Language, own: int, words: set[str], guess: str) -> bool:
    """Say whether the words of a message are of `language`, with `own` of them its own, rather than English."""
    english_words = _english_words(language, words)
    if len(words) < FEWEST_WORDS:
        return False
    if guess == language.code and len(words) >= FEWEST_WITHOUT and not english_words and guess not in _OF_PLACES_HERE:
        return True
    if own <= english_words:
        return False
    if guess == language.code:
        return own >= 2 or (len(words) >= 3 and not english_words)
    if own >= FEWEST_OWN:
        return own > 2 * english_words and own >= LEAST_SHARE * len(words)
    return own >= 2 and own >= LEAST_SHARE * len(words) and not english_words


def _english_words(language: Language, words: set[str]) -> int:
    return len((words & english()) - language.also)


def _guess(plain: str) -> str:
    """Return the language that `pycld2` takes normal text for, in our codes; empty when it can't tell."""
    try:
        _, _, found = pycld2.detect(plain, isPlainText=True, bestEffort=True)
    except (pycld2.error, UnicodeEncodeError):
        # Some characters that are no text make it give up.
        return ""
    code = str(found[0][1])
    return _SAME.get(code, code)


@lru_cache(maxsize=32)
def _of_script(script: str) -> tuple[str, ...]:
    return tuple(code for code, language in languages().items() if language.script == script)


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[str, ...]]:
    """Return the languages in Latin letters that each of their own words is in."""
    found: dict[str, list[str]] = {}
    for code in _of_script(writing.LATIN):
        _add(found, languages()[code].words, code)
    return {word: tuple(codes) for word, codes in found.items()}


def _add(found: dict[str, list[str]], words: Iterable[str], code: str) -> None:
    for word in words:
        found.setdefault(word, []).append(code)
