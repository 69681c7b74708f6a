//! The AWS SDK for Rust and `object_store` against `wavetank serve`: what engines written in Rust do with S3.
//! Needs `AWS_ENDPOINT_URL`.

use std::sync::Arc;

use aws_sdk_s3::{
    Client, Config,
    config::{Credentials, Region},
    error::ProvideErrorMetadata,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier},
};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::{
    Attribute, Attributes, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
    PutPayload, UpdateVersion, WriteMultipart,
    aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut, S3CopyIfNotExists},
    path::Path,
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const PART: usize = 5 << 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let endpoint = std::env::var("AWS_ENDPOINT_URL")?;
    let config = Config::builder()
        .behavior_version_latest()
        .endpoint_url(&endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .force_path_style(true)
        .build();
    let s3 = Client::from_conf(config);
    puts_and_gets(&s3).await?;
    sums(&s3).await?;
    uploads_parts(&s3).await?;
    walks_pages(&s3).await?;
    knows_errors(&s3).await?;

    s3.create_bucket().bucket("rust-store").send().await?;
    let builder = AmazonS3Builder::new()
        .with_endpoint(&endpoint)
        .with_allow_http(true)
        .with_bucket_name("rust-store")
        .with_region("us-east-1")
        .with_access_key_id("test")
        .with_secret_access_key("test")
        .with_conditional_put(S3ConditionalPut::ETagMatch);
    let store = builder.clone().with_copy_if_not_exists(S3CopyIfNotExists::Multipart).build()?;
    store_puts_and_gets(&store).await?;
    store_lists_and_deletes(&store).await?;
    store_copies(&store, "by an upload of parts").await?;
    let header = S3CopyIfNotExists::Header("if-none-match".into(), "*".into());
    store_copies(&builder.with_copy_if_not_exists(header).build()?, "by a header").await?;
    store_puts_on_condition(&store).await?;
    store_uploads_parts(Arc::new(store)).await?;
    println!("s3-rust: all passed");
    Ok(())
}

async fn puts_and_gets(s3: &Client) -> Outcome {
    s3.create_bucket().bucket("rust-sdk").send().await?;
    s3.head_bucket().bucket("rust-sdk").send().await?;
    let key = "dir/a b+ü%&=?#.txt";
    let put = s3.put_object().bucket("rust-sdk").key(key).metadata("team", "ingest").content_type("text/plain");
    let put = put.body(ByteStream::from_static(b"0123456789")).send().await?;
    assert_eq!(put.e_tag(), Some("\"781e5e245d69b566979b86e28d23f2c7\""));
    let got = s3.get_object().bucket("rust-sdk").key(key).send().await?;
    assert_eq!(got.content_type(), Some("text/plain"));
    assert_eq!(got.metadata().and_then(|told| told.get("team")).map(String::as_str), Some("ingest"));
    assert_eq!(got.body.collect().await?.into_bytes(), "0123456789");
    let some = s3.get_object().bucket("rust-sdk").key(key).range("bytes=2-4").send().await?;
    assert_eq!(some.content_range(), Some("bytes 2-4/10"));
    assert_eq!(some.body.collect().await?.into_bytes(), "234");
    let source = "rust-sdk/dir/a%20b%2B%C3%BC%25%26%3D%3F%23.txt";
    s3.copy_object().bucket("rust-sdk").key("copy").copy_source(source).send().await?;
    let head = s3.head_object().bucket("rust-sdk").key("copy").send().await?;
    assert_eq!(head.content_length(), Some(10));
    ok("SDK: puts, gets and copies");
    Ok(())
}

/// What is in memory is sent with its checksum in a header; a file in chunks, with the checksum behind it.
async fn sums(s3: &Client) -> Outcome {
    let data = Bytes::from(vec![7; 300_000]);
    let file = std::env::temp_dir().join(format!("wavetank-s3-client-{}", std::process::id()));
    std::fs::write(&file, &data)?;
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        for body in [ByteStream::from(data.clone()), ByteStream::from_path(&file).await?] {
            let put = s3.put_object().bucket("rust-sdk").key(algorithm.as_str());
            put.checksum_algorithm(algorithm.clone()).body(body).send().await?;
            // The SDK compares the checksum with what it reads.
            let got = s3.get_object().bucket("rust-sdk").key(algorithm.as_str());
            let got = got.checksum_mode(ChecksumMode::Enabled).send().await?;
            let told = [
                got.checksum_crc32(),
                got.checksum_crc32_c(),
                got.checksum_crc64_nvme(),
                got.checksum_sha1(),
                got.checksum_sha256(),
            ];
            assert_eq!(told.iter().flatten().count(), 1, "{algorithm}");
            assert_eq!(got.content_encoding(), None, "{algorithm}");
            assert_eq!(got.body.collect().await?.into_bytes(), data, "{algorithm}");
        }
    }
    std::fs::remove_file(file)?;
    ok("SDK: sends and compares checksums");
    Ok(())
}

