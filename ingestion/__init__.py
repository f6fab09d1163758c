"""A spreadsheet becomes a searchable catalogue. Imports connectors and data, never agent, channels or api."""
