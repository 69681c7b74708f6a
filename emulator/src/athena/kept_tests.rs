//! What is kept for queries: work groups, texts, catalogs, reservations, and tags of all of them.

use super::*;
use crate::error::{ApiError, ErrorCode};
use crate::{Emulator, Identity, Storage, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const LATER: Timestamp = NOW.plus_millis(60_000);

fn emulator() -> Emulator {
    Emulator::open(Storage::Memory, Identity::default()).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[track_caller]
fn refuses<T: std::fmt::Debug>(answer: Result<T, ApiError>, code: ErrorCode, message: &str) {
    let error = answer.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (code, message));
}

#[test]
fn work_group_changes_what_is_said_and_no_more() {
    let emulator = emulator();
    let configuration = WorkGroupConfiguration {
        result_configuration: Some(ResultConfiguration {
            output_location: some("s3://lake/"),
            expected_bucket_owner: some("123456789012"),
            ..ResultConfiguration::default()
        }),
        bytes_scanned_cutoff_per_query: Some(10_000_000),
        ..WorkGroupConfiguration::default()
    };
    let create = CreateWorkGroupRequest {
        name: some("team"),
        configuration: Some(configuration),
        description: some("ours"),
        ..CreateWorkGroupRequest::default()
    };
    emulator.call::<CreateWorkGroup>(NOW, create.clone()).unwrap();
    let again = emulator.call::<CreateWorkGroup>(NOW, create);
    refuses(again, ErrorCode::InvalidRequestException, "WorkGroup already exists");
    let updates = WorkGroupConfigurationUpdates {
        enforce_work_group_configuration: Some(false),
        remove_bytes_scanned_cutoff_per_query: Some(true),
        result_configuration_updates: Some(ResultConfigurationUpdates {
            remove_output_location: Some(true),
            ..ResultConfigurationUpdates::default()
        }),
        ..WorkGroupConfigurationUpdates::default()
    };
    let update = UpdateWorkGroupRequest {
        work_group: some("team"),
        configuration_updates: Some(updates),
        ..UpdateWorkGroupRequest::default()
    };
    emulator.call::<UpdateWorkGroup>(LATER, update).unwrap();
    let get = GetWorkGroupRequest { work_group: some("team") };
    let group = emulator.call::<GetWorkGroup>(LATER, get).unwrap().work_group;
    assert_eq!((group.description, group.creation_time), (some("ours"), Some(NOW)));
    let settings = group.configuration;
    assert_eq!(settings.enforce_work_group_configuration, Some(false));
    assert_eq!(settings.bytes_scanned_cutoff_per_query, None);
    assert_eq!(settings.engine_version, Some(EngineVersion::auto()));
    let results = settings.result_configuration.unwrap();
    assert_eq!((results.output_location, results.expected_bucket_owner), (None, some("123456789012")));
}

#[test]
fn work_groups_are_listed_by_name_with_the_one_that_is_always_there() {
    let emulator = emulator();
    for name in ["zeta", "alpha"] {
        let create = CreateWorkGroupRequest { name: some(name), ..CreateWorkGroupRequest::default() };
        emulator.call::<CreateWorkGroup>(NOW, create).unwrap();
    }
    let (mut names, mut next_token) = (Vec::new(), None);
    loop {
        let request = ListWorkGroupsRequest { next_token, max_results: Some(1) };
        let page = emulator.call::<ListWorkGroups>(NOW, request).unwrap();
        names.extend(page.work_groups.into_iter().map(|group| group.name));
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(names, ["alpha", "primary", "zeta"]);
}

#[test]
fn prepared_statement_is_made_changed_and_deleted() {
    let emulator = emulator();
    let (name, group) = (some("by_day"), some("primary"));
    let create = CreatePreparedStatementRequest {
        statement_name: name.clone(),
        work_group: group.clone(),
        query_statement: some("SELECT ?"),
        ..CreatePreparedStatementRequest::default()
    };
    emulator.call::<CreatePreparedStatement>(NOW, create.clone()).unwrap();
    let again = emulator.call::<CreatePreparedStatement>(NOW, create);
    let message = "PreparedStatement by_day already exists in workGroup primary";
    refuses(again, ErrorCode::InvalidRequestException, message);
    let update = UpdatePreparedStatementRequest {
        statement_name: name.clone(),
        work_group: group.clone(),
        query_statement: some("SELECT ? + 1"),
        ..UpdatePreparedStatementRequest::default()
    };
    emulator.call::<UpdatePreparedStatement>(LATER, update).unwrap();
    let get = || {
        let request = GetPreparedStatementRequest { statement_name: name.clone(), work_group: group.clone() };
        emulator.call::<GetPreparedStatement>(LATER, request)
    };
    let statement = get().unwrap().prepared_statement;
    assert_eq!((statement.query_statement.as_str(), statement.last_modified_time), ("SELECT ? + 1", LATER));
    let request = DeletePreparedStatementRequest { statement_name: name.clone(), work_group: group.clone() };
    emulator.call::<DeletePreparedStatement>(LATER, request).unwrap();
    let message = "PreparedStatement by_day was not found in workGroup primary";
    refuses(get(), ErrorCode::ResourceNotFoundException, message);
}

#[test]
fn named_query_of_a_repeated_call_is_one() {
    let emulator = emulator();
    let create = |text: &str| {
        let request = CreateNamedQueryRequest {
            name: some("daily"),
            database: some("sales"),
            query_string: some(text),
            client_request_token: Some("t".repeat(32)),
            ..CreateNamedQueryRequest::default()
        };
        emulator.call::<CreateNamedQuery>(NOW, request)
    };
    let id = create("SELECT 1").unwrap().named_query_id;
    assert_eq!(create("SELECT 1").unwrap().named_query_id, id);
    let message = "Idempotent parameters do not match";
    refuses(create("SELECT 2"), ErrorCode::InvalidRequestException, message);
    let request = ListNamedQueriesRequest::default();
    assert_eq!(emulator.call::<ListNamedQueries>(NOW, request).unwrap().named_query_ids, [id]);
}

#[test]
fn reservation_is_cancelled_before_it_goes() {
    let emulator = emulator();
    let tag = |key: &str| Tag { key: key.to_owned(), value: "x".to_owned() };
    let create = CreateCapacityReservationRequest {
        name: some("night"),
        target_dpus: Some(24),
        tags: Some(vec![tag("b"), tag("a")]),
    };
    emulator.call::<CreateCapacityReservation>(NOW, create).unwrap();
    let resource_arn = some("arn:aws:athena:us-east-1:123456789012:capacity-reservation/night");
    let tags = || {
        let request = ListTagsForResourceRequest { resource_arn: resource_arn.clone(), ..Default::default() };
        emulator.call::<ListTagsForResource>(NOW, request)
    };
    assert_eq!(tags().unwrap().tags, [tag("a"), tag("b")]);
    let delete = || {
        let request = DeleteCapacityReservationRequest { name: some("night") };
        emulator.call::<DeleteCapacityReservation>(NOW, request)
    };
    let message = "Capacity reservation must be cancelled before it is deleted";
    refuses(delete(), ErrorCode::InvalidRequestException, message);
    let cancel = CancelCapacityReservationRequest { name: some("night") };
    emulator.call::<CancelCapacityReservation>(NOW, cancel).unwrap();
    delete().unwrap();
    let message =
        "Athena Resource, arn:aws:athena:us-east-1:123456789012:capacity-reservation/night Does Not Exist";
    refuses(tags(), ErrorCode::InvalidRequestException, message);
}

#[test]
fn catalog_that_is_always_there_stays_as_it_is() {
    let emulator = emulator();
    for name in ["AwsDataCatalog", "awsdatacatalog"] {
        let request = DeleteDataCatalogRequest { name: some(name) };
        let message = format!("{name} is a reserved name and cannot be changed");
        let answer = emulator.call::<DeleteDataCatalog>(NOW, request);
        refuses(answer, ErrorCode::InvalidRequestException, &message);
    }
    let request = GetDataCatalogRequest { name: some("other"), ..GetDataCatalogRequest::default() };
    let answer = emulator.call::<GetDataCatalog>(NOW, request);
    refuses(answer, ErrorCode::InvalidRequestException, "DataCatalog other was not found");
}
