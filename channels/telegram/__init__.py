"""Telegram: its updates in, the Bot API out."""
