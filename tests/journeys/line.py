"""The line between a browser and a door: it can be cut, and it can lose what comes back."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

PIECE_BYTES = 65_536
# Closing with this sends a reset, as a line that breaks does; a plain close would end the stream politely.
_RESET = struct.pack("ii", 1, 0)


class Line:
    """A TCP relay from `port` to `target_port`, both on 127.0.0.1. Use as a context manager."""

    def __init__(self, *, port: int, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_cut = False
        self._loses_answers = False

    def __enter__(self) -> Line:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Breaks every connection, and each new one, until `mend`."""
        with self._lock:
            self._is_cut = True
            for end in self._open:
                _break(end)
            self._open.clear()

    def mend(self) -> None:
        """The line works again."""
        with self._lock:
            self._is_cut = False

    @contextlib.contextmanager
    def losing_answers(self) -> Iterator[None]:
        """A block during which requests arrive and nothing comes back; then these connections break."""
        self._loses_answers = True
        try:
            yield
        finally:
            self.cut()
            self._loses_answers = False
            self.mend()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._is_cut:
                    _break(near)
                    continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target_port), timeout=5)
            except OSError:
                _break(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._open |= {near, far}
            threading.Thread(target=self._pass_on, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(far, near, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        try:
            while piece := source.recv(PIECE_BYTES):
                if not (is_answer and self._loses_answers):
                    target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            _break(source)
            _break(target)
        with self._lock:
            self._open -= {source} if not is_answer else {source, target}


def _break(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
