//! AWS JSON as AWS answers it.
//!
//! Source: kinesalite's tests, recorded against AWS
//! (<https://github.com/mhart/kinesalite/blob/master/test/connection.js>), unless a test says otherwise.

use ciborium::value::Value;

use super::rig::{Answer, CBOR, JSON, Rig, SIGNED, run};

const LIST: &str = "X-Amz-Target: Kinesis_20131202.ListStreams\r\n";
const DENIED: &str = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be \
                      authorized</Message>\n</AccessDeniedException>\n";

/// `{"__type": code}` in CBOR.
#[track_caller]
fn is_cbor_error(answer: &Answer, code: &str) {
    let body: Value = ciborium::from_reader(answer.body.as_slice()).unwrap();
    let expected = Value::Map(vec![(Value::Text("__type".to_owned()), Value::Text(code.to_owned()))]);
    assert_eq!(body, expected);
    assert_eq!((answer.status, answer.header("content-type")), (400, Some("application/x-amz-cbor-1.1")));
}

#[test]
fn every_answer_has_ids() {
    run(async {
        let rig = Rig::start();
        let first = rig.kinesis("ListStreams", "{}").await;
        let expected = r#"{"StreamNames":[],"HasMoreStreams":false,"StreamSummaries":[]}"#;
        first.is(200, Some("application/x-amz-json-1.1"), expected);
        let second = rig.send("GET /", "", "").await;
        for answer in [&first, &second] {
            let lengths: Vec<_> =
                answer.header("x-amzn-requestid").unwrap().split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12]);
            assert_eq!(answer.header("x-amz-id-2").unwrap().len(), 96);
            assert!(answer.header("date").is_some());
        }
        assert_ne!(first.header("x-amzn-requestid"), second.header("x-amzn-requestid"));
        rig.stop().await;
    });
}

#[test]
fn only_posts_are_calls() {
    run(async {
        let rig = Rig::start();
        for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
            rig.send(&format!("{method} /"), SIGNED, "").await.is(403, None, DENIED);
        }
        rig.stop().await;
    });
}

#[test]
fn empty_bodies_are_refused_by_target() {
    run(async {
        let rig = Rig::start();
        let unknown = ["", "Whatever", "Kinesis_20131202.", "Kinesis_20131202.Whatever", "Whatever.Whatever"];
        for target in unknown {
            let header = format!("X-Amz-Target: {target}\r\n");
            for content_type in ["", "Content-Type: application/x-amz-json-1.0\r\n", CBOR] {
                let answer = rig.send("POST /", &format!("{header}{content_type}"), "").await;
                is_cbor_error(&answer, "UnknownOperationException");
            }
            let answer = rig.send("POST /", &format!("{header}{JSON}"), "").await;
            answer.is_error("UnknownOperationException", "");
        }
        is_cbor_error(&rig.send("POST /", LIST, "").await, "SerializationException");
        rig.send("POST /", &format!("{LIST}{JSON}"), "").await.is_error("SerializationException", "");
        rig.stop().await;
    });
}

#[test]
fn bodies_of_other_types_are_not_read() {
    run(async {
        let rig = Rig::start();
        rig.send("POST /", "", "{}").await.is(403, None, DENIED);
        let unknown = "<UnknownOperationException/>\n";
        for content_type in ["", "Content-Type: application/x-amz-json-1.0\r\n", "Content-Type: text/xml\r\n"]
        {
            let headers = format!("{LIST}{SIGNED}{content_type}");
            rig.send("POST /", &headers, "{}").await.is(404, None, unknown);
        }
        let plain = Some("application/json");
        for content_type in ["application/json", "     application/json     ;"] {
            let headers = format!("{LIST}Content-Type: {content_type}\r\n");
            let answer = rig.send("POST /", &headers, "hello").await;
            let refusal = "{\"Output\":{\"__type\":\"com.amazon.coral.service#SerializationException\"},\
                           \"Version\":\"1.0\"}";
            answer.is(400, plain, refusal);
            let answer = rig.send("POST /", &headers, "{}").await;
            let refusal = "{\"Output\":{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"},\
                           \"Version\":\"1.0\"}";
            answer.is(404, plain, refusal);
        }
        rig.stop().await;
    });
}

