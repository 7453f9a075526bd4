"""Bare answers at every kind of question (`bare_answers.yml`): read as what was asked for, and never as another wish."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.nlu.model import IntentModel
from tests.journeys.talker import Talker
from tests.models import newest_intent_model

HERE = Path(__file__).parent
TABLE: list[dict[str, Any]] = yaml.safe_load((HERE / "bare_answers.yml").read_text(encoding="utf-8"))
LEAST_ANSWERS = 8


@pytest.fixture(scope="module")
def model() -> IntentModel:
    """The trained model."""
    return newest_intent_model()


class Asked:
    """A conversation at an open question, to which each answer is given anew."""

    def __init__(self, talker: Talker, model: IntentModel, question: dict[str, Any]) -> None:
        self.talker, self.model, self.name = talker, model, question["question"]
        for step in question["before"]:
            if "press" in step:
                talker.press(step["press"])
            else:
                talker.say(step["say"], step.get("intent", "inform"))
        assert talker.asked == self.name, f"{self.name} is not asked but {talker.asked!r}: {talker.said}"
        self.slot, self.heard, self.stack = talker.slot, list(talker.heard), talker.stack
        self.titles = [choice.title for choice in talker.last[-1].choices]

    def answer(self, text: str) -> str:
        """Type an answer at the question and return what is said."""
        self._back()
        likely = self.model.probabilities([text])[0]
        order = (-likely).argsort()[:10]
        ranking = tuple((self.model.names[place], float(likely[place])) for place in order)
        self.talker.say(text, *ranking[0], ranking)
        return self.talker.said

    def expected(self, answer: str) -> str:
        """Press the button with these words, or type them where there is none, and return what is said."""
        title = next((title for title in self.titles if title.startswith(answer)), None)
        if title is None:
            self._back()
            self.talker.say(answer)
        else:
            self._back()
            self.talker.press(title)
        return self.talker.said

    def _back(self) -> None:
        self.talker.slot, self.talker.heard = self.slot, list(self.heard)

    @property
    def open(self) -> bool:
        """Whether the question is still the one that is open."""
        return self.talker.asked == self.name and self.talker.stack == self.stack


@pytest.fixture(params=TABLE, ids=[question["question"] for question in TABLE])
def question(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each question of the table."""
    found: dict[str, Any] = request.param
    return found


@pytest.fixture
def asked(question: dict[str, Any], talker: Talker, model: IntentModel) -> Iterator[Asked]:
    """A conversation at that question."""
    yield Asked(talker, model, question)


def test_a_bare_answer_does_what_its_button_or_its_full_words_do(question: dict[str, Any], asked: Asked) -> None:
    wrong = []
    for answer, typed in question["read as"].items():
        wanted = asked.expected(str(answer))
        same = asked.open and asked.talker.titles == asked.titles
        assert not same, f"{answer!r} is no answer to {asked.name}: {wanted}"
        wrong += [(answer, text, said) for text in typed if (said := asked.answer(str(text))) != wanted]
    assert not wrong, "\n".join(f"{text!r} is not read as {answer!r}: {said[:160]!r}" for answer, text, said in wrong)


def test_who_does_not_know_is_helped_and_asked_the_same_again(question: dict[str, Any], asked: Asked) -> None:
    wrong = []
    for text in question.get("helped with", ()):
        said = asked.answer(str(text))
        if not asked.open or len(asked.talker.last) < 2:
            wrong.append((text, said))
    assert not wrong, "\n".join(f"{text!r} is not helped with: {said[:160]!r}" for text, said in wrong)


def test_what_is_no_answer_is_no_other_wish_either(question: dict[str, Any], asked: Asked) -> None:
    wrong = []
    for text in question.get("asked again", ()):
        said = asked.answer(str(text))
        if not asked.open:
            wrong.append((text, said))
    assert not wrong, "\n".join(f"{text!r} is not asked again: {said[:160]!r}" for text, said in wrong)


def test_each_question_has_eight_bare_answers_or_more() -> None:
    for question in TABLE:
        typed = [str(text) for texts in question["read as"].values() for text in texts]
        others = [*question.get("helped with", ()), *question.get("asked again", ())]
        assert len(typed) + len(others) >= LEAST_ANSWERS and len(set(typed)) == len(typed), question["question"]
