#!/usr/bin/env python3
"""pyarrow's own S3 file system (the AWS SDK for C++) and datasets on it, told in chapters, each in a bucket of its own.

AWS_ENDPOINT_URL    the server
ONLY                runs the chapters whose names contain this text
"""

import os
import sys
import urllib.parse

import pyarrow
import pyarrow.compute
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
from pyarrow.fs import FileSelector, FileType

from chapters import chapter, equal, tell

MIB = 1 << 20
ENDPOINT = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])


def fresh(bucket, **more):
    """A file system with the bucket in it."""
    files = pyarrow.fs.S3FileSystem(
        access_key="test",
        secret_key="test",
        region="us-east-1",
        endpoint_override=ENDPOINT.netloc,
        scheme=ENDPOINT.scheme,
        force_virtual_addressing=False,
        allow_bucket_creation=True,
        allow_bucket_deletion=True,
        **more,
    )
    files.create_dir(bucket)
    return files


def write(files, path, *parts, **more):
    with files.open_output_stream(path, **more) as stream:
        for part in parts:
            stream.write(part)


def read(files, path):
    with files.open_input_stream(path) as stream:
        return stream.read()


def listed(files, folder, recursive=True):
    selector = FileSelector(folder, recursive=recursive)
    return sorted((info.path, info.type, info.size) for info in files.get_file_info(selector))


def raises(expected, call, *arguments):
    try:
        answer = call(*arguments)
    except expected:
        return
    raise AssertionError(f"{expected} expected, answered {answer}")


@chapter
def a_bucket_is_a_folder():
    files = fresh("arrow-bucket")
    equal(files.get_file_info("arrow-bucket").type, FileType.Directory)
    assert "arrow-bucket" in [info.path for info in files.get_file_info(FileSelector(""))]
    files.create_dir("arrow-bucket/a/b", recursive=True)
    folders = [("arrow-bucket/a", FileType.Directory, None), ("arrow-bucket/a/b", FileType.Directory, None)]
    equal(listed(files, "arrow-bucket"), folders)
    files.delete_dir("arrow-bucket/a")
    equal(listed(files, "arrow-bucket"), [])
    files.delete_dir("arrow-bucket")
    equal(files.get_file_info("arrow-bucket").type, FileType.NotFound)


@chapter
def streams_are_written_and_read():
    files = fresh("arrow-streams")
    for name, data in {"empty": b"", "small": b"data", "é +%&=?#.txt": "één".encode()}.items():
        write(files, f"arrow-streams/{name}", data)
        equal(read(files, f"arrow-streams/{name}"), data, name)
        info = files.get_file_info(f"arrow-streams/{name}")
        equal((info.type, info.size), (FileType.File, len(data)), name)
        assert info.mtime
    write(files, "arrow-streams/told", b"x", metadata={"Content-Type": "text/plain", "Cache-Control": "no-cache"})
    with files.open_input_stream("arrow-streams/told") as stream:
        told = stream.metadata()
    equal((told["Content-Type"], told["Content-Length"]), (b"text/plain", b"1"), told)
    raises(FileNotFoundError, files.open_input_stream, "arrow-streams/absent")
    raises(FileNotFoundError, files.open_input_file, "arrow-absent/k")
    equal(files.get_file_info("arrow-streams/absent").type, FileType.NotFound)


@chapter
def large_streams_are_sent_in_parts():
    data = os.urandom(23 * MIB + 7)
    chunks = [data[at : at + 3 * MIB] for at in range(0, len(data), 3 * MIB)]
    for background in [True, False]:
        files = fresh("arrow-parts", background_writes=background)
        write(files, "arrow-parts/large", *chunks)
        equal(read(files, "arrow-parts/large") == data, True, "in chunks")
        write(files, "arrow-parts/whole", data)
        equal(read(files, "arrow-parts/whole") == data, True, "at once")


@chapter
def files_are_read_at_random():
    files = fresh("arrow-random")
    data = os.urandom(2 * MIB)
    write(files, "arrow-random/k", data)
    with files.open_input_file("arrow-random/k") as file:
        equal(file.size(), len(data))
        equal(file.read_at(10, MIB), data[MIB : MIB + 10])
        file.seek(-3, 2)
        equal((file.read(10), file.tell()), (data[-3:], len(data)))
        file.seek(5)
        equal(file.read(5), data[5:10])
        equal(file.read_at(10, len(data) - 4), data[-4:])
    with files.open_input_stream("arrow-random/k", buffer_size=65_536) as stream:
        equal(stream.read(10), data[:10])