#[test]
fn checks_come_in_the_order_of_aws() {
    run(async {
        let rig = Rig::start();
        // The form of the body before the target, the target before the signature, that before the members.
        for body in ["hello", "true", "null", "5", "{\"Limit\":", "[", "{}x"] {
            for target in [LIST, "X-Amz-Target: Kinesis_20131202.Whatever\r\n", ""] {
                let answer = rig.send("POST /", &format!("{JSON}{target}"), body).await;
                answer.is_error("SerializationException", "");
            }
        }
        rig.send("POST /", JSON, "{}").await.is_error("UnknownOperationException", "");
        let spaced = format!("Content-Type:    application/x-amz-json-1.1   ;whatever\r\n{LIST}");
        let missing = "Missing Authentication Token";
        rig.send("POST /", &spaced, "{}").await.is_error("MissingAuthenticationTokenException", missing);
        let wrong_type = format!("{JSON}{LIST}");
        let answer = rig.send("POST /", &wrong_type, "{\"Limit\":true}").await;
        answer.is_error("MissingAuthenticationTokenException", missing);
        let answer = rig.send("POST /", &format!("{wrong_type}{SIGNED}"), "{\"Limit\":true}").await;
        let refusal = "{\"__type\":\"SerializationException\",\"Message\":\"class java.lang.Boolean can not be \
                       converted to an Integer\"}";
        answer.is(400, Some("application/x-amz-json-1.1"), refusal);
        rig.stop().await;
    });
}

#[test]
fn signatures_must_be_complete() {
    run(async {
        let rig = Rig::start();
        let headers = format!("{JSON}{LIST}");
        let of_aws = "Authorization header requires 'Credential' parameter. Authorization header requires \
                      'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. \
                      Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
                      Authorization=X";
        let answer = rig.send("POST /?X-Amz-Algorith", &format!("{headers}Authorization: X\r\n"), "{}").await;
        answer.is_error("IncompleteSignatureException", of_aws);
        let both = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
        let answer =
            rig.send("POST /?X-Amz-Algorithm", &format!("{headers}Authorization: X\r\n"), "{}").await;
        answer.is_error("InvalidSignatureException", both);
        let line = "POST /?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d";
        let missing = "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the \
                       query-string parameters.";
        rig.send(line, &headers, "{}").await.is_error("IncompleteSignatureException", missing);
        let complete = format!("{line}&X-Amz-SignedHeaders=e");
        assert_eq!(rig.send(&complete, &headers, "{}").await.status, 200);
        rig.stop().await;
    });
}

#[test]
fn browsers_may_do_everything() {
    run(async {
        let rig = Rig::start();
        let asked = "Origin: whatever\r\nAccess-Control-Request-Headers: a, b, c\r\n\
                     Access-Control-Request-Method: d\r\n";
        let answer = rig.send("OPTIONS /", asked, "").await;
        answer.is(200, None, "");
        let expected = [
            ("access-control-allow-origin", Some("*")),
            ("access-control-allow-headers", Some("a, b, c")),
            ("access-control-allow-methods", Some("d")),
            ("access-control-max-age", Some("172800")),
            ("x-amz-id-2", None),
        ];
        for (name, value) in expected {
            assert_eq!(answer.header(name), value, "{name}");
        }
        assert!(answer.header("x-amzn-requestid").is_some());
        let answer = rig.send("POST /", "Origin: whatever\r\n", "").await;
        is_cbor_error(&answer, "UnknownOperationException");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let exposed =
            "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";
        assert_eq!(answer.header("access-control-expose-headers"), Some(exposed));
        rig.stop().await;
    });
}

