//! Queries from start to end, run by a double that does what each test says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::error::{ApiError, ErrorCode};
use crate::glue::{
    Column, CreateDatabase, CreateDatabaseRequest, CreateTable, CreateTableRequest, TableInput,
};
use crate::s3::{CreateBucket, CreateBucketRequest, DeleteObject, GetObject, input};
use crate::{Emulator, Identity, Settings, Storage, Tenants, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

type Script = dyn Fn(&QueryTask<'_>, &mut ResultWriter) -> Result<QueryOutcome, QueryFailure> + Send + Sync;

/// Runs whatever comes as it was told.
struct Scripted(Box<Script>);

impl SqlRunner for Scripted {
    fn classify(&self, sql: &str) -> Result<StatementKind, String> {
        let kind = |statement_type, name: &str| Ok(StatementKind::new(statement_type, name));
        match sql.split(' ').next().unwrap_or_default() {
            "SELECT" => kind(StatementType::Dml, "SELECT"),
            "CTAS" => kind(StatementType::Ddl, "CREATE_TABLE_AS_SELECT"),
            "SHOW" => kind(StatementType::Utility, "SHOW_TABLES"),
            "CREATE" => kind(StatementType::Ddl, "CREATE_DATABASE"),
            word => Err(format!("line 1:1: mismatched input '{word}'")),
        }
    }

    fn run(&self, task: &QueryTask<'_>, results: &mut ResultWriter) -> Result<QueryOutcome, QueryFailure> {
        (self.0)(task, results)
    }
}

fn emulator_with(
    script: impl Fn(&QueryTask<'_>, &mut ResultWriter) -> Result<QueryOutcome, QueryFailure>
    + Send
    + Sync
    + 'static,
) -> Emulator {
    let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
    let emulator = emulator.with_sql(Arc::new(Scripted(Box::new(script))));
    emulator.call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).unwrap();
    emulator
}

/// Answers every query with two rows.
fn two_rows(_: &QueryTask<'_>, results: &mut ResultWriter) -> Result<QueryOutcome, QueryFailure> {
    results.columns(vec![
        ColumnInfo::new("id", "varchar", i32::MAX, 0),
        ColumnInfo::new("n", "bigint", 19, 0),
    ])?;
    results.row(&[Some("a \"b\",\nc"), Some("1")])?;
    results.row(&[Some(""), None])?;
    Ok(QueryOutcome { data_scanned_bytes: 7, ..QueryOutcome::default() })
}

fn start(emulator: &Emulator, request: StartQueryExecutionRequest) -> Result<String, ApiError> {
    Ok(emulator.call::<StartQueryExecution>(NOW, request)?.query_execution_id)
}

/// Starts a query two seconds before it runs, and has each look at the clock take one.
fn run(emulator: &Emulator, sql: &str) -> QueryExecution {
    let id = start(emulator, StartQueryExecutionRequest::new(sql, "s3://lake/out")).unwrap();
    finish(emulator, &id)
}

fn finish(emulator: &Emulator, id: &str) -> QueryExecution {
    emulator.run_query(&|| NOW.plus_millis(2000), id).unwrap();
    execution(emulator, id)
}

fn execution(emulator: &Emulator, id: &str) -> QueryExecution {
    emulator.call::<GetQueryExecution>(NOW, GetQueryExecutionRequest::new(id)).unwrap().query_execution
}

fn object(emulator: &Emulator, key: &str) -> Result<Vec<u8>, ApiError> {
    let object = emulator.call::<GetObject>(NOW, input::get_object("lake", key))?;
    Ok(object.into_bytes()?.to_vec())
}

fn results(
    emulator: &Emulator,
    request: GetQueryResultsRequest,
) -> Result<GetQueryResultsResponse, ApiError> {
    emulator.call::<GetQueryResults>(NOW, request)
}

fn cells(rows: &[Row]) -> Vec<Vec<Option<&str>>> {
    rows.iter().map(|row| row.data.iter().map(|datum| datum.var_char_value.as_deref()).collect()).collect()
}

#[track_caller]
fn refuses<T: std::fmt::Debug>(answer: Result<T, ApiError>, message: &str) {
    let error = answer.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::InvalidRequestException, message));
}

