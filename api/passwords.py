"""Members' passwords: Argon2id with explicit parameters, hashed away from the event loop."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 8, 128

# OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Two at a time: guesses may queue, other requests keep the processor.
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="passwords")
# What an unknown e-mail is checked against, so that it takes as long as a known one.
_NOBODY = _HASHER.hash("nobody has this password")


async def hash_password(password: str) -> str:
    return await _in_thread(_HASHER.hash, _normal(password))


async def verify_password(stored: str | None, password: str) -> bool:
    """False for a wrong password, and for `stored` None after the same work."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, stored, _normal(password))


def needs_rehash(stored: str) -> bool:
    return _HASHER.check_needs_rehash(stored)


def _verify(stored: str | None, password: str) -> bool:
    try:
        _HASHER.verify(_NOBODY if stored is None else stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


async def _in_thread(work: Callable[[str], str], password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work, password)


def _normal(password: str) -> str:
    """One spelling of each character: phones and computers compose accents differently."""
    return unicodedata.normalize("NFKC", password)
