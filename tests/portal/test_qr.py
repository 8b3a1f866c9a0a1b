"""The picture for the authenticator app holds exactly the modules of the QR code."""

from __future__ import annotations

import re

import segno

from bot.portal import qr

TEXT = "otpauth://totp/Interlude:wren?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Interlude"


def test_path_draws_every_dark_module_and_no_other() -> None:
    """Drawn run by run onto squared paper, it is the code with four light modules around it."""
    drawn = qr.draw(TEXT)
    paper = [[0] * drawn.size for _ in range(drawn.size)]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", drawn.path)
    assert "".join(f"M{x} {y}h{length}v1h-{back}z" for x, y, length, back in runs) == drawn.path
    for x, y, length, back in runs:
        assert length == back
        for column in range(int(x), int(x) + int(length)):
            paper[int(y)][column] += 1
    wanted = segno.make(TEXT, micro=False, error="m")
    assert paper == [list(row) for row in wanted.matrix_iter(border=4)]
