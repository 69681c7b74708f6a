//! SQL that wants what it must not have: files of this machine, settings, extensions, all memory, all time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wavetank::emulator::athena::{QueryState, StopQueryExecution, StopQueryExecutionRequest};
use wavetank::scenarios::athena::session::{Limits, Session};

use super::rig::{NOW, Rig};

/// What Athena has none of: refused before DuckDB sees it.
const REFUSED: &[&str] = &[
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_parquet('s3://lake/a')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM \"/etc/passwd\"",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM information_schema.referential_constraints",
    "SELECT * FROM sqlite_master",
    "SELECT current_setting('memory_limit')",
    "SELECT getenv('HOME')",
    "SELECT read_blob('/etc/passwd')",
    "SELECT query('SELECT 1')",
    "SELECT wt_fail('A', 'b')",
    "SELECT * FROM wt_scan",
    "ATTACH '/tmp/x.db' AS x",
    "DETACH x",
    "COPY (SELECT 1) TO '/tmp/wavetank-hostile'",
    "COPY lake.t FROM '/etc/passwd'",
    "EXPORT DATABASE '/tmp/wavetank-hostile'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '1TB'",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "CREATE MACRO f(x) AS x",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE t",
    "SELECT $$text$$",
    "FROM read_csv('/etc/passwd')",
    "UNLOAD (SELECT 1 AS a) TO '/tmp/wavetank-hostile' WITH (format = 'JSON')",
    "UNLOAD (SELECT 1 AS a) TO 's3://lake/../../etc/' WITH (format = 'ORC')",
    "CREATE TABLE t WITH (external_location = 'file:///tmp/wavetank-hostile') AS SELECT 1 AS a",
];

#[test]
fn what_athena_does_not_have_is_refused_by_name() {
    let rig = Rig::new();
    for sql in REFUSED {
        let refusal = rig.refusal(sql);
        assert!(!refusal.contains("root:"), "{sql}: {refusal}");
        assert!(!refusal.contains("GENERIC_INTERNAL_ERROR"), "{sql}: {refusal}");
    }
    assert!(!std::path::Path::new("/tmp/wavetank-hostile").exists());
}

#[test]
fn a_sealed_session_reads_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("open")).unwrap();
    std::fs::write(folder.path().join("open/a.csv"), "1\n").unwrap();
    let session = Session::open(Limits::default(), folder.path()).unwrap();
    session.seal(&BTreeSet::from([folder.path().join("open")])).unwrap();
    let run = |sql: &str| session.execute(sql, &AtomicBool::new(false));
    // Whatever reached DuckDB: each of these works in a session that is not sealed.
    for sql in [
        "SELECT * FROM read_csv('/etc/passwd', delim = ':', header = false)",
        "SELECT * FROM read_text('/proc/self/environ')",
        "SELECT * FROM glob('/etc/*')",
        "ATTACH '/tmp/wavetank-hostile.db' AS x",
        "COPY (SELECT 1) TO '/tmp/wavetank-hostile.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '1TB'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "RESET lock_configuration",
    ] {
        assert!(run(sql).is_err(), "{sql}");
    }
    let inside = folder.path().join("open/a.csv").display().to_string();
    run(&format!("SELECT * FROM read_csv('{inside}')")).unwrap();
}

const ENDLESS: &str = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), \
                       UNNEST(sequence(1, 10000)) c(z) WHERE x * y + z = -1";

#[test]
fn a_join_that_never_ends_is_stopped_by_its_owner() {
    let rig = Rig::new();
    let id = rig.start(ENDLESS).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            rig.emulator.run_query(&|| NOW, &id).unwrap();
            done.store(true, Ordering::Release);
        });
        while rig.execution(&id).status.state == QueryState::Queued {
            std::thread::yield_now();
        }
        let request = StopQueryExecutionRequest { query_execution_id: Some(id.clone()) };
        rig.emulator.call::<StopQueryExecution>(NOW, request).unwrap();
    });
    assert!(done.load(Ordering::Acquire));
    assert_eq!(rig.execution(&id).status.state, QueryState::Cancelled);
}

#[test]
fn a_join_that_never_ends_is_stopped_by_its_limit() {
    let rig = Rig::with_limits(Limits { time: Duration::from_millis(200), ..Limits::default() });
    let refusal = rig.refusal(ENDLESS);
    assert!(refusal.starts_with("EXCEEDED_TIME_LIMIT"), "{refusal}");
    assert_eq!(rig.lines("SELECT 1"), ["1"]);
}

#[test]
fn a_gigantic_result_is_stopped_by_its_limit() {
    let rig = Rig::with_limits(Limits { result_bytes: 1 << 20, ..Limits::default() });
    let refusal =
        rig.refusal("SELECT x, y FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y)");
    assert!(refusal.starts_with("EXCEEDED_RESULT_LIMIT"), "{refusal}");
}

#[test]
fn a_query_that_wants_all_memory_is_stopped_by_its_limit() {
    let limits = Limits { memory_bytes: 64 << 20, disk_bytes: 16 << 20, ..Limits::default() };
    let rig = Rig::with_limits(limits);
    let refusal = rig.refusal(
        "SELECT count(*) FROM (SELECT x, y, count(*) AS n FROM UNNEST(sequence(1, 10000)) a(x), \
         UNNEST(sequence(1, 5000)) b(y) GROUP BY x, y)",
    );
    assert!(refusal.contains("exhausted resources"), "{refusal}");
}
