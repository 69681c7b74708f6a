"""Prints the lines that peer.py collected as one table, and the ratios that answer the questions asked of wavetank.

`table.py RESULTS COMMAND` — COMMAND is what was typed, to be printed below the table.
"""

import datetime
import json
import os
import platform
import statistics
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path


def read(path: str) -> list[dict]:
    """The lines, those of wavetank's reports flattened to the form of the others."""
    lines = []
    for text in Path(path).read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if line.get("schema", "").startswith("wavetank.bench/"):
            results = line["results"]
            line |= {
                "peer": f"wavetank {line['version']}",
                "threads": line["parameters"]["parallelism"],
                "seconds": results["seconds"],
                "events": results["events"],
                "rows": results.get("rows"),
            }
        lines.append(line)
    return lines


class Results:
    """The lines by the start of a peer's name, its size and its threads."""

    def __init__(self, lines: list[dict]):
        self.lines = lines

    def all(self, peer: str, threads: int | None = None, size: str = "full") -> list[dict]:
        """The lines that fit and did not fail."""
        return [
            line for line in self.lines
            if line["peer"].startswith(peer) and line["size"] == size and "seconds" in line
            and threads in (None, line["threads"])
        ]

    def find(self, peer: str, threads: int | None = None, size: str = "full") -> dict | None:
        """The run of median length; of two the last, which found its files in memory."""
        fits = self.all(peer, threads, size)
        if len(fits) < 3:
            return fits[-1] if fits else None
        return sorted(fits, key=lambda line: line["seconds"])[len(fits) // 2]

    def rounds(self) -> list[tuple[float, float | None, float | None]]:
        """Wavetank's rate on one thread, on two, and of two processes side by side, round by round."""
        found = []
        for number in sorted({line["round"] for line in self.lines if "round" in line}):
            within = Results([line for line in self.lines if line.get("round") == number])
            one, two = within.find("wavetank", 1), within.find("wavetank", 2)
            beside = within.all("wavetank", 1, "beside")
            if one:
                both = sum(map(rate, beside)) if len(beside) == 2 else None
                found.append((rate(one), rate(two) if two else None, both))
        return found

    def answer(self, peer: str) -> dict | None:
        """The line of a peer with a digest."""
        fits = [line for line in self.lines if line["peer"].startswith(peer) and line["size"] == "full" and "digest" in line]
        return fits[-1] if fits else None


def rate(line: dict, events: int | None = None) -> float | None:
    """Events a second."""
    events = line.get("events") or events
    return events / line["seconds"] if events and line.get("seconds") else None


def steady(spark: dict) -> dict | None:
    """Spark without start-up and without its first batch, in which its code is generated and compiled."""
    if len(spark["batch_seconds"]) < 2:
        return None
    return {
        "peer": "  its batches from the second on",
        "threads": spark["threads"],
        "seconds": sum(spark["batch_seconds"][1:]),
        "events": sum(spark["batch_events"][1:]),
    }


def middle(ratios: Iterable[float]) -> str:
    """The median, and the least and the greatest where there are several."""
    ratios = sorted(ratios)
    if len(ratios) < 2:
        return f"{ratios[0]:.2f}" if ratios else "-"
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"


def table(results: Results) -> None:
    one, two = results.find("wavetank", 1), results.find("wavetank", 2)
    events = next((line["events"] for line in (two, one) if line), None)
    print(f"{'peer':<36}{'threads':>8}{'seconds':>10}{'events/s':>12}{'wavetank is':>13}")
    for line in results.lines:
        if line["size"] != "full" or line["peer"] == "wavetank answer":
            continue
        if "failed" in line:
            print(textwrap.fill(f"{line['peer']}: not run: {line['failed'][:300]}", 80, subsequent_indent="  "))
            continue
        if "shuffle_partitions" in line:
            line = line | {"peer": f"{line['peer']}, {line['shuffle_partitions']} parts"}
        rows = [line]
        if "batch_seconds" in line:
            rows += [extra for extra in [steady(line)] if extra]
        for part in ("load", "join", "write"):
            if f"{part}_seconds" in line:
                rows.append({"peer": f"  {part}", "threads": line["threads"], "seconds": line[f"{part}_seconds"], "part": True})
        for row in rows:
            print(one_row(row, one if row["threads"] == 1 else two, events))
    print("(wavetank is so many times as fast, in events/s, on as many threads)")


def one_row(row: dict, wavetank: dict | None, events: int | None) -> str:
    """A row; the ratio is wavetank's rate on as many threads, divided by this one's."""
    per_second = None if row.get("part") else rate(row, events)
    ratio = ""
    if per_second and wavetank and not row["peer"].startswith("wavetank"):
        ratio = f"{rate(wavetank) / per_second:.2f} x"
    shown = f"{per_second:,.0f}" if per_second else ""
    return f"{row['peer'][:35]:<36}{row['threads']:>8}{row['seconds']:>10.2f}{shown:>12}{ratio:>13}"


def answers(results: Results) -> None:
    """The questions, with `-` where a peer is missing."""
    def say(question: str, value: str) -> None:
        print(f"{question:<62}{value:>17}")

    two, one = results.find("wavetank", 2), results.find("wavetank", 1)
    sparks = [line for line in results.lines if line["size"] == "full" and "batch_seconds" in line]
    later = max(filter(None, map(steady, sparks)), key=rate, default=None)
    say("wavetank ÷ PySpark, steady state, 2 threads, faster run", f"{rate(two) / rate(later):.1f}" if two and later else "-")
    ours, theirs = results.find("wavetank", 2, "small"), results.find("pyspark", None, "small")
    both = ours and theirs
    say("wavetank ÷ PySpark, whole process, 10,000 events",
        f"{theirs['process_seconds'] / ours['process_seconds']:.1f}" if both else "-")
    if both:
        say("  processes, seconds", f"{ours['process_seconds']:.2f} and {theirs['process_seconds']:.2f}")
    parse, batch = results.find("simd-json", 1), results.find("duckdb", 1)
    limit = parse["seconds"] + batch["join_seconds"] + batch["write_seconds"] if parse and batch else None
    say("wavetank's seconds ÷ (simd-json + DuckDB join + write), 1 core",
        f"{one['seconds'] / limit:.2f}" if limit and one else "-")
    flat = results.find("decode, explode, flatten", 1)
    say("decode, explode, flatten: speed ÷ simd-json's, 1 core",
        f"{parse['seconds'] / flat['seconds']:.2f}" if parse and flat else "-")
    rounds = results.rounds()
    say("wavetank's events/s on 2 threads ÷ on 1, median of the rounds",
        middle(two / one for one, two, _ in rounds if two))
    say("  two processes of one thread each, side by side, ÷ one",
        middle(both / one for one, _, both in rounds if both))
    mine = results.answer("wavetank")
    if mine and sparks:
        same = all((mine["rows"], mine["digest"]) == (line["rows"], line["digest"]) for line in sparks)
        say("wavetank and PySpark gave the same answer", f"yes, {mine['rows']:,} rows" if same else
            f"NO: {mine['rows']:,}, {sparks[0]['rows']:,}")
    else:
        say("wavetank and PySpark gave the same answer", "-")
    for line in results.lines:
        if line["size"] == "full" and line.get("rows") and "seconds" in line:
            if line["peer"].startswith(("pyflink", "duckdb")) and line.get("threads") == 2:
                say(f"rows of {line['peer']}", f"{line['rows']:,}")


def machine() -> str:
    """Processor and cores."""
    try:
        models = [text for text in Path("/proc/cpuinfo").read_text().splitlines() if text.startswith("model name")]
        model = models[0].split(":", 1)[1].strip()
    except (OSError, IndexError):
        model = platform.processor() or platform.machine()
    return f"{model}, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    found = Results(read(sys.argv[1]))
    table(found)
    print()
    answers(found)
    print(f"\n{machine()}\n{datetime.date.today()}\n{sys.argv[2]}")
