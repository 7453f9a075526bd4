"""What the README and docs/ say is so: links lead somewhere, commands and settings exist, the worked example works."""

import ast
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

import bot.words
from actions.engine.desks import Desks
from actions.journeys import JOURNEYS
from bot.__main__ import COMMANDS
from bot.log import ConversationLog
from bot.settings import ROOT, VAR, Settings
from bot.words import has_words
from tests.journeys.talker import Talker
from tests.journeys.town import Town

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "data" / "README.md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = "request_assisted_collection"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a page in that language, in order."""
    return [body for name, body in BLOCK.findall(text_of(page)) if name == language]


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ (.*)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_local_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(text_of(document)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{link} is not there"
        assert not anchor or anchor in headings(target), f"{link}: no such heading"


def test_every_make_target_in_the_documentation_exists() -> None:
    made = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^|[`\s])make ([a-z]+)(?=[`\s;.,]|$)", code_of(page), re.MULTILINE))
        assert named <= made, f"{page.name} names {named - made}"


def code_of(page: Path) -> str:
    """Return what a page shows as code, in blocks or in a line."""
    text = text_of(page)
    indented = re.findall(r"^ {4}.*$", text, re.MULTILINE)
    return "\n".join([body for _, body in BLOCK.findall(text)] + indented + re.findall(r"`([^`\n]+)`", text))


def test_every_target_of_the_makefile_is_in_the_readme() -> None:
    told = re.findall(r"^([a-z]+):.*##", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert [target for target in told if f"make {target}" not in text_of(README)] == ["help"]


def test_every_command_of_the_command_line_in_the_documentation_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"python -m bot ([a-z]+)", code_of(page))}
    # `make run` and `make train` are these two.
    assert named | {"run", "train"} == set(COMMANDS)


def settings_of(readme: str) -> dict[str, str]:
    """Return the settings of the README's tables: name and default as they are written."""
    rows = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \| ([^|]*) \|", readme, re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a setting is there twice"
    return {name: default.replace("`", "").strip() for name, default in rows}


def test_the_defaults_in_the_readme_are_the_defaults() -> None:
    written = settings_of(text_of(README))
    for field in fields(Settings):
        shown = str(field.default).replace(str(VAR), "var").replace("False", "false")
        if field.name in ("secret_key", "action_secret"):
            shown = f"made once, in var/{field.name}"
        assert written[field.name.upper()] == (shown or "empty"), field.name


READ_HERE = re.compile(r"""environ(?:\.get\(|\.setdefault\(|\[)\s*["']([A-Z][A-Z0-9_]+)["']""")


NOT_OURS = {"PATH", "TF_CPP_MIN_LOG_LEVEL", "RASA_MAX_CACHE_SIZE"}


def test_every_variable_that_the_code_reads_is_in_the_readme() -> None:
    sources = [
        p for folder in ("bot", "actions", "tests") for p in (ROOT / folder).rglob("*.py") if "node_modules" not in p.parts
    ]
    read = {name for path in sources for name in READ_HERE.findall(text_of(path))} - NOT_OURS
    assert read - set(settings_of(text_of(README))) == set()


def test_the_map_of_the_rooms_is_true() -> None:
    [tree] = [body for name, body in BLOCK.findall(text_of(README)) if name == "text" and "actions/" in body]
    folders: list[str] = []
    for line in tree.splitlines():
        indent, names = re.match(r"( *)(\S+(?:, \S+)*)", line).groups()  # type: ignore[union-attr]
        depth = len(indent) // 2
        for name in names.split(", "):
            path = "/".join([*folders[:depth], name.rstrip("/")])
            assert (ROOT / path).exists(), f"{path} is on the map and not there"
            if name.endswith("/"):
                folders[depth:] = [name.rstrip("/")]


def test_the_question_of_the_morning_is_answered_by_the_database(log: ConversationLog) -> None:
    with log.engine.begin() as connection:
        for statement in blocks(ROOT / "docs" / "going-live.md", "sql"):
            for one in filter(str.strip, statement.split(";")):
                connection.execute(sa.text(one)).all()


@pytest.fixture
def words_with_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let `bot.words` read the example's words too, from a copy of data/words."""
    copy = tmp_path / "words"
    shutil.copytree(bot.words.WORDS, copy)
    [example] = blocks(ROOT / "docs" / "journeys.md", "yaml")
    (copy / f"{EXAMPLE}.yml").write_text(example, encoding="utf-8")
    monkeypatch.setattr(bot.words, "WORDS", copy)
    bot.words._all.cache_clear()
    yield
    monkeypatch.undo()
    bot.words._all.cache_clear()


@pytest.fixture
def talker(
    sandbox: str, log: ConversationLog, words_with_the_example: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Talker]:
    """A resident of a council that has the example among its journeys."""
    journey, _ = blocks(ROOT / "docs" / "journeys.md", "python")
    made: dict[str, Any] = {}
    exec(compile(journey, "docs/journeys.md", "exec"), made)
    monkeypatch.setitem(JOURNEYS, EXAMPLE, made["run"])
    yield Talker(Desks(Town(sandbox).settings(), log))


def examples_tests() -> dict[str, Callable[[Talker], None]]:
    """Return the tests that the example shows, by name."""
    source = blocks(ROOT / "docs" / "journeys.md", "python")[1]
    made: dict[str, Any] = {}
    exec(compile(source, "docs/journeys.md", "exec"), made)
    return {name: made[name] for name in (node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))}


@pytest.mark.parametrize("name", examples_tests())
def test_the_worked_example_works(talker: Talker, name: str) -> None:
    examples_tests()[name](talker)


def test_the_worked_example_says_why_it_asks_and_names_an_intent_that_there_is() -> None:
    [example] = blocks(ROOT / "docs" / "journeys.md", "yaml")
    questions = {name: q for name, q in yaml.safe_load(example).items() if isinstance(q, dict) and "ask" in q}
    assert all("why" in question for name, question in questions.items() if name != "check")
    assert has_words(f"intents.{EXAMPLE}") and EXAMPLE not in JOURNEYS
