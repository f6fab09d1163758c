"""The people behind a conversation: told of it at the tenant's Chatwoot, and heard from there."""
