"""What is trained on, and what is asked in tests and never trained on."""

import csv
from functools import lru_cache

import yaml

from bot.settings import ROOT


@lru_cache(maxsize=1)
def phrases() -> list[tuple[str, str]]:
    """Return each training phrase with its intent, in the order of the files."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        # The C parser: the pure one takes seconds for these.
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            lines = [line[2:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
            found += [(line, block["intent"]) for line in lines]
    return found


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of `tests/nlu`, each with the "line" that it ends in."""
    with (ROOT / "tests" / "nlu" / name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return [{**row, "line": str(reader.line_num)} for row in reader]
