"""Browser and running product for the journeys; what the parts logged when one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.journeys.chromium import chromium
from tests.journeys.people import ClientAtDoor, StaffAtDoor
from tests.stack import ROOT, Stack

SHOTS = ROOT / "build" / "journeys"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all journeys; each person gets a context of their own."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running product a module, every part of it well."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def new_context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers that know nothing of each other. Their pages are photographed if the test fails.

    No page may raise: an error in a script is a control that no longer answers.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, "locale": "en-US", **options})
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    failed = getattr(request.node, "failed", False)
    for number, page in enumerate(page for context in contexts for page in context.pages):
        if failed and not page.is_closed():
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{request.node.name}-{number}.png")
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def client(new_context: Callable[..., BrowserContext]) -> ClientAtDoor:
    """A client with a phone."""
    return ClientAtDoor(new_context(has_touch=True).new_page())


@pytest.fixture
def colleague(new_context: Callable[..., BrowserContext], stack: Stack) -> StaffAtDoor:
    """A member of staff at a desk."""
    context = new_context(viewport={"width": 1280, "height": 900})
    return StaffAtDoor(context.new_page(), stack)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Adds the end of each part's log to the report of a test that failed."""
    report = yield
    if report.failed:
        item.failed = True  # type: ignore[attr-defined]
        stack = getattr(item, "funcargs", {}).get("stack")
        if stack is not None:
            report.sections.append(("the running product", stack.printed() + stack.logs()))
    return report
