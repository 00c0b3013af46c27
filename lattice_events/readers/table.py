"""Every form that is read; the first reader that claims a file or folder loads it."""

from __future__ import annotations

from lattice_events.readers.cdk.reader import CDK
from lattice_events.readers.cloudformation.reader import CLOUDFORMATION
from lattice_events.readers.common.sources import Reader
from lattice_events.readers.kubernetes.reader import KUBERNETES
from lattice_events.readers.sam.reader import SAM
from lattice_events.readers.serverless.finished import SERVERLESS_PACKAGE
from lattice_events.readers.serverless.reader import SERVERLESS
from lattice_events.readers.settings.file import SETTINGS
from lattice_events.readers.terraform.reader import TERRAFORM

READERS: tuple[Reader, ...] = (
    TERRAFORM,  # first: its JSON may be large, and is not read as YAML
    SERVERLESS,
    SERVERLESS_PACKAGE,
    SAM,
    CDK,
    CLOUDFORMATION,
    KUBERNETES,
    SETTINGS,
)
