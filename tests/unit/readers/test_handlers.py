"""Handlers that do not exist, found without running them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from lattice_events.readers.common.handlers import handler_problem
from tests.unit.readers.test_cloudformation import TEMPLATE, read

FILES = {
    "app.py": "import json as j, os.path\nfrom a import b as c\nraise SystemExit('never run')\n"
    "def hello(event, context): ...\nasync def soon(e, c): ...\nclass Handler: ...\nx = y = lambda e, c: 1\n"
    "if x:\n    late = x\nfor i in (): pass\ntry:\n    tried: int = 1\nexcept ImportError:\n    tried = 2\n"
    "with open('f') as w: pass\n(walrus := 1)\nmatch x:\n    case [one, *rest]: pass\n    case {'k': v, **others}: pass\n"
    "def outer():\n    inner = 1\n",
    "broken.py": "def hello(:\n",
    "dynamic.py": "globals()['hello'] = 1\n",
    "star.py": "from app import *\n",
    "compiled.cpython-312-x86_64-linux-gnu.so": "",
    "latin.py": "# \udcff\n",
    "deep.py": "-" * 10_000 + "1",
    "escapes.py": "x = '\\d'\ndef hello(e, c): ...\n",
    "endless.py": "#" * 1_100_000,
    "shop/__init__.py": "def hello(e, c): ...\n",
    "shop/orders.py": "def list(e, c): ...\n",
    "name/space.py": "def hello(e, c): ...\n",
}
FOUND = [
    "app.hello", "app.soon", "app.Handler", "app.x", "app.y", "app.late", "app.i", "app.tried", "app.w",
    "app.walrus", "app.one", "app.rest", "app.v", "app.j", "app.os", "app.c", "shop/orders.list", "shop.orders.list",
    "shop.hello", "name/space.hello", "escapes.hello",
]  # fmt: skip
UNDECIDED = [
    "dynamic.hello", "star.hello", "compiled.hello", "latin.hello", "deep.hello", "endless.hello", "flask.app",
    "json.loads", "a-b.hello", "..hello", "app..hello",
]  # fmt: skip
MISSING = {
    "app.helo": "app.py defines no helo. Did you mean app.hello?",
    "app.inner": "app.py defines no inner.",
    "ap.hello": "there is no file ap.py. Did you mean app.hello?",
    "shop/order.list": "there is no file shop/order.py. Did you mean shop/orders.list?",
    "shop.order.list": "there is no file shop/order.py. Did you mean shop.orders.list?",
    "shop/orders.lists": "shop/orders.py defines no lists. Did you mean shop/orders.list?",
    "shop.helo": "shop/__init__.py defines no helo. Did you mean shop.hello?",
    "nowhere/zzz.hello": "there is no file nowhere/zzz.py.",
    "broken.hello": "broken.py, line 1: invalid syntax",
}


@pytest.fixture(params=["folder", "archive"])
def code(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "archive":
        with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
            for name, text in FILES.items():
                archive.writestr(name, text.encode(errors="surrogateescape"))
        return str(tmp_path / "code.zip")
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode(errors="surrogateescape"))
    return str(tmp_path)


@pytest.mark.parametrize("handler", [*FOUND, *UNDECIDED])
def test_a_handler_that_is_there_or_may_be_is_no_problem(handler: str, code: str) -> None:
    assert handler_problem(handler, code, knows_path=True) is None


@pytest.mark.parametrize(("handler", "said"), MISSING.items())
def test_a_handler_that_is_not_there_is_named_with_the_one_that_was_meant(
    handler: str, said: str, code: str
) -> None:
    assert (handler_problem(handler, code, knows_path=True) or "").startswith(said)


def test_a_module_that_another_interpreter_may_have_is_no_problem(code: str) -> None:
    assert handler_problem("nowhere/zzz.hello", code, knows_path=False) is None
    assert handler_problem("app.helo", code, knows_path=False) is not None


def test_code_that_is_no_archive_is_no_problem_of_the_handler(tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_bytes(b"no zip")

    assert handler_problem("app.hello", str(tmp_path / "code.zip"), knows_path=True) is None
    assert handler_problem("app.hello", str(tmp_path / "none"), knows_path=True) is None


def test_a_missing_handler_is_noted_with_the_line_of_the_handler(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def helo(event, context): ...\n")

    assert read(TEMPLATE, code=lambda _: str(tmp_path), runs_functions=True).notes[-1] == (
        "template.yml:13:7: The handler app.hello of hello-dev cannot start: app.py defines no hello. "
        "Did you mean app.helo?"
    )
    assert not any("handler" in note for note in read(TEMPLATE, code=lambda _: str(tmp_path)).notes)