#[test]
fn query_goes_from_queued_to_succeeded_and_its_result_to_s3() {
    let emulator = emulator_with(two_rows);
    let id = start(&emulator, StartQueryExecutionRequest::new("SELECT 1", "s3://lake/out")).unwrap();
    assert_eq!(execution(&emulator, &id).status.state, QueryState::Queued);
    refuses(
        results(&emulator, GetQueryResultsRequest::new(&id)),
        "Query has not yet finished. Current state: QUEUED",
    );
    let found = finish(&emulator, &id);
    assert_eq!(found.status.state, QueryState::Succeeded);
    assert_eq!(found.status.completion_date_time, Some(NOW.plus_millis(2000)));
    assert_eq!(found.statistics.query_queue_time_in_millis, 2000);
    assert_eq!(found.statistics.total_execution_time_in_millis, 2000);
    assert_eq!(found.statistics.data_scanned_in_bytes, 7);
    assert_eq!((found.statement_type, found.substatement_type.as_str()), (StatementType::Dml, "SELECT"));
    let location = format!("s3://lake/out/{id}.csv");
    assert_eq!(found.result_configuration.output_location, Some(location));
    let csv = "\"id\",\"n\"\n\"a \"\"b\"\",\nc\",\"1\"\n\"\",\n";
    assert_eq!(object(&emulator, &format!("out/{id}.csv")).unwrap(), csv.as_bytes());
    let metadata = object(&emulator, &format!("out/{id}.csv.metadata")).unwrap();
    assert!(metadata.starts_with(&[b"\x0a\x24", id.as_bytes(), b"\x22"].concat()));
    let answer = results(&emulator, GetQueryResultsRequest::new(&id)).unwrap();
    let expected = [vec![Some("id"), Some("n")], vec![Some("a \"b\",\nc"), Some("1")], vec![Some(""), None]];
    assert_eq!(cells(&answer.result_set.rows), expected);
    let columns = answer.result_set.result_set_metadata.column_info;
    let types: Vec<_> = columns.iter().map(|column| column.type_name.as_str()).collect();
    assert_eq!(types, ["varchar", "bigint"]);
    // It does not run again.
    emulator.run_query(&|| NOW.plus_millis(9000), &id).unwrap();
    assert!(!emulator.run_next_query(&|| NOW).unwrap());
    assert_eq!(execution(&emulator, &id), found);
}

#[test]
fn pages_of_a_result_are_read_from_its_object() {
    let emulator = emulator_with(|_, results| {
        results.columns(vec![ColumnInfo::new("n", "bigint", 19, 0)])?;
        (0..2500).try_for_each(|n: i32| results.row(&[Some(&format!("{n}\n\""))]))?;
        Ok(QueryOutcome::default())
    });
    let id = run(&emulator, "SELECT n").query_execution_id;
    for max_results in [None, Some(1000), Some(7)] {
        let (mut rows, mut next_token, mut pages) = (Vec::new(), None, 0);
        loop {
            let request =
                GetQueryResultsRequest { next_token, max_results, ..GetQueryResultsRequest::new(&id) };
            let page = results(&emulator, request).unwrap();
            pages += 1;
            rows.extend(page.result_set.rows);
            next_token = page.next_token;
            if next_token.is_none() {
                break;
            }
        }
        assert_eq!((rows.len(), pages), (2501, 2501_usize.div_ceil(max_results.unwrap_or(1000) as usize)));
        assert_eq!(cells(&rows[2500..]), [[Some("2499\n\"")]]);
    }
    let request = GetQueryResultsRequest { max_results: Some(1001), ..GetQueryResultsRequest::new(&id) };
    refuses(results(&emulator, request), "MaxResults is more than maximum allowed length 1000");
    let next_token = Some("made up".to_owned());
    let request = GetQueryResultsRequest { next_token, ..GetQueryResultsRequest::new(&id) };
    refuses(results(&emulator, request), "Invalid pagination token");
    emulator.call::<DeleteObject>(NOW, input::delete_object("lake", format!("out/{id}.csv"))).unwrap();
    refuses(results(&emulator, GetQueryResultsRequest::new(&id)), "Could not find results");
}

