"""Every address of the site, made from the resolver: a new route is tested without being named."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern
from django.utils.regex_helper import normalize

WORDS = ("1", "word", str(uuid.UUID(int=1)), "2026-03-02")  # one of them suits any converter


@dataclass(frozen=True)
class Route:
    path: str
    pattern: URLPattern

    def __str__(self) -> str:
        return self.path


def routes(patterns: Any = None, prefix: str = "/") -> Iterator[Route]:
    """Each pattern of the resolver with an address that leads to it."""
    seen: set[str] = set()  # an address may have two names; the first one answers
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + _filled(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif path not in seen:
            seen.add(path)
            yield Route(path, pattern)


def _filled(pattern: Any) -> str:
    if isinstance(pattern, RegexPattern):
        first = re.sub(r"\(\?P<\w+>(\w+)\|[^)]*\)", r"\1", str(pattern))  # of alternatives
        template, names = normalize(first)[0]
        return str(template) % dict.fromkeys(names, "word")
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: _word(pattern, name[1]), str(pattern))


def _word(pattern: RoutePattern, name: str) -> str:
    wanted = pattern.converters[name].regex
    return next(word for word in WORDS if re.fullmatch(wanted, word))
