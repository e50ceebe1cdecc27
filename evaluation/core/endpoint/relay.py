"""The one way between the two sandboxes, on the server's side: start the server, then pass requests on to its port.

    python relay.py DOOR PORT COMMAND…

It dials out to DOOR, a Unix socket, and waits there; a request that comes is carried to 127.0.0.1:PORT, of which nothing
outside this network namespace can know. Standard library only and one file, because it runs where none of the
portal's source is. It stands on the team's side: nothing that the portal relies on is decided here.
"""

import contextlib
import socket
import subprocess
import sys
import threading
import time

CHUNK = 65_536
AGAIN_AFTER = 0.1
IDLE = 4  # connections that wait for a request


def main(door: str, port: str, *command: str) -> int:
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=keep_waiting, args=(door, int(port)), daemon=True).start()
    code = server.wait()
    print(f"The server has ended with code {code}.", file=sys.stderr, flush=True)
    return code if code >= 0 else 128 - code


def keep_waiting(door: str, port: int) -> None:
    """Once somebody listens on the port, a few connections wait at the door at any time."""
    while not is_open(port):
        time.sleep(AGAIN_AFTER)
    slots = threading.Semaphore(IDLE)
    while True:
        slots.acquire()
        threading.Thread(target=serve_one, args=(door, port, slots), daemon=True).start()


def is_open(port: int) -> bool:
    try:
        dial(port).close()
    except OSError:
        return False
    return True


def serve_one(door: str, port: int, slots: threading.Semaphore) -> None:
    """Wait for one request and carry it; its place at the door is free as soon as it has come."""
    with contextlib.suppress(OSError), contextlib.closing(socket.socket(socket.AF_UNIX)) as outside:
        try:
            outside.connect(door)
            first = outside.recv(CHUNK)
        except OSError:
            first = b""
        finally:
            slots.release()
        if not first:
            time.sleep(AGAIN_AFTER)
            return
        with contextlib.closing(dial(port)) as inside:
            inside.sendall(first)
            carry(outside, inside)


def dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=None)


def carry(outside: socket.socket, inside: socket.socket) -> None:
    """Requests in and the answer out, until the server closes or the portal has heard enough."""
    threading.Thread(target=pump, args=(outside, inside), daemon=True).start()
    pump(inside, outside)
    for side in (outside, inside):
        with contextlib.suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