#[test]
fn records_go_in_and_come_out_in_json_and_cbor() {
    run(async {
        let rig = Rig::start();
        rig.kinesis("CreateStream", r#"{"StreamName":"orders","ShardCount":1}"#).await.is(
            200,
            Some("application/x-amz-json-1.1"),
            "",
        );
        let mut put = Vec::new();
        let text = |text: &str| Value::Text(text.to_owned());
        let record = Value::Map(vec![
            (text("StreamName"), text("orders")),
            (text("PartitionKey"), text("k")),
            (text("Data"), Value::Bytes(b"\x00\xff".to_vec())),
        ]);
        ciborium::into_writer(&record, &mut put).unwrap();
        let headers = format!("{CBOR}{SIGNED}X-Amz-Target: Kinesis_20131202.PutRecord\r\n");
        let answer = rig.send("POST /", &headers, &put).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-amz-cbor-1.1")));
        let placed: Value = ciborium::from_reader(answer.body.as_slice()).unwrap();
        let members = placed.into_map().unwrap();
        assert!(members.contains(&(text("ShardId"), text("shardId-000000000000"))), "{members:?}");

        let ask = r#"{"StreamName":"orders","ShardId":"0","ShardIteratorType":"TRIM_HORIZON"}"#;
        let answer = rig.kinesis("GetShardIterator", ask).await;
        let answer = rig.kinesis("GetRecords", answer.text()).await;
        assert!(answer.text().contains(r#""Data":"AP8=""#), "{}", answer.text());
        assert!(answer.text().contains("\"ApproximateArrivalTimestamp\":1440938160"), "{}", answer.text());

        for broken in [&b"\xbf"[..], b"\x01", b"\xa1\x64Data\x5a\xff\xff\xff\xff", b"\xa1\x61\xff\x01"] {
            let answer = rig.send("POST /", &headers, broken).await;
            is_cbor_error(&answer, "SerializationException");
        }
        rig.stop().await;
    });
}

#[test]
fn glue_is_on_the_same_port() {
    run(async {
        let rig = Rig::start();
        let headers = format!("{JSON}{SIGNED}X-Amz-Target: AWSGlue.GetDatabases\r\n");
        let answer = rig.send("POST /", &headers, "{}").await;
        answer.is(200, Some("application/x-amz-json-1.1"), r#"{"DatabaseList":[]}"#);
        rig.stop().await;
    });
}

/// Source: the STS API reference, and the account rule of moto.
#[test]
fn callers_are_told_who_they_are() {
    run(async {
        let rig = Rig::start();
        let form = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n";
        let ask = "Action=GetCallerIdentity&Version=2011-06-15";
        for (key, account) in [("test", "123456789012"), ("111122223333", "111122223333")] {
            let signed = SIGNED.replace("Credential=test", &format!("Credential={key}"));
            let answer = rig.send("POST /", &format!("{form}{signed}"), ask).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/xml")));
            let expected = format!("<Arn>arn:aws:iam::{account}:root</Arn>");
            assert!(answer.text().contains(&expected), "{}", answer.text());
            let id = format!("<RequestId>{}</RequestId>", answer.header("x-amzn-requestid").unwrap());
            assert!(answer.text().contains(&id));
        }
        let for_sts = SIGNED.replace("/kinesis/", "/sts/");
        let cases = [
            ("Action=Drop%26Run&Version=1", SIGNED, 400, "<Code>InvalidAction</Code>"),
            (
                "Action=Drop%26Run&Version=1",
                SIGNED,
                400,
                "Could not find operation Drop&amp;Run for version 1",
            ),
            ("", for_sts.as_str(), 400, "<Code>MissingAction</Code>"),
            ("", SIGNED, 403, "Unable to determine service/operation name"),
            (ask, "", 403, "<Code>MissingAuthenticationToken</Code>"),
        ];
        for (body, signed, status, part) in cases {
            let answer = rig.send("POST /", &format!("{form}{signed}"), body).await;
            assert_eq!(answer.status, status);
            assert!(answer.text().contains(part), "{}", answer.text());
        }
        rig.stop().await;
    });
}

#[test]
fn each_account_and_region_has_its_own() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        for rig in [Rig::start(), Rig::in_folder(folder.path())] {
            rig.kinesis("CreateStream", r#"{"StreamName":"orders","ShardCount":1}"#).await;
            let list = async |credential: &str| {
                let signed = SIGNED.replace("test/20150830/us-east-1", credential);
                let answer = rig.send("POST /", &format!("{JSON}{LIST}{signed}"), "{}").await;
                (answer.status, answer.text().contains("orders"))
            };
            assert_eq!(list("test/20150830/us-east-1").await, (200, true));
            assert_eq!(list("123456789012/20150830/us-east-1").await, (200, true));
            assert_eq!(list("test/20150830/eu-west-1").await, (200, false));
            assert_eq!(list("111122223333/20150830/us-east-1").await, (200, false));
            // What can be no region is none in particular.
            assert_eq!(list("test/20150830/..").await, (200, true));
            rig.stop().await;
        }
    });
}
