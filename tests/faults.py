"""What stands between a client and a real server and spoils some of what passes: HTTP requests, TCP bytes."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import itertools
import random
import select
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum


class Fault(Enum):
    DROP = "the connection ends before the server hears anything"
    DEAF = "the server did it, and the connection ends before its answer"
    ERROR = "500"
    BUSY = "503 SlowDown"
    CUT = "half of the answer's body"
    FLIP = "one byte of the body is another"
    STALL = "silence"


# Given method, path and body of a request: what goes wrong with it.
Fate = Callable[[str, str, bytes], Fault | None]


@dataclass
class Proxy:
    """A proxy at work. `faults` counts what was done to requests; `fate` may be changed meanwhile."""

    port: int
    fate: Fate
    drops: str = ""  # a header that is not passed on
    faults: dict[Fault, int] = field(default_factory=dict)
    requests: int = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def one_in(every: int, seed: int = 1) -> Fate:
    """Of so many requests one goes wrong, by a seeded choice; every kind of fault in its turn."""
    luck, kinds, lock = random.Random(seed), itertools.cycle(Fault), threading.Lock()

    def fate(method: str, path: str, body: bytes) -> Fault | None:
        with lock:
            return next(kinds) if luck.randrange(every) == 0 else None

    return fate


def well(method: str, path: str, body: bytes) -> Fault | None:
    return None


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, proxy: Proxy, upstream: int, *rest: object) -> None:
        self._proxy, self._upstream = proxy, upstream
        super().__init__(*rest)  # type: ignore[arg-type]

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._proxy.requests += 1
        fault = self._proxy.fate(self.command, self.path, body)
        if fault is not None:
            self._proxy.faults[fault] = self._proxy.faults.get(fault, 0) + 1
        if fault is Fault.DROP:
            self.close_connection = True
        elif fault is Fault.STALL:
            self.close_connection = True
            select.select([self.connection], [], [], 60)  # until the client has had enough
        elif fault is Fault.ERROR:
            self._answer(500, [], b"<Error><Code>InternalError</Code></Error>")
        elif fault is Fault.BUSY:
            self._answer(503, [], b"<Error><Code>SlowDown</Code></Error>")
        else:
            self._pass_on(fault, body)

    def _pass_on(self, fault: Fault | None, body: bytes) -> None:
        if fault is Fault.FLIP and body:
            body, fault = _flipped(body), None
        upstream = http.client.HTTPConnection("127.0.0.1", self._upstream, timeout=60)
        try:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() != self._proxy.drops:
                    upstream.putheader(name, value)
            upstream.endheaders(body)
            answer = upstream.getresponse()
            data, headers = answer.read(), answer.getheaders()
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        finally:
            upstream.close()
        if fault is Fault.DEAF:
            self.close_connection = True
            return
        self._answer(answer.status, headers, data, fault)

    def _answer(
        self, status: int, headers: list[tuple[str, str]], data: bytes, fault: Fault | None = None
    ) -> None:
        self.send_response_only(status)
        told = {name.lower() for name, _ in headers}
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        if "content-length" not in told:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault is Fault.FLIP and data:
            data = _flipped(data)
        if fault is Fault.CUT:
            data, self.close_connection = data[: len(data) // 2], True
        self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

    def log_message(self, format: str, *args: object) -> None:
        """Not on the test's stderr."""


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


@contextlib.contextmanager
def http_proxy(upstream: int, fate: Fate = well, drops: str = "") -> Iterator[Proxy]:
    """In front of the HTTP server at port `upstream`."""
    proxy = Proxy(0, fate, drops)
    with _Server(("127.0.0.1", 0), lambda *rest: _Handler(proxy, upstream, *rest)) as server:
        proxy.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield proxy
        server.shutdown()


@dataclass
class Relay:
    """A relay at work. Of each connection `life` says after how many bytes it ends; None: never."""

    port: int
    life: Callable[[], int | None]
    ended: int = 0
    stalls: bool = False  # instead of ending, the connection goes silent


@contextlib.contextmanager
def tcp_relay(upstream: int, life: Callable[[], int | None]) -> Iterator[Relay]:
    """In front of any server: connections die in the middle."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        relay = Relay(int(listener.getsockname()[1]), life)
        over = threading.Event()
        threading.Thread(target=_accept, args=(relay, listener, upstream, over), daemon=True).start()
        yield relay
        over.set()


def _accept(relay: Relay, listener: socket.socket, upstream: int, over: threading.Event) -> None:
    while not over.is_set():
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_carry, args=(relay, client, upstream, over), daemon=True).start()


def _carry(relay: Relay, client: socket.socket, upstream: int, over: threading.Event) -> None:
    left = relay.life()
    with client, socket.create_connection(("127.0.0.1", upstream)) as server, contextlib.suppress(OSError):
        while not over.is_set():
            ready, _, _ = select.select([client, server], [], [], 0.5)
            for end in ready:
                data = end.recv(1 << 16)
                if not data:
                    return
                (server if end is client else client).sendall(data)
                left = left if left is None else left - len(data)
            if left is not None and left <= 0:
                relay.ended += 1
                if relay.stalls:
                    over.wait(120)
                return
