"""Runs one peer in a process of its own and adds what it printed to a file of JSON lines.

`peer.py RESULTS NAME SIZE COMMAND…`; SIZE is full or small, and for wavetank also input (the run that leaves its input
behind) or beside (one of two processes at once). Each JSON line that the command prints is kept, with SIZE, the seconds
of the whole process (without those of the digest) and the round that PEERS_ROUND names, if it does. A command that
fails becomes a line with the reason. `peer.py RESULTS NAME SIZE --failed REASON` notes a failure from elsewhere.
"""

import json
import os
import signal
import subprocess
import sys
import time

LIMIT_SECONDS = float(os.environ.get("PEERS_TIMEOUT", 1800))
ROUND = {"round": int(os.environ["PEERS_ROUND"])} if "PEERS_ROUND" in os.environ else {}


def parsed(text: str) -> list[dict]:
    """The JSON objects in what a peer printed: one over many lines, or one a line."""
    try:
        whole = json.loads(text)
        return [whole] if isinstance(whole, dict) else []
    except ValueError:
        pass
    found = []
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def reason(text: str, code: int) -> str:
    """The line that tells most about a failure."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith("Caused by") or "error" in line.lower()]
    return (telling or lines or [f"exit code {code}"])[-1]


def run(name: str, command: list[str]) -> list[dict]:
    begun = time.perf_counter()
    try:
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True
        )
    except OSError as error:
        return [{"peer": name, "failed": f"{command[0]}: {error.strerror}"}]
    try:
        out, err = child.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return [{"peer": name, "failed": f"not done after {LIMIT_SECONDS:.0f} s"}]
    took = time.perf_counter() - begun
    if child.returncode:
        return [{"peer": name, "failed": reason(err or out, child.returncode)}]
    found = parsed(out)
    if not found:
        return [{"peer": name, "failed": "printed no JSON"}]
    for line in found:
        line["process_seconds"] = round(took - line.get("digest_seconds", 0), 3)
    return [{"peer": name} | line for line in found]


def main(results: str, name: str, size: str, command: list[str]) -> None:
    if command[0] == "--failed":
        lines = [{"peer": name, "failed": command[1]}]
    else:
        lines = run(name, command)
    with open(results, "a", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line | {"size": size} | ROUND) + "\n")
            if "failed" in line:
                print(f"  {name}: {line['failed']}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
