"""What `./run --check` does with a running copy: the first minute of a nurse, over plain HTTP."""

import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request

from clinic.stack.refusal import Refusal

NURSE, PASSWORD = "kowalczyk", "fuseline-demo"
CASE = re.compile(r'href="(/queue/case/[^"/]+/)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SECONDS = 60  # until the first sweep has filled the queue


def walk(url: str) -> None:
    """Sign in to the schedule, open the queue and a case, ask for health; refuse a wrong step."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(path: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(  # noqa: S310
            urllib.parse.urljoin(url, path), data, {"Referer": url}
        )
        try:
            with browser.open(request, timeout=20) as answer:
                return urllib.parse.urlsplit(answer.url).path, answer.read().decode()
        except OSError as error:
            raise Refusal(f"{path} does not answer as it should: {error}.") from error

    _, page = get("/signin/")
    token = expect(TOKEN.search(page), "The sign-in page has no form.")
    form = {"csrfmiddlewaretoken": token, "login": NURSE, "password": PASSWORD}
    get("/signin/", form)
    path, _ = get("/")
    expect(path == "/schedule/" or None, f"Signing in leads to {path} instead of the schedule.")
    print("sign-in   ok", flush=True)

    end = time.monotonic() + SECONDS
    _, page = get("/queue/")
    while not (case := CASE.search(page)) and time.monotonic() < end:
        time.sleep(0.5)
        _, page = get("/queue/")
    link = expect(case, "The queue shows no case.")
    print("queue     ok", flush=True)
    get(link)
    print("case      ok", flush=True)

    health = json.loads(get("/healthz")[1])
    expect(health["status"] == "ok" or None, f"Health says {health}.")
    print(f"health    ok, last sweep {health['heartbeat_age_seconds']:.0f} s ago", flush=True)


def expect(found: re.Match[str] | bool | None, otherwise: str) -> str:
    """Return what was found, or refuse with the sentence."""
    if not found:
        raise Refusal(otherwise)
    return found[1] if isinstance(found, re.Match) else ""
