"""Judges the agent by scripted shoppers: scenarios are read, played on a throwaway store, judged and reported."""