#[test]
fn ddl_and_utilities_answer_text_without_a_header() {
    let emulator = emulator_with(two_rows);
    for sql in ["SHOW TABLES", "CREATE DATABASE x"] {
        let id = run(&emulator, sql).query_execution_id;
        assert_eq!(object(&emulator, &format!("out/{id}.txt")).unwrap(), b"a \"b\",\nc\t1\n\t\n");
        assert!(object(&emulator, &format!("out/{id}.txt.metadata")).is_ok());
    }
}

#[test]
fn statements_that_write_have_a_manifest() {
    let emulator = emulator_with(|_, results| {
        results.columns(vec![ColumnInfo::new("rows", "bigint", 19, 0)])?;
        let files = ["s3://lake/t/1.parquet", "s3://lake/t/2.parquet"].map(str::to_owned);
        let data_manifest = Some(files.to_vec());
        Ok(QueryOutcome { update_count: Some(9), data_manifest, ..QueryOutcome::default() })
    });
    let found = run(&emulator, "CTAS t");
    let id = &found.query_execution_id;
    assert_eq!(found.result_configuration.output_location, Some(format!("s3://lake/out/{id}")));
    let manifest = format!("s3://lake/out/{id}-manifest.csv");
    assert_eq!(found.statistics.data_manifest_location, Some(manifest));
    let list = object(&emulator, &format!("out/{id}-manifest.csv")).unwrap();
    assert_eq!(list, b"s3://lake/t/1.parquet\ns3://lake/t/2.parquet\n");
    assert!(object(&emulator, &format!("out/{id}.metadata")).is_ok());
    assert!(object(&emulator, &format!("out/{id}")).is_err());
    let answer = results(&emulator, GetQueryResultsRequest::new(id)).unwrap();
    assert_eq!((answer.update_count, answer.result_set.rows.len()), (9, 0));
    let query_result_type = Some("DATA_MANIFEST".to_owned());
    let request = GetQueryResultsRequest { query_result_type, ..GetQueryResultsRequest::new(id) };
    let answer = results(&emulator, request).unwrap();
    let expected = [[Some("s3://lake/t/1.parquet")], [Some("s3://lake/t/2.parquet")]];
    assert_eq!(cells(&answer.result_set.rows), expected);
}

#[test]
fn query_that_fails_says_why_and_has_no_result() {
    let emulator = emulator_with(|_, _| {
        Err(QueryError::user(1301, "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved").into())
    });
    let found = run(&emulator, "SELECT x");
    let sentence = "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved".to_owned();
    assert_eq!(found.status.state, QueryState::Failed);
    assert_eq!(found.status.state_change_reason, Some(sentence.clone()));
    let error =
        AthenaError { error_category: 2, error_type: 1301, retryable: false, error_message: sentence };
    assert_eq!(found.status.athena_error, Some(error));
    let id = found.query_execution_id;
    assert!(object(&emulator, &format!("out/{id}.csv")).is_err());
    refuses(
        results(&emulator, GetQueryResultsRequest::new(&id)),
        "Query did not finish successfully. Final query state: FAILED",
    );
}

#[test]
fn panic_bucket_and_runner_that_are_missing_fail_a_query() {
    let reason = |emulator: &Emulator, location: &str| {
        let id = start(emulator, StartQueryExecutionRequest::new("SELECT 1", location)).unwrap();
        let status = finish(emulator, &id).status;
        assert_eq!(status.state, QueryState::Failed);
        status.state_change_reason.unwrap()
    };
    let panics = emulator_with(|_, _| panic!("on purpose"));
    assert_eq!(reason(&panics, "s3://lake/"), "what runs SQL has panicked");
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ran);
    let counts = emulator_with(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(QueryOutcome::default())
    });
    assert!(reason(&counts, "s3://nowhere/").starts_with("Unable to verify/create output bucket nowhere"));
    // A query whose result has no place does nothing.
    assert_eq!(ran.load(Ordering::Relaxed), 0);
    let nobody = Emulator::open(Storage::Memory, Identity::default()).unwrap();
    nobody.call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).unwrap();
    assert!(reason(&nobody, "s3://lake/").starts_with("nothing here runs SQL"));
}

