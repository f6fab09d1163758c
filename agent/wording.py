"""The agent's voice: the prompt files with the ways of writing money at hand."""

from data.money import spoken
from prompts import Prompts

_prompts = Prompts({"money": spoken})

say = _prompts.say
system_prompt = _prompts.system
