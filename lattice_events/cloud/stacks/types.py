"""Which type makes a resource: ours, moto's, or none."""

from __future__ import annotations

from moto.cloudformation.parsing import get_model_map

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.cloud.stacks.further.table import FURTHER
from lattice_events.cloud.stacks.kept import KeptType
from lattice_events.cloud.stacks.lattice.types import lattice_types
from lattice_events.cloud.stacks.moto_types import MotoType
from lattice_events.cloud.stacks.resource import Type


class Types:
    """The types of resources by name."""

    def __init__(self, control_plane: ControlPlane, *, assumptions: Assumptions = DEFAULTS) -> None:
        """See `LatticeType` for the arguments."""
        self._ours = {**FURTHER, **lattice_types(control_plane, assumptions=assumptions)}

    def __getitem__(self, name: str) -> Type:
        """The type of a name; one that nobody has keeps resources by name only."""
        if name in self._ours:
            return self._ours[name]
        if name.startswith("Custom::"):
            return self._ours["AWS::CloudFormation::CustomResource"]
        model = get_model_map().get(name)
        return KeptType(name=name) if model is None else MotoType(model=model)