#[test]
fn query_is_stopped_while_it_waits_and_while_it_runs() {
    let emulator = Arc::new(emulator_with(|task, _| {
        let stop = StopQueryExecutionRequest { query_execution_id: Some(task.id.to_owned()) };
        task.check_stopped()?;
        task.emulator.call::<StopQueryExecution>(NOW, stop)?;
        task.check_stopped()?;
        panic!("a query that is stopped goes on");
    }));
    let found = run(&emulator, "SELECT 1");
    assert_eq!(found.status.state, QueryState::Cancelled);
    assert_eq!(found.status.state_change_reason.as_deref(), Some("Query cancelled by user"));
    assert!(object(&emulator, &format!("out/{}.csv", found.query_execution_id)).is_err());
    let id = start(&emulator, StartQueryExecutionRequest::new("SELECT 1", "s3://lake/")).unwrap();
    let stop = StopQueryExecutionRequest { query_execution_id: Some(id.clone()) };
    emulator.call::<StopQueryExecution>(NOW, stop).unwrap();
    assert_eq!(finish(&emulator, &id).status.state, QueryState::Cancelled);
    let request = StopQueryExecutionRequest { query_execution_id: Some("1".to_owned()) };
    refuses(emulator.call::<StopQueryExecution>(NOW, request), "QueryExecution 1 was not found");
}

#[test]
fn query_that_scans_too_much_is_cancelled() {
    let emulator = emulator_with(|task, _| {
        assert_eq!(task.bytes_cutoff, Some(10_000_000));
        Ok(QueryOutcome { data_scanned_bytes: 10_000_001, ..QueryOutcome::default() })
    });
    work_group(&emulator, "small", |settings| settings.bytes_scanned_cutoff_per_query = Some(10_000_000));
    let request = StartQueryExecutionRequest {
        work_group: Some("small".to_owned()),
        ..StartQueryExecutionRequest::new("SELECT 1", "s3://lake/")
    };
    let id = start(&emulator, request).unwrap();
    let found = finish(&emulator, &id);
    assert_eq!(found.status.state, QueryState::Cancelled);
    assert!(found.status.state_change_reason.unwrap().ends_with("Bytes scanned limit was exceeded"));
    assert_eq!(found.statistics.data_scanned_in_bytes, 10_000_001);
}

fn work_group(emulator: &Emulator, name: &str, set: impl FnOnce(&mut WorkGroupConfiguration)) {
    let mut configuration = WorkGroupConfiguration::default();
    set(&mut configuration);
    let request = CreateWorkGroupRequest {
        name: Some(name.to_owned()),
        configuration: Some(configuration),
        ..CreateWorkGroupRequest::default()
    };
    emulator.call::<CreateWorkGroup>(NOW, request).unwrap();
}

fn at(location: &str) -> Option<ResultConfiguration> {
    let output_location = Some(location.to_owned());
    Some(ResultConfiguration { output_location, ..ResultConfiguration::default() })
}

