"""Runs the trained graph: each component after those whose output it needs, in one thread.

Rasa's own runner plans the graph anew for every message and every prediction, and runs it with dask's scheduler for one
thread: 17 % of a turn, and half a second of imports. The graph never changes once it is loaded, so here it is planned once.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner as RasaGraphRunner
from rasa.engine.storage.storage import ModelStorage

Plan = list[tuple[str, GraphNode, tuple[str, ...]]]


class GraphRunner(RasaGraphRunner):
    """Rasa's interface, see there. The components are loaded when the runner is created."""

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> GraphRunner:
        """Return a runner with its components loaded. Raises what a component raises that can't be loaded."""
        nodes = {
            name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks)
            for name, node in graph_schema.nodes.items()
        }
        return cls(graph_schema, nodes)

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        """Keep the parts."""
        self._schema = schema
        self._nodes = nodes
        self._plans: dict[tuple[str, ...], Plan] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Return the output of each target. Raises GraphRunError when an input is missing or has the name of a component."""
        given = inputs or {}
        clash = given.keys() & self._nodes.keys()
        if clash:
            raise GraphRunError(f"Inputs with the names of components: {sorted(clash)}")
        wanted = tuple(targets or self._schema.target_names)
        if wanted not in self._plans:
            self._plans[wanted] = self._plan(wanted)
        made: dict[str, tuple[str, Any]] = {name: (name, value) for name, value in given.items()}
        for name, node, needs in self._plans[wanted]:
            # What is not there is handed over as its bare name, which the node refuses.
            made[name] = node(*(made.get(need, need) for need in needs))
        return {name: made[name][1] for name in wanted}

    def _plan(self, targets: tuple[str, ...]) -> Plan:
        """Return the components that the targets need, each after those that it needs. Raises GraphRunError for a circle."""
        plan: dict[str, tuple[str, GraphNode, tuple[str, ...]]] = {}
        under_way: set[str] = set()

        def add(name: str) -> None:
            if name in plan or name not in self._nodes:
                return
            if name in under_way:
                raise GraphRunError(f"{name} needs its own output")
            under_way.add(name)
            needs = tuple(self._schema.nodes[name].needs.values())
            for need in needs:
                add(need)
            plan[name] = (name, self._nodes[name], needs)

        for target in targets:
            add(target)
        return list(plan.values())
