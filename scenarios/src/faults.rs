//! Faults at the engine's ports: every call goes through here, is counted, and may be made to fail, to take long, or
//! to be the last thing that the process did.
//!
//! A crash takes everything in the process with it and nothing outside: after it every call of the same process
//! fails, until [`Faults::restart`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use wavetank_engine::ports::{
    Bytes, Catalog, ObjectStore, PortError, PortResult, RecordsPage, StartPosition, StreamApi,
    TableDefinition,
};

use crate::clock::VirtualClock;

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The process dies before the call is made.
    CrashBefore,
    /// The call takes effect; the process dies before it knows.
    CrashAfter,
    /// Of the object that is put only so many bytes arrive; the process dies. Another call is a crash before it.
    Tear(usize),
    /// The call does nothing and is acknowledged: what no store may do. A call that only reads fails.
    Lose,
    /// The call fails and does nothing.
    Fail,
    /// The call takes so many milliseconds of virtual time.
    Slow(i64),
}

/// One call of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Position among all calls of the run, from 0.
    pub number: u64,
    /// Whose call it is: `stream`, `checkpoint`, `sink` or `catalog`.
    pub port: &'static str,
    /// The port's method.
    pub operation: &'static str,
    /// What it is about: a stream, a key, a table.
    pub target: String,
    /// Whether it changes anything outside the process.
    pub changes: bool,
    /// Length of the object that it puts; 0 if it puts none.
    pub bytes: usize,
    /// The trigger during which it was made, from 0.
    pub trigger: u32,
}

/// What a call does outside the process.
#[derive(Clone, Copy)]
enum Effect {
    None,
    Change,
    /// Puts an object of so many bytes.
    Put(usize),
}

/// The process was ended by a [`Verdict`].
#[derive(Debug, thiserror::Error)]
#[error("the process was killed")]
pub struct Killed;

/// A call was made to fail.
#[derive(Debug, thiserror::Error)]
#[error("the service did not answer (a fault of the scenario)")]
pub struct Failed;

/// Counts calls and decides about them; clones share both.
#[derive(Clone)]
pub struct Faults(Rc<RefCell<State>>);

struct State {
    clock: VirtualClock,
    verdicts: BTreeMap<u64, Verdict>,
    calls: u64,
    trigger: u32,
    killed: bool,
    /// Every call so far, if they are wanted.
    trace: Option<Vec<Call>>,
}

impl Faults {
    /// Verdicts by the number of the call; all other calls pass.
    pub fn new(clock: VirtualClock, verdicts: impl IntoIterator<Item = (u64, Verdict)>) -> Self {
        let verdicts = verdicts.into_iter().collect();
        Self(Rc::new(RefCell::new(State {
            clock,
            verdicts,
            calls: 0,
            trigger: 0,
            killed: false,
            trace: None,
        })))
    }

    /// Keeps the calls from here on for [`Faults::take_trace`].
    pub fn trace(&self) {
        self.0.borrow_mut().trace = Some(vec![]);
    }

    /// The calls that were kept.
    pub fn take_trace(&self) -> Vec<Call> {
        self.0.borrow_mut().trace.take().unwrap_or_default()
    }

    /// Calls made so far, those of processes that are dead included.
    pub fn calls(&self) -> u64 {
        self.0.borrow().calls
    }

    /// The calls from here on belong to another trigger.
    pub fn next_trigger(&self) {
        self.0.borrow_mut().trigger += 1;
    }

    /// Whether the process is dead.
    pub fn killed(&self) -> bool {
        self.0.borrow().killed
    }

    /// A new process begins.
    pub fn restart(&self) {
        self.0.borrow_mut().killed = false;
    }

    /// Makes a call under its verdict. `call` is told how much of an object arrives, if not all of it; `lost` is the
    /// answer to a call that is lost.
    fn call<T>(
        &self,
        of: (&'static str, &'static str, &str, Effect),
        lost: Option<T>,
        call: impl FnOnce(Option<usize>) -> PortResult<T>,
    ) -> PortResult<T> {
        let verdict = self.begin(of)?;
        let killed = || -> PortError {
            self.0.borrow_mut().killed = true;
            Box::new(Killed)
        };
        match verdict {
            None => call(None),
            Some(Verdict::CrashBefore) => Err(killed()),
            Some(Verdict::CrashAfter) => call(None).and_then(|_| Err(killed())),
            Some(Verdict::Tear(bytes)) if of.1 == "put" => call(Some(bytes)).and_then(|_| Err(killed())),
            Some(Verdict::Tear(_)) => Err(killed()),
            Some(Verdict::Lose) => lost.ok_or_else(|| Box::new(Failed) as PortError),
            Some(Verdict::Fail) => Err(Box::new(Failed)),
            Some(Verdict::Slow(millis)) => {
                let clock = self.0.borrow().clock.clone();
                clock.advance_to(clock.now_millis() + millis);
                call(None)
            }
        }
    }

    /// Counts a call and looks up what is to happen to it.
    fn begin(
        &self,
        (port, operation, target, effect): (&'static str, &'static str, &str, Effect),
    ) -> PortResult<Option<Verdict>> {
        let mut state = self.0.borrow_mut();
        if state.killed {
            return Err(Box::new(Killed));
        }
        let (number, trigger) = (state.calls, state.trigger);
        state.calls += 1;
        if let Some(trace) = &mut state.trace {
            let (changes, bytes) = match effect {
                Effect::None => (false, 0),
                Effect::Change => (true, 0),
                Effect::Put(bytes) => (true, bytes),
            };
            trace.push(Call { number, port, operation, target: target.to_owned(), changes, bytes, trigger });
        }
        Ok(state.verdicts.get(&number).copied())
    }
}

