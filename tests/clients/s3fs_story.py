#!/usr/bin/env python3
"""s3fs, the file system of pandas, Dask and many others, told in chapters, each in a bucket of its own.

AWS_ENDPOINT_URL    the server
ONLY                runs the chapters whose names contain this text
"""

import hashlib
import os
import sys
import tempfile
import urllib.request

import botocore
import s3fs

from chapters import chapter, equal, tell

MIB = 1 << 20


def fresh(bucket, **more):
    """A file system that remembers no listings, and a bucket."""
    files = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True, **more)
    files.mkdir(bucket)
    return files


def tree(bucket):
    files = fresh(bucket)
    for path, data in {"a.txt": b"a", "dir/b.csv": b"bb", "dir/c.txt": b"ccc", "dir/deep/d.csv": b"dddd"}.items():
        files.pipe_file(f"{bucket}/{path}", data)
    return files


def raises(expected, call, *arguments, **named):
    try:
        answer = call(*arguments, **named)
    except expected:
        return
    raise AssertionError(f"{expected} expected, answered {answer}")


@chapter
def buckets_are_folders():
    files = fresh("fs-buckets")
    assert "fs-buckets" in files.ls("")
    equal((files.exists("fs-buckets"), files.isdir("fs-buckets"), files.exists("fs-absent")), (True, True, False))
    raises(FileExistsError, files.mkdir, "fs-buckets")
    raises(FileNotFoundError, files.ls, "fs-absent")
    files.rmdir("fs-buckets")
    assert not files.exists("fs-buckets")


@chapter
def a_tree_is_listed():
    files = tree("fs-tree")
    equal(sorted(files.ls("fs-tree", detail=False)), ["fs-tree/a.txt", "fs-tree/dir"])
    detail = {entry["name"]: (entry["type"], entry["size"]) for entry in files.ls("fs-tree/dir", detail=True)}
    equal(detail, {"fs-tree/dir/b.csv": ("file", 2), "fs-tree/dir/c.txt": ("file", 3), "fs-tree/dir/deep": ("directory", 0)})
    equal(files.find("fs-tree/dir"), ["fs-tree/dir/b.csv", "fs-tree/dir/c.txt", "fs-tree/dir/deep/d.csv"])
    equal(files.find("fs-tree", prefix="a"), ["fs-tree/a.txt"])
    equal(files.glob("fs-tree/*/*.csv"), ["fs-tree/dir/b.csv"])
    equal(files.glob("fs-tree/**/*.csv"), ["fs-tree/dir/b.csv", "fs-tree/dir/deep/d.csv"])
    equal(files.glob("fs-tree/dir/[bc].*"), ["fs-tree/dir/b.csv", "fs-tree/dir/c.txt"])
    walked = [(path, sorted(folders), sorted(names)) for path, folders, names in files.walk("fs-tree")]
    equal(walked[0], ("fs-tree", ["dir"], ["a.txt"]))
    equal(walked[1:], [("fs-tree/dir", ["deep"], ["b.csv", "c.txt"]), ("fs-tree/dir/deep", [], ["d.csv"])])
    equal((files.du("fs-tree"), files.du("fs-tree/dir", total=False)["fs-tree/dir/c.txt"]), (10, 3))
    equal((files.isfile("fs-tree/a.txt"), files.isdir("fs-tree/dir"), files.isfile("fs-tree/dir")), (True, True, False))
    equal((files.exists("fs-tree/dir/"), files.exists("fs-tree/di")), (True, False))
    raises(FileNotFoundError, files.ls, "fs-tree/absent")


@chapter
def a_file_tells_about_itself():
    files = fresh("fs-info")
    files.pipe_file("fs-info/k", b"data", ContentType="text/plain", Metadata={"a": "1"})
    info = files.info("fs-info/k")
    digest = hashlib.md5(b"data").hexdigest()
    equal((info["type"], info["size"], info["ETag"], info["ContentType"]), ("file", 4, f'"{digest}"', "text/plain"))
    equal(files.modified("fs-info/k"), info["LastModified"])
    equal(files.metadata("fs-info/k"), {"a": "1"})
    files.setxattr("fs-info/k", b="2")
    equal(files.metadata("fs-info/k"), {"a": "1", "b": "2"})
    equal(files.getxattr("fs-info/k", "b"), "2")
    files.put_tags("fs-info/k", {"team": "ingest"})
    equal(files.get_tags("fs-info/k"), {"team": "ingest"})
    before = files.checksum("fs-info/k")
    files.pipe_file("fs-info/k", b"other")
    assert files.checksum("fs-info/k") != before
    files.touch("fs-info/empty")
    equal((files.size("fs-info/empty"), files.exists("fs-info/empty")), (0, True))
    raises(FileNotFoundError, files.info, "fs-info/absent")


