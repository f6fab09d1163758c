"""WhatsApp by Twilio: signed webhooks in, the Messages and Content APIs out, and its list of messages to ask."""
