"""Identities: opaque strings, one type per thing, so that they cannot be mixed up."""

from __future__ import annotations

from typing import NewType

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
ConnectionId = NewType("ConnectionId", str)
DecisionId = NewType("DecisionId", str)
HoldId = NewType("HoldId", str)
Ref = NewType("Ref", str)
"""Names one item of one person: `<connection id>:<key>`.

The key is the connector's own and holds no text of the person.
"""
