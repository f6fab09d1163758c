"""The description of the API says what the API does."""

from typing import Any

import httpx
import pytest

from data.states import Role
from tests.api.service import PASSWORD, Service, Store

WEBHOOK = "/v1/webhooks/channels/{channel_id}"
HUGE = b"{" + b" " * 1_500_000


@pytest.fixture
async def paths(anyone: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    described: dict[str, dict[str, Any]] = (await anyone.get("/openapi.json")).json()["paths"]
    return described


def statuses(paths: dict[str, dict[str, Any]], method: str, path: str) -> set[int]:
    return {int(status) for status in paths[path][method]["responses"]}


async def test_what_stands_around_every_route_is_described(paths: dict[str, dict[str, Any]]) -> None:
    for path, operations in paths.items():
        for method, operation in operations.items():
            described = statuses(paths, method, path)
            assert (503 in described) == (path != "/healthz")
            assert "security" not in operation or 401 in described, path
            assert "requestBody" not in operation or 413 in described, path


async def test_signing_in_answers_as_described(
    paths: dict[str, dict[str, Any]], anyone: httpx.AsyncClient, store: Store
) -> None:
    url, headers = "/v1/auth/sign-in", {"X-Forwarded-For": "198.51.100.7"}
    wrong = {"email": store.email, "password": "otra cosa"}
    seen = {
        (await anyone.post(url, json={"email": store.email, "password": PASSWORD})).status_code,
        (await anyone.post(url, json={})).status_code,
        (await anyone.post(url, content=HUGE)).status_code,
        *[(await anyone.post(url, json=wrong, headers=headers)).status_code for _ in range(11)],
    }
    assert seen == {200, 401, 413, 422, 429}
    assert statuses(paths, "post", url) == seen | {409, 503}


async def test_who_one_is_answers_as_described(
    paths: dict[str, dict[str, Any]], anyone: httpx.AsyncClient, owner: httpx.AsyncClient
) -> None:
    seen = {(await client.get("/v1/users/me")).status_code for client in (anyone, owner)}
    assert statuses(paths, "get", "/v1/users/me") == seen | {503} == {200, 401, 503}


async def test_a_webhook_is_described_as_it_comes(paths: dict[str, dict[str, Any]], anyone: httpx.AsyncClient) -> None:
    operation = paths[WEBHOOK]["post"]
    assert set(operation["requestBody"]["content"]) == {"application/x-www-form-urlencoded", "application/json"}
    assert [parameter["name"] for parameter in operation["parameters"]] == ["channel_id"]
    assert statuses(paths, "post", WEBHOOK) == {200, 400, 403, 404, 413, 503}
    assert (await anyone.post(WEBHOOK, content=HUGE)).status_code == 413
    assert (await anyone.post(WEBHOOK, json={})).status_code == 404


async def test_connecting_a_number_answers_as_described(
    paths: dict[str, dict[str, Any]], service: Service, store: Store, anyone: httpx.AsyncClient
) -> None:
    number = {"number": "+56 9 1111 3333", "account_sid": f"AC{'0' * 32}", "auth_token": "f" * 32}
    url = "/v1/channels"
    async with service.client(store.tokens[Role.VIEWER]) as viewer, service.client(store.tokens[Role.OWNER]) as owner:
        seen = {
            (await anyone.post(url, json=number)).status_code,
            (await viewer.post(url, json=number)).status_code,
            *[(await owner.post(url, json=number)).status_code for _ in range(2)],
            (await owner.post(url, json={})).status_code,
            (await owner.post(url, content=HUGE)).status_code,
        }
    assert seen == {401, 403, 201, 409, 422, 413}
    assert statuses(paths, "post", url) == seen | {503}