async fn uploads_parts(s3: &Client) -> Outcome {
    let parts = [vec![b'a'; PART], vec![b'b'; 10]];
    let created = s3.create_multipart_upload().bucket("rust-sdk").key("parts");
    let created = created.checksum_algorithm(ChecksumAlgorithm::Crc32).send().await?;
    let id = created.upload_id().ok_or("no upload")?;
    let mut completed = Vec::new();
    for (number, part) in (1..).zip(&parts) {
        let sent = s3.upload_part().bucket("rust-sdk").key("parts").upload_id(id).part_number(number);
        let sent = sent.checksum_algorithm(ChecksumAlgorithm::Crc32).body(ByteStream::from(part.clone())).send().await?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).set_checksum_crc32(sent.checksum_crc32);
        completed.push(part.build());
    }
    let listed = s3.list_parts().bucket("rust-sdk").key("parts").upload_id(id).send().await?;
    let sizes: Vec<_> = listed.parts().iter().map(|part| part.size().unwrap_or_default()).collect();
    assert_eq!(sizes, [PART as i64, 10]);
    let completed = CompletedMultipartUpload::builder().set_parts(Some(completed)).build();
    let complete = s3.complete_multipart_upload().bucket("rust-sdk").key("parts").upload_id(id);
    let done = complete.multipart_upload(completed).send().await?;
    assert!(done.e_tag().unwrap_or_default().ends_with("-2\""), "{done:?}");
    let got = s3.get_object().bucket("rust-sdk").key("parts").send().await?;
    assert_eq!(got.body.collect().await?.into_bytes(), parts.concat());
    ok("SDK: uploads parts");
    Ok(())
}

async fn walks_pages(s3: &Client) -> Outcome {
    let keys: Vec<_> = (0..7).map(|n| format!("page/{n}")).collect();
    for key in &keys {
        s3.put_object().bucket("rust-sdk").key(key).send().await?;
    }
    let list = s3.list_objects_v2().bucket("rust-sdk").prefix("page/");
    let mut pages = list.into_paginator().page_size(3).send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        listed.extend(page?.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
    }
    assert_eq!(listed, keys);
    let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build()).collect::<Result<Vec<_>, _>>()?;
    let delete = Delete::builder().set_objects(Some(objects)).build()?;
    let deleted = s3.delete_objects().bucket("rust-sdk").delete(delete).send().await?;
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (7, 0));
    ok("SDK: walks pages and deletes");
    Ok(())
}

async fn knows_errors(s3: &Client) -> Outcome {
    let error = s3.get_object().bucket("rust-sdk").key("absent").send().await.expect_err("it does not exist");
    assert!(error.into_service_error().is_no_such_key());
    let error = s3.head_object().bucket("rust-sdk").key("absent").send().await.expect_err("it does not exist");
    assert!(error.into_service_error().is_not_found());
    let error = s3.delete_bucket().bucket("rust-sdk").send().await.expect_err("it is not empty");
    assert_eq!(error.into_service_error().code(), Some("BucketNotEmpty"));
    ok("SDK: knows errors by their classes");
    Ok(())
}

async fn store_puts_and_gets(store: &AmazonS3) -> Outcome {
    let path = Path::from("dir/a b+ü%&=?#.txt");
    let mut options = PutOptions::default();
    options.attributes = Attributes::from_iter([
        (Attribute::ContentType, "text/plain"),
        (Attribute::CacheControl, "no-cache"),
        (Attribute::Metadata("team".into()), "ingest"),
    ]);
    let put = store.put_opts(&path, "0123456789".into(), options.clone()).await?;
    assert_eq!(put.e_tag.as_deref(), Some("\"781e5e245d69b566979b86e28d23f2c7\""));
    let got = store.get(&path).await?;
    assert_eq!(got.attributes, options.attributes);
    assert_eq!(got.meta.size, 10);
    assert_eq!(got.bytes().await?, "0123456789");
    assert_eq!(store.get_range(&path, 2..5).await?, "234");
    assert_eq!(store.get_ranges(&path, &[0..1, 8..10]).await?, ["0", "89"]);
    let with = |range| GetOptions { range: Some(range), ..GetOptions::default() };
    assert_eq!(store.get_opts(&path, with(GetRange::Suffix(3))).await?.bytes().await?, "789");
    assert_eq!(store.get_opts(&path, with(GetRange::Offset(6))).await?.bytes().await?, "6789");
    let fresh = GetOptions { if_none_match: put.e_tag.clone(), ..GetOptions::default() };
    assert!(matches!(store.get_opts(&path, fresh).await, Err(Error::NotModified { .. })));
    let stale = GetOptions { if_match: Some("\"0\"".into()), ..GetOptions::default() };
    assert!(matches!(store.get_opts(&path, stale).await, Err(Error::Precondition { .. })));
    assert!(matches!(store.get(&Path::from("absent")).await, Err(Error::NotFound { .. })));
    assert_eq!(store.head(&path).await?.e_tag, put.e_tag);
    store.delete(&path).await?;
    assert!(matches!(store.head(&path).await, Err(Error::NotFound { .. })));
    ok("object_store: puts and gets");
    Ok(())
}

