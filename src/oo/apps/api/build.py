"""Puts the API together: what the server calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter

from oo.apps.api import agents, auth, events, feedback, health, notifier, policies, profile, recommend
from oo.apps.api.health import Wellness
from oo.apps.api.promises import Person
from oo.contracts.deliveries import Deliveries
from oo.contracts.experiments import Experiments
from oo.contracts.sign_ins import Automation
from oo.contracts.tails import EventTail
from oo.contracts.tips import Tips


def build(
    tips: Tips,
    tail: EventTail,
    experiments: Experiments,
    automation: Automation,
    deliveries: Deliveries,
    person: Person,
    state: Callable[[], Awaitable[Mapping[str, Wellness]]],
) -> APIRouter:
    """Every resource of the API over the promises; `state` says how every part of this oO is."""
    router = APIRouter()
    parts = (
        *(recommend.router(tips), feedback.router(tips)),
        *(profile.router(person), agents.router(person), notifier.router(deliveries)),
        *(events.router(tail), policies.router(experiments), auth.router(automation), health.router(state)),
    )
    for part in parts:
        router.routes.extend(part.routes)
    return router
