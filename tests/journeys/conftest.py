"""One town for all journeys: it is killed and gets up again, as real ones do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.town import Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    built = Town(tmp_path_factory.mktemp("town") / "var")
    built.start()
    yield built
    built.stop()
