"""Twilio's own client over our connections, with its refusals turned into verdicts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response
from twilio.rest import Client

from channels.adapter import ChannelAccess
from channels.errors import CREDENTIALS, UNAVAILABLE, UNKNOWN, SendError
from channels.twilio.errors import TWILIO
from channels.twilio.http import TwilioHttp


class TwilioClient:
    """Made for one call on one channel. Raises SendError when the channel lacks its credentials."""

    def __init__(self, client: httpx.AsyncClient, api_url: str, access: ChannelAccess) -> None:
        account_sid = str(access.config.get("account_sid", ""))
        username, password = credentials(access)
        if not account_sid or not password:
            raise SendError.of(CREDENTIALS, "the channel has no Twilio account or token")
        self.http = TwilioHttp(client, api_url)
        # An environment of its own: without one the client reads the process's.
        self.rest = Client(username, password, account_sid, http_client=self.http, environment={"TWILIO_EDGE": ""})

    @contextmanager
    def verdicts(self) -> Iterator[None]:
        """Turn what the client raises into a SendError."""
        try:
            yield
        except (TwilioRestException, TwilioServiceException) as error:
            message = getattr(error, "msg", None) or getattr(error, "title", "")
            verdict = TWILIO.of(error.status, error.code)
            raise SendError.of(verdict, str(message), self.http.retry_after) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SendError.of(UNAVAILABLE, "Twilio cannot be reached") from error
        except TwilioException as error:
            raise SendError.of(TWILIO.of(*refusal_of(error)), str(error.args[:1]), self.http.retry_after) from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            # The library trips in its own ways over an answer that is not what it expects.
            raise SendError.of(UNKNOWN, f"no answer from Twilio: {type(error).__name__}") from error


def refusal_of(error: TwilioException) -> tuple[int, int | None]:
    """The status and Twilio's code; the library's error of a page holds its answer. 500 where it has none."""
    answer = next((each for each in error.args if isinstance(each, Response)), None)
    if answer is None:
        return getattr(error, "status", 500), getattr(error, "code", None)
    try:
        code = json.loads(answer.text).get("code")
    except (ValueError, AttributeError):
        code = None
    return answer.status_code, code if isinstance(code, int) else None


def credentials(access: ChannelAccess) -> tuple[str, str]:
    """What basic authentication needs: an API key where the channel has a whole one, else the account and its token."""
    if access.secrets.keys() >= {"api_key", "api_key_secret"}:
        return access.secrets["api_key"], access.secrets["api_key_secret"]
    return str(access.config.get("account_sid", "")), access.secrets.get("auth_token", "")
