//! The Glue Data Catalog: databases, tables and their versions, partitions and what selects them, indexes, statistics on
//! columns, functions, connections, tags, policies; and the Schema Registry.
//!
//! Names of databases, tables and functions are folded to lower case, as Glue folds them for Hive. Types of columns are kept
//! as the text given; what interprets them are the expressions that select partitions.
//!
//! Kept and shown without effect: encryption, policies, what is for Lake Formation, links to other databases and tables,
//! federated databases, references to schemas, indexes. There are no users, so whoever creates a table is the account.
//!
//! Without effect and not kept: federated tables, `AttributesToGet`, `ResourceShareType`, transactions, audit contexts, and
//! secrets that come with a connection's `AuthenticationConfiguration`.
//!
//! Not emulated: catalogs besides the account's own, tables whose Iceberg metadata Glue itself writes (refused by name),
//! Lake Formation, compatibility of schemas, table optimizers, and all that runs: jobs, crawlers, triggers, workflows,
//! sessions, data quality. The operations of these are unknown here.
//!
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/>; wording from moto.

mod arn;
mod batch_create_partition;
mod batch_delete_partition;
mod batch_delete_table;
mod batch_get_partition;
mod batch_update_partition;
mod create_database;
mod create_partition;
mod create_table;
mod database;
mod delete_database;
mod delete_partition;
mod delete_table;
mod errors;
mod expression;
mod get_database;
mod get_databases;
mod get_partition;
mod get_partitions;
mod get_table;
mod get_tables;
mod name;
mod paging;
mod partition;
mod pattern;
mod search;
mod search_tables;
mod storage_descriptor;
mod table;
mod update_database;
mod update_partition;
mod update_table;

pub mod connections;
pub mod functions;
pub mod indexes;
pub mod policies;
pub mod registry;
pub mod settings;
pub mod statistics;
pub mod tags;
pub mod versions;

pub use batch_create_partition::{
    BatchCreatePartition, BatchCreatePartitionRequest, BatchCreatePartitionResponse, ErrorDetail,
    PartitionError,
};
pub use batch_delete_partition::{
    BatchDeletePartition, BatchDeletePartitionRequest, BatchDeletePartitionResponse,
};
pub use batch_delete_table::{
    BatchDeleteTable, BatchDeleteTableRequest, BatchDeleteTableResponse, TableError,
};
pub use batch_get_partition::{BatchGetPartition, BatchGetPartitionRequest, BatchGetPartitionResponse};
pub use batch_update_partition::{
    BatchUpdatePartition, BatchUpdatePartitionFailureEntry, BatchUpdatePartitionRequest,
    BatchUpdatePartitionRequestEntry, BatchUpdatePartitionResponse,
};
pub use create_database::{CreateDatabase, CreateDatabaseRequest, CreateDatabaseResponse};
pub use create_partition::{CreatePartition, CreatePartitionRequest, CreatePartitionResponse};
pub use create_table::{CreateTable, CreateTableRequest, CreateTableResponse};
pub use database::{
    DataLakePrincipal, Database, DatabaseIdentifier, DatabaseInput, FederatedDatabase, PrincipalPermissions,
};
pub use delete_database::{DeleteDatabase, DeleteDatabaseRequest, DeleteDatabaseResponse};
pub use delete_partition::{DeletePartition, DeletePartitionRequest, DeletePartitionResponse};
pub use delete_table::{DeleteTable, DeleteTableRequest, DeleteTableResponse};
pub use get_database::{GetDatabase, GetDatabaseRequest, GetDatabaseResponse};
pub use get_databases::{GetDatabases, GetDatabasesRequest, GetDatabasesResponse};
pub use get_partition::{GetPartition, GetPartitionRequest, GetPartitionResponse};
pub use get_partitions::{GetPartitions, GetPartitionsRequest, GetPartitionsResponse, Segment};
pub use get_table::{GetTable, GetTableRequest, GetTableResponse};
pub use get_tables::{GetTables, GetTablesRequest, GetTablesResponse};
pub use indexes::PartitionIndex;
pub use partition::{Partition, PartitionInput, PartitionValueList};
pub use search::{PropertyPredicate, SortCriterion};
pub use search_tables::{SearchTables, SearchTablesRequest, SearchTablesResponse};
pub use storage_descriptor::{Column, Order, SchemaReference, SerDeInfo, SkewedInfo, StorageDescriptor};
pub use table::{OpenTableFormat, Table, TableIdentifier, TableInput, ViewDefinition, ViewRepresentation};
pub use update_database::{UpdateDatabase, UpdateDatabaseRequest, UpdateDatabaseResponse};
pub use update_partition::{UpdatePartition, UpdatePartitionRequest, UpdatePartitionResponse};
pub use update_table::{UpdateTable, UpdateTableRequest, UpdateTableResponse};

use std::collections::BTreeMap;

/// Properties: names and values.
pub type Parameters = BTreeMap<String, String>;
