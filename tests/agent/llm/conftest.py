"""A model behind real HTTP, as the brain's tests use it."""

from collections.abc import Iterator

import pytest

from agent.brains.llm import LlmBrain, make_chat_model
from tests.servers.openai_server import OpenAIServer, running_openai_server


@pytest.fixture(scope="session")
def openai_server() -> Iterator[OpenAIServer]:
    with running_openai_server() as server:
        yield server


@pytest.fixture
def server(openai_server: OpenAIServer) -> Iterator[OpenAIServer]:
    """With an empty script; whatever was sent to it must have been allowed by the protocol."""
    openai_server.play()
    yield openai_server
    assert openai_server.complaints == []


@pytest.fixture
def brain(server: OpenAIServer) -> LlmBrain:
    return LlmBrain(make_chat_model("openai:test-model", api_key="a-key", base_url=server.base_url))