#[test]
fn location_is_that_of_the_work_group_where_it_is_enforced() {
    let emulator = emulator_with(two_rows);
    for (name, enforced) in [("strict", true), ("lenient", false)] {
        work_group(&emulator, name, |settings| {
            settings.result_configuration = at("s3://lake/group/");
            settings.enforce_work_group_configuration = Some(enforced);
        });
    }
    let folder = |group: Option<&str>, location: Option<&str>| {
        let request = StartQueryExecutionRequest {
            query_string: Some("SELECT 1".to_owned()),
            work_group: group.map(str::to_owned),
            result_configuration: location.and_then(at),
            ..StartQueryExecutionRequest::default()
        };
        let found = execution(&emulator, &start(&emulator, request)?);
        let location = found.result_configuration.output_location.unwrap();
        Ok(location.rsplit_once('/').unwrap().0.to_owned())
    };
    let (group, own) = (Ok("s3://lake/group".to_owned()), Ok("s3://lake/own".to_owned()));
    assert_eq!(folder(Some("strict"), Some("s3://lake/own")), group);
    assert_eq!(folder(Some("strict"), None), group);
    assert_eq!(folder(Some("lenient"), Some("s3://lake/own")), own);
    assert_eq!(folder(Some("lenient"), None), group);
    assert_eq!(folder(None, Some("s3://lake/own")), own);
    refuses(
        folder(None, None),
        "No output location provided. An output location is required either through the Workgroup result \
         configuration setting or as an API input.",
    );
    refuses(folder(None, Some("lake")), "outputLocation is not a valid S3 path.");
    refuses(folder(Some("unknown"), None), "WorkGroup is not found.");
    let update = UpdateWorkGroupRequest {
        work_group: Some("lenient".to_owned()),
        state: Some("DISABLED".to_owned()),
        ..UpdateWorkGroupRequest::default()
    };
    emulator.call::<UpdateWorkGroup>(NOW, update).unwrap();
    refuses(folder(Some("lenient"), None), "WorkGroup lenient is disabled.");
}

#[test]
fn text_that_is_no_statement_is_refused_at_once() {
    let emulator = emulator_with(two_rows);
    let error = start(&emulator, StartQueryExecutionRequest::new("SELEC 1", "s3://lake/")).unwrap_err();
    assert_eq!(error.message, "line 1:1: mismatched input 'SELEC'");
    assert_eq!(error.details, [(ATHENA_ERROR_CODE, "MALFORMED_QUERY".to_owned())]);
}

#[test]
fn call_that_is_repeated_is_answered_again() {
    let emulator = emulator_with(two_rows);
    let request = |sql: &str| StartQueryExecutionRequest {
        client_request_token: Some("t".repeat(32)),
        ..StartQueryExecutionRequest::new(sql, "s3://lake/")
    };
    let first = start(&emulator, request("SELECT 1")).unwrap();
    finish(&emulator, &first);
    assert_eq!(start(&emulator, request("SELECT 1")).unwrap(), first);
    refuses(start(&emulator, request("SELECT 2")), "Idempotent parameters do not match");
    assert!(!emulator.run_next_query(&|| NOW).unwrap());
}

#[test]
fn result_is_used_again_while_it_is_young_enough() {
    let emulator = emulator_with(two_rows);
    let by_age = ResultReuseByAgeConfiguration { enabled: true, max_age_in_minutes: Some(5) };
    let reuse = ResultReuseConfiguration { result_reuse_by_age_configuration: by_age };
    let first = run(&emulator, "SELECT 1");
    let again = |minutes: i64, database: Option<&str>| {
        let context = QueryExecutionContext { database: database.map(str::to_owned), catalog: None };
        let request = StartQueryExecutionRequest {
            result_reuse_configuration: Some(reuse.clone()),
            query_execution_context: Some(context),
            ..StartQueryExecutionRequest::new("SELECT 1", "s3://lake/elsewhere/")
        };
        let now = NOW.plus_millis(minutes * 60_000);
        let id = emulator.call::<StartQueryExecution>(now, request).unwrap().query_execution_id;
        execution(&emulator, &id)
    };
    let found = again(5, None);
    assert_eq!(found.status.state, QueryState::Succeeded);
    assert!(found.statistics.result_reuse_information.reused_previous_result);
    assert_eq!(found.statistics.data_scanned_in_bytes, 0);
    assert_eq!(found.result_configuration, first.result_configuration);
    let rows = results(&emulator, GetQueryResultsRequest::new(found.query_execution_id)).unwrap();
    assert_eq!(rows.result_set.rows.len(), 3);
    // A result that is used again gets no younger by that.
    assert_eq!(again(6, None).status.state, QueryState::Queued);
    assert_eq!(again(1, Some("other")).status.state, QueryState::Queued);
}

