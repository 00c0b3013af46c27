"""A function whose package lacks what it imports."""

import of_no_layer  # type: ignore[import-not-found]  # which is what is wrong with it


def handler(event: object, context: object) -> object:
    return of_no_layer.answer(event)
