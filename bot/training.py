"""Train a model when something that it is made of has changed."""

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from bot.settings import ROOT

PARTS = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/content",
    "data/intents.csv",
    "data/vocabulary.yml",
    "bot/nlu",
    "bot/safety/spelling.py",
    "bot/packaged.py",
    "bot/understanding.py",
    "uv.lock",
)
KEPT = 3


def fingerprint(parts: Sequence[str] = PARTS) -> str:
    """Return a digest of everything that a model is made of: files, and the YAML and Python in folders."""
    digest = hashlib.sha256()
    for part in parts:
        path = ROOT / part
        files = sorted(f for f in path.rglob("*") if f.suffix in (".yml", ".py")) if path.is_dir() else [path]
        for file in files:
            digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def train(force: bool = False) -> int:
    """Train into models/, with progress, unless the newest model is made of just this. Returns an exit code."""
    name = f"night-desk-{fingerprint()}"
    target = ROOT / "models" / f"{name}.tar.gz"
    if target.exists() and not force:
        target.touch()
        print(f"The model is up to date: {target.relative_to(ROOT)}")
        return 0
    print("Training (about a minute) ...", flush=True)
    started = time.monotonic()
    from rasa.model_training import train as rasa_train

    from bot import logs

    logs.configure()
    result = rasa_train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data" / "nlu"), str(ROOT / "data" / "rules")],
        output=str(ROOT / "models"),
        fixed_model_name=name,
        # Rasa's own cache knows the classifier's file, but not the modules that it stands on.
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        print("Training failed; see the messages above.")
        return result.code or 1
    _forget_old(Path(result.model))
    print(f"Trained {target.relative_to(ROOT)} in {time.monotonic() - started:.0f} s")
    return 0


def _forget_old(newest: Path) -> None:
    old = sorted((ROOT / "models").glob("night-desk-*.tar.gz"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in old[KEPT:]:
        if path != newest:
            path.unlink()
