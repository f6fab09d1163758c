"""The rules brain: the deterministic seller, and what answers when a model cannot."""

from agent.brains.rules.brain import RulesBrain

__all__ = ["RulesBrain"]