/// A port under faults.
pub struct Faulty<T> {
    /// The port itself.
    pub inner: T,
    /// Whose calls these are.
    pub port: &'static str,
    /// What decides about them.
    pub faults: Faults,
}

impl<T: ObjectStore> ObjectStore for Faulty<T> {
    fn put(&mut self, key: &str, body: Bytes) -> PortResult<()> {
        let inner = &mut self.inner;
        self.faults.call((self.port, "put", key, Effect::Put(body.len())), Some(()), |torn| match torn {
            None => inner.put(key, body),
            Some(bytes) => inner.put(key, body.slice(..bytes.min(body.len()))),
        })
    }

    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>> {
        let inner = &mut self.inner;
        self.faults.call((self.port, "get", key, Effect::None), None, |_| inner.get(key))
    }

    fn delete(&mut self, key: &str) -> PortResult<()> {
        let inner = &mut self.inner;
        self.faults.call((self.port, "delete", key, Effect::Change), Some(()), |_| inner.delete(key))
    }

    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>> {
        let inner = &mut self.inner;
        self.faults.call((self.port, "list", prefix, Effect::None), None, |_| inner.list(prefix))
    }
}

impl<T: Catalog> Catalog for Faulty<T> {
    fn ensure_table(&mut self, table: &TableDefinition) -> PortResult<()> {
        let inner = &mut self.inner;
        self.faults.call((self.port, "ensure_table", &table.table, Effect::Change), Some(()), |_| {
            inner.ensure_table(table)
        })
    }

    fn ensure_partitions(
        &mut self,
        table: &TableDefinition,
        partitions: &BTreeMap<Vec<String>, String>,
    ) -> PortResult<()> {
        let inner = &mut self.inner;
        self.faults.call((self.port, "ensure_partitions", &table.table, Effect::Change), Some(()), |_| {
            inner.ensure_partitions(table, partitions)
        })
    }
}

impl<T: StreamApi> StreamApi for Faulty<T> {
    fn list_shards(&mut self, stream: &str) -> PortResult<Vec<String>> {
        let inner = &mut self.inner;
        self.faults
            .call((self.port, "list_shards", stream, Effect::None), None, |_| inner.list_shards(stream))
    }

    fn shard_iterator(&mut self, stream: &str, shard: &str, from: StartPosition<'_>) -> PortResult<String> {
        let inner = &mut self.inner;
        self.faults.call((self.port, "shard_iterator", stream, Effect::None), None, |_| {
            inner.shard_iterator(stream, shard, from)
        })
    }

    fn get_records(&mut self, iterator: &str, limit: usize) -> PortResult<RecordsPage> {
        let inner = &mut self.inner;
        self.faults.call((self.port, "get_records", iterator, Effect::None), None, |_| {
            inner.get_records(iterator, limit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::memory::Objects;

    fn store(verdicts: &[(u64, Verdict)]) -> (Faulty<Objects>, Objects) {
        let objects = Objects::default();
        let faults = Faults::new(VirtualClock::at(0), verdicts.iter().copied());
        (Faulty { inner: objects.clone(), port: "checkpoint", faults }, objects)
    }

    #[test]
    fn a_crash_before_a_call_leaves_nothing_and_one_after_it_leaves_all() {
        for (verdict, left) in [
            (Verdict::CrashBefore, None),
            (Verdict::CrashAfter, Some("body")),
            (Verdict::Tear(2), Some("bo")),
        ] {
            let (mut store, mut objects) = store(&[(1, verdict)]);
            store.put("first", Bytes::from("body")).unwrap();
            assert!(store.put("second", Bytes::from("body")).unwrap_err().is::<Killed>());
            // The process is dead: nothing that it still tries has an effect.
            assert!(store.put("third", Bytes::from("body")).unwrap_err().is::<Killed>());
            assert_eq!(objects.get("second").unwrap().as_deref(), left.map(str::as_bytes));
            assert_eq!(objects.get("third").unwrap(), None);
            store.faults.restart();
            store.put("third", Bytes::from("body")).unwrap();
            assert_eq!(store.faults.calls(), 3);
        }
    }

    #[test]
    fn a_failing_call_does_nothing_and_a_slow_one_takes_its_time() {
        let (mut store, mut objects) = store(&[(0, Verdict::Fail), (1, Verdict::Slow(2500))]);
        assert!(store.put("a", Bytes::from("body")).unwrap_err().is::<Failed>());
        assert_eq!(objects.get("a").unwrap(), None);
        store.put("a", Bytes::from("body")).unwrap();
        assert_eq!(store.faults.0.borrow().clock.now_millis(), 2500);
    }

    #[test]
    fn calls_are_kept_with_their_triggers() {
        let (mut store, _) = store(&[]);
        store.list("x").unwrap();
        store.faults.trace();
        store.faults.next_trigger();
        store.put("a", Bytes::new()).unwrap();
        let call = Call {
            number: 1,
            port: "checkpoint",
            operation: "put",
            target: "a".into(),
            changes: true,
            bytes: 0,
            trigger: 1,
        };
        assert_eq!(store.faults.take_trace(), [call]);
    }
}
