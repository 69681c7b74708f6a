"""What the peers share: where the input lies, how much it is, and how a result is printed."""

import json
import os
import sys
from pathlib import Path

PURCHASES = "nested-purchase-stream-table"
RECOMMENDATIONS = "recommender-stream-table"
COLUMNS = (
    "purchase_time transaction_id user_id sku name category price quantity_purchased "
    "next_best_product_sku likelihood_score rec_time purchase_date"
).split()


def files(folder: str, table: str) -> list[Path]:
    """The files of a table, in the order of the batches."""
    found = sorted(Path(folder, table).glob("*.json"))
    if not found:
        sys.exit(f"no files of {table} under {folder}")
    return found


def count_events(folder: str) -> int:
    """Lines of both tables: a purchase or a recommendation is one event."""
    paths = files(folder, PURCHASES) + files(folder, RECOMMENDATIONS)
    return sum(path.read_bytes().count(b"\n") for path in paths)


def put_in_order(folder: str) -> None:
    """Spark reads files by modification time: batch n is made a second younger than batch n - 1."""
    for table in (PURCHASES, RECOMMENDATIONS):
        for number, path in enumerate(files(folder, table)):
            os.utime(path, (1_700_000_000 + number,) * 2)


def emit(**line: object) -> None:
    """Prints a result as one JSON line; numbers of seconds are rounded to the millisecond."""

    def short(value: object) -> object:
        if isinstance(value, float):
            return round(value, 3)
        return [short(item) for item in value] if isinstance(value, list) else value

    print(json.dumps({key: short(value) for key, value in line.items()}), flush=True)
