"""What the serving process must not import, in a process of its own; and that what is put off is there when it is used."""

import subprocess
import sys

import pytest

from bot.settings import ROOT

NEVER = {
    "tensorflow",
    "keras",
    "tensorflow_hub",
    "jax",
    "matplotlib",
    "sklearn",
    "boto3",
    "pymongo",
    "apscheduler",
    "twilio",
    "slack_sdk",
}
NEVER |= {"botbuilder", "questionary", "aio_pika", "confluent_kafka"}

SERVES = """
import asyncio, sys
from types import SimpleNamespace
from bot.rasa_imports import put_off
put_off()
from bot import rasa_fixes, server
rasa_fixes.apply()
app = SimpleNamespace(ctx=SimpleNamespace())
asyncio.run(server._load(server.newest_model(), app, None))
from rasa.core.channels.channel import UserMessage
understood = asyncio.run(app.ctx.agent.processor.parse_message(UserMessage("when is my bin day?")))
print(understood["intent"]["name"], *sorted(name for name in sys.modules if "." not in name))
"""


def run(code: str, **environment: str) -> str:
    """Run code in a new process and return what it prints. Fails the test when it fails."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_assistant_is_loaded_and_understands_without_tensorflow_and_its_like(tmp_path):
    settings = {"ACTIONS_URL": "http://127.0.0.1:1", "ACTION_SECRET": "s", "SECRET_KEY": "s"}
    intent, *modules = run(SERVES, DATABASE_URL=f"sqlite:///{tmp_path}/n.db", **settings).splitlines()[-1].split()
    assert intent == "check_bin_day"
    assert not NEVER & set(modules)


def test_the_action_server_needs_neither_rasa_nor_numbers():
    modules = run("import sys, actions.__main__\nprint(*sorted(name for name in sys.modules if '.' not in name))").split()
    assert "starlette" in modules
    assert not {"rasa", "numpy", "scipy", "sklearn", *NEVER} & set(modules)


@pytest.mark.parametrize(
    "use",
    [
        # Something in a module, a function and a class that were imported by name, and a channel of Rasa's.
        "import rasa.utils.train_utils as module; assert module.init_split_entities and 'tensorflow' in sys.modules",
        "from sklearn.model_selection import train_test_split as split; assert split([1, 2], test_size=1, random_state=0)",
        "from boto3.dynamodb.conditions import Key; assert Key('sender_id').name == 'sender_id'",
        "from rasa.core.channels import RestInput; assert RestInput.name() == 'rest'",
        "import rasa.core.jobs; assert rasa.core.jobs.kill_scheduler",
    ],
)
def test_what_is_put_off_is_imported_when_it_is_used(use):
    run(f"import sys\nfrom bot.rasa_imports import put_off\nput_off()\nimport rasa.core.agent\n{use}")


def test_it_is_too_late_once_rasa_is_imported():
    attempt = "try:\n    put_off()\nexcept RuntimeError as error:\n    print(error)"
    said = run(f"import rasa.core.agent\nfrom bot.rasa_imports import put_off\n{attempt}")
    assert "before Rasa is imported" in said
