"""The models that tenants chose for themselves, made when first needed and kept while their rows stay the same."""

from collections import OrderedDict
from uuid import UUID

import structlog

from agent.brains import BrainUnavailable
from agent.brains.llm.brain import LlmBrain
from agent.brains.llm.models import ModelSettingInvalid, make_chat_model
from agent.context import ModelChoice
from data.encryption import SecretBox, SecretUnreadable
from data.model_prices import price_of
from data.repositories.language_models import SEALED_AT

MOST_KEPT = 200

log = structlog.get_logger()


class OwnModels:
    """See `agent.brains.TenantModels`."""

    def __init__(self, secrets: SecretBox, timeout_seconds: float = 20) -> None:
        self._secrets = secrets
        self._timeout_seconds = timeout_seconds
        self._kept: OrderedDict[tuple[UUID, ModelChoice], LlmBrain] = OrderedDict()

    def brain(self, tenant_id: UUID, choice: ModelChoice) -> LlmBrain:
        """Raises BrainUnavailable."""
        place = tenant_id, choice
        if place not in self._kept:
            self._kept[place] = self._make(tenant_id, choice)
        self._kept.move_to_end(place)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return self._kept[place]

    def _make(self, tenant_id: UUID, choice: ModelChoice) -> LlmBrain:
        try:
            key = self._secrets.open(choice.sealed_key, tenant_id, SEALED_AT)["key"] if choice.sealed_key else None
            model = make_chat_model(
                choice.setting, api_key=key, base_url=choice.base_url, timeout_seconds=self._timeout_seconds
            )
        except (SecretUnreadable, ModelSettingInvalid) as unusable:
            log.warning("tenant_model_unusable", tenant_id=str(tenant_id), error=type(unusable).__name__)
            raise BrainUnavailable("unusable_setting") from unusable
        price = None if choice.base_url else price_of(choice.setting)
        return LlmBrain(model, name=choice.setting, price=price, timeout_seconds=self._timeout_seconds)
