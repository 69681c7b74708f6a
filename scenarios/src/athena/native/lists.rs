//! Lists and maps: macros over DuckDB's own functions with the nulls, orders and failures of Trino.
//!
//! `list_transform([x], lambda w: …)[1]` gives a value a name, so that it is computed once.
//!
//! A failure must not stand beside an AND: DuckDB runs the sides in the order that it finds faster. It stands behind
//! THEN, which is run for rows that have come there alone.

use super::registrar::Registrar;

use super::column::{Text, Texts, function2, function3};

/// See [`super::registrar`].
pub(super) const MACROS: &str = "
    CREATE MACRO wt_when(wrong, message) AS
        CASE WHEN wrong THEN wt_fail('INVALID_FUNCTION_ARGUMENT', message) ELSE false END;

    CREATE MACRO wt_any(r) AS list_transform([r], lambda w: CASE
        WHEN list_contains(w, true) THEN true WHEN list_count(w) < len(w) THEN NULL
        WHEN w IS NULL THEN NULL ELSE false END)[1];
    CREATE MACRO wt_all(r) AS list_transform([r], lambda w: CASE
        WHEN list_contains(w, false) THEN false WHEN list_count(w) < len(w) THEN NULL
        WHEN w IS NULL THEN NULL ELSE true END)[1];
    CREATE MACRO wt_contains(l, x) AS list_transform([struct_pack(l := l, x := x)], lambda w: CASE
        WHEN w.l IS NULL OR w.x IS NULL THEN NULL
        WHEN list_contains(w.l, w.x) THEN true WHEN list_count(w.l) < len(w.l) THEN NULL ELSE false END)[1];
    CREATE MACRO wt_position(l, x) AS CASE WHEN x IS NULL THEN NULL WHEN l IS NULL THEN NULL
        ELSE CAST(coalesce(list_position(l, x), 0) AS BIGINT) END;
    CREATE MACRO wt_remove(l, x) AS CASE WHEN x IS NULL THEN NULL
        ELSE list_filter(l, lambda e: e IS DISTINCT FROM x) END;
    CREATE MACRO wt_element_at(l, i) AS list_extract(l, CASE
        WHEN i = 0 THEN CAST(wt_fail('INVALID_FUNCTION_ARGUMENT', 'SQL array indices start at 1') AS BIGINT)
        ELSE i END);
    CREATE MACRO wt_subscript(l, i) AS list_transform([struct_pack(l := l, i := i)], lambda w: CASE
        WHEN wt_when(w.i = 0, 'SQL array indices start at 1') THEN NULL
        WHEN wt_when(w.i < 0, 'Array subscript is negative: ' || w.i) THEN NULL
        WHEN wt_when(w.i > len(w.l), 'Array subscript must be less than or equal to array length: ' || w.i || ' > '
            || len(w.l)) THEN NULL
        ELSE list_extract(w.l, w.i) END)[1];
    CREATE MACRO wt_map_subscript(m, k, shown) AS list_transform([struct_pack(m := m, k := k)], lambda w: CASE
        WHEN wt_when(NOT map_contains(w.m, w.k), 'Key not present in map: ' || shown) THEN NULL
        ELSE map_extract_value(w.m, w.k) END)[1];

    CREATE MACRO wt_unique(l) AS
        list_transform([l], lambda w: list_filter(w, lambda e, i: list_position(w, e) = i))[1];
    CREATE MACRO wt_intersect(a, b) AS list_transform([struct_pack(a := a, b := b)], lambda w:
        CASE WHEN w.b IS NULL THEN NULL
        ELSE list_filter(wt_unique(w.a), lambda e: list_position(w.b, e) IS NOT NULL) END)[1];
    CREATE MACRO wt_except(a, b) AS list_transform([struct_pack(a := a, b := b)], lambda w:
        CASE WHEN w.b IS NULL THEN NULL
        ELSE list_filter(wt_unique(w.a), lambda e: list_position(w.b, e) IS NULL) END)[1];
    CREATE MACRO wt_union(a, b) AS wt_unique(CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_concat(a, b) END);
    CREATE MACRO wt_overlap(a, b) AS list_transform([struct_pack(a := a, b := b)], lambda w: CASE
        WHEN w.a IS NULL OR w.b IS NULL THEN NULL
        WHEN list_has_any(w.a, w.b) THEN true
        WHEN len(w.a) = 0 OR len(w.b) = 0 THEN false
        WHEN list_count(w.a) < len(w.a) OR list_count(w.b) < len(w.b) THEN NULL ELSE false END)[1];
    CREATE MACRO wt_contains_sequence(l, s) AS list_transform([struct_pack(l := l, s := s)], lambda w: CASE
        WHEN w.l IS NULL OR w.s IS NULL THEN NULL WHEN len(w.s) = 0 THEN true
        ELSE list_contains(list_transform(range(1, len(w.l) - len(w.s) + 2),
            lambda i: list_slice(w.l, i, i + len(w.s) - 1) IS NOT DISTINCT FROM w.s), true) END)[1];
    CREATE MACRO wt_max(l) AS list_transform([l], lambda w:
        CASE WHEN list_count(w) < len(w) THEN NULL ELSE list_max(w) END)[1];
    CREATE MACRO wt_min(l) AS list_transform([l], lambda w:
        CASE WHEN list_count(w) < len(w) THEN NULL ELSE list_min(w) END)[1];
    CREATE MACRO wt_concat_all(ls) AS list_transform([ls], lambda w:
        CASE WHEN list_count(w) < len(w) THEN NULL ELSE flatten(w) END)[1];

    CREATE MACRO wt_slice(l, s, n) AS list_transform([struct_pack(l := l, s := s, n := n)], lambda w: CASE
        WHEN wt_when(w.s = 0, 'SQL array indices start at 1') THEN NULL
        WHEN wt_when(w.n < 0, 'length must be greater than or equal to 0') THEN NULL
        WHEN w.l IS NULL OR w.s IS NULL OR w.n IS NULL THEN NULL
        WHEN w.n = 0 OR w.s > len(w.l) OR w.s + len(w.l) < 0 THEN list_filter(w.l, lambda e: false)
        WHEN w.s > 0 THEN list_slice(w.l, w.s, w.s + w.n - 1)
        ELSE list_slice(w.l, len(w.l) + w.s + 1, least(len(w.l), len(w.l) + w.s + w.n)) END)[1];
    CREATE MACRO wt_trim_array(l, n) AS list_transform([struct_pack(l := l, n := n)], lambda w: CASE
        WHEN wt_when(w.n < 0, 'size must not be negative: ' || w.n) THEN NULL
        WHEN wt_when(w.n > len(w.l), 'size must not exceed array cardinality ' || len(w.l) || ': ' || w.n) THEN NULL
        WHEN w.l IS NULL OR w.n IS NULL THEN NULL
        WHEN w.n = len(w.l) THEN list_filter(w.l, lambda e: false)
        ELSE list_slice(w.l, 1, len(w.l) - w.n) END)[1];
    CREATE MACRO wt_repeated(x, n) AS list_transform([struct_pack(x := x, n := n)], lambda w: CASE
        WHEN wt_when(w.n > 10000, 'count argument of repeat function must be less than or equal to 10000') THEN NULL
        WHEN wt_when(w.n < 0, 'count argument of repeat function must be greater than or equal to 0') THEN NULL
        WHEN w.n IS NULL THEN NULL ELSE repeat([w.x], w.n) END)[1];
    CREATE MACRO wt_shuffle(l) AS list_transform(
        list_sort(list_transform(l, lambda e: struct_pack(r := random(), e := e))), lambda e: e.e);

    CREATE MACRO wt_sequence(a, b, s) AS list_transform([struct_pack(a := a, b := b, s := s)], lambda w: CASE
        WHEN w.a IS NULL OR w.b IS NULL OR w.s IS NULL THEN NULL
        WHEN wt_when(w.s = 0, 'step must not be zero') THEN NULL
        WHEN wt_when((w.s > 0) <> (w.b >= w.a) AND w.a <> w.b, 'sequence stop value should be greater than or '
            || 'equal to start value if step is greater than zero otherwise stop should be less than or equal to start')
            THEN NULL
        WHEN wt_when((CAST(w.b AS HUGEINT) - w.a) // w.s >= 10000, 'result of sequence function must not have more than 10000 entries') THEN NULL
        ELSE generate_series(w.a, w.b, w.s) END)[1];
    CREATE MACRO wt_step(a, b) AS CASE WHEN a <= b THEN 1 ELSE -1 END;
    CREATE MACRO wt_day(d) AS CAST(d AS DATE) - DATE '1970-01-01';
    CREATE MACRO wt_days_of(step) AS CASE WHEN wt_when(step % 86400000000 <> 0, 'sequence step must be a day interval if start and end values are dates') THEN NULL
        ELSE step // 86400000000 END;
    CREATE MACRO wt_month_of(t) AS CAST(year(t) * 12 + month(t) AS BIGINT);
    CREATE MACRO wt_sequence_months(a, b, s) AS list_transform([struct_pack(a := a, b := b, s := s)], lambda w:
        list_filter(list_transform(wt_sequence(0, wt_month_of(w.b) - wt_month_of(w.a), w.s),
            lambda i: w.a + to_months(CAST(i AS INTEGER))),
            lambda t: CASE WHEN w.s > 0 THEN t <= w.b ELSE t >= w.b END))[1];

    CREATE MACRO wt_combinations(l, n) AS list_transform([struct_pack(l := l, n := n)], lambda w: CASE
        WHEN wt_when(w.n < 0, 'combination size must not be negative: ' || w.n) THEN NULL
        WHEN wt_when(w.n > 5, 'combination size must not exceed 5: ' || w.n) THEN NULL
        WHEN w.l IS NULL OR w.n IS NULL THEN NULL
        ELSE list_transform(
            list_reduce(list_transform(range(w.n), lambda i: CAST(NULL AS BIGINT[][])),
                lambda found, step: flatten(list_transform(found, lambda c:
                    list_transform(range(1, coalesce(c[-1], len(w.l) + 1)), lambda i: list_append(c, i)))),
                [CAST([] AS BIGINT[])]),
            lambda c: list_transform(list_reverse(c), lambda i: w.l[i])) END)[1];
    CREATE MACRO wt_ngrams(l, n) AS list_transform([struct_pack(l := l, n := n)], lambda w: CASE
        WHEN wt_when(w.n <= 0, 'N must be positive') THEN NULL
        WHEN w.l IS NULL OR w.n IS NULL THEN NULL
        WHEN len(w.l) <= w.n THEN [w.l]
        ELSE list_transform(range(1, len(w.l) - w.n + 2), lambda i: list_slice(w.l, i, i + w.n - 1)) END)[1];
    CREATE MACRO wt_comparator(c) AS CASE WHEN c IN (-1, 0, 1) THEN c
        WHEN wt_when(c IS NULL OR c NOT IN (-1, 0, 1), 'Lambda comparator must return either -1, 0, or 1') THEN NULL END;

    CREATE MACRO wt_map_of(entries) AS list_transform([entries], lambda w: CASE
        WHEN wt_when(list_count(w) < len(w), 'map entry cannot be null') THEN NULL
        WHEN wt_when(len(list_filter(w, lambda e: e.k IS NULL)) > 0, 'map key cannot be null') THEN NULL
        WHEN wt_when(len(list_distinct(list_transform(w, lambda e: e.k))) < len(w), 'Duplicate map keys are not allowed') THEN NULL
        WHEN w IS NULL THEN NULL
        ELSE map(list_transform(w, lambda e: e.k), list_transform(w, lambda e: e.v)) END)[1];
    CREATE MACRO wt_map(ks, vs) AS list_transform([struct_pack(k := ks, v := vs)], lambda w: CASE
        WHEN wt_when(len(w.k) <> len(w.v), 'Key and value arrays must be the same length') THEN NULL
        WHEN wt_when(list_count(w.k) < len(w.k), 'map key cannot be null') THEN NULL
        WHEN wt_when(len(list_distinct(w.k)) < len(w.k), 'Duplicate map keys (' || CAST(list_filter(w.k,
            lambda e, i: list_position(w.k, e) < i)[1] AS VARCHAR) || ') are not allowed') THEN NULL
        WHEN w.k IS NULL OR w.v IS NULL THEN NULL ELSE map(w.k, w.v) END)[1];
    CREATE MACRO wt_map_concat(ms) AS list_reduce(ms, lambda a, b:
        CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE map_concat(a, b) END);

    CREATE MACRO wt_numbered(entries) AS list_sort(list_transform(
        list_filter(entries, lambda e: e.k IS NOT NULL), lambda e, i: struct_pack(k := e.k, i := i, v := e.v)));
    CREATE MACRO wt_starts(l) AS
        list_filter(range(1, len(l) + 1), lambda i: i = 1 OR l[i].k IS DISTINCT FROM l[i - 1].k);
    CREATE MACRO wt_first_of_keys(entries) AS list_transform([wt_numbered(entries)], lambda w:
        CASE WHEN len(w) = 0 OR w IS NULL THEN NULL
        ELSE list_transform([wt_starts(w)], lambda s: map(list_transform(s, lambda i: w[i].k),
            list_transform(s, lambda i: w[i].v)))[1] END)[1];
    CREATE MACRO wt_multimap(entries) AS list_transform([wt_numbered(entries)], lambda w:
        CASE WHEN w IS NULL THEN NULL ELSE list_transform([wt_starts(w)], lambda s:
            map(list_transform(s, lambda i: w[i].k), list_transform(s, lambda i, n:
                list_transform(list_slice(w, i, coalesce(s[n + 1], len(w) + 1) - 1), lambda e: e.v))))[1] END)[1];
    CREATE MACRO wt_multimap_agg(entries) AS list_transform([wt_multimap(entries)], lambda w:
        CASE WHEN cardinality(w) = 0 THEN NULL ELSE w END)[1];
    CREATE MACRO wt_cosine_similarity(a, b) AS list_transform([struct_pack(a := a, b := b)], lambda w: CASE
        WHEN w.a IS NULL OR w.b IS NULL OR list_contains(list_transform(list_concat(map_values(w.a), map_values(w.b)),
            lambda v: v IS NULL), true) THEN NULL
        ELSE coalesce(list_sum(list_transform(map_keys(w.a),
                lambda k: map_extract_value(w.a, k) * coalesce(map_extract_value(w.b, k), 0))), 0)
            / (sqrt(coalesce(list_sum(list_transform(map_values(w.a), lambda v: v * v)), 0))
             * sqrt(coalesce(list_sum(list_transform(map_values(w.b), lambda v: v * v)), 0))) END)[1];

    CREATE MACRO wt_random_between(a, b) AS a + CAST(floor(random() * CASE
        WHEN b <= a THEN CAST(wt_fail('INVALID_FUNCTION_ARGUMENT', 'start value must be less than stop value') AS INTEGER)
        ELSE CAST(b AS DOUBLE) - a END) AS BIGINT);
    CREATE MACRO wt_random_below(b) AS CAST(floor(random() * CASE
        WHEN b <= 0 THEN CAST(wt_fail('INVALID_FUNCTION_ARGUMENT', 'bound must be positive') AS INTEGER)
        ELSE b END) AS BIGINT);

    CREATE MACRO wt_bigint_sum(s) AS CASE
        WHEN s NOT BETWEEN -9223372036854775808 AND 9223372036854775807
            THEN CAST(wt_fail('NUMERIC_VALUE_OUT_OF_RANGE', 'bigint addition overflow') AS BIGINT)
        ELSE CAST(s AS BIGINT) END;
    CREATE MACRO wt_largest(l, n, which) AS list_transform([l], lambda w: CASE
        WHEN wt_when(n <= 0, which || ' argument of max/min must be a positive integer') THEN NULL
        WHEN wt_when(n > 10000, which || ' argument of max/min must be less than or equal to 10000; found ' || n)
            THEN NULL
        WHEN len(w) = 0 OR w IS NULL THEN NULL ELSE list_slice(w, 1, n) END)[1];
    CREATE MACRO wt_percentile(l, p) AS list_transform([list_sort(list_filter(l, lambda e: e IS NOT NULL))], lambda w:
        CASE WHEN wt_when(NOT p BETWEEN 0 AND 1, 'Percentile must be between 0 and 1') THEN NULL
        WHEN wt_when(p IS NULL AND len(w) > 0, 'Percentile cannot be null') THEN NULL
        WHEN len(w) = 0 OR w IS NULL THEN NULL
        ELSE w[CAST(least(floor(p * len(w)), len(w) - 1) AS BIGINT) + 1] END)[1];
    CREATE MACRO wt_finite(x) AS CASE WHEN isfinite(x) THEN x END;
    CREATE MACRO wt_decimal_mean(s, n) AS wt_decimal_divide(s, CAST(n AS VARCHAR), CAST(length(split_part(s, '.', 2)) AS INTEGER));
    CREATE MACRO wt_listagg(s) AS CASE WHEN strlen(s) > 1048576 THEN CAST(wt_fail('EXCEEDED_FUNCTION_MEMORY_LIMIT',
        'Concatenated string has the length in bytes larger than the maximum 1048576') AS VARCHAR) ELSE s END;
    CREATE MACRO wt_at_least(n, least, message) AS CASE WHEN n < least
        THEN CAST(wt_fail('INVALID_FUNCTION_ARGUMENT', message) AS BIGINT) ELSE n END;
";

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Texts, Text, Text>(c, "wt_join", |texts, separator| {
        let texts: Vec<&str> = texts.into_iter().flatten().collect();
        Ok(Some(texts.join(separator)))
    })?;
    function3::<Texts, Text, Text, Text>(c, "wt_join_nulls", |texts, separator, null| {
        let texts: Vec<&str> = texts.into_iter().map(|text| text.unwrap_or(null)).collect();
        Ok(Some(texts.join(separator)))
    })
}
