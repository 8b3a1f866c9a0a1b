"""`python -m bot.supervised PIDFILE COMMAND...` becomes COMMAND, tied to the life of the supervisor named in PIDFILE.

Imports next to nothing: it runs before every part.
"""

import ctypes
import os
import signal
import sys


def end_with_parent() -> None:
    """Linux: this process gets SIGTERM when its parent dies, so that kill -9 leaves no orphan either."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1  # linux/prctl.h
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


if __name__ == "__main__":
    end_with_parent()
    with open(sys.argv[1], encoding="ascii") as file:
        # Killed before the line above, the supervisor will send no signal any more: this process is an orphan already.
        if os.getppid() != int(file.read()):
            sys.exit(1)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command line is ours, from bot.run
