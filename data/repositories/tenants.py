"""The tenant itself, its members and its channels."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB

from data.errors import AlreadyExists, NotFound
from data.models import Channel, Conversation, Member, Tenant
from data.repositories.demand import WaitlistRepository
from data.repositories.repository import Repository
from data.search.own_words import OwnWords
from data.states import ChannelKind, Role

# Where tenants.settings has them.
OWN_WORDS = "lexicon"


class TenantRepository(Repository):
    async def create(self, rut: str, name: str) -> Tenant:
        """The tenant of this transaction. Raises AlreadyExists when the RUT is taken (also by a race)."""
        tenant = Tenant(id=self.tenant_id, rut=rut, name=name)
        await self.insert(tenant, AlreadyExists(f"tenant {rut}"))
        return tenant

    async def get(self, *, lock: bool = False) -> Tenant:
        """With `lock`, nobody else changes it until this transaction ends."""
        options = {"with_for_update": {"key_share": True}, "populate_existing": True} if lock else {}
        tenant = await self.session.get(Tenant, self.tenant_id, **options)  # type: ignore[arg-type]  # both or none
        if tenant is None:
            raise NotFound("tenant")
        return tenant

    async def lock_catalogue(self) -> None:
        """Those who change the catalogue do so one after the other, until the end of this transaction."""
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"catalogue:{self.tenant_id}", 0)))
        )

    async def bump_catalogue_version(self) -> int:
        """Tell every process that its search index is out of date, and those who wait for stock that there may be."""
        await self.lock_catalogue()
        await WaitlistRepository(self.session).serve_later()
        statement = (
            update(Tenant)
            .where(Tenant.id == self.tenant_id)
            .values(catalogue_version=Tenant.catalogue_version + 1)
            .returning(Tenant.catalogue_version)
        )
        return (await self.session.execute(statement)).scalar_one()

    async def catalogue_version(self) -> int:
        statement = select(Tenant.catalogue_version).where(Tenant.id == self.tenant_id)
        version = (await self.session.execute(statement)).scalar_one_or_none()
        if version is None:
            raise NotFound("tenant")
        return version

    async def catalogue_version_and_words(self) -> tuple[int, OwnWords]:
        """Of one moment: an index made of these words carries this version."""
        statement = select(Tenant.catalogue_version, Tenant.settings[OWN_WORDS]).where(Tenant.id == self.tenant_id)
        row = (await self.session.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("tenant")
        return row[0], OwnWords.read(row[1])

    async def set_own_words(self, own: OwnWords) -> None:
        """The shop's whole lexicon; every process makes its indexes anew, of products and of what the shop tells."""
        await self.lock_catalogue()
        if (await self.catalogue_version_and_words())[1] == own:
            return
        kept = func.jsonb_build_object(OWN_WORDS, cast([list(group) for group in own.groups], JSONB))
        statement = update(Tenant).where(Tenant.id == self.tenant_id)
        await self.session.execute(
            statement.values(
                settings=Tenant.settings.op("||")(kept), knowledge_version=Tenant.knowledge_version + 1
            ).execution_options(synchronize_session=False)
        )
        await self.bump_catalogue_version()

    async def next_order_number(self) -> int:
        statement = (
            update(Tenant)
            .where(Tenant.id == self.tenant_id)
            .values(last_order_number=Tenant.last_order_number + 1)
            .returning(Tenant.last_order_number)
        )
        return (await self.session.execute(statement)).scalar_one()


class MemberRepository(Repository):
    async def add(self, email: str, password_hash: str, role: Role) -> Member:
        """`email` in lower case. Raises AlreadyExists."""
        member = Member(tenant_id=self.tenant_id, email=email, password_hash=password_hash, role=role)
        await self.insert(member, AlreadyExists(f"member {email}"))
        return member

    async def get(self, member_id: UUID) -> Member | None:
        return await self.session.get(Member, (self.tenant_id, member_id))

    async def by_email(self, email: str) -> Member | None:
        statement = select(Member).where(Member.tenant_id == self.tenant_id, Member.email == email)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def all(self) -> Sequence[Member]:
        statement = select(Member).where(Member.tenant_id == self.tenant_id).order_by(Member.created_at, Member.id)
        return (await self.session.execute(statement)).scalars().all()


class ChannelRepository(Repository):
    async def add(
        self,
        kind: ChannelKind,
        name: str,
        address: str,
        config: dict[str, object],
        secrets: bytes | None,
        *,
        channel_id: UUID | None = None,
    ) -> Channel:
        """`secrets` is ciphertext bound to `channel_id` (data.encryption).

        Raises AlreadyExists for a second (kind, address).
        """
        channel = Channel(
            tenant_id=self.tenant_id,
            id=channel_id or uuid4(),
            kind=kind,
            name=name,
            address=address,
            config=config,
            secrets=secrets,
        )
        await self.insert(channel, AlreadyExists(f"channel {address}"))
        return channel

    async def get(self, channel_id: UUID) -> Channel | None:
        return await self.session.get(Channel, (self.tenant_id, channel_id))

    async def is_used(self, channel_id: UUID) -> bool:
        """Whether anything was ever said on it."""
        statement = select(
            select(Conversation.id)
            .where(Conversation.tenant_id == self.tenant_id, Conversation.channel_id == channel_id)
            .exists()
        )
        return bool((await self.session.execute(statement)).scalar_one())

    async def remove(self, channel_id: UUID) -> None:
        await self.session.execute(delete(Channel).where(Channel.tenant_id == self.tenant_id, Channel.id == channel_id))

    async def by_address(self, kind: ChannelKind, address: str) -> Channel | None:
        statement = select(Channel).where(
            Channel.tenant_id == self.tenant_id, Channel.kind == kind, Channel.address == address
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def all(self) -> Sequence[Channel]:
        statement = select(Channel).where(Channel.tenant_id == self.tenant_id).order_by(Channel.created_at, Channel.id)
        return (await self.session.execute(statement)).scalars().all()
