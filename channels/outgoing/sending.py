"""Hands the parts of one message to a provider, one after the other."""

from collections.abc import Awaitable, Callable, Sequence

from channels.adapter import SendResult
from channels.errors import CONTENT, UNKNOWN, SendError
from channels.outgoing.rendering import Part


async def send_each(parts: Sequence[Part], send: Callable[[Part], Awaitable[str]]) -> SendResult:
    """`send` returns the provider's id. Once the first part is out, whether to go on is to be looked into.

    Raises SendError.
    """
    if not parts:
        raise SendError.of(CONTENT, "there is nothing to send")
    sent: list[str] = []
    for part in parts:
        try:
            sent.append(await send(part))
        except SendError as error:
            if sent and not error.uncertain:
                raise SendError.of(UNKNOWN, f"only partly sent: {error}") from error
            raise
    is_numbered = any(part.is_numbered for part in parts)
    return SendResult(sent[0], more_external_ids=tuple(sent[1:]), is_numbered=is_numbered)
