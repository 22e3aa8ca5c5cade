"""Every event type has a stream of NATS, and one alone."""

from __future__ import annotations

import pytest

from oo.contracts.events import EVENTS
from oo.kernel.nats.streams import STREAMS, stream_of, subject_of


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_every_type_goes_to_the_one_stream_that_takes_its_subject(kind: str) -> None:
    subject = subject_of(kind, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    taken = [name for name, subjects in STREAMS.items() if any(subject.startswith(one[:-1]) for one in subjects)]
    assert taken == [stream_of(kind)]
