"""A function's code that stands in its template, as the folder that Lambda makes of it.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
"""

from __future__ import annotations

from functools import cache

from lattice_events.readers.common.files import make_folder


@cache
def inline_code(text: str, runtime: str) -> str:
    """A folder with the code in the module ``index``, which is there as long as this program runs."""
    folder = make_folder("lattice-inline-")
    (folder / ("index.js" if runtime.startswith("nodejs") else "index.py")).write_text(text, encoding="utf-8")
    return str(folder)
