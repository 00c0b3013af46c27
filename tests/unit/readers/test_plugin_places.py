"""Where problems are of what the plugin has made."""

from __future__ import annotations

from pathlib import Path

import pytest

from lattice_events.readers.common.documents import Path as KeyPath
from lattice_events.readers.serverless.files import written
from lattice_events.readers.serverless.package import Package
from lattice_events.readers.serverless.places import Places

TEXT = """\
functions:
  hello:
    events:
      - lattice: foo
      - lattice: {service: foo-bar, path: /}
custom:
  lattice:
    serviceNetwork:
      name: sample
      authType: NONE
    services:
      foo-bar:
        tags: {a: b}
        authPolicy:
          Statement:
            - Effect: Allow
    vpcAssociations:
      - vpcId: vpc-1
"""


EVENTS = [{"lattice": "foo"}, {"lattice": {"service": "foo-bar", "path": "/"}}, {"http": "GET /"}]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (("LatticeFoo", "Properties", "Name"), "4:9"),
        (("LatticeFooListener",), "4:9"),
        (("LatticeFooBar", "Properties", "Tags", 0), "13:9"),
        (("LatticeFooBarRule101", "Properties", "Match"), "5:9"),
        (("LatticeFooBarAuthPolicy", "Properties", "Policy", "Statement", 0, "Effect"), "16:15"),
        (("LatticeServiceNetwork", "Properties", "AuthType"), "10:7"),
        (("LatticeVpc1Association", "Properties", "VpcIdentifier"), "17:5"),
        (("LatticeHelloLiveAlias",), "1:1 (LatticeHelloLiveAlias)"),
        (("Other",), "1:1 (Other)"),
    ],
)
def test_what_the_plugin_made_has_the_place_of_what_the_user_wrote(
    path: KeyPath, wanted: str, tmp_path: Path
) -> None:
    file = tmp_path / "serverless.yml"
    file.write_text(TEXT)
    state = {"service": {"functions": {"hello": {"events": EVENTS}, "odd": {"events": None}}}}
    package = Package(folder=tmp_path, template={}, state=state)

    found = Places(written(file, "serverless.yml"), tmp_path).of_template(("Resources", *path), package)

    assert found == f"serverless.yml:{wanted}"
