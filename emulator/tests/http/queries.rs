//! Athena over sockets: queries that run while calls are answered.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use wavetank_emulator::athena::{
    ColumnInfo, QueryFailure, QueryOutcome, QueryTask, ResultWriter, SqlRunner, StatementKind, StatementType,
};

use super::rig::{Answer, Rig, SIGNED, run};

/// Answers each query with its text, once it is let go on.
struct Held(Mutex<Receiver<()>>);

impl Held {
    fn new() -> (Sender<()>, Arc<Self>) {
        let (release, held) = channel();
        (release, Arc::new(Self(Mutex::new(held))))
    }
}

impl SqlRunner for Held {
    fn classify(&self, sql: &str) -> Result<StatementKind, String> {
        match sql.starts_with("SELECT") {
            true => Ok(StatementKind::new(StatementType::Dml, "SELECT")),
            false => Err("line 1:1: mismatched input".to_owned()),
        }
    }

    fn run(&self, task: &QueryTask<'_>, results: &mut ResultWriter) -> Result<QueryOutcome, QueryFailure> {
        // An end of the test lets all go on.
        let _ = self.0.lock().unwrap().recv();
        task.check_stopped()?;
        results.columns(vec![ColumnInfo::new("sql", "varchar", i32::MAX, 0)])?;
        results.row(&[Some(task.sql)])?;
        Ok(QueryOutcome::default())
    }
}

async fn start(rig: &Rig, sql: &str) -> String {
    let location = r#""ResultConfiguration":{"OutputLocation":"s3://lake/out/"}"#;
    let body = format!(r#"{{"QueryString":"{sql}",{location}}}"#);
    let answer = rig.athena("StartQueryExecution", &body).await;
    let id = answer.text().strip_prefix(r#"{"QueryExecutionId":""#).and_then(|rest| rest.strip_suffix("\"}"));
    id.unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

async fn ask(rig: &Rig, operation: &str, id: &str) -> Answer {
    rig.athena(operation, &format!(r#"{{"QueryExecutionId":"{id}"}}"#)).await
}

async fn state(rig: &Rig, id: &str) -> String {
    let answer = ask(rig, "GetQueryExecution", id).await;
    let (_, rest) = answer.text().split_once(r#""State":""#).unwrap_or_else(|| panic!("{answer:?}"));
    rest.split_once('"').unwrap().0.to_owned()
}

/// Asks until a query is in a state.
async fn wait(rig: &Rig, id: &str, expected: &str) {
    for _ in 0..10_000 {
        if state(rig, id).await == expected {
            return;
        }
    }
    panic!("the query is still {} and not {expected}", state(rig, id).await);
}

/// A call of S3 without a body.
async fn s3(rig: &Rig, line: &str) -> Answer {
    let signed = SIGNED.replace("/kinesis/", "/s3/");
    rig.send(line, &format!("{signed}X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\n"), "").await
}

async fn with_bucket(runner: Arc<Held>) -> Rig {
    let rig = Rig::with_sql(runner);
    let created = s3(&rig, "PUT /lake").await;
    assert_eq!(created.status, 200, "{created:?}");
    rig
}

#[test]
fn query_runs_beside_the_calls_and_its_result_is_in_s3() {
    run(async {
        let (release, runner) = Held::new();
        let rig = with_bucket(runner).await;
        let id = start(&rig, "SELECT 1").await;
        wait(&rig, &id, "RUNNING").await;
        let answer = ask(&rig, "GetQueryResults", &id).await;
        assert_eq!(answer.header("x-amzn-errortype"), Some("InvalidRequestException"));
        let expected = r#"{"__type":"InvalidRequestException","message":"Query has not yet finished. Current state: RUNNING","AthenaErrorCode":"INVALID_INPUT"}"#;
        answer.is(400, Some("application/x-amz-json-1.1"), expected);
        release.send(()).unwrap();
        wait(&rig, &id, "SUCCEEDED").await;
        let column = r#"{"CatalogName":"hive","SchemaName":"","TableName":"","Name":"sql","Label":"sql","Type":"varchar","Precision":2147483647,"Scale":0,"Nullable":"UNKNOWN","CaseSensitive":true}"#;
        let rows = r#"[{"Data":[{"VarCharValue":"sql"}]},{"Data":[{"VarCharValue":"SELECT 1"}]}]"#;
        let expected = format!(
            r#"{{"UpdateCount":0,"ResultSet":{{"Rows":{rows},"ResultSetMetadata":{{"ColumnInfo":[{column}]}}}}}}"#
        );
        let answer = ask(&rig, "GetQueryResults", &id).await;
        answer.is(200, Some("application/x-amz-json-1.1"), &expected);
        let object = s3(&rig, &format!("GET /lake/out/{id}.csv")).await;
        assert_eq!((object.status, object.text()), (200, "\"sql\"\n\"SELECT 1\"\n"));
        rig.stop().await;
    });
}

#[test]
fn four_queries_run_at_a_time_and_others_wait_their_turn() {
    run(async {
        let (release, runner) = Held::new();
        let rig = with_bucket(runner).await;
        let mut ids = Vec::new();
        for number in 0..6 {
            ids.push(start(&rig, &format!("SELECT {number}")).await);
        }
        for id in &ids[..4] {
            wait(&rig, id, "RUNNING").await;
        }
        for id in &ids[4..] {
            assert_eq!(state(&rig, id).await, "QUEUED");
        }
        let stopped = ask(&rig, "StopQueryExecution", &ids[5]).await;
        assert_eq!((stopped.status, stopped.text()), (200, "{}"));
        release.send(()).unwrap();
        wait(&rig, &ids[4], "RUNNING").await;
        assert_eq!(state(&rig, &ids[5]).await, "CANCELLED");
        drop(release);
        for id in &ids[..5] {
            wait(&rig, id, "SUCCEEDED").await;
        }
        rig.stop().await;
    });
}

#[test]
fn what_is_no_statement_is_refused_and_what_is_not_there_is_unknown() {
    run(async {
        let (_release, runner) = Held::new();
        let rig = with_bucket(runner).await;
        let body = r#"{"QueryString":"SELEC","ResultConfiguration":{"OutputLocation":"s3://lake/"}}"#;
        let expected = r#"{"__type":"InvalidRequestException","message":"line 1:1: mismatched input","AthenaErrorCode":"MALFORMED_QUERY"}"#;
        let answer = rig.athena("StartQueryExecution", body).await;
        answer.is(400, Some("application/x-amz-json-1.1"), expected);
        let answer = rig.athena("StartSession", "{}").await;
        answer.is_error("UnknownOperationException", "");
        rig.stop().await;
    });
}
