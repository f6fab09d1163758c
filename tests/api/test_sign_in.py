"""Signing in: who gets a token, who does not, and how often one may try."""

import asyncio
import itertools
import secrets
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from api.passwords import hash_password, needs_rehash, verify_password
from data.database import Database
from data.states import Role
from tests.api.service import PASSWORD, Service, Store, error_of, open_store, serve

_callers = itertools.count(1)


def caller() -> dict[str, str]:
    """The headers of someone else, as the proxy that the service trusts by default passes them on."""
    number = next(_callers)
    return {"X-Forwarded-For": f"203.0.{number // 250}.{number % 250 + 1}"}


async def sign_in(
    client: httpx.AsyncClient, headers: Mapping[str, str] | None = None, /, **body: str
) -> httpx.Response:
    return await client.post("/v1/auth/sign-in", json=body, headers=headers or caller())


async def test_the_owner_signs_in_and_is_recognised(service: Service, store: Store) -> None:
    async with service.client() as client:
        response = await sign_in(client, email=store.email.upper(), password=PASSWORD)
    assert response.status_code == 200
    body = response.json()
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 3600
    assert body["tenant"] == {"id": str(store.tenant_id), "rut": store.rut, "name": store.name}
    assert body["role"] == "owner"
    async with service.client(body["access_token"]) as client:
        me = (await client.get("/v1/users/me")).json()
    assert (me["tenant_id"], me["email"], me["role"]) == (str(store.tenant_id), store.email, "owner")


async def test_a_wrong_password_and_an_unknown_address_are_told_the_same(service: Service, store: Store) -> None:
    async with service.client() as client:
        wrong = await sign_in(client, email=store.email, password="otra cosa")
        unknown = await sign_in(client, email=f"{secrets.token_hex(8)}@ejemplo.cl", password="otra cosa")
    assert wrong.status_code == unknown.status_code == 401
    assert error_of(wrong) == error_of(unknown)


async def test_whoever_works_in_two_stores_names_one(service: Service, store: Store, other_store: Store) -> None:
    async with service.runtime.database.transaction(other_store.tenant_id) as tx:
        await tx.members.add(store.email, await hash_password(PASSWORD), Role.SELLER)
    async with service.client() as client:
        unclear = await sign_in(client, email=store.email, password=PASSWORD)
        named = await sign_in(client, email=store.email, password=PASSWORD, rut=other_store.rut)
        elsewhere = await sign_in(client, email=store.email, password=PASSWORD, rut="11111111-1")
    assert unclear.status_code == 409
    assert error_of(unclear)["details"]["ruts"] == sorted([store.rut, other_store.rut])
    assert named.json()["tenant"]["id"] == str(other_store.tenant_id)
    assert named.json()["role"] == "seller"
    assert elsewhere.status_code == 401


async def test_only_stores_whose_password_matches_are_told(service: Service, store: Store, other_store: Store) -> None:
    async with service.runtime.database.transaction(other_store.tenant_id) as tx:
        await tx.members.add(store.email, await hash_password("another password"), Role.SELLER)
    async with service.client() as client:
        response = await sign_in(client, email=store.email, password=PASSWORD)
    assert response.json()["tenant"]["id"] == str(store.tenant_id)


async def test_the_eleventh_wrong_guess_is_not_even_heard(service: Service, store: Store) -> None:
    async with service.client() as client:
        client.headers.update(caller())
        guesses = [await sign_in(client, client.headers, email=store.email, password=f"guess {n}") for n in range(10)]
        late = await sign_in(client, client.headers, email=store.email, password=PASSWORD)
    assert [guess.status_code for guess in guesses] == [401] * 10
    assert guesses[0].headers["x-ratelimit-limit"] == "10"
    assert [guess.headers["x-ratelimit-remaining"] for guess in guesses] == [str(left) for left in range(9, -1, -1)]
    assert late.status_code == 429
    assert error_of(late)["code"] == "RATE_LIMIT_EXCEEDED"
    assert int(late.headers["retry-after"]) > 0


async def test_signing_in_rightly_is_never_too_often(service: Service) -> None:
    store = await open_store(service)
    async with service.client() as client:
        headers = caller()
        answers = [await sign_in(client, headers, email=store.email, password=PASSWORD) for _ in range(35)]
    assert {answer.status_code for answer in answers} == {200}