@chapter
def files_are_read_and_written():
    files = fresh("fs-files")
    with files.open("fs-files/dir/é +%.txt", "w", encoding="utf-8") as file:
        file.write("één\ntwo\n")
    equal(files.ls("fs-files/dir", detail=False), ["fs-files/dir/é +%.txt"])
    with files.open("fs-files/dir/é +%.txt", "r", encoding="utf-8") as file:
        equal(file.readlines(), ["één\n", "two\n"])
    data = os.urandom(300_000)
    files.pipe({"fs-files/one": data, "fs-files/two": b"2"})
    equal(files.cat(["fs-files/one", "fs-files/two"]), {"fs-files/one": data, "fs-files/two": b"2"})
    equal(files.cat_file("fs-files/one", start=10, end=20), data[10:20])
    equal(files.cat_file("fs-files/one", start=-10), data[-10:])
    ranges = files.cat_ranges(["fs-files/one"] * 2, [0, 1000], [5, 1005])
    equal(ranges, [data[:5], data[1000:1005]])
    equal((files.head("fs-files/one", 3), files.tail("fs-files/one", 3)), (data[:3], data[-3:]))
    with files.open("fs-files/one", "rb", block_size=65_536) as file:
        file.seek(200_000)
        equal(file.read(10), data[200_000:200_010])
        file.seek(-5, 2)
        equal((file.tell(), file.read(), file.read()), (299_995, data[-5:], b""))
        file.seek(0)
        equal(file.read() == data, True)
    raises(FileNotFoundError, files.open, "fs-files/absent", "rb")
    raises(FileNotFoundError, files.cat, "fs-files/absent")
    files.pipe_file("fs-files/claimed", b"1", mode="create")
    raises(FileExistsError, files.pipe_file, "fs-files/claimed", b"2", mode="create")
    equal(files.cat("fs-files/claimed"), b"1")


@chapter
def a_file_is_appended_to():
    files = fresh("fs-append")
    files.pipe_file("fs-append/small", b"one,")
    with files.open("fs-append/small", "ab") as file:
        file.write(b"two")
    equal(files.cat("fs-append/small"), b"one,two")
    large = os.urandom(6 * MIB)
    files.pipe_file("fs-append/large", large)
    with files.open("fs-append/large", "ab") as file:  # what is there becomes the first part, by a copy
        file.write(b"more")
    equal(files.cat("fs-append/large") == large + b"more", True)


@chapter
def a_large_file_is_written_in_parts():
    files = fresh("fs-large")
    data = os.urandom(17 * MIB)
    with files.open("fs-large/streamed", "wb", block_size=5 * MIB) as file:
        for at in range(0, len(data), MIB):
            file.write(data[at : at + MIB])
    assert files.info("fs-large/streamed")["ETag"].strip('"')[33:].isdigit(), "the ETag counts the parts"
    equal(files.cat("fs-large/streamed") == data, True)
    files.pipe_file("fs-large/piped", data, chunksize=5 * MIB)
    equal(files.cat("fs-large/piped") == data, True)
    with tempfile.TemporaryDirectory() as folder:
        for name, part in {"a": data, "sub/b": b"b", "sub/c d": b""}.items():
            os.makedirs(os.path.dirname(f"{folder}/up/{name}"), exist_ok=True)
            with open(f"{folder}/up/{name}", "wb") as file:
                file.write(part)
        files.put(f"{folder}/up/", "fs-large/folder/", recursive=True)
        equal(files.find("fs-large/folder"), ["fs-large/folder/a", "fs-large/folder/sub/b", "fs-large/folder/sub/c d"])
        files.get("fs-large/folder/", f"{folder}/down/", recursive=True)
        with open(f"{folder}/down/a", "rb") as file:
            equal(file.read() == data, True)
        equal(os.path.getsize(f"{folder}/down/sub/c d"), 0)
    with files.open("fs-large/dropped", "wb", block_size=5 * MIB, autocommit=False) as file:
        file.write(data)
    file.discard()
    assert not files.exists("fs-large/dropped")
    equal(files.list_multipart_uploads("fs-large"), [])


@chapter
def files_are_copied_moved_and_removed():
    files = tree("fs-moves")
    files.copy("fs-moves/a.txt", "fs-moves/copy.txt")
    files.mv("fs-moves/copy.txt", "fs-moves/moved.txt")
    equal((files.cat("fs-moves/moved.txt"), files.exists("fs-moves/copy.txt")), (b"a", False))
    files.copy("fs-moves/dir/", "fs-moves/other/", recursive=True)
    equal(files.find("fs-moves/other"), ["fs-moves/other/b.csv", "fs-moves/other/c.txt", "fs-moves/other/deep/d.csv"])
    files.rm("fs-moves/other", recursive=True)
    assert not files.exists("fs-moves/other")
    files.rm(["fs-moves/a.txt", "fs-moves/moved.txt"])
    equal(files.ls("fs-moves", detail=False), ["fs-moves/dir"])
    raises(OSError, files.rmdir, "fs-moves")
    files.rm("fs-moves", recursive=True)
    assert not files.exists("fs-moves")


@chapter
def versions_are_opened():
    files = fresh("fs-versions", version_aware=True)
    files.make_bucket_versioned("fs-versions", True)
    assert files.is_bucket_versioned("fs-versions")
    for text in (b"one", b"two"):
        files.pipe_file("fs-versions/k", text)
    versions = files.object_version_info("fs-versions/k")
    equal([version["IsLatest"] for version in versions], [True, False])
    with files.open("fs-versions/k", "rb", version_id=versions[1]["VersionId"]) as file:
        equal(file.read(), b"one")
    equal(files.cat("fs-versions/k"), b"two")


@chapter
def an_address_is_signed():
    files = fresh("fs-signed")
    files.pipe_file("fs-signed/a b", b"data")
    with urllib.request.urlopen(files.sign("fs-signed/a b", expiration=60), timeout=10) as answer:
        equal(answer.read(), b"data")
    equal(files.url("fs-signed/a b").split("?")[0], f"{os.environ['AWS_ENDPOINT_URL']}/fs-signed/a%20b")


if __name__ == "__main__":
    sys.exit(tell("s3fs", f"s3fs {s3fs.__version__}, botocore {botocore.__version__}"))
