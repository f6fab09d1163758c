"""Chatwoot: the agent bot of its inboxes, and the calls that the desk makes too."""
