//! An emulator in this process with a bucket, and short ways to say what the tests ask of it.

use wavetank_emulator::s3::{
    CompleteMultipartUpload, CopyObject, CopyObjectRequest, CreateBucket, CreateMultipartUpload,
    CreateMultipartUploadRequest, DeleteObject, GetObject, ListObjectsV2, PutObject, PutObjectRequest,
    UploadPart, UploadPartCopy, UploadPartRequest, dto, input,
};
use wavetank_emulator::{ApiError, Emulator, Identity, Storage};

use super::server::{BUCKET, NOW};

pub struct Lake(pub Emulator);

/// An upload under way.
pub struct Upload<'a> {
    lake: &'a Lake,
    key: String,
    pub id: String,
    parts: Vec<dto::CompletedPart>,
}

impl Lake {
    /// Opens a storage; the bucket is made unless it is there.
    pub fn open(storage: Storage) -> Self {
        let emulator = Emulator::open(storage, Identity::default()).unwrap();
        emulator.call::<CreateBucket>(NOW, input::create_bucket(BUCKET)).unwrap();
        Self(emulator)
    }

    pub fn put(&self, key: &str, content: impl Into<bytes::Bytes>) {
        self.0.call::<PutObject>(NOW, PutObjectRequest::new(BUCKET, key, content.into())).unwrap();
    }

    pub fn get(&self, key: &str) -> Result<bytes::Bytes, ApiError> {
        self.0.call::<GetObject>(NOW, input::get_object(BUCKET, key))?.into_bytes()
    }

    pub fn get_range(&self, key: &str, first: u64, last: u64) -> bytes::Bytes {
        let range = Some(dto::Range::Int { first, last: Some(last) });
        let request = dto::GetObjectInput { range, ..input::get_object(BUCKET, key) };
        self.0.call::<GetObject>(NOW, request).unwrap().into_bytes().unwrap()
    }

    pub fn delete(&self, key: &str) {
        self.0.call::<DeleteObject>(NOW, input::delete_object(BUCKET, key)).unwrap();
    }

    pub fn copy(&self, from: &str, to: &str) {
        let input = dto::CopyObjectInput::builder().bucket(BUCKET.to_owned()).key(to.to_owned());
        let input = input.copy_source(source(from)).build().unwrap();
        let request =
            CopyObjectRequest { input, expires: None, digest: None, if_match: None, if_none_match: None };
        self.0.call::<CopyObject>(NOW, request).unwrap();
    }

    /// All keys, by pages of a few.
    pub fn keys(&self, page: i32) -> Vec<String> {
        let mut request = dto::ListObjectsV2Input { max_keys: Some(page), ..input::list_objects(BUCKET, "") };
        let mut keys = Vec::new();
        loop {
            let answer = self.0.call::<ListObjectsV2>(NOW, request.clone()).unwrap();
            keys.extend(answer.contents.into_iter().flatten().map(|object| object.key.unwrap()));
            request.continuation_token = answer.next_continuation_token;
            if request.continuation_token.is_none() {
                return keys;
            }
        }
    }

    pub fn start(&self, key: &str) -> Upload<'_> {
        let input = dto::CreateMultipartUploadInput {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            ..Default::default()
        };
        let request = CreateMultipartUploadRequest { input, expires: None };
        let id = self.0.call::<CreateMultipartUpload>(NOW, request).unwrap().upload_id.unwrap();
        Upload { lake: self, key: key.to_owned(), id, parts: Vec::new() }
    }

    /// Uploads an object in parts.
    pub fn upload(&self, key: &str, parts: &[Vec<u8>]) {
        let mut upload = self.start(key);
        for (part, number) in parts.iter().zip(1..) {
            upload.part(number, part.clone());
        }
        upload.complete();
    }

    /// What is in the file of an object.
    pub fn file(&self, key: &str) -> Vec<u8> {
        std::fs::read(self.0.object_file(BUCKET, key).unwrap().unwrap()).unwrap()
    }
}

impl Upload<'_> {
    pub fn part(&mut self, number: i32, content: Vec<u8>) {
        let input = dto::UploadPartInput {
            bucket: BUCKET.to_owned(),
            key: self.key.clone(),
            upload_id: self.id.clone(),
            part_number: number,
            ..Default::default()
        };
        let request = UploadPartRequest { input, content: content.into(), integrity: Default::default() };
        let e_tag = self.lake.0.call::<UploadPart>(NOW, request).unwrap().output.e_tag;
        self.note(number, e_tag);
    }

    /// A part of the bytes `first..=last` of an object.
    pub fn part_of(&mut self, number: i32, from: &str, first: u64, last: u64) {
        let input = dto::UploadPartCopyInput::builder().bucket(BUCKET.to_owned()).key(self.key.clone());
        let input = input.upload_id(self.id.clone()).part_number(number).copy_source(source(from));
        let input = input.copy_source_range(Some(format!("bytes={first}-{last}"))).build().unwrap();
        let answer = self.lake.0.call::<UploadPartCopy>(NOW, (input, None)).unwrap();
        self.note(number, answer.copy_part_result.unwrap().e_tag);
    }

    fn note(&mut self, number: i32, e_tag: Option<dto::ETag>) {
        self.parts.retain(|part| part.part_number != Some(number));
        self.parts.push(dto::CompletedPart { part_number: Some(number), e_tag, ..Default::default() });
    }

    /// Has a part not be of the object.
    pub fn leave_out(&mut self, number: i32) {
        self.parts.retain(|part| part.part_number != Some(number));
    }

    pub fn complete(self) {
        let request = dto::CompleteMultipartUploadInput {
            bucket: BUCKET.to_owned(),
            key: self.key,
            upload_id: self.id,
            multipart_upload: Some(dto::CompletedMultipartUpload { parts: Some(self.parts) }),
            ..Default::default()
        };
        self.lake.0.call::<CompleteMultipartUpload>(NOW, request).unwrap();
    }

    pub fn abort(self) {
        let request = dto::AbortMultipartUploadInput {
            bucket: BUCKET.to_owned(),
            key: self.key,
            upload_id: self.id,
            ..Default::default()
        };
        self.lake.0.call::<wavetank_emulator::s3::AbortMultipartUpload>(NOW, request).unwrap();
    }
}

fn source(key: &str) -> dto::CopySource {
    dto::CopySource::Bucket { bucket: BUCKET.into(), key: key.into(), version_id: None }
}