#[test]
fn runner_is_told_what_the_client_said() {
    let emulator = emulator_with(|task, results| {
        let database = task.database.unwrap_or("none");
        let clock = (task.clock)().millis_since(task.now);
        let line = format!(
            "{} {} {} {database} {} {} {clock}",
            task.sql, task.parameters[0], task.catalog, task.work_group, task.output_location
        );
        results.columns(vec![ColumnInfo::new("line", "varchar", i32::MAX, 0)])?;
        results.row(&[Some(&line)])?;
        Ok(QueryOutcome::default())
    });
    let request = StartQueryExecutionRequest {
        execution_parameters: Some(vec!["'x'".to_owned()]),
        query_execution_context: Some(QueryExecutionContext {
            database: Some("sales".to_owned()),
            catalog: None,
        }),
        ..StartQueryExecutionRequest::new("SELECT ?", "s3://lake/a")
    };
    let id = start(&emulator, request).unwrap();
    finish(&emulator, &id);
    let answer = results(&emulator, GetQueryResultsRequest::new(&id)).unwrap();
    let expected = "SELECT ? 'x' AwsDataCatalog sales primary s3://lake/a/ 2000";
    assert_eq!(cells(&answer.result_set.rows)[1], [Some(expected)]);
}

#[test]
fn executions_of_a_work_group_are_listed_last_first() {
    let emulator = emulator_with(two_rows);
    let mut ids: Vec<String> =
        (0..5).map(|n| run(&emulator, &format!("SELECT {n}")).query_execution_id).collect();
    ids.reverse();
    let (mut found, mut next_token) = (Vec::new(), None);
    loop {
        let request = ListQueryExecutionsRequest {
            next_token,
            max_results: Some(2),
            ..ListQueryExecutionsRequest::default()
        };
        let page = emulator.call::<ListQueryExecutions>(NOW, request).unwrap();
        found.extend(page.query_execution_ids);
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(found, ids);
    let query_execution_ids = Some(vec![ids[0].clone(), "1".to_owned()]);
    let batch = BatchGetQueryExecutionRequest { query_execution_ids };
    let batch = emulator.call::<BatchGetQueryExecution>(NOW, batch).unwrap();
    assert_eq!((batch.query_executions.len(), batch.unprocessed_query_execution_ids.len()), (1, 1));
}

#[test]
fn queries_of_a_process_that_has_ended_fail() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let storage = Storage::Directory(folder.path().to_owned());
        let emulator = Emulator::open(storage, Identity::default()).unwrap();
        emulator.with_sql(Arc::new(Scripted(Box::new(two_rows))))
    };
    let emulator = open();
    emulator.call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).unwrap();
    let done = run(&emulator, "SELECT 1");
    let id = start(&emulator, StartQueryExecutionRequest::new("SELECT 2", "s3://lake/")).unwrap();
    drop(emulator);
    let emulator = open();
    assert_eq!(execution(&emulator, &done.query_execution_id), done);
    let status = execution(&emulator, &id).status;
    assert_eq!((status.state, status.completion_date_time), (QueryState::Failed, Some(NOW)));
    assert_eq!(
        status.state_change_reason.as_deref(),
        Some("the process that was to run the query has ended")
    );
}

#[test]
fn result_of_another_region_goes_to_the_same_buckets() {
    let runner = Arc::new(Scripted(Box::new(two_rows)));
    let settings = Settings::default();
    let tenants = Tenants::with_sql(Storage::Memory, Identity::default(), settings, runner).unwrap();
    tenants.home().call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).unwrap();
    let europe = Identity { region: "eu-west-1".to_owned(), ..Identity::default() };
    let europe = tenants.of(&europe).unwrap();
    let found = run(&europe, "SELECT 1");
    assert_eq!(found.status.state, QueryState::Succeeded);
    assert!(object(tenants.home(), &format!("out/{}.csv", found.query_execution_id)).is_ok());
    let rows = results(&europe, GetQueryResultsRequest::new(found.query_execution_id)).unwrap();
    assert_eq!(rows.result_set.rows.len(), 3);
    // Another account may not.
    let other = Identity { account: "000000000000".to_owned(), ..Identity::default() };
    let status = run(&tenants.of(&other).unwrap(), "SELECT 1").status;
    assert_eq!(status.state, QueryState::Failed);
    assert!(status.state_change_reason.unwrap().starts_with("Access denied when writing output"));
}

