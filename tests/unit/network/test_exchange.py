"""What an exchange says of itself."""

from __future__ import annotations

import pytest

from lattice_events import Request
from tests.recorded import host_headers, observed

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    ("contexts", "expected"),
    [
        ([], None),
        ([f"00-{TRACE}-{SPAN}-01"], TRACE),
        ([f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01"], None),
        ([f"00-{TRACE}-{SPAN}-01-more"], None),
        ([f"01-{TRACE}-{SPAN}-01-more"], TRACE),
        ([f"01-{TRACE}-{SPAN}-01more"], None),
        ([f"ff-{TRACE}-{SPAN}-01"], None),
        ([f"00-{TRACE.upper()}-{SPAN}-01"], None),
        ([f"00-{'0' * 32}-{SPAN}-01"], None),
        ([f"00-{TRACE}-{'0' * 16}-01"], None),
        ([f"00-{TRACE}-{SPAN}"], None),
        (["<script>"], None),
    ],
)
def test_the_trace_id_is_that_of_one_valid_context(contexts: list[str], expected: str | None) -> None:
    request = Request(headers=host_headers(*(("traceparent", each) for each in contexts)))

    assert observed(request).exchange.trace_id == expected
