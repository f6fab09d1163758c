"""From an intent to the products meant, and how sure that is."""
