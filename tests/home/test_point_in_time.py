"""The page about points in time does what it says, on a real server: what was deleted by mistake is there again."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from tests.chaos.postgres import postgres
from tests.home.archive import Archive

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "point-in-time.md"


@pytest.mark.services
def test_what_was_deleted_by_mistake_is_there_again() -> None:
    with postgres() as (server, url), Archive(PAGE, server, url) as archive:
        archive.begin()
        with psycopg.connect(url, autocommit=True) as asking:
            asking.execute("CREATE TABLE things AS SELECT 1 AS number")
            archive.base()
            asking.execute("INSERT INTO things SELECT generate_series(2, 1000)")
            moment = archive.moment()
            asking.execute("DELETE FROM things")
            archive.settled()
        server.kill()
        with psycopg.connect(archive.back(moment), autocommit=True) as asking:
            assert asking.execute("SELECT count(*), sum(number) FROM things").fetchone() == (1000, 500_500)
