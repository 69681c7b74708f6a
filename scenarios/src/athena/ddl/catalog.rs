//! What statements need of the world: the Glue Data Catalog, and the keys of S3.

use wavetank_emulator::ApiError;
use wavetank_emulator::glue::{DatabaseInput, PartitionInput, TableInput};

/// What the catalog answers, or why it refuses.
pub type CatalogResult<T> = Result<T, ApiError>;

/// Databases, tables, partitions, and the keys of objects. Names are in lower case.
pub trait Catalog {
    /// The database of a name.
    ///
    /// # Errors
    /// As every method: when the catalog refuses.
    fn database(&self, name: &str) -> CatalogResult<Option<DatabaseInput>>;

    /// All databases, by name.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn databases(&self) -> CatalogResult<Vec<DatabaseInput>>;

    /// Adds a database; false when there is one of that name.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn create_database(&self, database: DatabaseInput) -> CatalogResult<bool>;

    /// Replaces what a database says.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn update_database(&self, database: DatabaseInput) -> CatalogResult<()>;

    /// Removes a database with its tables.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn delete_database(&self, name: &str) -> CatalogResult<()>;

    /// The table or view of a name; `None` also when there is no such database.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn table(&self, database: &str, name: &str) -> CatalogResult<Option<TableInput>>;

    /// All tables and views of a database, by name.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn tables(&self, database: &str) -> CatalogResult<Vec<TableInput>>;

    /// Adds a table or view; false when there is one of that name.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn create_table(&self, database: &str, table: TableInput) -> CatalogResult<bool>;

    /// Replaces what a table or view says.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn update_table(&self, database: &str, table: TableInput) -> CatalogResult<()>;

    /// Removes a table or view.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn delete_table(&self, database: &str, name: &str) -> CatalogResult<()>;

    /// The partition of these values.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn partition(
        &self,
        database: &str,
        table: &str,
        values: &[String],
    ) -> CatalogResult<Option<PartitionInput>>;

    /// Partitions for which an expression of `GetPartitions` holds; all when it is empty.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn partitions(&self, database: &str, table: &str, expression: &str)
    -> CatalogResult<Vec<PartitionInput>>;

    /// Adds partitions; those that are there already are left as they are.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn create_partitions(
        &self,
        database: &str,
        table: &str,
        partitions: Vec<PartitionInput>,
    ) -> CatalogResult<()>;

    /// Replaces what the partition of these values says; its values too.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn update_partition(
        &self,
        database: &str,
        table: &str,
        values: &[String],
        partition: PartitionInput,
    ) -> CatalogResult<()>;

    /// Removes partitions by their values.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn delete_partitions(&self, database: &str, table: &str, values: Vec<Vec<String>>) -> CatalogResult<()>;

    /// Keys of a bucket that start with a prefix, in order; none when there is no such bucket.
    ///
    /// # Errors
    /// When the catalog refuses.
    fn keys(&self, bucket: &str, prefix: &str) -> CatalogResult<Vec<String>>;
}
