"""The runner of the trained graph: the same outputs as Rasa's own, and the same refusals."""

from typing import Any

import pytest
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from bot.graph_runner import GraphRunner


class Add(GraphComponent):
    """Adds its number to what it is given, and counts how often it ran."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.runs = 0

    @classmethod
    def create(cls, config: dict[str, Any], *_args: Any, **_kwargs: Any) -> "Add":
        return cls(config["number"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"number": 0}

    def one(self, a: int) -> int:
        self.runs += 1
        return a + self.number

    def two(self, a: int, b: int) -> int:
        return a + b + self.number


def node(number: int, target: bool = False, **needs: str) -> SchemaNode:
    """A node that adds."""
    fn = "two" if "b" in needs else "one"
    return SchemaNode(needs, Add, "create", fn, {"number": number}, eager=True, is_target=target)


# Two ways from the input to the end, and a node that the end doesn't need.
SCHEMA = GraphSchema(
    {
        "end": node(1000, True, a="left", b="right"),
        "right": node(100, a="first"),
        "left": node(10, a="first"),
        "first": node(1, a="given"),
        "aside": node(5, a="given"),
    }
)


def runner(kind: type) -> Any:
    return kind.create(SCHEMA, None, ExecutionContext(SCHEMA, "m"))


@pytest.mark.parametrize("targets", [None, ["end"], ["left", "aside"], ["first"]])
def test_the_outputs_are_those_of_rasas_own_runner(targets):
    ours, stock = runner(GraphRunner), runner(DaskGraphRunner)
    for given in (0, 7):  # the second time the plan is known
        assert ours.run({"given": given}, targets) == stock.run({"given": given}, targets)


def test_a_component_runs_once_though_two_need_it_and_not_at_all_when_nothing_does():
    made = runner(GraphRunner)
    made.run({"given": 0}, ["end"])
    assert made._nodes["first"]._component.runs == 1
    assert made._nodes["aside"]._component.runs == 0


@pytest.mark.parametrize("kind", [GraphRunner, DaskGraphRunner])
def test_a_missing_input_is_refused(kind):
    with pytest.raises(GraphRunError, match="given"):
        runner(kind).run({}, ["end"])


def test_an_input_with_the_name_of_a_component_is_refused():
    with pytest.raises(GraphRunError, match="left"):
        runner(GraphRunner).run({"given": 0, "left": 1}, ["end"])


def test_a_circle_is_refused():
    schema = GraphSchema({"one": node(1, a="two"), "two": node(2, a="one")})
    with pytest.raises(GraphRunError, match="its own output"):
        GraphRunner.create(schema, None, ExecutionContext(schema, "m")).run({}, ["one"])
