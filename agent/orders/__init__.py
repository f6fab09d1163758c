"""Orders beyond the conversation: into the shop's own system, once, and back with what became of them."""
