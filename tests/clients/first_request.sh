#!/usr/bin/env bash
# Milliseconds from the start of the process to the first answered request, in memory and with a data directory.
# Usage: first_request.sh [RUNS]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ -x "$WAVETANK" ] || die "no wavetank at $WAVETANK: build it, or set WAVETANK"
python3 - "$WAVETANK" "$scratch" "${1:-10}" <<'PYTHON'
import pathlib
import socket
import statistics
import subprocess
import sys
import time

wavetank, scratch, runs = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
REQUEST = b"GET /_wavetank/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def first_answer(arguments):
    """Seconds until a health request, tried again and again, is answered with 200."""
    port = free_port()
    begin = time.perf_counter()
    server = subprocess.Popen(
        [wavetank, "serve", "--port", str(port), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - begin < 10:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                    connection.sendall(REQUEST)
                    if b" 200 " in connection.recv(4096).split(b"\r\n")[0]:
                        return time.perf_counter() - begin
            except OSError:
                if server.poll() is not None:
                    sys.exit(f"wavetank serve {' '.join(arguments)} stopped with {server.returncode}")
                time.sleep(0.0002)
        sys.exit("no answer in 10 s")
    finally:
        server.kill()
        server.wait()


for name, arguments in [("memory", lambda run: []), ("data directory", lambda run: ["--data-dir", str(scratch / f"data-{run}")])]:
    times = [first_answer(arguments(run)) * 1000 for run in range(runs)]
    print(
        f"first request, {name:<14} "
        f"median {statistics.median(times):6.1f} ms, least {min(times):6.1f}, most {max(times):6.1f} ({runs} runs)"
    )
PYTHON