#[test]
fn databases_and_tables_are_those_of_glue() {
    let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
    emulator.call::<CreateDatabase>(NOW, CreateDatabaseRequest::new("sales")).unwrap();
    for name in ["orders", "orders_daily", "visits"] {
        let table_input = TableInput {
            name: Some(name.to_owned()),
            partition_keys: Some(vec![Column::new("day", "string")]),
            parameters: Some(BTreeMap::from([("EXTERNAL".to_owned(), "TRUE".to_owned())])),
            ..TableInput::default()
        };
        let request = CreateTableRequest::new("sales", table_input);
        emulator.call::<CreateTable>(NOW, request).unwrap();
    }
    let request = ListDatabasesRequest {
        catalog_name: Some("AwsDataCatalog".to_owned()),
        ..ListDatabasesRequest::default()
    };
    let found = emulator.call::<ListDatabases>(NOW, request).unwrap().database_list;
    let names: Vec<_> = found.into_iter().map(|database| database.name).collect();
    assert_eq!(names, ["default", "sales"]);
    let list = |expression: &str, max_results, next_token| {
        let request = ListTableMetadataRequest {
            catalog_name: Some("awsdatacatalog".to_owned()),
            database_name: Some("Sales".to_owned()),
            expression: Some(expression.to_owned()),
            max_results,
            next_token,
            ..ListTableMetadataRequest::default()
        };
        let page = emulator.call::<ListTableMetadata>(NOW, request)?;
        let names: Vec<_> = page.table_metadata_list.into_iter().map(|table| table.name).collect();
        Ok((names, page.next_token))
    };
    assert_eq!(list("", None, None).unwrap().0, ["orders", "orders_daily", "visits"]);
    assert_eq!(list("orders.*", None, None).unwrap().0, ["orders", "orders_daily"]);
    assert_eq!(list("orders", None, None).unwrap().0, ["orders"]);
    refuses(list("(", None, None), "Expression is not a valid regular expression");
    let (names, token) = list(".*s", Some(1), None).unwrap();
    assert_eq!(
        (names, list(".*s", Some(1), token).unwrap().0),
        (vec!["orders".to_owned()], vec!["visits".to_owned()])
    );
    let request = GetDatabaseRequest {
        catalog_name: Some("AwsDataCatalog".to_owned()),
        database_name: Some("x".to_owned()),
        ..GetDatabaseRequest::default()
    };
    let error = emulator.call::<GetDatabase>(NOW, request).unwrap_err();
    assert_eq!(error.code, ErrorCode::MetadataException);
    assert!(error.message.starts_with("Database x not found."));
}

#[test]
fn work_group_goes_with_what_is_kept_in_it_only_when_told_so() {
    let emulator = emulator_with(two_rows);
    work_group(&emulator, "team", |_| {});
    let request = CreateNamedQueryRequest {
        name: Some("daily".to_owned()),
        database: Some("sales".to_owned()),
        query_string: Some("SELECT 1".to_owned()),
        work_group: Some("team".to_owned()),
        ..CreateNamedQueryRequest::default()
    };
    let id = emulator.call::<CreateNamedQuery>(NOW, request).unwrap().named_query_id;
    let delete = |name: &str, recursive| {
        let request =
            DeleteWorkGroupRequest { work_group: Some(name.to_owned()), recursive_delete_option: recursive };
        emulator.call::<DeleteWorkGroup>(NOW, request)
    };
    refuses(delete("team", None), "WorkGroup team is not empty");
    refuses(delete("primary", Some(true)), "Cannot delete the primary workgroup");
    delete("team", Some(true)).unwrap();
    let request = GetNamedQueryRequest { named_query_id: Some(id.clone()) };
    refuses(emulator.call::<GetNamedQuery>(NOW, request), &format!("NamedQuery {id} was not found"));
}
