"""The brain that drives a chat model with tools: the model proposes, the tools and the guardrails decide."""

from agent.brains.llm.brain import LlmBrain
from agent.brains.llm.models import ModelSettingInvalid, make_chat_model

__all__ = ["LlmBrain", "ModelSettingInvalid", "make_chat_model"]
