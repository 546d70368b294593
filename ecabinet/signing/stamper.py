"""Timestamps of a service (RFC 3161) over HTTP."""

from asn1crypto import cms
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

SECONDS = 10


class Stamper(RequestsHTTPTimeStamper):
    """A service by its address; all else than a stamp over what was asked raises ``TimestampRequestError``."""

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        super().__init__(url, timeout=seconds)  # type: ignore[no-untyped-call]

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            stated = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise TimestampRequestError("an answer that is none") from error
        if stated.native != message_digest:
            raise TimestampRequestError("a stamp over something else")
        return token
