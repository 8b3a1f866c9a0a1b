"""`make pictures`: docs/pictures/*.png, taken from the running product with people who do not exist.

The text of every picture is what the product says today: a changed sentence changes the picture when this runs again.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.chromium import chromium
from tests.journeys.people import CHECK_IN, STEP_MS, ClientAtDoor, StaffAtDoor, mail_arrives
from tests.journeys.screens import DANGER, WORDS, settle
from tests.stack import ROOT, Stack

FOLDER = ROOT / "docs" / "pictures"
MAX_BYTES = 300_000
OVERVIEW_PX, GAP_PX = 900, 40
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2, "locale": "en-US"}
DESK: dict[str, Any] = {"viewport": {"width": 1100, "height": 760}, "device_scale_factor": 1.5, "locale": "en-US"}


def shoot(page: Page, name: str) -> None:
    """Takes what the window shows."""
    settle(page)
    picture = Image.open(io.BytesIO(page.screenshot(scale="device"))).convert("RGB")
    save(picture.quantize(256, dither=Image.Dither.NONE), name)


@contextmanager
def running() -> Iterator[Stack]:
    """The product in a folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "practice")
        try:
            yield stack.start()
        finally:
            stack.stop()


def take(stack: Stack, page: Callable[..., Page]) -> None:
    """All pictures, in the order of the story."""
    demo = stack.run_file()["clients"][0]
    client = ClientAtDoor(page(**PHONE))
    client.opens(demo["invite_url"])
    shoot(client.page, "start")
    client.by("begin").click()
    client.agrees()
    client.is_offered(CHECK_IN)
    client.chooses(CHECK_IN)
    client.is_asked(1)
    client.by("scale-4").check()
    shoot(client.page, "check-in")
    client.checks_in(4, *WORDS["en"])
    client.page.get_by_role("log").evaluate("log => { log.scrollTop = log.scrollHeight; }")
    shoot(client.page, "summary")
    client.by("share").click()
    expect(client.by("unshare")).to_be_visible(timeout=STEP_MS)

    therapist = StaffAtDoor(page(**DESK), stack)
    therapist.signs_in("therapist", at=f"/clients/{demo['id']}")
    shoot(therapist.page, "brief")

    client.says(DANGER["en"])
    card = client.card()
    card.is_in_state("told")
    mail_arrives(stack)
    therapist.opens("/")
    shoot(therapist.page, "today")
    on_call = StaffAtDoor(page(**DESK), stack)
    on_call.signs_in("on_call", at=f"/episodes/{card.episode()}")
    shoot(on_call.page, "alert")
    on_call.answers("calling_now", words="I am ringing you now")
    card.is_in_state("acknowledged")
    card.root.evaluate("card => { const log = card.parentNode; log.scrollTop = card.offsetTop - log.offsetTop - 60; }")
    shoot(client.page, "safety-card")
    overview("safety-card", "brief")


def overview(phone: str, desk: str) -> None:
    """The first picture of the README: what a client sees beside what the therapist sees."""
    left, right = (Image.open(FOLDER / f"{name}.png").convert("RGB") for name in (phone, desk))
    left = left.resize((left.width * OVERVIEW_PX // left.height, OVERVIEW_PX), Image.Resampling.LANCZOS)
    right = right.resize((right.width * OVERVIEW_PX // right.height, OVERVIEW_PX), Image.Resampling.LANCZOS)
    whole = Image.new("RGB", (left.width + right.width + GAP_PX, OVERVIEW_PX), "white")
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width + GAP_PX, 0))
    save(whole.quantize(256, dither=Image.Dither.NONE), "overview")


def save(picture: Image.Image, name: str) -> None:
    """Writes one picture. Raises ValueError if it is too large for a README."""
    path = FOLDER / f"{name}.png"
    picture.save(path, optimize=True)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ValueError(f"{path} has {size} bytes, {MAX_BYTES} are the limit; show less of the page")
    print(f"{path.relative_to(ROOT)}  {size // 1000} kB")


def main() -> int:
    """Returns the exit code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running() as stack, chromium() as browser:
        take(stack, lambda **options: browser.new_context(**options).new_page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
