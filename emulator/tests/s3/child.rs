//! The process that is killed: it serves a directory, uploads to itself over many connections at once, and says what
//! has been acknowledged.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use md5::{Digest, Md5};
use tokio::sync::Barrier;
use wavetank_emulator::Storage;

use super::files::SMALL_BYTES_MAX;
use super::server::{Running, run};

/// Objects of a round, each uploaded on a connection of its own.
pub const OBJECTS: usize = 200;

/// Bytes of a part that another follows.
const PART_BYTES_MIN: usize = 5 * 1024 * 1024;

/// An object as a round uploads it: its content is known from its number and the round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub key: String,
    pub parts: Vec<Vec<u8>>,
    /// Whether it is put at once, in one part.
    pub at_once: bool,
}

/// What a round uploads under a number.
pub fn plan(round: usize, number: usize) -> Planned {
    let bytes = 1 + (number * 7_919 + round * 104_729) % (300 * 1024);
    let part = |at: usize, bytes: usize| -> Vec<u8> {
        let text = format!("round {round}, object {number}, part {at}; ");
        text.into_bytes().into_iter().cycle().take(bytes).collect()
    };
    let parts = match number {
        3 => vec![part(1, PART_BYTES_MIN), part(2, bytes)],
        _ => vec![part(1, bytes)],
    };
    Planned { key: format!("objects/{number}"), parts, at_once: number % 5 != 3 }
}

impl Planned {
    pub fn content(&self) -> Vec<u8> {
        self.parts.concat()
    }

    /// The files that its content lies in.
    pub fn files(&self) -> usize {
        self.parts.iter().filter(|part| part.len() > SMALL_BYTES_MAX).count()
    }

    pub fn e_tag(&self) -> String {
        let hexadecimal = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        if self.at_once {
            return hexadecimal(&Md5::digest(&self.parts[0]));
        }
        let of_parts: Vec<u8> = self.parts.iter().flat_map(|part| Md5::digest(part).to_vec()).collect();
        format!("{}-{}", hexadecimal(&Md5::digest(of_parts)), self.parts.len())
    }
}

/// Uploads all objects of a round.
pub fn work(directory: &Path, round: usize) {
    run(async {
        let running = Running::start(Storage::Directory(directory.to_owned())).await;
        let ready = Arc::new(Barrier::new(OBJECTS));
        let mut uploads = tokio::task::JoinSet::new();
        for number in 0..OBJECTS {
            let (mut client, ready) = (running.client().await, Arc::clone(&ready));
            uploads.spawn(async move {
                let planned = plan(round, number);
                ready.wait().await;
                let e_tag = if planned.at_once {
                    let answer = client.put(&planned.key, "", &planned.parts[0]).await;
                    assert_eq!(answer.status, 200, "{answer:?}");
                    answer.header("etag").unwrap().replace('"', "")
                } else {
                    let parts: Vec<&[u8]> = planned.parts.iter().map(Vec::as_slice).collect();
                    client.upload(&planned.key, &parts).await
                };
                say(number, &e_tag);
            });
        }
        while let Some(done) = uploads.join_next().await {
            done.unwrap();
        }
    });
}

/// One line, in the pipe before anything else happens.
fn say(number: usize, e_tag: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "said: {number} {e_tag}").unwrap();
    out.flush().unwrap();
}
