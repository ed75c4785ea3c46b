"""The figures in Prometheus' text format, computed from the database at each scrape."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from clinic.operations import figures
from followups.models import Hold


def text(now: datetime) -> bytes:
    """Return everything that is watched; a registry of its own, so nothing else gets in."""
    registry = CollectorRegistry()
    _messages(registry, now)
    _providers(registry)
    beat = Gauge(
        "fuseline_heartbeat_age_seconds",
        "Since a periodic job last finished.",
        ["job"],
        registry=registry,
    )
    for job, age, _ in figures.heartbeats(now):
        beat.labels(job).set(age.total_seconds())
    held = Gauge("fuseline_clinics_held", "Clinics that nothing leaves.", registry=registry)
    held.set(Hold.objects.active().count())
    return generate_latest(registry)


def _messages(registry: CollectorRegistry, now: datetime) -> None:
    oldest = Gauge(
        "fuseline_oldest_unsent_seconds",
        "Age of the oldest message that should have left.",
        ["to"],
        registry=registry,
    )
    counts = Gauge(
        "fuseline_messages",
        "Messages due, set aside now, and failed, expired or undelivered in seven days.",
        ["to", "state"],
        registry=registry,
    )
    for to, model in figures.TABLES.items():
        found = figures.of(model.objects.all(), now)
        oldest.labels(to).set(found.age.total_seconds())
        for state in ("due", "quarantined", "failed", "expired", "undelivered"):
            counts.labels(to, state).set(getattr(found, state))


def _providers(registry: CollectorRegistry) -> None:
    is_open = Gauge(
        "fuseline_provider_open", "1 while nothing is sent to it.", ["channel"], registry=registry
    )
    failures = Gauge(
        "fuseline_provider_failures", "Failures in a row.", ["channel"], registry=registry
    )
    for provider, left_alone in figures.providers():
        is_open.labels(provider.channel).set(left_alone)
        failures.labels(provider.channel).set(provider.failures)
