"""From a setting such as "openai:gpt-4.1-mini" to a LangChain chat model, without reading the environment."""

import importlib
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel

OPENAI_URL = "https://api.openai.com/v1"


class ModelSettingInvalid(ValueError):
    """The setting names no chat model that can be used here."""


@dataclass(frozen=True, slots=True)
class Provider:
    module: str
    chat_model: str
    package: str


PROVIDERS = {
    "openai": Provider("langchain_openai", "ChatOpenAI", "langchain-openai"),
    "anthropic": Provider("langchain_anthropic", "ChatAnthropic", "langchain-anthropic"),
    "google_genai": Provider("langchain_google_genai", "ChatGoogleGenerativeAI", "langchain-google-genai"),
    "mistralai": Provider("langchain_mistralai", "ChatMistralAI", "langchain-mistralai"),
}


def make_chat_model(
    setting: str,
    *,
    api_key: str | None,
    base_url: str | None = None,
    timeout_seconds: float = 20,
    temperature: float | None = None,
) -> BaseChatModel:
    """`setting` is "provider:model", such as "anthropic:claude-sonnet-4-5".

    With "openai", `base_url` may be that of any server that speaks its protocol; such a server may need no key.
    Raises ModelSettingInvalid.
    """
    name, _, model = setting.partition(":")
    provider = PROVIDERS.get(name)
    if provider is None or not model.strip():
        raise ModelSettingInvalid(
            f"Se escribe proveedor:modelo (aquí dice {setting!r}), con uno de: {', '.join(PROVIDERS)}."
        )
    if not api_key and not (name == "openai" and base_url):
        raise ModelSettingInvalid(f"El modelo {setting!r} necesita su clave en LLM_API_KEY.")
    options: dict[str, Any] = {
        "model": model.strip(),
        "api_key": api_key or "not-needed",
        "timeout": timeout_seconds,
        "max_retries": 0,  # a model that fails is not waited for: the rules brain answers the same turn
    }
    if temperature is not None:
        options["temperature"] = temperature
    if name == "openai":
        options |= {"base_url": base_url or OPENAI_URL, "use_responses_api": False}
    elif base_url:
        options["base_url"] = base_url
    chat_model: BaseChatModel = _load(provider)(**options)
    return chat_model


def _load(provider: Provider) -> Any:
    try:
        return getattr(importlib.import_module(provider.module), provider.chat_model)
    except ImportError as missing:
        raise ModelSettingInvalid(
            f"Ese modelo necesita el paquete {provider.package}: pip install {provider.package}"
        ) from missing
