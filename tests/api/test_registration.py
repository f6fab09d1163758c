"""Opening a store over HTTP."""

import secrets

import httpx
import pytest

from tests.api.service import PASSWORD, Service, error_of
from tests.database import make_rut

GOOD = {"business_name": "Ferretería El Maestro", "email": "duena@ejemplo.cl", "password": PASSWORD}


async def test_a_new_store_can_sign_in_and_has_its_chat(service: Service, anyone: httpx.AsyncClient) -> None:
    rut = make_rut()
    email = f"{secrets.token_hex(8)}@Ejemplo.cl"
    dotted = f"{rut[:2]}.{rut[2:5]}.{rut[5:].lower()}"
    response = await anyone.post("/v1/tenants/register", json=GOOD | {"rut": dotted, "email": email})
    assert response.status_code == 201
    store = response.json()
    assert (store["rut"], store["name"], store["status"]) == (rut, "Ferretería El Maestro", "active")
    assert "Ferretería El Maestro" in (await anyone.get(store["webchat_url"])).text

    signed_in = (await anyone.post("/v1/auth/sign-in", json={"email": email, "password": PASSWORD})).json()
    assert signed_in["role"] == "owner"
    async with service.client(signed_in["access_token"]) as client:
        tenant = (await client.get(f"/v1/tenants/{store['tenant_id']}")).json()
    assert (tenant["rut"], tenant["currency"]) == (rut, "CLP")


async def test_a_rut_is_taken_once(anyone: httpx.AsyncClient) -> None:
    body = GOOD | {"rut": make_rut()}
    assert (await anyone.post("/v1/tenants/register", json=body)).status_code == 201
    again = await anyone.post("/v1/tenants/register", json=body | {"rut": body["rut"].replace("-", "")})
    assert again.status_code == 409
    assert error_of(again)["details"] == {"field": "rut"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("rut", "12345678-9", "dígito verificador"),
        ("rut", "no es un rut", "solo números"),
        ("rut", "", "dígito verificador"),
        ("email", "sin-arroba", "correo"),
        ("email", "a@b", "correo"),
        ("email", "a b@c.cl", "correo"),
        ("business_name", "\u200b\x00 ", "nombre"),
    ],
)
async def test_a_field_to_correct_is_named(anyone: httpx.AsyncClient, field: str, value: str, said: str) -> None:
    response = await anyone.post("/v1/tenants/register", json=GOOD | {"rut": make_rut(), field: value})
    assert response.status_code == 422
    error = error_of(response)
    assert error["code"] == "VALIDATION_ERROR"
    assert error["details"]["field"] == field
    assert said in error["message"]


@pytest.mark.parametrize("password", ["corta", "x" * 129])
async def test_a_password_has_a_sensible_length(anyone: httpx.AsyncClient, password: str) -> None:
    response = await anyone.post("/v1/tenants/register", json=GOOD | {"rut": make_rut(), "password": password})
    assert response.status_code == 422
    assert error_of(response)["details"]["fields"][0]["field"] == "password"
