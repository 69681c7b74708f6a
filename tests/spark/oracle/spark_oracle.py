#!/usr/bin/env python3
"""spark_oracle.py - run queries on real Spark Structured Streaming and record them.

A scenario is a JSON document that says which streams exist, which records
arrive in which micro-batch, and what the query is.  This tool builds exactly
that query in one local Spark session, feeds it exactly those micro-batches,
and reports what Spark did in every batch it ran (data batches and the extra
"no-data" batches alike): emitted rows, watermarks, state-operator metrics.

    spark_oracle.py run  scenario.json [more.json ...] [--out DIR] [--inplace]
    spark_oracle.py check vector.json  [more.json ...]

`run`   prints (or writes) scenario + "expected".
`check` re-runs vectors that already carry "expected" and compares.

How exact micro-batches are obtained
------------------------------------
Every stream is a MemoryStream[String] (created through the py4j gateway)
whose elements are the raw JSON texts.  A step's records are added to all
streams while holding the query's own progress lock, the lock under which
Spark's MicroBatchExecution.constructNextBatch asks the sources for their
latest offsets; hence one step is one batch, whatever the thread timing.
  * drain=true  (default): processAllAvailable() after the step, so Spark runs
    whatever no-data batches it wants before the next step's data exists.
  * drain=false: the next step's data is added from inside the sink callback
    of this step's batch, so it is already there when Spark decides what to
    run next, and the no-data batch is skipped (a busy stream).

The scenario format is documented in ../README.md.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

FORMAT = 1
TS_FMT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"


# --------------------------------------------------------------------------
# session
# --------------------------------------------------------------------------
def fast_fs(root):
    """Compiles FastLocalFs.java (a speed-up, see there); None when there is no javac."""
    import pyspark
    src = os.path.join(os.path.dirname(os.path.abspath(__file__)), "FastLocalFs.java")
    if not shutil.which("javac") or not os.path.exists(src):
        return None
    jars = os.path.join(os.path.dirname(pyspark.__file__), "jars", "*")
    out = os.path.join(root, "classes")
    r = subprocess.run(["javac", "-nowarn", "-cp", jars, "-d", out, src], capture_output=True)
    return out if r.returncode == 0 else None


def make_session(cores=2, root=None, codegen=None):
    """One local session; every scenario re-configures the SQL confs it needs.

    Watermark literals make Spark compile new code in every batch, so interpreted
    evaluation is several times faster on tiny data; --codegen turns compilation on
    (same results: a sample of the vectors is checked both ways)."""
    if codegen is None:
        codegen = bool(os.environ.get("ORACLE_CODEGEN"))
    from pyspark.sql import SparkSession
    root = root or tempfile.mkdtemp(prefix="oracle_")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder
    classes = fast_fs(root)
    if classes:
        builder = (builder.config("spark.driver.extraClassPath", classes)
                   .config("spark.hadoop.fs.file.impl", "FastLocalFs$Raw")
                   .config("spark.hadoop.fs.AbstractFileSystem.file.impl", "FastLocalFs"))
    spark = (builder.master("local[%d]" % cores).appName("oracle")
             .config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
             .config("spark.driver.bindAddress", "127.0.0.1")
             .config("spark.driver.host", "127.0.0.1")
             .config("spark.driver.memory", "2g")
             .config("spark.sql.warehouse.dir", os.path.join(root, "wh"))
             .config("spark.local.dir", os.path.join(root, "local"))
             .config("spark.sql.session.timeZone", "UTC")
             .config("spark.sql.streaming.noDataProgressEventInterval", "3600000")
             .config("spark.sql.streaming.numRecentProgressUpdates", "100000")
             .config("spark.sql.streaming.ui.enabled", "false")
             .config("spark.sql.codegen.wholeStage", "true" if codegen else "false")
             .config("spark.sql.codegen.factoryMode", "FALLBACK" if codegen else "NO_CODEGEN")
             .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC -XX:+UseSerialGC")
             .getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    return spark


# --------------------------------------------------------------------------
# query construction
# --------------------------------------------------------------------------
class Built:
    """A scenario turned into DataFrames plus its input handles."""
    def __init__(self):
        self.inputs = {}      # stream name -> JVM MemoryStream[String]
        self.frames = {}      # stream name -> DataFrame after its own steps
        self.out = None       # final DataFrame


def memory_stream(spark):
    from pyspark.sql import DataFrame
    jvm = spark._jvm
    sql_ctx = spark._jsparkSession.sqlContext()
    ms = jvm.org.apache.spark.sql.execution.streaming.MemoryStream.apply(
        jvm.org.apache.spark.sql.Encoders.STRING(), sql_ctx)
    return ms, DataFrame(ms.toDF(), spark)


def group_cols(F, spec):
    """The grouping columns of an aggregate op: window column first, then keys."""
    cols = []
    w = spec.get("window")
    if w:
        kind = w["kind"]
        if kind == "tumbling":
            c = (F.window(w["col"], w["duration"], None, w["start"])
                 if w.get("start") else F.window(w["col"], w["duration"]))
        elif kind == "sliding":
            c = F.window(w["col"], w["duration"], w["slide"], w.get("start") or "0 seconds")
        elif kind == "session":
            # "gap" is a duration text; "gap_expr" a SQL expression (dynamic gap)
            c = F.session_window(w["col"], F.expr(w["gap_expr"]) if "gap_expr" in w else w["gap"])
        else:
            raise ValueError("window kind " + kind)
        cols.append(c.alias(w.get("as", "window")))
    for k in spec.get("keys", []):
        cols.append(F.expr(k["expr"]).alias(k["as"]) if isinstance(k, dict) else F.col(k))
    return cols


def apply_op(df, op, frames):
    """One pipeline operator applied to `df`."""
    from pyspark.sql import functions as F
    o = op["op"]
    if o == "select":
        return df.selectExpr(*op["exprs"])
    if o == "with":                      # add / replace one column
        return df.withColumn(op["col"], F.expr(op["expr"]))
    if o == "drop":
        return df.drop(*op["cols"])
    if o == "filter":
        return df.where(op["expr"])
    if o == "explode":                   # keeps all columns, adds op["as"]
        fn = F.explode_outer if op.get("outer") else F.explode
        return df.select("*", fn(F.expr(op["expr"])).alias(op["as"]))
    if o == "watermark":
        return df.withWatermark(op["col"], op["delay"])
    if o == "alias":
        return df.alias(op["as"])
    if o == "from":
        return frames[op["stream"]]
    if o == "join":
        left = frames[op["left"]] if "left" in op else df
        right = frames[op["right"]]
        return left.join(right, F.expr(op["on"]), op["type"])
    if o == "union":
        return frames[op["left"]].unionByName(frames[op["right"]])
    if o == "aggregate":
        aggs = [F.expr(a["expr"]).alias(a["as"]) for a in op["aggs"]]
        return df.groupBy(*group_cols(F, op)).agg(*aggs)
    if o == "dedup":
        return df.dropDuplicates(op["cols"]) if op.get("cols") else df.dropDuplicates()
    if o == "dedup_within_watermark":
        return (df.dropDuplicatesWithinWatermark(op["cols"]) if op.get("cols")
                else df.dropDuplicatesWithinWatermark())
    raise ValueError("unknown op " + o)


def build(spark, sc):
    from pyspark.sql import functions as F
    b = Built()
    for s in sc["streams"]:
        ms, raw = memory_stream(spark)
        b.inputs[s["name"]] = ms
        df = raw
        if s.get("schema"):
            opts = {"mode": s.get("json_mode", "PERMISSIVE")}
            opts.update(s.get("json_options", {}))
            parsed = F.from_json(F.col("value"), s["schema"], opts)
            if s.get("keep_struct"):     # leave the parsed struct as one column
                df = df.select(parsed.alias(s["keep_struct"]))
            else:
                df = df.select(parsed.alias("__j")).select("__j.*")
        for op in s.get("steps", []):
            df = apply_op(df, op, b.frames)
        b.frames[s["name"]] = df.alias(s["name"])
    df = None
    for op in sc["query"]:
        df = apply_op(df, op, b.frames)
        if op.get("as") and op["op"] in ("join", "aggregate", "union", "from"):
            df = df.alias(op["as"])
            b.frames[op["as"]] = df
    b.out = df
    return b


# --------------------------------------------------------------------------
# running
# --------------------------------------------------------------------------
def add_data(spark, built, step):
    seq = spark._jvm.PythonUtils.toSeq
    for name, ms in built.inputs.items():
        recs = step.get("data", {}).get(name, [])
        if recs:
            # a JSON string in "data" is a raw record text, anything else is serialised
            ms.addData(seq([r if isinstance(r, str)
                            else json.dumps(r, separators=(",", ":"), ensure_ascii=False)
                            for r in recs]))


def step_has_data(step):
    return any(step.get("data", {}).values())


def canonical(row):
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_log(ckpt, kind, batch):
    """The JSON payload lines of <checkpoint>/<kind>/<batch>."""
    with open(os.path.join(ckpt, kind, str(batch))) as f:
        return f.read().split("\n")


def root_cause(e):
    """(class, message) of the innermost JVM cause of a Python-side exception, if any."""
    j = getattr(e, "java_exception", None) or getattr(e, "_origin", None)
    if j is None:
        return type(e).__name__, str(e)
    while j.getCause() is not None:
        j = j.getCause()
    return j.getClass().getSimpleName(), j.getMessage() or ""


def short_error(e, in_sink=None):
    """Stable description of a Spark failure: class and condition text, no plans, no ids."""
    if in_sink is not None:
        cls, msg = root_cause(in_sink)
    else:
        cls, msg = type(e).__name__, getattr(e, "desc", None) or str(e)
    msg = re.sub(r"^\[STREAM_FAILED\] Query \[.*?\] terminated with exception: ", "", msg)
    msg = re.split(r";\s*\n|\n\n|\n\tat |\nJVM stacktrace|\n=== Streaming Query", msg)[0]
    msg = re.sub(r"#\d+L?(-T\d+ms)?", "#_", msg)
    return {"class": cls, "message": msg.strip().split("\n")[0][:600]}


class Runner:
    def __init__(self, spark, root):
        self.spark, self.root = spark, root

    def run(self, sc):
        """Returns the `expected` object of scenario `sc`."""
        spark = self.spark
        conf = dict(sc.get("config", {}))
        defaults = {
            "spark.sql.shuffle.partitions": str(conf.get("shuffle_partitions", 1)),
            "spark.sql.streaming.multipleWatermarkPolicy": conf.get("watermark_policy", "min"),
            "spark.sql.streaming.noDataMicroBatches.enabled":
                "true" if conf.get("no_data_batches", True) else "false",
            "spark.sql.session.timeZone": conf.get("session_timezone", "UTC"),
            "spark.sql.ansi.enabled": "true" if conf.get("ansi") else "false",
        }
        defaults.update(conf.get("spark_conf", {}))
        old = {k: spark.conf.get(k, None) for k in defaults}
        for k, v in defaults.items():
            spark.conf.set(k, v)
        ckpt = os.path.join(self.root, "ck", re.sub(r"\W", "_", sc["id"]) + "_%d" % time.time_ns())
        try:
            return self._run(sc, conf, ckpt)
        finally:
            for q in spark.streams.active:
                q.stop()
            for k, v in old.items():
                if v is None:
                    spark.conf.unset(k)
                else:
                    spark.conf.set(k, v)
            shutil.rmtree(ckpt, ignore_errors=True)

    def _run(self, sc, conf, ckpt):
        spark = self.spark
        from pyspark.sql import functions as F
        try:
            built = build(spark, sc)
        except Exception as e:                       # analysis error while building
            return {"error": dict(short_error(e), phase="build")}
        steps = sc["batches"]
        pending = []            # steps to be added by the sink callback (drain=false chains)
        emitted = []            # (batch_id, rows) in call order
        cb_error = []

        def sink(df, batch_id):
            try:
                cols = df.columns
                js = F.to_json(F.struct(*[F.col("`%s`" % c) for c in cols]),
                               {"timestampFormat": TS_FMT, "timeZone": "UTC", "ignoreNullFields": "false"})
                rows = [json.loads(r[0]) for r in df.select(js).collect()]
                emitted.append((batch_id, rows))
                if pending:
                    add_data(spark, built, pending.pop(0))
            except Exception as e:                   # pragma: no cover
                cb_error.append(e)
                raise

        def start():
            return (built.out.writeStream.outputMode(conf.get("output_mode", "append"))
                    .option("checkpointLocation", ckpt).foreachBatch(sink).start())

        def error(e, phase):
            return {"error": dict(short_error(e, cb_error[0] if cb_error else None), phase=phase)}

        try:
            q = start()
        except Exception as e:
            return error(e, "start")
        progress = {}           # batch id -> progress JSON of its last execution
        executions = []         # per execution: step index, batch id, rows, cause
        reports = []            # per execution: its progress JSON
        i = 0
        try:
            while i < len(steps):
                step = steps[i]
                chain = [step]
                while chain[-1].get("drain", True) is False and i + len(chain) < len(steps):
                    chain.append(steps[i + len(chain)])
                seen = len(emitted)
                if step.get("restart"):
                    self._collect(q, progress, ckpt)
                    q.stop()
                    if step["restart"] == "replay_last":
                        # as if the process died after the sink, before the commit-log write
                        last = max(int(x) for x in os.listdir(os.path.join(ckpt, "commits"))
                                   if x.isdigit())
                        for n in (str(last), ".%d.crc" % last):
                            p = os.path.join(ckpt, "commits", n)
                            if os.path.exists(p):
                                os.remove(p)
                    q = start()
                    q.processAllAvailable()
                    self._collect(q, progress, ckpt)
                    # batches run by the restart itself, before this step's data: the replay
                    # and any no-data batch that follows it
                    executions += [(i, b, rows, "restart") for b, rows in emitted[seen:]]
                    reports += [dict(progress[b]) for b, _ in emitted[seen:]]
                    seen = len(emitted)
                pending[:] = chain[1:]
                jq = q._jsq.streamingQuery() if hasattr(q._jsq, "streamingQuery") else q._jsq
                lock = jq.awaitProgressLock()
                lock.lock()
                try:
                    add_data(spark, built, step)
                finally:
                    lock.unlock()
                q.processAllAvailable()
                if pending:
                    raise RuntimeError("drain=false chain was not consumed at step %d" % i)
                self._collect(q, progress, ckpt)
                for j, (b, rows) in enumerate(emitted[seen:]):
                    # within a drain=false chain each step is exactly one batch; whatever
                    # runs after the last one belongs to the last step
                    at = i + min(j, len(chain) - 1)
                    executions.append((at, b, rows, "data" if progress[b]["numInputRows"] > 0
                                       else "no_data"))
                    reports.append(dict(progress[b]))
                i += len(chain)
        except Exception as e:
            return error(e, "run")
        finally:
            q.stop()
        return self._report(conf, executions, reports, built)

    @staticmethod
    def _collect(q, progress, ckpt):
        """Keep the progress of every executed batch, with the exact watermarks that the
        checkpoint logs hold (the progress JSON only shows the watermark of the batch)."""
        for p in q.recentProgress:
            b = p["batchId"]
            try:
                p["__watermark_ms"] = json.loads(read_log(ckpt, "offsets", b)[1])["batchWatermarkMs"]
                p["__next_watermark_ms"] = json.loads(
                    read_log(ckpt, "commits", b)[1])["nextBatchWatermarkMs"]
            except FileNotFoundError:                # an idle-trigger report: no such batch
                continue
            progress[b] = p

    def _report(self, conf, executions, reports, built):
        out = []
        # Output row order inside one batch is not defined: sort canonically. The only
        # exception is config "ordered": true (complete mode with an explicit sort).
        for (step, b, rows, cause), p in zip(executions, reports):
            out.append({
                "batch": b,
                "step": step,
                "cause": cause,
                "num_input_rows": p["numInputRows"],
                "watermark_ms": p["__watermark_ms"],
                "next_watermark_ms": p["__next_watermark_ms"],
                "rows": rows if conf.get("ordered") else sorted(rows, key=canonical),
                "state": [{
                    "op": s["operatorName"],
                    "rows_total": s["numRowsTotal"],
                    "rows_updated": s["numRowsUpdated"],
                    "rows_removed": s["numRowsRemoved"],
                    "rows_dropped_by_watermark": s["numRowsDroppedByWatermark"],
                    **({"dropped_duplicates": s["customMetrics"]["numDroppedDuplicateRows"]}
                       if "numDroppedDuplicateRows" in s.get("customMetrics", {}) else {}),
                } for s in p.get("stateOperators", [])],
            })
        schema = [[f["name"], type_name(f["type"])]
                  for f in json.loads(built.out.schema.json())["fields"]]
        return {"spark": self.spark.version, "output_schema": schema, "batches": out}


def type_name(t):
    if isinstance(t, str):
        return t
    if t["type"] == "struct":
        return "struct<%s>" % ",".join("%s:%s" % (f["name"], type_name(f["type"]))
                                       for f in t["fields"])
    if t["type"] == "array":
        return "array<%s>" % type_name(t["elementType"])
    if t["type"] == "map":
        return "map<%s,%s>" % (type_name(t["keyType"]), type_name(t["valueType"]))
    return json.dumps(t)


# --------------------------------------------------------------------------
# command line
# --------------------------------------------------------------------------
def differences(a, b, path=""):
    """Human-readable paths where two JSON values differ (empty list: equal)."""
    if isinstance(a, dict) and isinstance(b, dict):
        out = []
        for k in sorted(set(a) | set(b)):
            if k == "spark":
                continue
            if k not in a or k not in b:
                out.append("%s.%s only on one side" % (path, k))
            else:
                out += differences(a[k], b[k], path + "." + k)
        return out
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return ["%s length %d != %d" % (path, len(a), len(b))]
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, "%s[%d]" % (path, i))]
    return [] if a == b else ["%s: %r != %r" % (path, a, b)]


def main(argv=None):
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("command", choices=["run", "check"])
    ap.add_argument("files", nargs="+")
    ap.add_argument("--out", help="directory for the result files (run)")
    ap.add_argument("--inplace", action="store_true", help="write 'expected' back (run)")
    ap.add_argument("--cores", type=int, default=2)
    ap.add_argument("--codegen", action="store_true", help="let Spark generate code")
    a = ap.parse_args(argv)
    base = "/dev/shm" if os.path.isdir("/dev/shm") else None
    root = tempfile.mkdtemp(prefix="oracle_", dir=base)
    spark = make_session(a.cores, root, a.codegen or None)
    runner, bad = Runner(spark, root), 0
    try:
        for f in a.files:
            with open(f) as fh:
                sc = json.load(fh)
            want = sc.pop("expected", None)
            got = runner.run(sc)
            if a.command == "check":
                d = differences(want, got)
                bad += bool(d)
                print("%s %s" % ("DIFF" if d else "ok", f), *d[:5], sep="\n   " if d else " ")
            else:
                doc = json.dumps(dict(sc, expected=got), indent=1, ensure_ascii=False)
                if a.inplace or a.out:
                    dst = f if a.inplace else os.path.join(a.out, os.path.basename(f))
                    with open(dst, "w") as fh:
                        fh.write(doc + "\n")
                else:
                    print(doc)
    finally:
        spark.stop()
        shutil.rmtree(root, ignore_errors=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
