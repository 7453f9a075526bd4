"""The rules of the house: who may import whom, and that nothing is there without what belongs to it."""

import ast
import csv
import re
from pathlib import Path

import pytest
import yaml

from actions.engine.search import pages
from actions.journeys import JOURNEYS
from bot.council import council
from bot.log.tables import metadata
from bot.retention import RULES
from bot.settings import ROOT, Settings
from bot.words import has_words

SOURCES = sorted(p for d in ("bot", "actions") for p in (ROOT / d).rglob("*.py") if "node_modules" not in p.parts)
INTENTS = list(csv.DictReader((ROOT / "data" / "intents.csv").open(encoding="utf-8")))

# A package, and what may not be imported there.
FORBIDDEN = {
    "bot/log": ("bot.channels", "actions", "bot.nlu"),
    "bot/safety": ("bot.channels", "bot.log", "bot.db", "actions"),
    "bot/nlu": ("bot.channels", "bot.log", "bot.db", "actions"),
    "bot/db.py": ("bot.channels", "bot.log", "actions"),
    "actions/backoffice": ("actions.engine", "actions.journeys", "actions.acts", "bot.log", "bot.channels"),
    "actions/acts": ("actions.journeys", "actions.engine.loop", "bot.channels"),
    "actions/notices": ("actions.journeys", "actions.engine.loop", "actions.engine.talk", "bot.channels"),
    "actions/engine": ("bot.channels",),
    "actions/sandbox": ("bot.channels", "bot.log", "bot.db", "bot.settings", "actions.engine", "actions.backoffice"),
}


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_point_one_way(package):
    for path in SOURCES:
        if str(path.relative_to(ROOT)).startswith(package):
            wrong = {n for n in imports(path) for f in FORBIDDEN[package] if within(n, f)}
            assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_nothing_imports_the_sandbox_or_the_tests():
    for path in SOURCES:
        if "sandbox" not in path.parts:
            wrong = {n for n in imports(path) if within(n, "actions.sandbox") or within(n, "tests")}
            assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_the_back_office_is_called_through_one_door():
    allowed = {"http.py", "transport.py", "notify.py"}
    for path in SOURCES:
        names = {n.split(".")[0] for n in imports(path)}
        if names & {"requests", "urllib3", "aiohttp", "httpx"} and "sandbox" not in path.parts:
            assert (
                (path.parent.name == "backoffice" and path.name in allowed)
                or path.name == "supervisor.py"
                or path.relative_to(ROOT).as_posix() in ("bot/channels/health.py", "bot/channels/telegram/api.py")
            ), f"{path.relative_to(ROOT)} goes round the door"


def test_the_domain_has_just_the_intents_of_the_list():
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert [next(iter(i)) for i in domain["intents"]] == [row["intent"] for row in INTENTS]


def test_every_journey_has_a_file_words_and_a_title():
    for name in JOURNEYS:
        assert (ROOT / "actions" / "journeys" / f"{name}.py").exists()
        assert (ROOT / "data" / "words" / f"{name}.yml").exists()
        assert has_words(f"intents.{name}")


def test_every_wish_is_served_by_a_journey_or_approved_content():
    for row in INTENTS:
        if row["kind"] in ("journey", "answer"):
            assert row["intent"] in JOURNEYS or row["intent"] in pages(), row["intent"]
            assert has_words(f"intents.{row['intent']}"), row["intent"]


def test_every_answer_has_an_owner_a_source_and_a_review_date_to_come():
    teams = set(council()["teams"].values())
    for page in pages().values():
        assert page.owner in teams, f"{page.id}: {page.owner}"
        assert page.link.startswith("https://"), page.id
        assert page.review_by > page.reviewed, page.id
        assert not page.phone or page.phone in council()["phones"], page.id
        for related in page.related:
            assert has_words(f"intents.{related}"), f"{page.id}: {related}"


def test_every_table_has_a_retention_rule():
    import bot.log.codes
    import bot.log.dialogue  # noqa: F401

    assert set(metadata.tables) == set(RULES)


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name.upper() for name in Settings.__dataclass_fields__ if f"`{name.upper()}`" not in readme]
    assert not missing


WORDS_IN_CODE = re.compile(r"""(?<![\w.])words\(\s*f?["']([a-z_0-9]+(?:\.[a-z_0-9]+)+)["']""")
SAID_IN_LOOP = re.compile(r"""\bsay\(\s*["']([a-z_0-9]+(?:\.[a-z_0-9]+)+)["']""")


def test_every_fixed_key_of_words_in_the_code_has_words():
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for key in WORDS_IN_CODE.findall(text) + SAID_IN_LOOP.findall(text):
            assert has_words(key), f"{path.relative_to(ROOT)}: {key}"


ASKED = re.compile(r"""talk\.ask\(\s*["']([a-z_]+)["']""")
ENDED = re.compile(r"""talk\.(?:end|tell|refuse)\(\s*["']([a-z_.]+)["'](?:,\s*["']([a-z_]+)["'])?""")


@pytest.mark.parametrize("name", sorted(JOURNEYS))
def test_every_question_of_a_journey_has_words_and_says_why(name):
    source = (ROOT / "actions" / "journeys" / f"{name}.py").read_text(encoding="utf-8")
    for question in ASKED.findall(source):
        asked = [
            k for k in (f"{name}.{question}", f"desk.{question}", f"{name}.property_{question}") if has_words(f"{k}.ask")
        ]
        assert asked, f"{name}.{question}.ask"


def test_no_python_file_speaks_to_residents():
    spoken = re.compile(r"""Reply\(\s*f?["'][A-Z]""")
    for path in SOURCES:
        assert not spoken.search(path.read_text(encoding="utf-8")), path.relative_to(ROOT)
