"""WhatsApp by Meta's Cloud API: what it posts, what it is sent, and what its codes mean."""
