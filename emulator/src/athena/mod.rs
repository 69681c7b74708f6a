//! Athena: queries over the catalog and S3, in work groups.
//!
//! Everything but the SQL itself, which a [`SqlRunner`] runs that is given to the emulator from outside.
//!
//! ```text
//! start_query_execution ── queued ── run ─┬─ runner          the port: what runs SQL
//!   work_group: where to, how much        ├─ result_writer   columns and rows ─┐
//!   execution: how far it is              └─ result_metadata what they are ────┴─► S3
//! get_query_results ◄── result_reader ◄── result_text: CSV, text ◄──────────────── S3
//! named_query, prepared_statement: texts that are kept      capacity_reservation: kept and shown
//! data_catalog, metadata_catalog: databases and tables, those of Glue
//! ```
//!
//! A query waits until somebody calls [`Emulator::run_query`](crate::Emulator::run_query) or
//! [`run_next_query`](crate::Emulator::run_next_query): the HTTP server does, callers in process do themselves.
//!
//! Kept and shown without effect: encryption of results, capacity reservations, metrics, requester pays. Not here:
//! sessions, calculations and notebooks, federated catalogs, managed query results, an end to the history of queries.
//!
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/>; wording from moto and public issue threads.

mod batch_get_named_query;
mod batch_get_prepared_statement;
mod batch_get_query_execution;
mod cancel_capacity_reservation;
mod capacity_reservation;
mod column_info;
mod configuration;
mod create_capacity_reservation;
mod create_data_catalog;
mod create_named_query;
mod create_prepared_statement;
mod create_work_group;
mod data_catalog;
mod delete_capacity_reservation;
mod delete_data_catalog;
mod delete_named_query;
mod delete_prepared_statement;
mod delete_work_group;
mod errors;
mod execution;
mod get_capacity_assignment_configuration;
mod get_capacity_reservation;
mod get_data_catalog;
mod get_database;
mod get_named_query;
mod get_prepared_statement;
mod get_query_execution;
mod get_query_results;
mod get_query_runtime_statistics;
mod get_table_metadata;
mod get_work_group;
#[cfg(test)]
mod kept_tests;
mod list_capacity_reservations;
mod list_data_catalogs;
mod list_databases;
mod list_engine_versions;
mod list_named_queries;
mod list_prepared_statements;
mod list_query_executions;
mod list_table_metadata;
mod list_tags_for_resource;
mod list_work_groups;
mod metadata_catalog;
mod named_query;
mod output;
mod paging;
mod prepared_statement;
mod put_capacity_assignment_configuration;
mod resource;
mod result_metadata;
mod result_reader;
mod result_text;
mod result_writer;
mod rules;
mod run;
mod runner;
mod start_query_execution;
mod statement;
mod stop_query_execution;
mod tag_resource;
mod tags;
#[cfg(test)]
mod tests;
mod untag_resource;
mod update_capacity_reservation;
mod update_data_catalog;
mod update_named_query;
mod update_prepared_statement;
mod update_work_group;
mod work_group;

