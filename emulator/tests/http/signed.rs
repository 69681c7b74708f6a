//! Strict authentication, with requests that are signed by the crate's own signer.

use wavetank_emulator::Timestamp;
use wavetank_emulator::http::{Credentials, SigningScope, sign};

use super::rig::{Answer, JSON, NOW, Rig, run};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

async fn call(rig: &Rig, key: &str, secret: &str, service: &str, at: Timestamp) -> Answer {
    let body = "{}";
    let request = http::Request::post("/")
        .header("host", "localhost")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "Kinesis_20131202.ListStreams")
        .body(());
    let mut head = request.unwrap().into_parts().0;
    let credentials = Credentials { access_key: key.to_owned(), secret_key: secret.to_owned() };
    let scope = SigningScope { region: "us-east-1", service };
    sign(&mut head, body.as_bytes(), &credentials, &scope, at);
    head.headers.remove("host");
    let headers = head.headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    rig.send("POST /", &headers.collect::<String>(), body).await
}

#[test]
fn only_requests_signed_with_the_key_are_answered() {
    run(async {
        let rig = Rig::strict(KEY, SECRET);
        assert_eq!(call(&rig, KEY, SECRET, "kinesis", NOW).await.status, 200);
        let unknown = "The security token included in the request is invalid.";
        call(&rig, "other", SECRET, "kinesis", NOW).await.is_error("UnrecognizedClientException", unknown);
        let mismatch = "The request signature we calculated does not match the signature you provided. Check your \
                        AWS Secret Access Key and signing method. Consult the service documentation for details.";
        call(&rig, KEY, "other", "kinesis", NOW).await.is_error("InvalidSignatureException", mismatch);
        let service = "Credential should be scoped to correct service: 'kinesis'. ";
        call(&rig, KEY, SECRET, "glue", NOW).await.is_error("InvalidSignatureException", service);
        let early = "Signature expired: 20150830T122000Z is now earlier than 20150830T122100Z \
                     (20150830T123600Z - 15 min.)";
        let then = NOW.plus_millis(-16 * 60_000);
        call(&rig, KEY, SECRET, "kinesis", then).await.is_error("InvalidSignatureException", early);
        let unsigned = format!("{JSON}X-Amz-Target: Kinesis_20131202.ListStreams\r\n");
        let answer = rig.send("POST /", &unsigned, "{}").await;
        answer.is_error("MissingAuthenticationTokenException", "Missing Authentication Token");
        rig.stop().await;
    });
}

#[test]
fn signatures_follow_the_real_clock_and_control_needs_none() {
    run(async {
        let rig = Rig::strict(KEY, SECRET);
        let answer = rig.send("POST /_wavetank/clock", "", r#"{"set":"2026-01-05T10:00:00Z"}"#).await;
        assert_eq!(answer.status, 200);
        assert_eq!(call(&rig, KEY, SECRET, "kinesis", NOW).await.status, 200);
        rig.stop().await;
    });
}

#[test]
fn lenient_servers_take_any_signature() {
    run(async {
        let rig = Rig::start();
        assert_eq!(call(&rig, "any", "thing", "glue", Timestamp::from_millis(0)).await.status, 200);
        rig.stop().await;
    });
}
