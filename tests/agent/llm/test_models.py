"""Settings that name a chat model."""

import pytest
from langchain_openai import ChatOpenAI

from agent.brains.llm import ModelSettingInvalid, make_chat_model


def test_an_openai_model_is_made_from_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.example")
    model = make_chat_model("openai:gpt-4.1-mini", api_key="given", timeout_seconds=7)
    assert isinstance(model, ChatOpenAI)
    assert model.model_name == "gpt-4.1-mini"
    assert model.max_retries == 0
    assert model.request_timeout == 7
    assert model.root_async_client.api_key == "given"
    assert str(model.root_async_client.base_url) == "https://api.openai.com/v1/"


def test_a_server_of_ones_own_needs_no_key_and_may_have_colons_in_its_names() -> None:
    model = make_chat_model("openai:llama3:8b", api_key=None, base_url="http://127.0.0.1:11434/v1")
    assert isinstance(model, ChatOpenAI)
    assert model.model_name == "llama3:8b"


@pytest.mark.parametrize(
    ("setting", "api_key", "said"),
    [
        ("openai:gpt-4.1-mini", None, "necesita su clave"),
        ("openai:gpt-4.1-mini", "", "necesita su clave"),
        ("gpt-4.1-mini", "k", "proveedor:modelo"),
        ("openai:", "k", "proveedor:modelo"),
        ("", "k", "proveedor:modelo"),
        ("nobody:x", "k", "openai, anthropic, google_genai"),
        ("anthropic:claude-sonnet-4-5", "k", "pip install langchain-anthropic"),
        ("google_genai:gemini-2.5-flash", "k", "pip install langchain-google-genai"),
    ],
)
def test_a_setting_that_cannot_be_used_says_what_is_missing(setting: str, api_key: str | None, said: str) -> None:
    with pytest.raises(ModelSettingInvalid, match=said):
        make_chat_model(setting, api_key=api_key)
