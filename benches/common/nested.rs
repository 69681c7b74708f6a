//! The two tables of the nested join: their columns, their records, and what their views make of them.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use wavetank::bench::Workload;
use wavetank::bench::data::Traffic;
use wavetank::engine::batch::{BatchId, RECORD_ID};
use wavetank::engine::decode::{JsonDecoder, JsonOptions};
use wavetank::engine::ledger::Ledger;
use wavetank::engine::operator::{OperatorTree, TreeOptions};
use wavetank::engine::plan::OutputMode;
use wavetank::engine::plan::optimize::optimize;
use wavetank::engine::session::Session;
use wavetank::engine::sql::{self, Tables};
use wavetank::engine::types::parse_hive_type;
use wavetank::engine::watermark::Watermark;

/// Records that are parsed at once by what parses records together.
pub const CHUNK: usize = 8192;

/// The columns of the two tables, as Hive writes them.
pub const TABLES: [(&str, &str); 2] = [
    (
        "nested-purchase-stream-table",
        "struct<body:struct<basket_items:array<struct<product:struct<sku:string,name:string,category:string,\
         pricing:struct<price:double>,quantity_purchased:bigint>>>,transaction_id:string,purchase_time:string,\
         user_id:string>>",
    ),
    (
        "recommender-stream-table",
        "struct<purchase_id:string,next_best_product_sku:string,likelihood_score:bigint,purchase_time:bigint,\
         recommendation_processed_time:bigint>",
    ),
];

/// The views of the nested join as queries of their own.
pub const FLAT: [&str; 2] = [
    "CREATE STREAMING TABLE flat AS
     SELECT timestamp_seconds(CAST(body.purchase_time AS BIGINT)) AS purchase_time, body.transaction_id, body.user_id,
            item.product.sku, item.product.name, item.product.category, item.product.pricing.price,
            item.product.quantity_purchased
     FROM STREAM(`nested-purchase-stream-table`) LATERAL VIEW explode(body.basket_items) b AS item",
    "CREATE STREAMING TABLE flat AS
     SELECT purchase_id, next_best_product_sku, likelihood_score,
            timestamp_seconds(recommendation_processed_time) AS rec_time
     FROM STREAM(`recommender-stream-table`)",
];

/// The tables as a planner sees them.
pub struct Streams;

impl Tables for Streams {
    fn schema(&self, table: &str) -> Option<SchemaRef> {
        TABLES.iter().find(|(name, _)| *name == table).map(|(_, columns)| schema(columns))
    }

    fn names(&self) -> Vec<String> {
        TABLES.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

pub fn schema(columns: &str) -> SchemaRef {
    match parse_hive_type(columns).expect("the type is valid") {
        DataType::Struct(fields) => Arc::new(Schema::new(fields)),
        other => unreachable!("{other} is no struct"),
    }
}

/// Records of both tables, in the order of their arrivals.
pub fn draw(events: u64) -> Vec<Vec<Vec<u8>>> {
    let traffic = Traffic::draw(Workload::Join, &super::parameters(events));
    let table = |at: usize| {
        let records = traffic.measured.iter().flat_map(|batch| &batch[at]);
        records.map(|record| record.data.to_vec()).collect()
    };
    (0..TABLES.len()).map(table).collect()
}

/// The engine's decoder of a table's records.
pub fn decoder(columns: &str) -> JsonDecoder {
    JsonDecoder::new(schema(columns), JsonOptions::default()).expect("the types can be decoded")
}

/// The operators of a query without state between batches, or with.
pub fn tree(query: &str, tables: &dyn Tables) -> OperatorTree {
    let pipeline = sql::plan(query, tables).expect("the query is valid");
    let session = Session::default();
    let options =
        TreeOptions { session: &session, mode: OutputMode::Append, parallelism: 1, seeded_bug: None };
    OperatorTree::build(&optimize(pipeline.plan), &options).expect("the query runs")
}

/// Decodes a table's records, chunk by chunk.
pub fn decode(at: usize, records: &[Vec<u8>], mut out: impl FnMut(RecordBatch)) {
    let mut decoder = decoder(TABLES[at].1);
    for chunk in records.chunks(CHUNK) {
        out(decoder.decode(chunk.iter().map(|record| Some(&record[..]))).into_batch());
    }
}

/// Decodes a table's records and takes them through its view, chunk by chunk.
pub fn flatten(at: usize, records: &[Vec<u8>], mut out: impl FnMut(RecordBatch)) {
    let mut tree = tree(FLAT[at], &Streams);
    let mut first = 0;
    decode(at, records, |rows| {
        let rows_with_ids = Vec::from([super::with_ids(&rows, RECORD_ID, first)]);
        first += rows.num_rows() as u64;
        let zero = Watermark::ZERO;
        let result = tree.run(BatchId(0), &[&rows_with_ids], Ledger::new(false), zero, zero);
        result.expect("the batch runs").rows.into_iter().for_each(&mut out);
    });
}
