"""Settings: which are refused, and that each is explained and reaches the containers."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from api.cli.failures import CommandFailed, load_settings
from api.settings import Settings

ROOT = Path(__file__).parents[2]
NAMES = {name.upper() for name in Settings.model_fields}
# What the image fixes: where its volume is, and what it listens on inside the container.
OF_THE_IMAGE = {"STORAGE_DIR", "HOST", "PORT"}


def test_every_setting_is_explained() -> None:
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert explained >= NAMES


def test_every_setting_reaches_the_containers() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    for name in ("service", "worker"):
        assert set(services[name]["environment"]) == NAMES - OF_THE_IMAGE


def test_what_compose_gives_by_default_is_the_default() -> None:
    environment = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["service"]["environment"]
    for name, value in environment.items():
        default = re.fullmatch(r"\$\{[A-Z_]+:-(.+)\}", value)
        if default:
            assert str(Settings.model_fields[name.lower()].default).removesuffix(".0") == default[1]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("*", "*"), (" 10.0.0.1 , 172.16.0.0/12,", "10.0.0.1,172.16.0.0/12"), ("::1,fd00::/8", "::1,fd00::/8")],
)
def test_proxies_are_addresses_and_networks(text: str, kept: str) -> None:
    assert Settings(trusted_proxies=text).trusted_proxies == kept


@pytest.mark.parametrize("text", ["proxy", "10.0.0.0/33", "10.0.0.1/8", "*,10.0.0.1", "10.0.0.1 10.0.0.2"])
def test_a_proxy_that_would_never_match_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", text)
    with pytest.raises(CommandFailed, match=r"TRUSTED_PROXIES \(lleva direcciones"):
        load_settings()


def test_a_model_leaves_the_rules_brain_time_to_answer() -> None:
    assert Settings(llm_timeout_seconds=45).llm_timeout_seconds == 45
    with pytest.raises(ValidationError):
        Settings(llm_timeout_seconds=46)


def test_a_log_level_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(ValidationError, match="DEBUG, INFO"):
        Settings()


def test_a_log_level_may_be_written_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "warning")
    assert Settings().log_level == "WARNING"
