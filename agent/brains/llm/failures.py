"""Why a model did not answer, as a short code, whatever provider it is of."""

from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
)
from langchain_core.messages import AIMessage

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (ModelTimeoutError, "timeout"),
    (ModelRateLimitError, "rate_limited"),
    (ModelConnectionError, "unreachable"),
    (ModelAuthenticationError, "unauthorized"),
    (ModelPermissionDeniedError, "unauthorized"),
    (ModelNotFoundError, "unknown_model"),
    (ContextOverflowError, "too_long"),
    (ModelInvalidRequestError, "invalid_request"),
    (ConnectionError, "unreachable"),
)
# The words of OpenAI, Anthropic and Google for an answer that is not whole.
_UNFINISHED = {
    "length": "truncated",
    "max_tokens": "truncated",
    "content_filter": "content_filter",
    "refusal": "content_filter",
    "safety": "content_filter",
    "prohibited_content": "content_filter",
}


def reason_of(failure: Exception) -> str:
    for kind, reason in _REASONS:
        if isinstance(failure, kind):
            return reason
    status = getattr(failure, "status_code", None)
    return f"http_{status}" if isinstance(status, int) else "invalid_response"


def why_unfinished(message: AIMessage) -> str | None:
    """None when the model came to the end of its answer."""
    if message.additional_kwargs.get("refusal"):
        return "content_filter"
    metadata = message.response_metadata
    ended = metadata.get("finish_reason") or metadata.get("stop_reason") or ""
    return _UNFINISHED.get(str(ended).lower())
