"""Whatever stands in a definition, rules find mistakes at places of it or nothing: none of them fails."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.readers.common.documents import parse_yaml_stream
from tests.checking import findings_in
from tests.conftest import examples
from tests.mistakes import DEFINITIONS
from tests.unit.readers.test_cases import mutate

FILES = sorted(file for folder in DEFINITIONS.iterdir() for file in folder.iterdir())


@examples(1500)
@given(file=st.sampled_from(FILES), data=st.data())
def test_no_rule_fails_whatever_a_definition_says(
    file: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    documents = [mutate(each.value, data) for each in parse_yaml_stream(file.read_text(), file.name)]
    odd = tmp_path_factory.mktemp("odd") / file.name
    shutil.copytree(file.parent, odd.parent, dirs_exist_ok=True)
    odd.write_text(
        "\n---\n".join(map(json.dumps, documents)) if file.suffix == ".yaml" else json.dumps(documents[0])
    )

    lines = {str(each): len(each.read_text().splitlines()) for each in odd.parent.iterdir()}

    for each in findings_in(odd):
        assert each.message
        assert 1 <= each.place.line <= lines.get(each.place.file, 1)  # a manifest may name what is not there
