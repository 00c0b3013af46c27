"""Changes that come together are published once, and before they are answered."""

from __future__ import annotations

import threading

from lattice_events.cloud.endpoint.publishing import Publishing


def test_nothing_is_published_without_a_change() -> None:
    published: list[int] = []
    publishing = Publishing()
    publishing.changed()  # before there is anything to publish to
    publishing.settle()
    publishing.start(lambda: published.append(1))
    publishing.settle()
    assert published == []

    publishing.changed()
    publishing.settle()
    publishing.settle()
    assert published == [1]


def test_changes_of_many_threads_are_published_once_after_the_first() -> None:
    publishing = Publishing()
    first_works, all_changed = threading.Event(), threading.Event()
    published: list[int] = []

    def publish() -> None:
        published.append(1)
        first_works.set()
        assert all_changed.wait(60)

    def change() -> None:
        publishing.changed()
        changed.release()
        publishing.settle()

    changed = threading.Semaphore(0)
    publishing.start(publish)
    threads = [threading.Thread(target=change) for _ in range(20)]
    threads[0].start()
    assert first_works.wait(60)
    for thread in threads[1:]:
        thread.start()
    for _ in threads:
        assert changed.acquire(timeout=60)
    all_changed.set()
    for thread in threads:
        thread.join(60)

    assert len(published) == 2
