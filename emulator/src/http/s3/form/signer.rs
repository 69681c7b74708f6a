//! Who has signed the policy of a form.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html> for version 4,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/HTTPPOSTForms.html> for version 2.

use crate::http::auth::s3::{
    S3AuthError, S3Expected, is_v4_policy_signature, signs_v2_policy, split_credential,
};

/// Whose form it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Signer {
    /// None for a form that is not signed.
    pub access_key: Option<String>,
    /// Only version 4 names one.
    pub region: Option<String>,
}

/// Finds out who has signed a form. The signature is checked only of a strict server; that it is there, of each.
pub(super) fn signer(fields: &[(String, String)], expected: &S3Expected<'_>) -> Result<Signer, S3AuthError> {
    let field =
        |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let needed = |name: &str, shown: &str| field(name).ok_or_else(|| missing(shown));
    let is_v4 = ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"].map(field) != [None; 3];
    let is_v2 = ["awsaccesskeyid", "signature"].map(field) != [None; 2];
    if !is_v4 && !is_v2 && field("policy").is_none() {
        return Ok(Signer::default());
    }
    let policy = needed("policy", "policy")?;
    if !is_v4 {
        let access_key = needed("awsaccesskeyid", "AWSAccessKeyId")?;
        let signature = needed("signature", "Signature")?;
        if let Some(secret) = expected.secret(access_key)? {
            check(signs_v2_policy(secret, policy, signature))?;
        }
        return Ok(Signer { access_key: Some(access_key.to_owned()), region: None });
    }
    let algorithm = needed("x-amz-algorithm", "X-Amz-Algorithm")?;
    if algorithm != "AWS4-HMAC-SHA256" {
        return Err(S3AuthError::invalid_argument("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
    }
    let credential = needed("x-amz-credential", "X-Amz-Credential")?;
    let signature = needed("x-amz-signature", "X-Amz-Signature")?;
    needed("x-amz-date", "X-Amz-Date")?;
    let credential = split_credential(credential).ok_or_else(|| {
        S3AuthError::invalid_argument(
            "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        )
    })?;
    if let Some(secret) = expected.secret(credential.access_key)? {
        check(is_v4_policy_signature(secret, &credential, policy, signature))?;
    }
    let region = Some(credential.region.to_owned()).filter(|region| !region.is_empty());
    Ok(Signer { access_key: Some(credential.access_key.to_owned()), region })
}

fn check(is_right: bool) -> Result<(), S3AuthError> {
    if is_right { Ok(()) } else { Err(S3AuthError::mismatch()) }
}

fn missing(field: &str) -> S3AuthError {
    S3AuthError::invalid_argument(format!(
        "Bucket POST must contain a field named '{field}'.  If it is specified, please check the order of the fields."
    ))
}
