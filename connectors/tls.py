"""The certificates we trust, read once: to read them takes 25 ms, and there are many clients."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
