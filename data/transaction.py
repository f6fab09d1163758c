"""One transaction of one tenant, with a repository for each thing it may touch."""

from functools import cached_property
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from data.jobs import JobQueue
from data.repositories.catalogue import CatalogueRepository
from data.repositories.connections import ConnectionRepository
from data.repositories.conversations import ConversationRepository
from data.repositories.demand import LeadRepository, WaitlistRepository
from data.repositories.desks import DeskRepository
from data.repositories.edits import EditRepository
from data.repositories.events import EventRepository
from data.repositories.imports import ImportRepository
from data.repositories.indexed import IndexedRepository
from data.repositories.knowledge import KnowledgeRepository, SuggestionRepository
from data.repositories.language_models import LanguageModelRepository, PromptRepository
from data.repositories.mappings import MappingRepository
from data.repositories.media import MediaRepository
from data.repositories.messages import MessageRepository
from data.repositories.outbound import OutboundRepository
from data.repositories.planning import PlanRepository
from data.repositories.sales import CartRepository, OrderRepository
from data.repositories.search_vectors import SearchVectorRepository
from data.repositories.staging import StagingRepository
from data.repositories.submissions import SubmissionRepository
from data.repositories.subscriptions import SubscriptionRepository
from data.repositories.tenants import ChannelRepository, MemberRepository, TenantRepository
from data.repositories.turns import TurnRepository
from data.repositories.unanswered import UnansweredRepository
from data.repositories.vectors import VectorRepository
from data.repositories.versions import VersionRepository
from data.repositories.workflows import WorkflowRepository


class Transaction:
    """Made by `data.database.Database.transaction`, which commits it; never kept beyond it."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self.tenant_id = tenant_id

    @cached_property
    def tenants(self) -> TenantRepository:
        return TenantRepository(self._session)

    @cached_property
    def members(self) -> MemberRepository:
        return MemberRepository(self._session)

    @cached_property
    def channels(self) -> ChannelRepository:
        return ChannelRepository(self._session)

    @cached_property
    def conversations(self) -> ConversationRepository:
        return ConversationRepository(self._session)

    @cached_property
    def messages(self) -> MessageRepository:
        return MessageRepository(self._session)

    @cached_property
    def outbound(self) -> OutboundRepository:
        return OutboundRepository(self._session)

    @cached_property
    def desks(self) -> DeskRepository:
        return DeskRepository(self._session)

    @cached_property
    def media(self) -> MediaRepository:
        return MediaRepository(self._session)

    @cached_property
    def unanswered(self) -> UnansweredRepository:
        return UnansweredRepository(self._session)

    @cached_property
    def turns(self) -> TurnRepository:
        return TurnRepository(self._session)

    @cached_property
    def catalogue(self) -> CatalogueRepository:
        return CatalogueRepository(self._session)

    @cached_property
    def search_vectors(self) -> SearchVectorRepository:
        return SearchVectorRepository(self._session)

    @cached_property
    def indexed(self) -> IndexedRepository:
        return IndexedRepository(self._session)

    @cached_property
    def vectors(self) -> VectorRepository:
        return VectorRepository(self._session)

    @cached_property
    def staging(self) -> StagingRepository:
        return StagingRepository(self._session)

    @cached_property
    def plan(self) -> PlanRepository:
        return PlanRepository(self._session)

    @cached_property
    def versions(self) -> VersionRepository:
        return VersionRepository(self._session)

    @cached_property
    def mappings(self) -> MappingRepository:
        return MappingRepository(self._session)

    @cached_property
    def edits(self) -> EditRepository:
        return EditRepository(self._session)

    @cached_property
    def imports(self) -> ImportRepository:
        return ImportRepository(self._session)

    @cached_property
    def knowledge(self) -> KnowledgeRepository:
        return KnowledgeRepository(self._session)

    @cached_property
    def suggestions(self) -> SuggestionRepository:
        return SuggestionRepository(self._session)

    @cached_property
    def carts(self) -> CartRepository:
        return CartRepository(self._session)

    @cached_property
    def orders(self) -> OrderRepository:
        return OrderRepository(self._session)

    @cached_property
    def waitlist(self) -> WaitlistRepository:
        return WaitlistRepository(self._session)

    @cached_property
    def leads(self) -> LeadRepository:
        return LeadRepository(self._session)

    @cached_property
    def connections(self) -> ConnectionRepository:
        return ConnectionRepository(self._session)

    @cached_property
    def submissions(self) -> SubmissionRepository:
        return SubmissionRepository(self._session)

    @cached_property
    def models(self) -> LanguageModelRepository:
        return LanguageModelRepository(self._session)

    @cached_property
    def prompts(self) -> PromptRepository:
        return PromptRepository(self._session)

    @cached_property
    def events(self) -> EventRepository:
        return EventRepository(self._session)

    @cached_property
    def subscriptions(self) -> SubscriptionRepository:
        return SubscriptionRepository(self._session)

    @cached_property
    def workflows(self) -> WorkflowRepository:
        return WorkflowRepository(self._session)

    @cached_property
    def jobs(self) -> JobQueue:
        return JobQueue(self._session)
