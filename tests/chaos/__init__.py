"""Runs in which what can fail does: in the suite short, whole by hand. Each has a control that must fail."""
