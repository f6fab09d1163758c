"""Every route as every role, against the table in docs/api-roles.md."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from api.app import create_app
from api.dependencies import RANK
from api.settings import Settings
from data.states import Role
from tests.api.service import Service, Store, error_of

TABLE = Path(__file__).parents[2] / "docs" / "api-roles.md"
_LINE = re.compile(r"^\| (GET|POST|PUT|PATCH|DELETE) (\S+) \| (\w+) \|$", re.MULTILINE)

LEAST = {(method, path): least for method, path, least in _LINE.findall(TABLE.read_text(encoding="utf-8"))}
FOR_MEMBERS = {route: Role(least) for route, least in LEAST.items() if least in list(Role)}


def described_routes() -> set[tuple[str, str]]:
    async def never() -> None: ...

    schema = create_app(never, Settings()).openapi()  # type: ignore[arg-type]  # the application is described, not run
    return {(method.upper(), path) for path, operations in schema["paths"].items() for method in operations}


def test_the_table_lists_every_route_and_no_other() -> None:
    assert set(LEAST) == described_routes()


def test_roles_are_ranked_from_least_to_most() -> None:
    assert set(RANK) == set(Role)
    assert (RANK[0], RANK[-1]) == (Role.VIEWER, Role.OWNER)


@pytest.mark.parametrize(("method", "path"), FOR_MEMBERS.keys(), ids=" ".join)
async def test_a_route_opens_to_its_role_and_those_above(
    service: Service, store: Store, method: str, path: str
) -> None:
    least = FOR_MEMBERS[method, path]
    address = re.sub(r"\{\w+\}", lambda _: str(uuid4()), path)
    allowed = set()
    for role, token in store.tokens.items():
        async with service.client(token) as client:
            response = await client.request(method, address)
        if response.status_code == 403:
            assert error_of(response)["details"] == {"role": role.value, "required": least.value}
        else:
            assert response.status_code in (200, 202, 404, 422)
            allowed.add(role)
    assert allowed == {role for role in Role if RANK.index(role) >= RANK.index(least)}


@pytest.mark.parametrize(("method", "path"), [r for r, least in LEAST.items() if least not in ("public", "signed")])
async def test_a_route_is_closed_without_a_token(service: Service, store: Store, method: str, path: str) -> None:
    address = path.replace("{channel_id}", str(store.webchat_id))
    address = re.sub(r"\{\w+\}", lambda _: str(uuid4()), address)
    async with service.client() as client:
        response = await client.request(method, address)
    assert response.status_code == 401
    assert error_of(response)["code"] == "UNAUTHORIZED"
