"""What happens here, told to the shop's other systems: subscriptions and n8n workflows."""
