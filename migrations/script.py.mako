"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from oo.kernel.db import Instant

revision = "${up_revision}"
down_revision = ${repr(down_revision)}
branch_labels = depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