pub use batch_get_named_query::{
    BatchGetNamedQuery, BatchGetNamedQueryRequest, BatchGetNamedQueryResponse, UnprocessedNamedQueryId,
};
pub use batch_get_prepared_statement::{
    BatchGetPreparedStatement, BatchGetPreparedStatementRequest, BatchGetPreparedStatementResponse,
    UnprocessedPreparedStatementName,
};
pub use batch_get_query_execution::{
    BatchGetQueryExecution, BatchGetQueryExecutionRequest, BatchGetQueryExecutionResponse,
    UnprocessedQueryExecutionId,
};
pub use cancel_capacity_reservation::{
    CancelCapacityReservation, CancelCapacityReservationRequest, CancelCapacityReservationResponse,
};
pub use capacity_reservation::{
    CapacityAllocation, CapacityAssignment, CapacityReservation, CapacityReservationStatus,
};
pub use column_info::{ColumnInfo, Nullable};
pub use configuration::{AclConfiguration, EncryptionConfiguration, EngineVersion, ResultConfiguration};
pub use create_capacity_reservation::{
    CreateCapacityReservation, CreateCapacityReservationRequest, CreateCapacityReservationResponse,
};
pub use create_data_catalog::{CreateDataCatalog, CreateDataCatalogRequest, CreateDataCatalogResponse};
pub use create_named_query::{CreateNamedQuery, CreateNamedQueryRequest, CreateNamedQueryResponse};
pub use create_prepared_statement::{
    CreatePreparedStatement, CreatePreparedStatementRequest, CreatePreparedStatementResponse,
};
pub use create_work_group::{CreateWorkGroup, CreateWorkGroupRequest, CreateWorkGroupResponse};
pub use data_catalog::DataCatalog;
pub use delete_capacity_reservation::{
    DeleteCapacityReservation, DeleteCapacityReservationRequest, DeleteCapacityReservationResponse,
};
pub use delete_data_catalog::{DeleteDataCatalog, DeleteDataCatalogRequest, DeleteDataCatalogResponse};
pub use delete_named_query::{DeleteNamedQuery, DeleteNamedQueryRequest, DeleteNamedQueryResponse};
pub use delete_prepared_statement::{
    DeletePreparedStatement, DeletePreparedStatementRequest, DeletePreparedStatementResponse,
};
pub use delete_work_group::{DeleteWorkGroup, DeleteWorkGroupRequest, DeleteWorkGroupResponse};
pub use execution::{
    AthenaError, QueryExecution, QueryExecutionContext, QueryExecutionStatistics, QueryExecutionStatus,
    QueryState, ResultReuseByAgeConfiguration, ResultReuseConfiguration, ResultReuseInformation,
};
pub use get_capacity_assignment_configuration::{
    CapacityAssignmentConfiguration, GetCapacityAssignmentConfiguration,
    GetCapacityAssignmentConfigurationRequest, GetCapacityAssignmentConfigurationResponse,
};
pub use get_capacity_reservation::{
    GetCapacityReservation, GetCapacityReservationRequest, GetCapacityReservationResponse,
};
pub use get_data_catalog::{GetDataCatalog, GetDataCatalogRequest, GetDataCatalogResponse};
pub use get_database::{GetDatabase, GetDatabaseRequest, GetDatabaseResponse};
pub use get_named_query::{GetNamedQuery, GetNamedQueryRequest, GetNamedQueryResponse};
pub use get_prepared_statement::{
    GetPreparedStatement, GetPreparedStatementRequest, GetPreparedStatementResponse,
};
pub use get_query_execution::{GetQueryExecution, GetQueryExecutionRequest, GetQueryExecutionResponse};
pub use get_query_results::{
    Datum, GetQueryResults, GetQueryResultsRequest, GetQueryResultsResponse, ResultSet, ResultSetMetadata,
    Row,
};
pub use get_query_runtime_statistics::{
    GetQueryRuntimeStatistics, GetQueryRuntimeStatisticsRequest, GetQueryRuntimeStatisticsResponse,
    QueryRuntimeStatistics, QueryRuntimeStatisticsRows, QueryRuntimeStatisticsTimeline,
};
pub use get_table_metadata::{GetTableMetadata, GetTableMetadataRequest, GetTableMetadataResponse};
pub use get_work_group::{GetWorkGroup, GetWorkGroupRequest, GetWorkGroupResponse};
pub use list_capacity_reservations::{
    ListCapacityReservations, ListCapacityReservationsRequest, ListCapacityReservationsResponse,
};
pub use list_data_catalogs::{
    DataCatalogSummary, ListDataCatalogs, ListDataCatalogsRequest, ListDataCatalogsResponse,
};
pub use list_databases::{ListDatabases, ListDatabasesRequest, ListDatabasesResponse};
pub use list_engine_versions::{ListEngineVersions, ListEngineVersionsRequest, ListEngineVersionsResponse};
pub use list_named_queries::{ListNamedQueries, ListNamedQueriesRequest, ListNamedQueriesResponse};
pub use list_prepared_statements::{
    ListPreparedStatements, ListPreparedStatementsRequest, ListPreparedStatementsResponse,
    PreparedStatementSummary,
};
pub use list_query_executions::{
    ListQueryExecutions, ListQueryExecutionsRequest, ListQueryExecutionsResponse,
};
pub use list_table_metadata::{ListTableMetadata, ListTableMetadataRequest, ListTableMetadataResponse};
pub use list_tags_for_resource::{
    ListTagsForResource, ListTagsForResourceRequest, ListTagsForResourceResponse,
};
pub use list_work_groups::{ListWorkGroups, ListWorkGroupsRequest, ListWorkGroupsResponse, WorkGroupSummary};
pub use metadata_catalog::{ColumnMetadata, Database, TableMetadata};
pub use named_query::NamedQuery;
pub use prepared_statement::PreparedStatement;
pub use put_capacity_assignment_configuration::{
    PutCapacityAssignmentConfiguration, PutCapacityAssignmentConfigurationRequest,
    PutCapacityAssignmentConfigurationResponse,
};
pub use result_writer::ResultWriter;
pub use runner::{
    QueryError, QueryFailure, QueryOutcome, QueryTask, SqlRunner, StatementKind, StatementType,
};
pub use start_query_execution::{
    StartQueryExecution, StartQueryExecutionRequest, StartQueryExecutionResponse,
};
pub use stop_query_execution::{StopQueryExecution, StopQueryExecutionRequest, StopQueryExecutionResponse};
pub use tag_resource::{TagResource, TagResourceRequest, TagResourceResponse};
pub use tags::Tag;
pub use untag_resource::{UntagResource, UntagResourceRequest, UntagResourceResponse};
pub use update_capacity_reservation::{
    UpdateCapacityReservation, UpdateCapacityReservationRequest, UpdateCapacityReservationResponse,
};
pub use update_data_catalog::{UpdateDataCatalog, UpdateDataCatalogRequest, UpdateDataCatalogResponse};
pub use update_named_query::{UpdateNamedQuery, UpdateNamedQueryRequest, UpdateNamedQueryResponse};
pub use update_prepared_statement::{
    UpdatePreparedStatement, UpdatePreparedStatementRequest, UpdatePreparedStatementResponse,
};
pub use update_work_group::{
    ResultConfigurationUpdates, UpdateWorkGroup, UpdateWorkGroupRequest, UpdateWorkGroupResponse,
    WorkGroupConfigurationUpdates,
};
pub use work_group::{WorkGroup, WorkGroupConfiguration, WorkGroupState};

pub(crate) use errors::ATHENA_ERROR_CODE;
pub(crate) use execution::{Hidden, fail_abandoned};
