"""Finds variants for words: lexical and vector retrieval over one catalogue; pure, no database."""