async fn store_lists_and_deletes(store: &AmazonS3) -> Outcome {
    let paths = ["list/a", "list/b/1", "list/b/2", "list/c d+ü"].map(Path::from);
    for path in &paths {
        store.put(path, path.to_string().into()).await?;
    }
    let prefix = Path::from("list");
    let listed: Vec<_> = store.list(Some(&prefix)).map_ok(|found| found.location).try_collect().await?;
    assert_eq!(listed, paths);
    let after = store.list_with_offset(Some(&prefix), &paths[1]).map_ok(|found| found.location);
    assert_eq!(after.try_collect::<Vec<_>>().await?, paths[2..]);
    let grouped = store.list_with_delimiter(Some(&prefix)).await?;
    assert_eq!(grouped.common_prefixes, [Path::from("list/b")]);
    assert_eq!(grouped.objects.len(), 2);
    let locations = store.list(Some(&prefix)).map_ok(|found| found.location).boxed();
    let deleted: Vec<_> = store.delete_stream(locations).try_collect().await?;
    assert_eq!(deleted, paths);
    assert_eq!(store.list(Some(&prefix)).count().await, 0);
    ok("object_store: lists and deletes");
    Ok(())
}

/// S3 refuses to copy onto what is there in two ways.
async fn store_copies(store: &AmazonS3, how: &str) -> Outcome {
    let [from, to, moved] = ["copy/from ü", "copy/to", "copy/moved"].map(Path::from);
    store.put(&from, "data".into()).await?;
    store.copy(&from, &to).await?;
    assert_eq!(store.get(&to).await?.bytes().await?, "data");
    store.rename(&to, &moved).await?;
    assert!(matches!(store.head(&to).await, Err(Error::NotFound { .. })));
    store.rename_if_not_exists(&moved, &to).await?;
    assert!(matches!(store.rename_if_not_exists(&from, &to).await, Err(Error::AlreadyExists { .. })));
    assert!(matches!(store.copy_if_not_exists(&from, &to).await, Err(Error::AlreadyExists { .. })));
    assert!(matches!(store.copy(&moved, &to).await, Err(Error::NotFound { .. })));
    store.delete(&to).await?;
    ok(&format!("object_store: copies and renames, {how}"));
    Ok(())
}

/// How tables such as Delta Lake's commit: a version is created once, and a pointer moves only from what was read.
async fn store_puts_on_condition(store: &AmazonS3) -> Outcome {
    let path = Path::from("log/00000000000000000000.json");
    let put = |text: &'static str, mode: PutMode| store.put_opts(&path, PutPayload::from_static(text.as_bytes()), mode.into());
    let created = put("one", PutMode::Create).await?;
    assert!(matches!(put("other", PutMode::Create).await, Err(Error::AlreadyExists { .. })));
    let first = UpdateVersion { e_tag: created.e_tag, version: created.version };
    put("two", PutMode::Update(first.clone())).await?;
    assert!(matches!(put("late", PutMode::Update(first)).await, Err(Error::Precondition { .. })));
    assert_eq!(store.get(&path).await?.bytes().await?, "two");
    ok("object_store: puts on condition");
    Ok(())
}

async fn store_uploads_parts(store: Arc<AmazonS3>) -> Outcome {
    let path = Path::from("parts");
    let data = Bytes::from_iter((0..PART * 2 + 100).map(|n| n as u8));
    let mut write = WriteMultipart::new(store.put_multipart(&path).await?);
    for chunk in data.chunks(1 << 20) {
        write.write(chunk);
    }
    let done = write.finish().await?;
    assert!(done.e_tag.unwrap_or_default().ends_with("-3\""));
    assert_eq!(store.get(&path).await?.bytes().await?, data);
    let mut dropped = store.put_multipart(&Path::from("dropped")).await?;
    dropped.put_part("x".into()).await?;
    dropped.abort().await?;
    assert!(matches!(store.head(&Path::from("dropped")).await, Err(Error::NotFound { .. })));
    ok("object_store: uploads parts");
    Ok(())
}

fn ok(what: &str) {
    println!("  ok      {what}");
}
