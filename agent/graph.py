"""The whole machine of one turn: a pure function from what was read to what is proposed.

START ─▶ route ─▶ confirm ─────────────▶ END     a plain yes or no to the summary just shown: code alone
            ├──▶ human ────────────────▶ END     asked for a person: code alone
            ├──▶ ordered ─▶ check                picked in the channel's catalogue: code alone
            ├──▶ triggered ─▶ check              the owner's words for a workflow: code alone
            └──▶ llm ─▶ check ─────────▶ END     the draft passes the guardrails
                  │  ▲     │
                  │  └─────┤  refused once: again, told what was wrong
                  ▼        │
                 rules ◀───┘  refused twice, or no model, or the model is down
                   └─▶ check ─▶ template ─▶ END  even this was refused: a fixed text, and a person
"""

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.nodes import after_check, after_llm, check, confirm, human, llm, ordered, route, rules, template, triggered
from agent.state import Brains, TurnState


def build_graph() -> CompiledStateGraph[TurnState, Brains, Any, Any]:
    graph = StateGraph(TurnState, context_schema=Brains)
    for node in (confirm, human, ordered, triggered, llm, rules, check, template):
        graph.add_node(node.__name__, node)
    graph.add_conditional_edges(START, route)
    graph.add_conditional_edges("llm", after_llm)
    graph.add_edge("ordered", "check")
    graph.add_edge("triggered", "check")
    graph.add_edge("rules", "check")
    graph.add_conditional_edges("check", after_check)
    for node in (confirm, human, template):
        graph.add_edge(node.__name__, END)
    return graph.compile()
