//! `QuerySchemaVersionMetadata`: what is noted about a version, by key, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_QuerySchemaVersionMetadata.html>

use serde::{Deserialize, Serialize};

use super::{MetadataInfo, MetadataKeyValuePair, SchemaId, SchemaVersionNumber};
use crate::error::ApiError;
use crate::glue::{paging, registry};
use crate::operation::{Context, Operation};
use crate::store::MetadataRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number};
use std::collections::BTreeMap;

const LISTING: &str = "metadata";
const RESULTS_MAX: usize = 50;

/// See the module.
pub struct QuerySchemaVersionMetadata;

impl Operation for QuerySchemaVersionMetadata {
    const NAME: &'static str = "AWSGlue.QuerySchemaVersionMetadata";
    const RULES: &'static [Rule<QuerySchemaVersionMetadataRequest>] =
        &[field("maxResults", |r| number(&r.max_results), &[Range(1, 50)])];
    const READS_ONLY: bool = true;
    type Request = QuerySchemaVersionMetadataRequest;
    type Response = QuerySchemaVersionMetadataResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: QuerySchemaVersionMetadataRequest,
    ) -> Result<QuerySchemaVersionMetadataResponse, ApiError> {
        let version = registry::find_version(
            ctx,
            request.schema_id.as_ref(),
            request.schema_version_id.as_deref(),
            request.schema_version_number.as_ref(),
        )?;
        let mut entries = ctx.store.list_schema_metadata(&version.id)?;
        if let Some(wanted) = &request.metadata_list {
            entries.retain(|entry| wanted.iter().any(|pair| pair.is(entry)));
        }
        let mut by_key: BTreeMap<String, Vec<MetadataRow>> = BTreeMap::new();
        for entry in entries {
            by_key.entry(entry.key.clone()).or_default().push(entry);
        }
        let limit = request.max_results.map_or(RESULTS_MAX, |limit| limit as usize);
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows: Vec<_> = by_key.into_iter().filter(|(key, _)| Some(key) > after.as_ref()).collect();
        let next_token = paging::cut(LISTING, &mut rows, limit, |(key, _)| key.clone());
        let infos = rows.into_iter().filter_map(|(key, entries)| Some((key, MetadataInfo::new(entries)?)));
        let metadata_info_map = infos.collect();
        Ok(QuerySchemaVersionMetadataResponse {
            metadata_info_map,
            schema_version_id: version.id,
            next_token,
        })
    }
}

/// What `QuerySchemaVersionMetadata` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct QuerySchemaVersionMetadataRequest {
    /// The schema, where the version is not named by its id.
    pub schema_id: Option<SchemaId>,
    /// The id of the version, and nothing else.
    pub schema_version_id: Option<String>,
    /// The version of the schema.
    pub schema_version_number: Option<SchemaVersionNumber>,
    /// Only entries that have the key and the value of one of these, as far as it names them.
    pub metadata_list: Option<Vec<MetadataKeyValuePair>>,
    /// Keys in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
}

/// What `QuerySchemaVersionMetadata` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QuerySchemaVersionMetadataResponse {
    /// Values by key.
    pub metadata_info_map: BTreeMap<String, MetadataInfo>,
    /// Its id.
    pub schema_version_id: String,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
