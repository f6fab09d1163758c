"""What is done for all tenants, one after the other."""

import asyncio
from uuid import UUID, uuid4

from api.worker import for_each


async def test_a_tenant_that_never_ends_does_not_hold_up_the_next() -> None:
    slow, next_one, done = uuid4(), uuid4(), list[UUID]()

    async def work(tenant_id: UUID) -> None:
        if tenant_id == slow:
            await asyncio.Event().wait()
        done.append(tenant_id)

    await for_each([slow, next_one], work, most_seconds=0.01)
    assert done == [next_one]