@chapter
def folders_are_listed_and_deleted():
    files = fresh("arrow-folders")
    for path in ["a/1", "a/b/2", "a/b/c/3", "d"]:
        write(files, f"arrow-folders/{path}", path.encode())
    of = lambda path, size=None: (f"arrow-folders/{path}", FileType.Directory if size is None else FileType.File, size)
    equal(listed(files, "arrow-folders", recursive=False), [of("a"), of("d", 1)])
    equal(listed(files, "arrow-folders/a"), [of("a/1", 3), of("a/b"), of("a/b/2", 5), of("a/b/c"), of("a/b/c/3", 7)])
    equal(files.get_file_info("arrow-folders/a/b").type, FileType.Directory)
    equal([info.type for info in files.get_file_info(["arrow-folders/d", "arrow-folders/x"])], [FileType.File, FileType.NotFound])
    raises(FileNotFoundError, files.get_file_info, FileSelector("arrow-folders/x"))
    equal(files.get_file_info(FileSelector("arrow-folders/x", allow_not_found=True)), [])
    files.copy_file("arrow-folders/a/1", "arrow-folders/e/copy")
    equal(read(files, "arrow-folders/e/copy"), b"a/1")
    files.move("arrow-folders/e/copy", "arrow-folders/e/moved é")
    equal([path for path, _, _ in listed(files, "arrow-folders/e")], ["arrow-folders/e/moved é"])
    files.delete_file("arrow-folders/e/moved é")
    files.delete_dir_contents("arrow-folders/a/b")
    equal(listed(files, "arrow-folders/a"), [of("a/1", 3), of("a/b")])
    files.delete_dir("arrow-folders/a")
    equal(files.get_file_info("arrow-folders/a").type, FileType.NotFound)
    raises(FileNotFoundError, files.delete_file, "arrow-folders/absent")


@chapter
def a_dataset_is_written_and_filtered():
    files = fresh("arrow-data")
    days = ["2026-01-01", "2026-01-02", "2026-01-03"]
    table = pyarrow.table({"day": [days[n % 3] for n in range(9_000)], "n": range(9_000), "word": [f"wörd {n % 7}" for n in range(9_000)]})
    schema = pyarrow.schema([("day", pyarrow.string())])
    pyarrow.dataset.write_dataset(
        table,
        "arrow-data/table",
        format="parquet",
        filesystem=files,
        partitioning=pyarrow.dataset.partitioning(schema, flavor="hive"),
        max_rows_per_file=1_000,
        max_rows_per_group=500,
    )
    paths = [path for path, kind, _ in listed(files, "arrow-data/table") if kind == FileType.File]
    equal(len(paths), 9)
    assert all("/table/day=2026-01-0" in path for path in paths), paths
    back = pyarrow.dataset.dataset("arrow-data/table", filesystem=files, partitioning="hive")
    equal(back.count_rows(), 9_000)
    field = pyarrow.dataset.field
    some = back.to_table(columns=["n"], filter=(field("day") == days[1]) & (field("n") < 100))
    equal(sorted(some["n"].to_pylist()), list(range(1, 100, 3)))
    equal(pyarrow.compute.sum(back.to_table(columns=["n"])["n"]).as_py(), sum(range(9_000)))
    pyarrow.dataset.write_dataset(
        table.slice(0, 3),
        "arrow-data/table",
        format="parquet",
        filesystem=files,
        partitioning=pyarrow.dataset.partitioning(schema, flavor="hive"),
        existing_data_behavior="delete_matching",
    )
    back = pyarrow.dataset.dataset("arrow-data/table", filesystem=files, partitioning="hive")
    equal(sorted(back.to_table()["n"].to_pylist()), [0, 1, 2])
    pyarrow.parquet.write_table(table, "arrow-data/one.parquet", filesystem=files)
    read_back = pyarrow.parquet.read_table("arrow-data/one.parquet", filesystem=files, filters=[("n", ">=", 8_998)])
    equal(read_back["word"].to_pylist(), [f"wörd {8_998 % 7}", f"wörd {8_999 % 7}"])


@chapter
def an_address_names_the_file_system():
    files = fresh("arrow-uri")
    write(files, "arrow-uri/k", b"data")
    asked = urllib.parse.urlencode({"endpoint_override": ENDPOINT.netloc, "scheme": ENDPOINT.scheme, "region": "us-east-1"})
    named, path = pyarrow.fs.FileSystem.from_uri(f"s3://test:test@arrow-uri/k?{asked}")
    equal((path, read(named, path)), ("arrow-uri/k", b"data"))


if __name__ == "__main__":
    sys.exit(tell("pyarrow", f"pyarrow {pyarrow.__version__}"))
