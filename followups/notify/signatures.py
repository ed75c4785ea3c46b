"""Whether a call that claims to come from the provider of text messages does (Twilio's way).

``X-Twilio-Signature`` is the base64 HMAC-SHA1, keyed with the account's token, of the address as
the provider knows it followed by each field's name and value, sorted by name.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, urlsplit


def is_signed(given: str, *, url: str, form: Mapping[str, Sequence[str]], token: str) -> bool:
    """Say whether a signature fits; with an empty token none does."""
    if not token:
        return False
    wanted = (signature(each, form, token) for each in _spellings(url))
    return any(hmac.compare_digest(each.encode(), given.encode()) for each in wanted)


def signature(url: str, form: Mapping[str, Sequence[str]], token: str) -> str:
    said = url + "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    digest = hmac.digest(token.encode(), said.encode(errors="surrogatepass"), "sha1")
    return base64.b64encode(digest).decode()


def _spellings(url: str) -> list[str]:
    """Return an https address with and without its port: providers sign either."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.port not in (None, 443):
        return [url]
    host = parts.netloc.removesuffix(":443")
    return [_at(parts, host), _at(parts, f"{host}:443")]


def _at(parts: SplitResult, host: str) -> str:
    return parts._replace(netloc=host).geturl()
