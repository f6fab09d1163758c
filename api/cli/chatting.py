"""`caserita chat`: a shopper in a terminal, by the same inbox, jobs, turns and outbox as every channel."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import put, put_json, stdin_lines
from api.cli.running import find_tenant, run

if TYPE_CHECKING:
    from api.runtime import Runtime
    from api.terminal import Answer

PROMPT = "tú> "


def chat(
    tenant: Annotated[str, typer.Option(metavar="RUT", help="RUT del comercio.")],
    contact: Annotated[str, typer.Option(help="Quién escribe: un teléfono o un nombre.")] = "terminal",
    as_json: Annotated[bool, typer.Option("--json", help="Una línea JSON por respuesta.")] = False,
) -> None:
    """Conversa con el agente como un cliente: un mensaje por línea; con --json, una respuesta por línea."""

    async def work(runtime: "Runtime") -> None:
        from api.terminal import open_terminal

        tenant_id = await find_tenant(runtime, tenant)
        async with open_terminal(runtime, tenant_id, contact) as terminal:
            async for line in stdin_lines(PROMPT):
                if as_json or line.strip():  # a script pairs its lines with ours; a person just pressed Enter
                    answer = await terminal.say(line)
                    if as_json:
                        put_json(_row(answer))
                    else:
                        _show(answer)

    run(work)


def _row(answer: "Answer") -> dict[str, Any]:
    return {
        "replies": list(answer.replies),
        "shown": list(answer.shown),
        "cart": answer.cart,
        "order": answer.order,
        "conversation": {"id": str(answer.conversation_id), "status": answer.status.value},
        "turn_ms": round(answer.turn_ms, 1),
    }


def _show(answer: "Answer") -> None:
    from data.states import ConversationStatus

    for reply in answer.replies:
        put(reply + "\n")
    if answer.status is ConversationStatus.HANDED_OFF and not answer.replies:
        put("(La conversación está en manos de una persona de la tienda.)\n")
