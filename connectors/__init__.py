"""Clients of a tenant's other systems: plain values in and out, no database; imports nothing of ours."""
