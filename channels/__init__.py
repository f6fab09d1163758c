"""Carries messages between shoppers and the store of record. Imports data, never agent or ingestion."""
