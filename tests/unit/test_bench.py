"""`make bench`: its arithmetic, its files, and the page that it writes. The measuring itself is not repeated here."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluate import Guess
from bot.settings import ROOT
from tests.bench import page, profile, spans, tables, turns, understanding
from tests.bench.contestants import HERE, stock_config
from tests.bench.goals import GOALS
from tests.bench.processes import Failed, Server, memory_mb, run
from tests.bench.turns import Turn, conversations, figures, percentile, ratio

BINS = [
    {"low": n / 15, "high": (n + 1) / 15, "messages": n, "confidence": (n + 0.5) / 15, "accuracy": n / 15} for n in range(15)
]


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 100))
def test_a_percentile_is_that_of_the_library_that_everyone_knows(values: list[float], share: float) -> None:
    assert percentile(values, share) == pytest.approx(float(np.percentile(values, share)), rel=1e-9, abs=1e-6)


def test_a_ratio_is_the_median_of_the_rounds_ratios_so_that_one_bad_round_does_no_harm() -> None:
    assert ratio([10.0, 10.0, 500.0], [40.0, 50.0, 40.0]) == 0.25


def test_the_figures_of_turns_are_those_worked_out_by_hand() -> None:
    alone = [[Turn("small talk", 1.0), Turn("repair", 9.0)], [Turn("small talk", 3.0), Turn("repair", 11.0, silent=True)]]
    found = figures(alone, [([Turn("repair", 20.0)] * 4, 2.0), ([Turn("repair", 30.0)] * 4, 1.0)])
    assert (found["turns"], found["p50"], found["silent"]) == (4, 6.0, 0.25)
    assert found["without_back_office"]["p50"] == 2.0
    assert found["kinds"]["repair"]["p50"] == 10.0
    assert found["rounds"] == [{"p50": 5.0, "without_back_office": 1.0}, {"p50": 7.0, "without_back_office": 3.0}]
    assert found["clients_8"]["rounds"] == [2.0, 4.0] and found["clients_8"]["a_second"] == 3.0


def test_there_are_sixty_messages_of_small_talk_answers_and_journeys() -> None:
    said = [said for conversation in conversations() for said in conversation]
    assert len(said) == 60
    assert len({said.kind for said in said}) >= 8


def test_the_floor_has_a_keyword_for_every_message_that_it_hears() -> None:
    words = yaml.safe_load((HERE / "floor" / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    keywords = [line.removeprefix("- ") for intent in words for line in intent["examples"].splitlines()]
    for conversation in conversations("no back office"):
        for said in conversation:
            assert any(keyword in said.text.lower() for keyword in keywords), said.text


def test_the_stock_configuration_is_the_one_that_rasa_has_for_everybody() -> None:
    import rasa.engine.recipes.config_files as theirs

    default = yaml.safe_load((Path(theirs.__path__[0]) / "default_config.yml").read_text(encoding="utf-8"))
    ours = stock_config(100)
    assert (ours["pipeline"], ours["policies"]) == (default["pipeline"], default["policies"])
    assert {part["epochs"] for part in stock_config(3)["pipeline"] if "epochs" in part} == {3}


def test_what_rasa_puts_before_a_doubtful_intent_is_taken_away() -> None:
    guess = Guess((("nlu_fallback", 0.3), ("bins", 0.29)), 1.0)
    assert understanding.without_fallback(guess).intent == "bins"


def test_the_parts_of_a_turn_add_up_to_what_the_resident_waits() -> None:
    assistant = {"ms": {profile.WHOLE: 10.0, profile.CALL: 40.0, "gate": 2.0}, "unused": ["entities"]}
    found = profile.parts(assistant, {"ms": {"engine": 20.0}, "unused": []}, [30.0, 40.0])
    assert found["mean_ms"] == 35.0
    assert sum(found["parts"].values()) == pytest.approx(35.0)
    assert found["parts"]["HTTP to the action server"] == 10.0
    assert found["parts"]["action server: engine"] == 10.0
    assert found["unused"] == ["entities"]


def test_a_span_has_its_own_time_without_that_of_the_spans_inside_it() -> None:
    spans.own.clear()

    def inner() -> None:
        time.sleep(0.03)

    async def outer() -> None:
        await asyncio.sleep(0.02)
        await asyncio.to_thread(spans.timed("inner", inner))

    started = time.perf_counter()
    asyncio.run(spans.timed("outer", outer)())
    whole = (time.perf_counter() - started) * 1000
    assert spans.own["inner"] > 29 and spans.own["outer"] > 19
    assert spans.own["inner"] + spans.own["outer"] <= whole


def test_a_part_whose_functions_are_gone_is_named() -> None:
    assert not spans.wrap("gone", "bot.evaluate:NoSuchClass.method")
    assert not spans.wrap("gone", "bot.no_such_module:function")


@pytest.mark.parametrize("role", spans.SPANS)
def test_every_part_of_the_profile_is_found_in_the_code(role: str) -> None:
    script = f"from tests.bench.spans import wrap_all; import sys; sys.exit(', '.join(wrap_all({role!r})))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1:] in ([], [""]), done.stderr[-1000:]


def test_a_process_is_started_measured_and_ended(tmp_path: Path) -> None:
    code = "import time; held = bytearray(50_000_000); print('up', flush=True); time.sleep(60)"
    server = Server([sys.executable, "-c", code], tmp_path / "log")
    server.wait(lambda: "up" in (tmp_path / "log").read_text())
    found = memory_mb(server.pid)
    server.stop()
    assert 50 < found["rss"] <= found["peak"] < 120 and found["pss"] <= found["rss"]
    assert memory_mb(server.pid) == {"rss": 0.0, "pss": 0.0, "peak": 0.0}


def test_a_command_is_timed_and_a_failed_one_says_why(tmp_path: Path) -> None:
    ran = run([sys.executable, "-c", "print(sum(range(10**6)))"], tmp_path / "log")
    assert ran.output == "499999500000\n" and ran.cpu_seconds > 0 and ran.seconds > 0
    with pytest.raises(Failed, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path / "log")


def _turn(ms: float) -> dict[str, Any]:
    return figures([[Turn("small talk", ms), Turn("answer", ms)]] * 3, [([Turn("answer", ms)] * 8, ms / 100)] * 3)


def _figures() -> dict[str, Any]:
    own = {
        "messages": 9,
        "accuracy": 0.95,
        "top3_accuracy": 0.99,
        "macro_f1": 0.9,
        "reliability": BINS,
        "fallback_share": 0.1,
    }
    cost = {"ms_per_message": 6.0, "training_seconds": 60.0, "training_cpu_seconds": 90.0, "memory_mb": 500.0}
    public = {"accuracy": 0.94, "in_scope_accuracy": 0.93, "out_of_scope_recall": 0.9, **cost}
    memory = {"rss": 500.0, "peak": 600.0, "pss": 400.0, "pss_with_actions": 500.0}
    train = {"seconds": 60.0, "cpu_seconds": 90.0, "epochs": 30}
    return {
        "machine": {
            "date": "2026-11-24",
            "commit": "abc",
            "cpu": "a processor",
            "cores": 2,
            "ram_gb": 8.0,
            "system": "Linux",
            "python": "3.10",
            "packages": {"rasa": "3.6.21"},
            "load": 0.1,
        },
        "understanding": {
            "ours": {**own, "expected_calibration_error": 0.04},
            "stock": {**own, "expected_calibration_error": 0.2},
            "emergencies": {"recall": 0.99, "false_alarm_rate": None},
            "banking77": {"whole": public, "few": {**public, "ranges": {"accuracy": [0.85, 0.87]}}},
            "clinc150": public,
        },
        "turns": {"ours": _turn(10.0), "stock": _turn(40.0), "floor": _turn(4.0)},
        "long": {"ours": {"early": 10.0, "late": 11.0, "passes": [10.0, 11.0], "pass": 28, "reached": 56, "ended": None}},
        "starts": {"ours": [5.0, 6.0, 4.0], "stock": [20.0, 30.0, 25.0], "floor": [9.0, 9.0, 9.0]},
        "memory": {"ours": memory, "stock": {**memory, "rss": 1000.0}, "floor": memory},
        "training": {"ours": train, "stock": train, "floor": train},
        "profile": {
            "parts": {"engine": 8.0, "gate": 2.0},
            "mean_ms": 10.0,
            "turns": 600,
            "unused": [],
            "log": {"nlu": 5.0, "turn": 9.0},
        },
    }


def test_the_page_has_every_goal_with_what_was_measured_and_by_how_much_it_is_reached(tmp_path: Path) -> None:
    text = page.write(_figures(), tmp_path).read_text(encoding="utf-8")
    assert "| a turn against Rasa's default | at most 0.30 x | 0.25 x | yes, by 0.05 x |" in text
    assert "| BANKING77, all training data: accuracy | at least 94.5 % | 94.0 % | **no**, 0.5 points off |" in text
    assert "| emergencies: false alarms | at most 2.0 % | not measured | not measured |" in text
    assert all(f"| {goal.name} |" in text for goal in GOALS)
    assert "commit abc" in text and "2 cores" in text


def test_every_plot_has_words_for_it_a_table_below_and_its_file(tmp_path: Path) -> None:
    text = page.write(_figures(), tmp_path).read_text(encoding="utf-8")
    for name in page.DRAWINGS:
        place = text.index(f"(benchmarks/{name}.svg)")
        assert text[place - 1] == "]" and text[place - 2] != "["
        assert "\n| --- |" in text[place:]
        assert "<text" in (tmp_path / "benchmarks" / f"{name}.svg").read_text(encoding="utf-8")


def test_a_page_of_what_was_measured_so_far_can_be_written(tmp_path: Path) -> None:
    text = page.write({"machine": _figures()["machine"]}, tmp_path).read_text(encoding="utf-8")
    assert text.count(tables.NONE) > 20 and "A long conversation" not in text


def test_the_same_figures_make_the_same_page_and_plots(tmp_path: Path) -> None:
    made = []
    for name in "ab":
        (tmp_path / name).mkdir()
        page.write(_figures(), tmp_path / name)
        made.append({file.name: file.read_bytes() for file in (tmp_path / name).rglob("*.*")})
    assert made[0] == made[1] and len(made[0]) == 1 + len(page.DRAWINGS)


class _Slower:
    """A contestant whose turns take longer and longer, and who refuses after some."""

    name, hears = "ours", "no back office"
    heard = "yes"

    def __init__(self, refuses_after: int) -> None:
        self.said, self.refuses_after = 0, refuses_after

    def start(self) -> float:
        return 0.0

    def stop(self) -> None:
        pass

    def memory(self) -> dict[str, float]:
        return {}

    def talker(self) -> "_Slower":
        return self

    def choose(self, title: str) -> float:
        return self.say(title)

    def say(self, text: str) -> float:
        self.said += 1
        if self.said > self.refuses_after:
            raise OSError("too big")
        return self.said / 1000


def test_a_long_conversation_is_looked_at_early_and_late_and_says_why_it_ended() -> None:
    found = turns.long_conversation(_Slower(1000), 280)
    assert (found["reached"], found["ended"], len(found["passes"])) == (280, None, 10)
    assert found["early"] == pytest.approx(42.5) and found["late"] == pytest.approx(238.5)
    stopped = turns.long_conversation(_Slower(100), 280)
    assert (stopped["reached"], stopped["ended"]) == (100, "too big")
