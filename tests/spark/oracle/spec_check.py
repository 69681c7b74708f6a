#!/usr/bin/env python3
"""spec_check.py - Spark's streaming rules as a small program, run against the recordings.

No Spark involved: it re-implements the rules (watermarks, late/evict lag, filter push-down, joins, windows,
sessions, dedup, no-data batches, restarts) for the operators the random vectors use, and compares rows,
watermarks and state metrics of every batch.  It exists to prove the written rules, not to be fast.

    spec_check.py ../vectors/*.json
"""
import copy
import datetime as dt
import json
import re
import sys
from collections import Counter, OrderedDict

UTC = dt.timezone.utc
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)


def micros(text):
    """ISO text to micros since the epoch; None for null or unparsable."""
    if not isinstance(text, str):
        return None
    m = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z", text)
    if not m:
        return None
    d = dt.datetime(*map(int, m.groups()[:6]), tzinfo=UTC)
    return ((d - EPOCH).days * 86400 + (d - EPOCH).seconds) * 1_000_000 + int((m[7] or "0").ljust(6, "0"))


def iso(us):
    if us is None:
        return None
    return (EPOCH + dt.timedelta(microseconds=us)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def duration(text):
    n, unit = re.fullmatch(r"(-?\d+) (\w+?)s?", text).groups()
    return int(n) * {"millisecond": 1000, "second": 10**6, "minute": 60 * 10**6, "hour": 3600 * 10**6,
                     "day": 86400 * 10**6}[unit]


class Unsupported(Exception):
    pass


# ---- join conditions: key, one-sided filters, residual, state-watermark offsets in ms (S = E + offset) ----
def rng(lo, hi, slo, shi, strict_lo=False, strict_hi=False, **kw):
    """rts - lts between lo and hi (micros or None)."""
    def post(l, r):
        a, b = l["lts"], r["rts"]
        if a is None or b is None:
            return False
        d = b - a
        return ((lo is None or (d > lo if strict_lo else d >= lo)) and
                (hi is None or (d < hi if strict_hi else d <= hi)))
    return dict(post=post, SL=shi, SR=slo, times=True, **kw)


SEC = 10**6
CONDS = {
    "k = rk AND rts >= lts AND rts <= lts + interval 30 seconds": rng(0, 30 * SEC, -1, -30001),
    "k = rk AND rts > lts AND rts < lts + interval 30 seconds": rng(0, 30 * SEC, 0, -30000, True, True),
    "k = rk AND rts > lts - interval 20 seconds AND rts < lts + interval 10 seconds":
        rng(-20 * SEC, 10 * SEC, -20000, -10000, True, True),
    "k = rk AND rts BETWEEN lts AND lts + interval 1 minute": rng(0, 60 * SEC, -1, -60001),
    "k = rk AND lts >= rts - interval 5 seconds AND lts <= rts + interval 15 seconds":
        rng(-15 * SEC, 5 * SEC, -15001, -5001),
    "k = rk AND rts >= lts - interval 1500 milliseconds AND rts < lts + interval 2 seconds 500 milliseconds":
        rng(-1500000, 2500000, -1501, -2500, False, True),
    "k = rk AND rts >= lts AND rts <= lts + INTERVAL '0 00:00:20' DAY TO SECOND": rng(0, 20 * SEC, -1, -20001),
    "k = rk AND lv > 3 AND rts >= lts AND rts <= lts + interval 30 seconds":
        rng(0, 30 * SEC, -1, -30001, preL=lambda l: l["lv"] is not None and l["lv"] > 3,
            absL=3000),     # `lv > 3` itself yields a state watermark of 3 s after the epoch (Spark bug)
    "k = rk AND rts >= lts AND rts <= lts + interval 30 seconds AND lv < 5":
        rng(0, 30 * SEC, -1, -30001, preL=lambda l: l["lv"] is not None and l["lv"] < 5),
    "k = rk AND rv <> 2 AND rts >= lts AND rts <= lts + interval 30 seconds":
        rng(0, 30 * SEC, -1, -30001, preR=lambda r: r["rv"] is not None and r["rv"] != 2),
    "k <=> rk AND rts >= lts AND rts <= lts + interval 30 seconds": rng(0, 30 * SEC, -1, -30001, nullsafe=True),
    "k = rk AND rts <= lts + interval 20 seconds": rng(None, 20 * SEC, None, -20001),
    "k = rk AND rts >= lts": rng(0, None, -1, None),
    "k = rk": dict(post=lambda l, r: True, SL=None, SR=None, times=False),
    "k = rk AND lts = rts": dict(post=lambda l, r: True, SL=None, SR=None, times=True, timekey=True),
    "k = rk AND lw = rw": dict(post=lambda l, r: True, SL=None, SR=None, times=True, windowkey=True),
}
_b = rng(0, 30 * SEC, -1, -30001)
CONDS["k = rk AND lv < rv AND rts >= lts AND rts <= lts + interval 30 seconds"] = dict(
    _b, post=lambda l, r, p=_b["post"]: p(l, r) and l["lv"] is not None and r["rv"] is not None and l["lv"] < r["rv"],
    notnullL="lv", notnullR="rv")


class Engine:
    """Watermark tracker, batch loop and metrics shared by all operators."""
    def __init__(self, sc):
        self.sc, c = sc, sc["config"]
        self.mode = c.get("output_mode", "append")
        self.policy = {"min": min, "max": max}[c.get("watermark_policy", "min")]
        self.nodata = c.get("no_data_batches", True)
        self.op_wm, self.global_wm = {}, 0
        self.batch, self.out, self.prev_W, self.last_E = 0, [], 0, None
        self.nodes = []                       # (stream, time column, delay ms)
        for s in sc["streams"]:
            for st in s["steps"]:
                if st["op"] == "watermark":
                    self.nodes.append((s["name"], st["col"], duration(st["delay"]) // 1000))

    def run_batch(self, step, cause, data):
        self.before = ({k: copy.deepcopy(v) for k, v in self.__dict__.items()
                        if k not in ("sc", "out", "policy", "c", "before")}, data)
        W = self.global_wm
        self.D, self.E = max(self.prev_W, 0) * 1000, max(W, 0) * 1000
        self.seen = {}
        rows, state = self.process(data)
        for i, (name, _, delay) in enumerate(self.nodes):
            ts = self.seen.get(name, [])
            if ts:
                v = max((t if t is not None else 0) // 1000 for t in ts) - delay
                self.op_wm[i] = max(self.op_wm.get(i, v), v)
            else:
                self.op_wm.setdefault(i, 0)
        if self.nodes:
            self.global_wm = max(self.global_wm, self.policy(self.op_wm.values()))
        self.out.append({"batch": self.batch, "step": step, "cause": cause, "watermark_ms": W,
                         "next_watermark_ms": self.global_wm, "rows": rows, "state": state})
        self.batch += 1
        self.prev_W, self.last_E = W, max(W, 0)

    def wants_no_data(self):
        return (self.nodata and self.last_E is not None and self.evicts() and max(self.global_wm, 0) > self.last_E)

    def run(self):
        for i, b in enumerate(self.sc["batches"]):
            if b.get("restart") == "replay_last":
                snapshot, again = self.before              # state version and watermark of the last batch
                self.__dict__.update(copy.deepcopy(snapshot))
                self.op_wm = {}                            # per-operator watermarks are not checkpointed
                self.run_batch(i, "restart", again)
                while self.wants_no_data():
                    self.run_batch(i, "restart", {})
            elif b.get("restart"):
                self.op_wm, self.last_E = {}, None
            data = {k: v for k, v in b["data"].items() if v}
            if data:
                self.run_batch(i, "data", data)
            if b.get("drain", True):
                while self.wants_no_data():
                    self.run_batch(i, "no_data", {})
        return self.out


class Join(Engine):
    def __init__(self, sc):
        super().__init__(sc)
        if len(sc["query"]) != (3 if isinstance(self, JoinAgg) else 1):
            raise Unsupported("chain")
        q = sc["query"][0]
        self.c, self.t = CONDS.get(q["on"]), q["type"]
        if self.c is None:
            raise Unsupported(q["on"])
        self.agg_init()
        self.seed = [s["name"] for s in sc["streams"]] == ["P", "R"]
        if self.seed:
            self.nodes = [("L", n[1], n[2]) if n[0] == "P" else n for n in self.nodes]
        elif [s["name"] for s in sc["streams"]] != ["L", "R"] or any(
                st["op"] not in ("with", "watermark", "select", "drop") or (st["op"] == "select" and not self.c.get("windowkey"))
                for s in sc["streams"] for st in s["steps"]):
            raise Unsupported("steps")
        self.wm = {n for n, _, _ in self.nodes}
        self.state = {"L": OrderedDict(), "R": OrderedDict()}   # id -> [key, row, matched]
        self.n = 0
        self.keyed = self.c.get("timekey") or self.c.get("windowkey")

    def agg_init(self):
        pass

    def evicts(self):
        return any(self.pred(s) for s in "LR")

    def pred(self, side):
        """Offset in micros of the state watermark (value or key predicate); None: never evicted."""
        if self.keyed:
            return (0,) if self.wm else None
        off = self.c["SL" if side == "L" else "SR"]
        other = "R" if side == "L" else "L"
        return (off * 1000,) if off is not None and side in self.wm and other in self.wm else None

    def etime(self, side, row):
        t = row["lts" if side == "L" else "rts"]
        if t is None or not self.c.get("windowkey"):
            return t
        return t - t % (10 * SEC) + 10 * SEC

    def evictable(self, side, row):
        p, t = self.pred(side), self.etime(side, row)
        if p is None or t is None:
            return False
        limit = self.E + p[0]
        if side == "L" and "absL" in self.c and self.t not in ("inner", "left_semi", "right_outer"):
            limit = min(limit, self.c["absL"] * 1000)
        return t <= limit

    def load(self, side, recs):
        """Parsing, filters below the watermark, observation, filters above it."""
        k, t, v = ("k", "lts", "lv") if side == "L" else ("rk", "rts", "rv")
        pushed = self.t in ("inner", "left_semi") or self.t == {"L": "right_outer", "R": "left_outer"}[side]
        pre = self.c.get("pre" + side)
        rows = []
        if self.seed:
            recs = seed_rows(side, recs)
        for r in recs:
            row = dict(r) if self.seed else {k: r.get(k), t: micros(r.get(t)), v: r.get(v)}
            if pushed:
                if row[k] is None and not self.c.get("nullsafe"):
                    continue
                if pre and not pre(row):
                    continue
                nn = self.c.get("notnull" + side)
                if nn and row[nn] is None:
                    continue
            if side in self.wm or True:
                self.seen.setdefault(side, []).append(row[t])
            if self.c.get("windowkey") and row[t] is None:
                continue                                   # window(null) yields no row
            if pushed and self.c["times"] and row[t] is None:
                continue
            rows.append(row)
        return rows, (None if pushed else pre)

    def key(self, side, row):
        k, t = (row["k"], row["lts"]) if side == "L" else (row["rk"], row["rts"])
        if self.c.get("timekey"):
            return (k, t)
        return (k, self.etime(side, row)) if self.c.get("windowkey") else (k,)

    def process(self, data):
        out, dropped, updated, removed = [], 0, 0, 0
        outer = {"L": self.t in ("left_outer", "full_outer"), "R": self.t in ("right_outer", "full_outer")}
        loaded = {s: self.load(s, data.get("P" if self.seed and s == "L" else s, [])) for s in "LR"}
        for side in "LR":
            other = "R" if side == "L" else "L"
            rows, pre = loaded[side]
            for row in rows:
                t = self.etime(side, row)
                if side in self.wm and t is not None and t <= self.D:
                    dropped += 1
                    continue
                if pre and not pre(row):
                    if outer[side]:
                        out.append((row, None) if side == "L" else (None, row))
                    continue
                key, hit = self.key(side, row), False
                for e in self.state[other].values():
                    if e[0] != key or (self.t == "left_semi" and side == "R" and e[2]):
                        continue
                    l, r = (row, e[1]) if side == "L" else (e[1], row)
                    if self.c["post"](l, r):
                        hit, e[2] = True, True
                        if self.t != "left_semi" or side == "R":
                            out.append((l, r))
                        else:
                            break
                if self.t == "left_semi" and side == "L" and hit:
                    out.append((row, None))
                    continue
                if side == "L" or not self.evictable("R", row) or (outer["R"] and not hit):
                    self.n += 1
                    updated += 1
                    self.state[side][self.n] = [key, row, hit]
        for side in "LR":
            for i, e in list(self.state[side].items()):
                if self.evictable(side, e[1]):
                    del self.state[side][i]
                    if not outer[side]:
                        removed += 1
                    elif not e[2]:
                        out.append((e[1], None) if side == "L" else (None, e[1]))
        self.pairs = out
        return [self.render(l, r) for l, r in out], [{
            "op": "symmetricHashJoin", "rows_total": sum(map(len, self.state.values())), "rows_updated": updated,
            "rows_removed": removed, "rows_dropped_by_watermark": dropped}]

    def render(self, l, r):
        if self.seed:
            o = {f: l and (iso(l["lts"]) if f == "purchase_time" else l[f]) for f in SEED_L}
            o.update({f: r and (iso(r["rts"]) if f == "recommendation_processed_time" else r[f]) for f in SEED_R})
            return o

        def side(row, k, t, v, w):
            if self.c.get("windowkey"):
                e = None if row is None else row[t] - row[t] % (10 * SEC)
                return {k: row and row[k], w: None if row is None else {"start": iso(e), "end": iso(e + 10 * SEC)}, v: row and row[v]}
            return {k: row and row[k], t: None if row is None else iso(row[t]), v: row and row[v]}
        o = side(l, "k", "lts", "lv", "lw")
        if self.t != "left_semi":
            o.update(side(r, "rk", "rts", "rv", "rw"))
        return o


# ---- the purchases x recommendations pipeline: parsing and flattening ----
SEED_L = ["purchase_time", "transaction_id", "user_id", "sku", "name", "category", "price", "quantity_purchased"]
SEED_R = ["purchase_id", "next_best_product_sku", "likelihood_score", "recommendation_processed_time"]
CONDS["transaction_id = purchase_id AND recommendation_processed_time >= purchase_time AND "
      "recommendation_processed_time <= purchase_time + interval 30 seconds"] = rng(0, 30 * SEC, -1, -30001)


def unix(x):
    """from_unixtime(x).cast('timestamp') in UTC."""
    if isinstance(x, str):
        m = re.fullmatch(r"\s*([+-]?\d+)(\.\d*)?\s*", x)
        x = int(m[1]) if m else None
    return None if x is None else x * 10**6


def seed_rows(side, recs):
    for r in recs:
        if isinstance(r, str):
            continue                                       # malformed: null body, nothing to explode
        if side == "R":
            s = r["likelihood_score"]
            yield {"k": None, "rk": r["purchase_id"], "rts": unix(r["recommendation_processed_time"]), "rv": None,
                   "purchase_id": r["purchase_id"], "next_best_product_sku": r["next_best_product_sku"],
                   "likelihood_score": s if isinstance(s, int) else None}
            continue
        b = r["body"]
        for it in b["basket_items"] or []:
            p = it["product"]
            yield {"k": b["transaction_id"], "lts": unix(b["purchase_time"]), "lv": None, "transaction_id": b["transaction_id"],
                   "user_id": b["user_id"], "sku": p["sku"], "name": p["name"], "category": p["category"],
                   "price": (p["pricing"] or {}).get("price"), "quantity_purchased": p["quantity_purchased"]}


class JoinAgg(Join):
    """Join followed by a tumbling aggregation: watermark propagation (section 5)."""
    def agg_init(self):
        drop, self.a = self.sc["query"][1:]
        if drop["op"] != "drop" or self.a["op"] != "aggregate" or self.a["window"]["kind"] != "tumbling":
            raise Unsupported("chain")
        self.dur, self.groups, self.last_E2 = duration(self.a["window"]["duration"]), {}, 0
        self.left_time = self.a["window"]["col"] in ("lts", "purchase_time")

    def prop(self, w):
        """Output watermark of the join for global watermark w (ms); 0 stays 0, never negative."""
        if w == 0:
            return 0
        return max(min([w] + [w + (0 if self.keyed else p[0] // 1000) for p in map(self.pred, "LR") if p]), 0)

    def wants_no_data(self):
        return super().wants_no_data() or (self.nodata and self.last_E is not None and self.prop(self.global_wm) > self.last_E2)

    def process(self, data):
        _, join_state = super().process(data)
        D2, E2 = self.prop(max(self.prev_W, 0)) * 1000, self.prop(max(self.global_wm, 0)) * 1000
        self.last_E2, new = E2 // 1000, {}
        for l, r in self.pairs:
            side = l if self.left_time else r
            t = side and side["lts" if self.left_time else "rts"]
            if t is None:
                continue
            s = t - t % self.dur
            key = (s, s + self.dur) + tuple({"k": l and l["k"], "rk": r and r["rk"], "category": l and l.get("category")}[x] for x in self.a["keys"])
            new.setdefault(key, []).append((l or {}, r or {}))
        late = [k for k in new if k[1] <= D2]
        for k in late:
            del new[k]
        for k, v in new.items():
            self.groups[k] = self.groups.get(k, []) + v
        gone = [k for k in self.groups if k[1] <= E2]
        rows = []
        for k in gone:
            o = {"window": {"start": iso(k[0]), "end": iso(k[1])}}
            o.update(zip(self.a["keys"], k[2:]))
            for a in self.a["aggs"]:
                o[a["as"]] = self.value(a["expr"], self.groups[k])
            rows.append(o)
            del self.groups[k]
        return rows, [{"op": "stateStoreSave", "rows_total": len(self.groups), "rows_updated": len(new), "rows_removed": len(gone),
                       "rows_dropped_by_watermark": len(late)}] + join_state

    @staticmethod
    def value(expr, rows):
        col = {"count(*)": lambda l, r: 1, "sum(lv)": lambda l, r: l.get("lv"), "sum(rv)": lambda l, r: r.get("rv"),
               "avg(likelihood_score)": lambda l, r: r.get("likelihood_score"),
               "sum(price * quantity_purchased)": lambda l, r: None if l.get("price") is None else l["price"] * l["quantity_purchased"]}[expr]
        v = [x for x in (col(l, r) for l, r in rows) if x is not None]
        if expr == "count(*)":
            return len(v)
        return None if not v else sum(v) / len(v) if expr.startswith("avg") else sum(v)


def agg_value(expr, rows):
    v = [r["v"] for r in rows if r["v"] is not None]
    d = [r["d"] for r in rows if r.get("d") is not None]
    return {"count(*)": lambda: len(rows), "count(v)": lambda: len(v), "sum(v)": lambda: sum(v) if v else None,
            "avg(d)": lambda: sum(d) / len(d) if d else None, "min(v)": lambda: min(v) if v else None,
            "max(d)": lambda: max(d) if d else None}[expr]()


class Agg(Engine):
    def __init__(self, sc):
        super().__init__(sc)
        if len(sc["query"]) != 2 or sc["query"][1]["op"] != "aggregate" or "window" not in sc["query"][1]:
            raise Unsupported("query")
        self.a = sc["query"][1]
        w = self.w = self.a["window"]
        if any(a["expr"] not in ("count(*)", "count(v)", "sum(v)", "avg(d)", "min(v)", "max(d)") for a in self.a["aggs"]) or \
                sc["streams"][0]["name"] != "E" or self.a["keys"] not in (["k"], []):
            raise Unsupported("aggs")
        self.state = {}                                    # (start, end, key...) -> rows
        if w["kind"] != "session":
            self.dur = duration(w["duration"])
            self.slide = duration(w.get("slide", w["duration"]))
            self.start = duration(w["start"]) if w.get("start") else 0

    def evicts(self):
        return self.mode != "complete"

    def windows(self, t, rec):
        if self.w["kind"] == "session":
            if "gap_expr" in self.w:
                g = duration(rec["g"]) if rec.get("g") else None
            else:
                g = duration(self.w["gap"])
            return [(t, t + g)] if g is not None and g > 0 else []
        s = t - (t - self.start) % self.slide
        return [(s - i * self.slide, s - i * self.slide + self.dur) for i in range(-(-self.dur // self.slide))
                if s - i * self.slide + self.dur > t]

    def process(self, data):
        groups = OrderedDict()
        for r in data.get("E", []):
            t = micros(r.get("ts"))
            self.seen.setdefault("E", []).append(t)
            if t is None:
                continue
            for s, e in self.windows(t, r):
                key = (s, e) + tuple(r.get(k) for k in self.a["keys"])
                groups.setdefault(key, []).append({"v": r.get("v"), "d": r.get("d")})
        late = [k for k in groups if k[1] <= self.D and self.nodes] if self.mode != "complete" else []
        if self.w["kind"] == "session":
            late = [k for k in groups if self.nodes and k[1] <= self.D]
        for k in late:
            del groups[k]
        if self.w["kind"] == "session":
            return self.session(groups, len(late))
        for k, rows in groups.items():
            self.state[k] = self.state.get(k, []) + rows
        gone = [k for k in self.state if self.nodes and k[1] <= self.E] if self.mode != "complete" else []
        shown = {"append": gone, "update": list(groups), "complete": list(self.state)}[self.mode]
        rows = [self.render(k, self.state[k]) for k in shown]
        for k in gone:
            del self.state[k]
        return rows, [{"op": "stateStoreSave", "rows_total": len(self.state), "rows_updated": len(groups),
                       "rows_removed": len(gone), "rows_dropped_by_watermark": len(late)}]

    def session(self, groups, dropped):
        updated = removed = 0
        for key in {k[2:] for k in groups}:
            old = {k for k in self.state if k[2:] == key}
            items = sorted([(k[0], k[1], self.state[k]) for k in old] + [(k[0], k[1], v) for k, v in groups.items() if k[2:] == key],
                           key=lambda x: x[0])
            merged = []
            for s, e, rows in items:
                if merged and s <= merged[-1][1]:          # inclusive
                    merged[-1][1] = max(merged[-1][1], e)
                    merged[-1][2] = merged[-1][2] + rows
                else:
                    merged.append([s, e, rows])
            starts = {m[0] for m in merged}
            removed += sum(k[0] not in starts for k in old)
            for k in old:
                del self.state[k]
            for s, e, rows in merged:
                self.state[(s, e) + key] = rows
                updated += 1
        gone = [k for k in self.state if k[1] <= self.E] if self.mode == "append" else []
        shown = gone if self.mode == "append" else list(self.state)
        rows = [self.render(k, self.state[k]) for k in shown]
        for k in gone:
            del self.state[k]
        return rows, [{"op": "defaultName", "rows_total": len(self.state), "rows_updated": updated,
                       "rows_removed": removed + len(gone), "rows_dropped_by_watermark": dropped}]

    def render(self, k, rows):
        o = {"window": {"start": iso(k[0]), "end": iso(k[1])}}
        o.update(zip(self.a["keys"], k[2:]))
        o.update({a["as"]: agg_value(a["expr"], rows) for a in self.a["aggs"]})
        return o


class Dedup(Engine):
    def __init__(self, sc):
        super().__init__(sc)
        self.q = sc["query"][1]
        if len(sc["query"]) != 2 or not self.q["op"].startswith("dedup"):
            raise Unsupported("query")
        self.cols = self.q.get("cols") or ["k", "ts", "v"]
        self.within, self.state = self.q["op"] != "dedup", {}

    def evicts(self):
        return bool(self.nodes)

    def process(self, data):
        out, dropped, updated, dup = [], 0, 0, 0
        for r in data.get("E", []):
            row = {"k": r.get("k"), "ts": micros(r.get("ts")), "v": r.get("v")}
            self.seen.setdefault("E", []).append(row["ts"])
            if self.nodes and row["ts"] is not None and row["ts"] <= self.D:
                dropped += 1
                continue
            key = tuple(row[c] for c in self.cols)
            if key in self.state:
                dup += 1
                continue
            self.state[key] = (row["ts"] or 0) + self.nodes[0][2] * 1000 if self.within else row["ts"]
            updated += 1
            out.append({"k": row["k"], "ts": iso(row["ts"]), "v": row["v"]})
        gone = [k for k, t in self.state.items() if self.nodes and (
            t <= self.E if self.within else "ts" in self.cols and t is not None and t <= self.E)]
        for k in gone:
            del self.state[k]
        return out, [{"op": "dedupeWithinWatermark" if self.within else "dedupe", "rows_total": len(self.state),
                      "rows_updated": updated, "rows_removed": len(gone), "rows_dropped_by_watermark": dropped,
                      "dropped_duplicates": dup}]


def canonical(rows):
    return Counter(json.dumps(r, sort_keys=True) for r in rows)


def main():
    res, bad = Counter(), []
    for f in sys.argv[1:]:
        sc = json.load(open(f))
        want = sc["expected"]
        if "error" in want:
            continue
        try:
            ops = [o["op"] for o in sc["query"]]
            cls = JoinAgg if ops == ["join", "drop", "aggregate"] else Join if ops[0] == "join" else Agg if "aggregate" in ops else Dedup if any("dedup" in o for o in ops) else None
            if cls is None:
                raise Unsupported("kind")
            got = cls(sc).run()
        except (Unsupported, KeyError, AttributeError) as e:
            res[("skipped", sc["kind"])] += 1
            continue
        diff = None
        if len(got) != len(want["batches"]):
            diff = "batches %d != %d" % (len(got), len(want["batches"]))
        for g, w in zip(got, want["batches"]):
            for k in ("batch", "step", "cause", "watermark_ms", "next_watermark_ms", "state"):
                if not diff and g[k] != w[k]:
                    diff = "b%d %s: spec %r spark %r" % (w["batch"], k, g[k], w[k])
            if not diff and canonical(g["rows"]) != canonical(w["rows"]):
                diff = "b%d rows: only spec %s only spark %s" % (w["batch"], list((canonical(g["rows"]) - canonical(w["rows"])))[:2],
                                                               list((canonical(w["rows"]) - canonical(g["rows"])))[:2])
        res[("DIFF" if diff else "ok", sc["kind"])] += 1
        if diff:
            bad.append((sc["id"], diff))
    for b in bad[:40]:
        print("DIFF", *b)
    for k in sorted(res):
        print(*k, res[k])
    print("total ok", sum(v for k, v in res.items() if k[0] == "ok"), "diff", len(bad))


if __name__ == "__main__":
    main()