async def test_guesses_under_way_count_too(service: Service, store: Store) -> None:
    async with service.client() as client:
        headers = caller()
        guesses = await asyncio.gather(
            *(sign_in(client, headers, email=store.email, password=f"guess {n}") for n in range(15))
        )
    assert [guess.status_code for guess in guesses].count(401) <= 10


async def test_a_caller_who_tries_many_addresses_is_stopped(service: Service, store: Store) -> None:
    async with service.client() as client:
        headers = caller()
        own = [await sign_in(client, headers, email=store.email, password=PASSWORD)]
        guesses = [await sign_in(client, headers, email=f"{n}@ejemplo.cl", password="123456") for n in range(30)]
        own.append(await sign_in(client, headers, email=store.email, password=PASSWORD))
        late = await sign_in(client, headers, email="otra@ejemplo.cl", password="123456")
        elsewhere = await sign_in(client, email="otra@ejemplo.cl", password="123456")
    assert [guess.status_code for guess in guesses] == [401] * 30
    assert own[0].status_code == 200
    assert [own[1].status_code, late.status_code, elsewhere.status_code] == [429, 429, 401]


async def test_an_account_of_ones_own_buys_no_more_guesses_at_others(service: Service, store: Store) -> None:
    async with service.client() as client:
        headers = caller()
        for n in range(29):
            await sign_in(client, headers, email=f"{n}@ejemplo.cl", password="123456")
        assert (await sign_in(client, headers, email=store.email, password=PASSWORD)).status_code == 200
        last = [await sign_in(client, headers, email=f"otra{n}@ejemplo.cl", password="123456") for n in range(2)]
    assert [guess.status_code for guess in last] == [401, 429]


async def test_strangers_slow_an_owner_and_never_lock_them_out(
    service: Service, store: Store, other_store: Store
) -> None:
    async with service.client() as client:

        async def first_of(*emails: str) -> tuple[str, httpx.Response]:
            """Whose sign-in ends first, and how the first of them ends."""
            signing = [asyncio.create_task(sign_in(client, email=email, password=PASSWORD)) for email in emails]
            (done, *_), _ = await asyncio.wait(signing, return_when=asyncio.FIRST_COMPLETED)
            return emails[signing.index(done)], (await asyncio.gather(*signing))[0]

        for email in (store.email, other_store.email):
            for stranger in [caller() for _ in range(6)]:
                for n in range(10):
                    await sign_in(client, stranger, email=email, password=f"guess {n}")
        first, answer = await first_of(store.email, "nadie@ejemplo.cl")
        assert (first, answer.status_code) == ("nadie@ejemplo.cl", 200)
        # Once its owner is in, that address is as any other.
        first, answer = await first_of(other_store.email, store.email)
        assert (first, answer.status_code) == (store.email, 200)


async def test_a_caller_cannot_name_another_address_unless_a_proxy_is_trusted(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # a name that only the server's library knows
    given = {"trusted_proxies": "10.0.0.1"}
    async with serve(database, database_url, tmp_path, **given) as service, service.client() as client:
        guesses = [await sign_in(client, email="duena@ejemplo.cl", password="123456") for _ in range(11)]
    assert [guess.status_code for guess in guesses] == [401] * 10 + [429]


@pytest.mark.parametrize("stored", ["", "not a hash", "$argon2id$v=19$m=19456,t=2,p=1$broken"])
async def test_what_is_no_hash_matches_no_password(stored: str) -> None:
    assert not await verify_password(stored, "")
    assert not await verify_password(stored, "nobody has this password")


async def test_nobodys_password_opens_nothing() -> None:
    assert not await verify_password(None, "nobody has this password")


async def test_a_password_is_the_same_however_its_accents_are_composed() -> None:
    stored = await hash_password("caf\u00e9 con pi\u00f1a")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_rehash(stored)
    assert await verify_password(stored, "cafe\u0301 con pin\u0303a")


async def test_an_old_hash_is_renewed_when_its_owner_signs_in(service: Service, store: Store) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        member = await tx.members.by_email(store.email)
        assert member is not None
        member.password_hash = old
    async with service.client() as client:
        assert (await sign_in(client, email=store.email, password=PASSWORD)).status_code == 200
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        member = await tx.members.by_email(store.email)
        assert member is not None
        assert not needs_rehash(member.password_hash)
