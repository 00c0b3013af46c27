"""The columns of request lines on a terminal; elsewhere a line is as long as what is in it."""

from __future__ import annotations

from rich.cells import cell_len

_METHOD = 7  # with the space behind it
_STATUS = 4  # likewise
_TIME = 8
_COLD = len(" cold")
_LEAST_LABEL = 20  # under which columns only take away room
_FIRST_LABEL = 30  # grows with what is shown


class Columns:
    """Widths of service and path, and of rule and target: as wide as what was shown so far, where there is room.

    Attributes:
        width: Of the terminal; 0 without one.
    """

    def __init__(self) -> None:
        """Begin where there is no terminal."""
        self.width = 0
        self._label, self._route = _FIRST_LABEL, 0

    def expect(self, route: str) -> None:
        """Make room for a rule and a target."""
        self._route = max(self._route, cell_len(route))

    @property
    def time_width(self) -> int:
        """Of how long a request took."""
        return _TIME if self._label_width else 0

    def laid_out(self, label: str, route: str) -> tuple[str, str]:
        """Both with what stands behind them: spaces, or a line of its own for what has no room in this one."""
        if not self.width:
            return f"{label} ", f"{route} " if route else ""
        label_cells, route_cells = cell_len(label), cell_len(route)
        self.expect(route)
        if label_cells <= self._room:
            self._label = max(self._label, label_cells)
        width = self._label_width
        if not width:
            is_whole = _METHOD + label_cells + 1 + _STATUS + route_cells + 1 + _TIME + _COLD <= self.width
            return f"{label} " if is_whole else f"{label}\n{' ' * _METHOD}", f"{route} " if route else ""
        gap = " " * (width - label_cells) if label_cells <= width else "\n" + " " * (_METHOD + width)
        return f"{label}{gap} ", f"{route}{' ' * (self._route_width - route_cells)} "

    @property
    def _route_width(self) -> int:
        return min(self._route, self.width // 3)

    @property
    def _room(self) -> int:
        """For the label, beside all the others."""
        return self.width - _METHOD - 1 - _STATUS - self._route_width - 1 - _TIME - _COLD

    @property
    def _label_width(self) -> int:
        """As wide as there is room; 0 where there is too little for columns."""
        return min(self._label, self._room) if self._room >= _LEAST_LABEL else 0
