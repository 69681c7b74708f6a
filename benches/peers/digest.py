"""A digest of an answer that depends on neither the order of its rows nor how they lie in files.

`digest.py FOLDER` reads every Parquet file in a folder named purchase_date=… below FOLDER. Columns are cast to fixed
types first, instants to microseconds since 1970, so that INT96 and either kind of TIMESTAMP give the same digest.
Hashes are DuckDB's, so digests of different releases of DuckDB must not be compared.
"""

import sys
from pathlib import Path

from common import COLUMNS, emit

CASTS = {
    "purchase_time": "epoch_us(purchase_time)",
    "rec_time": "epoch_us(rec_time)",
    "price": "price::DOUBLE",
    "quantity_purchased": "quantity_purchased::BIGINT",
    "likelihood_score": "likelihood_score::BIGINT",
    "purchase_date": "purchase_date::DATE::VARCHAR",
}


def digest(folder: str) -> tuple[int, str]:
    """The number of rows and their digest."""
    import duckdb

    if not any(Path(folder).glob("**/purchase_date=*/*.parquet")):
        return 0, "empty"
    columns = ", ".join(CASTS.get(name, f"{name}::VARCHAR") for name in COLUMNS)
    base = str(Path(folder)).replace("'", "''")
    connection = duckdb.connect(config={"threads": 2})
    rows, total, mixed = connection.execute(
        f"SELECT count(*), sum(hash({columns})::HUGEINT), bit_xor(hash({columns})) "
        f"FROM read_parquet('{base}/**/purchase_date=*/*.parquet', hive_partitioning = true)"
    ).fetchone()
    return rows, f"{int(total):x}.{int(mixed):x}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows, value = digest(sys.argv[1])
    emit(rows=rows, digest=value)
