"""Every refusal has the same envelope, whatever refused."""

from uuid import UUID

import httpx
import pytest

from api.errors import CODES, MESSAGES, code_of, problem_of
from data.errors import AlreadyExists, DatabaseUnavailable, NotFound
from tests.api.service import Service, Store, error_of


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/v1/nada", None, 404, "NOT_FOUND"),
        ("DELETE", "/v1/products", None, 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/v1/users/me", None, 401, "UNAUTHORIZED"),
        ("POST", "/v1/auth/sign-in", {"email": "a@b.cl"}, 422, "VALIDATION_ERROR"),
        ("POST", "/v1/webhooks/channels/no-es-un-id", {}, 404, "NOT_FOUND"),
        ("GET", f"/v1/webchat/{UUID(int=7)}/messages", None, 404, "NOT_FOUND"),
    ],
)
async def test_a_refusal_has_the_envelope(
    anyone: httpx.AsyncClient, method: str, path: str, body: object, status: int, code: str
) -> None:
    response = await anyone.request(method, path, json=body)
    assert response.status_code == status
    assert error_of(response)["code"] == code


async def test_a_field_to_correct_is_named_in_spanish(anyone: httpx.AsyncClient) -> None:
    error = error_of(await anyone.post("/v1/auth/sign-in", json={"email": "a@b.cl"}))
    assert error["details"] == {"fields": [{"field": "password", "code": "missing", "message": "Falta este dato."}]}


async def test_a_body_that_is_no_json_is_refused(anyone: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = await anyone.post("/v1/auth/sign-in", content=b'{"email": ', headers=headers)
    assert response.status_code == 422
    assert error_of(response)["details"]["fields"][0]["code"] == "json_invalid"


async def test_json_nested_without_end_is_refused(anyone: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = await anyone.post("/v1/auth/sign-in", content=b"[" * 100_000, headers=headers)
    assert response.status_code in (400, 422)
    error_of(response)


@pytest.mark.parametrize("path", ["/v1/products/%00", "/v1/products?q=%00", "/v1/products?after=%00", "/v1/orders/%00"])
async def test_what_the_database_cannot_hold_is_the_callers_mistake(owner: httpx.AsyncClient, path: str) -> None:
    response = await owner.get(path)
    assert response.status_code in (200, 404, 422)


def test_every_code_has_words_for_people() -> None:
    assert set(CODES) == set(MESSAGES)
    assert len(set(MESSAGES.values())) == len(MESSAGES)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("conversation"), 404),
        (AlreadyExists("tenant"), 409),
        (DatabaseUnavailable("postgresql://someone:***@host/db: refused"), 503),
        (ConnectionRefusedError(111, "refused"), 503),
        (TimeoutError(), 503),
        (ZeroDivisionError("secret detail"), 500),
        (FileNotFoundError(2, "no such file", "/etc/secret"), 500),
    ],
)
def test_an_exception_from_below_becomes_its_status_and_tells_nothing(error: Exception, status: int) -> None:
    problem = problem_of(error)
    assert problem.status == status
    assert problem.message == MESSAGES[status]
    assert "secret" not in bytes(problem.response().body).decode()


def test_an_unknown_status_still_has_a_code() -> None:
    assert code_of(418) == "BAD_REQUEST"
    assert code_of(507) == "INTERNAL_ERROR"


async def test_every_answer_carries_its_id_and_the_security_headers(anyone: httpx.AsyncClient) -> None:
    for path in ("/v1/nada", "/healthz", "/"):
        headers = (await anyone.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert len(headers["x-request-id"]) == 32


async def test_the_description_shows_our_envelope_for_every_refusal(service: Service, store: Store) -> None:
    async with service.client() as client:
        schema = (await client.get("/openapi.json")).json()
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    refusals = [
        content["schema"]["$ref"].rpartition("/")[2]
        for path, operations in schema["paths"].items()
        if path != "/health"
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if status.startswith("4")
        for content in answer["content"].values()
    ]
    assert set(refusals) == {"ErrorEnvelope"}
