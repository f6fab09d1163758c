"""A tenant's language model: which one, its prompts, its spending."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from data.encryption import SecretBox
from data.models import ModelUsage, PromptVersion, TenantModel
from data.repositories.repository import Repository

SEALED_AT = "tenant_models"


class LanguageModelRepository(Repository):
    async def get(self) -> TenantModel | None:
        return await self.session.get(TenantModel, self.tenant_id)

    async def put(
        self,
        *,
        setting: str,
        base_url: str | None,
        key: str | None,
        is_enabled: bool,
        most_usd_a_month: Decimal | None,
        box: SecretBox,
    ) -> TenantModel:
        """`key` None keeps the one there is, "" forgets it."""
        row = await self.get()
        if row is None:
            row = TenantModel(tenant_id=self.tenant_id)
            self.session.add(row)
        row.setting, row.base_url, row.is_enabled = setting, base_url, is_enabled
        row.most_usd_a_month = most_usd_a_month
        if key is not None:
            row.secrets = box.seal({"key": key}, self.tenant_id, SEALED_AT) if key else None
        await self.session.flush()
        await self.session.refresh(row)
        return row

    async def remove(self) -> bool:
        """Back to the installation's model."""
        statement = delete(TenantModel).where(TenantModel.tenant_id == self.tenant_id).returning(TenantModel.tenant_id)
        return (await self.session.execute(statement)).scalar_one_or_none() is not None

    async def count(
        self, month: date, model: str, *, calls: int, input_tokens: int, output_tokens: int, cost: Decimal | None
    ) -> None:
        """Add to a month's usage; `cost` None: nobody knows the price."""
        values = {
            "call_count": calls,
            "input_token_count": input_tokens,
            "output_token_count": output_tokens,
            "cost_usd": cost or Decimal(0),
            "unpriced_count": calls if cost is None else 0,
        }
        statement = insert(ModelUsage).values(tenant_id=self.tenant_id, month=month, model=model[:200], **values)
        added = {name: getattr(ModelUsage, name) + value for name, value in values.items()}
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["tenant_id", "month", "model"], set_=added)
        )

    async def usage(self, month: date) -> Sequence[ModelUsage]:
        statement = (
            select(ModelUsage)
            .where(ModelUsage.tenant_id == self.tenant_id, ModelUsage.month == month)
            .order_by(ModelUsage.model)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def spent(self, month: date) -> Decimal:
        statement = select(func.sum(ModelUsage.cost_usd)).where(
            ModelUsage.tenant_id == self.tenant_id, ModelUsage.month == month
        )
        return (await self.session.execute(statement)).scalar_one() or Decimal(0)


class PromptRepository(Repository):
    async def current(self, channel_id: UUID | None = None) -> dict[str, str]:
        """The texts that stand in for the files on a channel: its own before the tenant's."""
        statement = (
            select(PromptVersion)
            .ext(distinct_on(PromptVersion.name, PromptVersion.channel_id))
            .where(
                PromptVersion.tenant_id == self.tenant_id,
                PromptVersion.channel_id.is_(None) | (PromptVersion.channel_id == channel_id),
            )
            .order_by(PromptVersion.name, PromptVersion.channel_id, PromptVersion.version.desc())
        )
        rows = (await self.session.execute(statement)).scalars().all()
        ordered = sorted(rows, key=lambda row: row.channel_id is not None)
        return {row.name: row.text for row in ordered if row.text is not None}

    async def versions(self, name: str, channel_id: UUID | None, limit: int = 50) -> Sequence[PromptVersion]:
        """Newest first."""
        statement = (
            select(PromptVersion)
            .where(
                PromptVersion.tenant_id == self.tenant_id,
                PromptVersion.name == name,
                PromptVersion.channel_id.is_not_distinct_from(channel_id),
            )
            .order_by(PromptVersion.version.desc())
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def put(self, name: str, channel_id: UUID | None, text: str | None, author: str) -> PromptVersion:
        """A new version on top; the same text again adds none."""
        newest = next(iter(await self.versions(name, channel_id, limit=1)), None)
        if newest is not None and newest.text == text:
            return newest
        row = PromptVersion(
            tenant_id=self.tenant_id,
            id=uuid4(),
            name=name,
            channel_id=channel_id,
            version=newest.version + 1 if newest else 1,
            text=text,
            author=author,
        )
        self.session.add(row)
        await self.session.flush()
        await self.session.refresh(row)
        return row
