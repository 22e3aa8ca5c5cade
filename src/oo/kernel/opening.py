"""From an event as it lies in the log, or comes over the wire, to one that a handler can read."""

from __future__ import annotations

from oo.kernel.cloudevents import VERSION, Attributes
from oo.kernel.keys import KeyGone, Keys
from oo.kernel.outbox import PAYLOAD, Codec, Envelope


class Opener:
    """Opens what was sealed with people's keys."""

    def __init__(self, codec: Codec, keys: Keys) -> None:
        self._codec, self._keys = codec, keys

    def open(self, event: Attributes, sealed: bytes) -> Envelope | None:
        """The event; with a `fault` when it can't be read, and None when whom it is about was forgotten."""
        try:
            cipher = self._keys.cipher(event.user)
        except KeyGone:
            return None
        data: object = None
        wire, fault = b"", ""
        try:
            wire = cipher.open_bytes(PAYLOAD, sealed)
            if event.version != VERSION:
                fault = "UnknownVersion"
            else:
                data = self._codec.decode(event.type, wire)
        except KeyGone:
            fault = "DoesNotOpen"
        except Exception as error:  # whatever a codec says of bytes that it can't read
            fault = type(error).__name__
        return Envelope(event.id, event.user, event.at, event.trace, event.type, data, wire, event.seq, fault)
