//! The Glue Data Catalog: databases, tables, partitions.
//!
//! Names of databases and tables are folded to lower case, as Glue folds them for Hive. Types of
//! columns are kept as the text given; nothing here interprets them.
//!
//! Not emulated: catalogs besides the account's own, table versions, column statistics, partition
//! indexes, Lake Formation, schema references, and expressions that select tables or partitions
//! (they are refused).
//!
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/>; wording from moto.

mod batch_create_partition;
mod create_database;
mod create_partition;
mod create_table;
mod database;
mod delete_table;
mod errors;
mod get_database;
mod get_databases;
mod get_partitions;
mod get_table;
mod get_tables;
mod name;
mod paging;
mod partition;
mod storage_descriptor;
mod table;
mod update_table;

pub use batch_create_partition::{
    BatchCreatePartition, BatchCreatePartitionRequest, BatchCreatePartitionResponse, ErrorDetail,
    PartitionError,
};
pub use create_database::{CreateDatabase, CreateDatabaseRequest, CreateDatabaseResponse};
pub use create_partition::{CreatePartition, CreatePartitionRequest, CreatePartitionResponse};
pub use create_table::{CreateTable, CreateTableRequest, CreateTableResponse};
pub use database::{Database, DatabaseInput};
pub use delete_table::{DeleteTable, DeleteTableRequest, DeleteTableResponse};
pub use get_database::{GetDatabase, GetDatabaseRequest, GetDatabaseResponse};
pub use get_databases::{GetDatabases, GetDatabasesRequest, GetDatabasesResponse};
pub use get_partitions::{GetPartitions, GetPartitionsRequest, GetPartitionsResponse, Segment};
pub use get_table::{GetTable, GetTableRequest, GetTableResponse};
pub use get_tables::{GetTables, GetTablesRequest, GetTablesResponse};
pub use partition::{Partition, PartitionInput};
pub use storage_descriptor::{Column, Order, SerDeInfo, SkewedInfo, StorageDescriptor};
pub use table::{Table, TableInput};
pub use update_table::{UpdateTable, UpdateTableRequest, UpdateTableResponse};

use std::collections::BTreeMap;

/// Properties: names and values.
pub type Parameters = BTreeMap<String, String>;
