"""Decides what to say and do: one turn in, replies out. Imports data and prompts, never channels or ingestion."""
