//! `SubscribeToShard`: an answer that goes on for five minutes, by the server's clock.

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::rig::{Answer, Rig, run};

/// The messages of an answer, as they come.
struct Events {
    body: Incoming,
    decoder: MessageFrameDecoder,
    read: BytesMut,
}

impl Events {
    async fn subscribe(rig: &Rig, content_type: &str, request: Vec<u8>) -> Self {
        let io = TokioIo::new(rig.connect().await);
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        let request = http::Request::post("http://localhost/")
            .header("content-type", content_type)
            .header("x-amz-target", "Kinesis_20131202.SubscribeToShard")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0")
            .header("x-amz-date", "20150830T123600Z")
            .body(Full::new(Bytes::from(request)));
        let response = sender.send_request(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/vnd.amazon.eventstream");
        Self { body: response.into_body(), decoder: MessageFrameDecoder::new(), read: BytesMut::new() }
    }

    /// The next message; none at the end.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let DecodedFrame::Complete(message) = self.decoder.decode_frame(&mut self.read).unwrap() {
                return Some(message);
            }
            let frame = self.body.frame().await?.unwrap();
            self.read.extend_from_slice(&frame.into_data().unwrap());
        }
    }
}

fn header(message: &Message, name: &str) -> String {
    let found = message.headers().iter().find(|header| header.name().as_str() == name).unwrap();
    found.value().as_string().unwrap().as_str().to_owned()
}

/// The value of a member of a flat answer.
fn member(answer: &Answer, name: &str) -> String {
    let value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    fn find(value: &serde_json::Value, name: &str) -> Option<String> {
        let members = value.as_object()?;
        let own = members.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        own.or_else(|| members.values().find_map(|value| find(value, name)))
    }
    find(&value, name).unwrap()
}

/// A stream with a record and a consumer, whose ARN it returns.
async fn consumer(rig: &Rig) -> String {
    rig.kinesis("CreateStream", r#"{"StreamName":"orders","ShardCount":1}"#).await;
    let put = r#"{"StreamName":"orders","PartitionKey":"k","Data":"AP8="}"#;
    assert_eq!(rig.kinesis("PutRecord", put).await.status, 200);
    let described = rig.kinesis("DescribeStreamSummary", r#"{"StreamName":"orders"}"#).await;
    let arn = member(&described, "StreamARN");
    let register = format!(r#"{{"StreamARN":"{arn}","ConsumerName":"c"}}"#);
    member(&rig.kinesis("RegisterStreamConsumer", &register).await, "ConsumerARN")
}

#[test]
fn records_are_pushed_until_five_minutes_have_passed() {
    run(async {
        let rig = Rig::start();
        let arn = consumer(&rig).await;
        let position = r#"{"Type":"TRIM_HORIZON"}"#;
        let ask = format!(r#"{{"ConsumerARN":"{arn}","ShardId":"0","StartingPosition":{position}}}"#);
        let mut events = Events::subscribe(&rig, "application/x-amz-json-1.1", ask.into_bytes()).await;
        let initial = events.next().await.unwrap();
        assert_eq!(header(&initial, ":event-type"), "initial-response");
        assert_eq!(&initial.payload()[..], b"{}");
        let first = events.next().await.unwrap();
        assert_eq!(header(&first, ":message-type"), "event");
        assert_eq!(header(&first, ":event-type"), "SubscribeToShardEvent");
        let text = String::from_utf8(first.payload().to_vec()).unwrap();
        assert!(text.contains(r#""Data":"AP8=""#) && text.contains("ContinuationSequenceNumber"), "{text}");
        let put = r#"{"StreamName":"orders","PartitionKey":"k","Data":"AQID"}"#;
        assert_eq!(rig.kinesis("PutRecord", put).await.status, 200);
        let second = events.next().await.unwrap();
        assert!(String::from_utf8_lossy(second.payload()).contains(r#""Data":"AQID""#));
        rig.send("POST /_wavetank/clock", "", r#"{"advance":"5m"}"#).await;
        assert!(events.next().await.is_none());
        rig.stop().await;
    });
}

#[test]
fn stream_that_goes_away_ends_in_an_exception_and_the_server_in_nothing() {
    run(async {
        let rig = Rig::start();
        let arn = consumer(&rig).await;
        let ask = format!(
            r#"{{"ConsumerARN":"{arn}","ShardId":"0","StartingPosition":{{"Type":"TRIM_HORIZON"}}}}"#
        );
        let mut events =
            Events::subscribe(&rig, "application/x-amz-json-1.1", ask.clone().into_bytes()).await;
        events.next().await.unwrap();
        events.next().await.unwrap();
        let delete = r#"{"StreamName":"orders","EnforceConsumerDeletion":true}"#;
        assert_eq!(rig.kinesis("DeleteStream", delete).await.status, 200);
        let last = events.next().await.unwrap();
        assert_eq!(header(&last, ":message-type"), "exception");
        assert_eq!(header(&last, ":exception-type"), "ResourceNotFoundException");
        assert!(events.next().await.is_none());

        // Sooner nobody takes a subscription over.
        rig.send("POST /_wavetank/clock", "", r#"{"advance":"5s"}"#).await;
        let ask = ask.replace(&arn, &consumer(&rig).await);
        let mut events = Events::subscribe(&rig, "application/x-amz-json-1.1", ask.into_bytes()).await;
        events.next().await.unwrap();
        let stopped = tokio::spawn(rig.stop());
        while events.next().await.is_some() {}
        stopped.await.unwrap();
    });
}

#[test]
fn subscriptions_that_cannot_be_are_refused_in_the_usual_way() {
    run(async {
        let rig = Rig::start();
        let answer = rig.kinesis("SubscribeToShard", "{}").await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("3 validation errors detected"), "{}", answer.text());
        let position = r#"{"Type":"LATEST"}"#;
        let ask = format!(r#"{{"ConsumerARN":"x","ShardId":"0","StartingPosition":{position}}}"#);
        let answer = rig.kinesis("SubscribeToShard", &ask).await;
        assert_eq!(answer.header("x-amzn-errortype"), Some("ResourceNotFoundException"));
        rig.stop().await;
    });
}
