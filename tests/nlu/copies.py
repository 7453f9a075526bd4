"""Find phrases that are near copies of another, and groups that were made from one mould."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

Pair = tuple[int, int]

# Words that say nothing about the wish. "not", "no", "can't", "who", "why" and "when" do.
SMALL = frozenset(
    "a an the my your our his her their i we you he she they it its me us this that these those to of in on at for from with"
    " by and or but so is are was be been am im ive do does did have has had can could would will shall please"
    " pls plz thanks hi hello hiya ok just now then really very some any there here u ur".split()
)
FEWEST_CORE = 2  # "yes" and "yes it is" are two ways to agree
LONG = 7  # words from which on one other word makes no other phrase ...
LONG_CORE = 5  # ... or so many that are not small
FEWEST_LETTERS = 9  # below, one letter makes another word: "bin", "bins"
ALIKE = 0.85  # cosine of the counts of three and four letters
MOULD = 4  # phrases of one skeleton, which must say something: "how do i * a *" does not
ASKING = SMALL | frozenset("how what when where which who why".split())


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, without apostrophes and punctuation; itself when it has none."""
    return re.findall(r"[^\W_]+", re.sub(r"(?<=\w)['’](?=\w)", "", text.lower())) or [text.strip()]


def near_copies(texts: Sequence[str]) -> list[Pair]:
    """Return the places (i, j), i < j, of texts that differ only in punctuation, small words, one word or a typo."""
    cut = [words(text) for text in texts]
    groups = (*_one_word(cut, LONG), *_one_word(list(map(_core, cut)), LONG_CORE), *_one_letter(cut))
    return sorted({*same_words(texts), *_pairs(groups), *_same_letters(cut)})


def same_words(texts: Sequence[str]) -> list[Pair]:
    """Return the places (i, j), i < j, of texts with the same words in any order but for the small ones."""
    groups: dict[object, set[int]] = defaultdict(set)
    for place, one in enumerate(map(words, texts)):
        core = sorted(_core(one))
        groups[tuple(core) if len(core) >= FEWEST_CORE else " ".join(one)].add(place)
    return sorted(_pairs(groups.values()))


def _core(one: list[str]) -> list[str]:
    return [word for word in one if word not in SMALL]


def _one_word(cut: list[list[str]], long: int) -> Iterable[set[int]]:
    """Give those from `long` words on that are the same, in any order, but for one that was added, left out or swapped."""
    groups: dict[object, set[int]] = defaultdict(set)
    for place, one in enumerate(cut):
        if len(one) >= long - 1:
            groups[tuple(sorted(one))].add(place)
        if len(one) >= long:
            for missing in range(len(one)):
                groups[tuple(sorted(one[:missing] + one[missing + 1 :]))].add(place)
    return groups.values()


def _one_letter(cut: list[list[str]]) -> Iterable[set[int]]:
    """Give those that are the same letters but for one that was added, left out, swapped or moved."""
    groups: dict[str, set[int]] = defaultdict(set)
    for place, one in enumerate(cut):
        letters = "".join(one)
        if len(letters) >= FEWEST_LETTERS:
            for missing in range(len(letters)):
                groups[letters[:missing] + letters[missing + 1 :]].add(place)
            groups[letters].add(place)
    return groups.values()


def _same_letters(cut: list[list[str]]) -> Iterator[Pair]:
    plain = [" ".join(one) if sum(map(len, one)) >= FEWEST_LETTERS else "" for one in cut]
    counts = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), use_idf=False, dtype=np.float32).fit_transform(plain)
    for start in range(0, len(plain), 1000):
        found = (counts[start : start + 1000] @ counts.T).tocoo()
        near = (found.data >= ALIKE) & (found.row + start < found.col)
        yield from zip((found.row[near] + start).tolist(), found.col[near].tolist())


def _pairs(groups: Iterable[set[int]]) -> set[Pair]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def moulds(texts: Sequence[str]) -> dict[str, set[int]]:
    """Return each skeleton ("how do I get a * *": the same words in order but for one or two) and the places it made."""
    groups: dict[str, set[int]] = defaultdict(set)
    for place, text in enumerate(texts):
        one = words(text)
        for slots in (1, 2):
            if slots + 3 <= len(one) <= 30 // slots:
                for chosen in combinations(range(len(one)), slots):
                    skeleton = ["*" if at in chosen else word for at, word in enumerate(one)]
                    if set(skeleton) - ASKING - {"*"}:
                        groups[" ".join(skeleton)].add(place)
    return {skeleton: places for skeleton, places in groups.items() if len(places) >= MOULD}


def same_opening(texts: Sequence[str], length: int = 5, most: int = 4) -> dict[str, int]:
    """Return the first and the last `length` words that more than `most` of the longer texts share, and how many do."""
    counts: Counter[str] = Counter()
    for one in map(words, texts):
        if len(one) > length:
            counts.update({" ".join(one[:length]) + " ...", "... " + " ".join(one[-length:])})
    return {part: n for part, n in counts.items() if n > most}
