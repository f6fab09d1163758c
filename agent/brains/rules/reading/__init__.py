"""From text to intents: pure functions, without database or memory."""
