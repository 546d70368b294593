"""How a thread is walked: everything that can be reached, each once, never through what is hidden."""

from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st

from ecabinet.thread.rules import MOST, Edge, Kind, Node, walk

NUMBERS = range(12)
NODES = st.builds(Node, st.just(Kind.OFFICE), st.sampled_from(NUMBERS))
EDGES = st.lists(st.tuples(NODES, NODES), max_size=40)


def node(number: int) -> Node:
    return Node(Kind.OFFICE, number)


def walked(pairs: list[tuple[Node, Node]], hidden: Collection[Node], *, back: bool) -> dict[Node, int]:
    asked: list[Node] = []

    def edges(nodes: Collection[Node]) -> list[Edge]:
        asked.extend(nodes)
        return [Edge(*pair, "replies") for pair in pairs if pair[0] in nodes or pair[1] in nodes]

    side = walk(node(0), edges, lambda nodes: [one for one in nodes if one not in hidden], back=back)
    assert len(asked) == len(set(asked))  # nothing twice: circles end
    steps = {step.node: step.level for step in side.steps}
    assert len(steps) == len(side.steps)
    assert [step.level for step in side.steps] == sorted(step.level for step in side.steps)
    return steps


@given(EDGES, st.sets(NODES), st.booleans())
def test_what_can_be_reached_is_reached_by_its_shortest_way(
    pairs: list[tuple[Node, Node]], hidden: set[Node], back: bool
) -> None:
    distances, level = {node(0): 0}, [node(0)]
    while level:
        here, level = level, []
        for cause, effect in pairs:
            at, to = (effect, cause) if back else (cause, effect)
            if at in here and to not in distances and to not in hidden:
                distances[to] = distances[at] + 1
                level.append(to)
    del distances[node(0)]
    assert walked(pairs, hidden - {node(0)}, back=back) == distances


def test_no_way_leads_through_what_is_hidden() -> None:
    chain = [(node(n), node(n + 1)) for n in range(5)]
    assert set(walked(chain, {node(2)}, back=False)) == {node(1)}


def test_a_thread_ends_where_there_is_too_much() -> None:
    wide = [Edge(node(0), Node(Kind.TASK, n), "task") for n in range(MOST + 1)]
    side = walk(node(0), lambda nodes: wide if node(0) in nodes else [], lambda nodes: nodes, back=False)
    assert (len(side.steps), side.cut) == (MOST, True)
