//! Tags: what the operations on tags of streams and of any resource have in common.
//!
//! Source of the sentences: kinesalite's tests, recorded against AWS, which say 10 where 50 is meant.

use std::collections::BTreeMap;

use serde::Serialize;

use super::errors;
use crate::error::ApiError;
use crate::operation::Context;
use crate::validation::Constraint::{self, *};

/// Tags of one resource, at most.
const TAGS_MAX: usize = 50;

/// On tags in requests.
pub(super) const TAGS: &[Constraint] = &[Length(1, 200), KeyLength(1, 128), ValueLength(0, 256)];
/// On tags that a request cannot do without.
pub(super) const REQUIRED_TAGS: &[Constraint] =
    &[Required, Length(1, 200), KeyLength(1, 128), ValueLength(0, 256)];
/// On keys of tags to be removed.
pub(super) const KEYS: &[Constraint] = &[Required, Length(1, 50), MemberLength(1, 128)];

/// A tag, as lists have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// What it is called.
    pub key: String,
    /// What it says.
    pub value: String,
}

/// What is done with tags, as messages say it.
#[derive(Clone, Copy)]
pub(super) enum Doing {
    Add,
    Remove,
}

/// The tags of a resource as a list, by key.
pub(super) fn list(tags: BTreeMap<String, String>) -> impl Iterator<Item = Tag> {
    tags.into_iter().map(|(key, value)| Tag { key, value })
}

/// Refuses characters that no tag may have.
pub(super) fn check_characters<'a>(
    ctx: &Context<'_>,
    stream: &str,
    doing: Doing,
    mut texts: impl Iterator<Item = &'a String> + Clone,
) -> Result<(), ApiError> {
    if texts.clone().any(|text| !text.chars().all(is_tag_character)) {
        return Err(errors::invalid_argument(
            "Some tags contain invalid characters. Valid characters: \
             Unicode letters, digits, white space, _ . / = + - % @.",
        ));
    }
    if texts.any(|text| text.contains('%')) {
        let deed = match doing {
            Doing::Add => "add tags to",
            Doing::Remove => "remove tags from",
        };
        let account = &ctx.identity.account;
        return Err(errors::invalid_argument(format!(
            "Failed to {deed} stream {stream} under account {account} because some tags contained illegal \
             characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'."
        )));
    }
    Ok(())
}

/// Refuses tags that a new resource cannot have.
pub(super) fn check_new(
    tags: &BTreeMap<String, String>,
    name: &str,
    ctx: &Context<'_>,
) -> Result<(), ApiError> {
    check_characters(ctx, name, Doing::Add, tags.keys().chain(tags.values()))?;
    check_count(ctx, name, tags.len())
}

/// Adds tags to those of a resource, or refuses them all.
pub(super) fn add_to(
    ctx: &Context<'_>,
    arn: &str,
    name: &str,
    tags: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    check_characters(ctx, name, Doing::Add, tags.keys().chain(tags.values()))?;
    let present = ctx.store.tags(arn)?;
    check_count(ctx, name, present.len() + tags.keys().filter(|key| !present.contains_key(*key)).count())?;
    add(ctx, arn, tags)
}

/// Adds tags that were checked.
pub(super) fn add(ctx: &Context<'_>, arn: &str, tags: &BTreeMap<String, String>) -> Result<(), ApiError> {
    for (key, value) in tags {
        ctx.store.set_tag(arn, key, value)?;
    }
    Ok(())
}

/// Removes tags of a resource.
pub(super) fn remove_from(ctx: &Context<'_>, arn: &str, name: &str, keys: &[String]) -> Result<(), ApiError> {
    check_characters(ctx, name, Doing::Remove, keys.iter())?;
    for key in keys {
        ctx.store.delete_tag(arn, key)?;
    }
    Ok(())
}

fn check_count(ctx: &Context<'_>, name: &str, count: usize) -> Result<(), ApiError> {
    if count <= TAGS_MAX {
        return Ok(());
    }
    let account = &ctx.identity.account;
    Err(errors::invalid_argument(format!(
        "Failed to add tags to stream {name} under account {account} because a given stream cannot have more than \
         10 tags associated with it."
    )))
}

/// As the regular expression of AWS: letters from U+00C0 on but for punctuation from U+2000 to U+2BFF, and `\w./-=+ @%`.
fn is_tag_character(character: char) -> bool {
    matches!(character, '\u{c0}'..='\u{1fff}' | '\u{2c00}'..='\u{d7ff}' | '0'..='9' | 'a'..='z' | 'A'..='Z')
        || "_./-=+ @%:".contains(character)
}
