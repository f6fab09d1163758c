"""A tenant's n8n: starting its workflows by webhook, signed, and listing them by its public API."""
