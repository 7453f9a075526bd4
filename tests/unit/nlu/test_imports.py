"""What stands alone must start fast: no TensorFlow, no Rasa."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["values", "ruler", "model", "taught", "vectors"])
def test_the_plain_modules_load_without_rasa_and_tensorflow(module: str) -> None:
    code = f"import sys, bot.nlu.{module}; sys.exit(any(name in sys.modules for name in ('tensorflow', 'rasa', 'torch')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
