"""One cloud for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.cloud.running import Cloud, lattice_cloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """A cloud with nothing in it but what the module's other tests deployed."""
    with lattice_cloud() as running:
        yield running
