//! Faults at the engine's ports: every call goes through here, is counted, and may be made to fail, to take long, or
//! to be the last thing that the process did.
//!
//! A verdict comes from the number of the call, or from a [`Rule`] about calls of its kind. A crash takes everything in
//! the process with it and nothing outside: after it every call of the same process fails, until [`Faults::restart`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use wavetank_engine::ports::{
    Bytes, Catalog, FailureKind, ObjectStore, PortError, PortFailure, PortResult, RecordsPage, StartPosition,
    StreamApi, TableDefinition, joined,
};

use crate::clock::VirtualClock;
use crate::file::CrashPoint;
use crate::rng::Rng;

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
    /// The service has had too many calls.
    Throttle,
    /// The shard iterator is too old.
    Expire,
}

impl Verdict {
    /// The name in `wavetank.api_calls`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CrashBefore => "crash_before",
            Self::CrashAfter => "crash_after",
            Self::Tear(_) => "torn",
            Self::Lose => "lost",
            Self::Fail => "failed",
            Self::Slow(_) => "slow",
            Self::Throttle => "throttled",
            Self::Expire => "expired",
        }
    }
}

/// What verdicts have done to calls, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Happened {
    /// Processes that died at a call.
    pub crashes: u64,
    /// Those of them that died before a commit, behind all else of their batch.
    pub before_commit: u64,
    /// Those that died again before a batch was committed.
    pub while_recovering: u64,
    /// Calls that failed, were throttled, or came with an iterator that was too old.
    pub failed: u64,
    /// Calls that took longer.
    pub slow: u64,
    /// Crashes since the last commit.
    unrecovered: u64,
}

impl Happened {
    fn note(&mut self, verdict: Option<Verdict>, operation: &str, target: &str) {
        let commits = |target: &str| operation == "put" && target.contains("/commits/");
        match verdict {
            None if self.unrecovered == 0 => {}
            None if commits(target) => self.unrecovered = 0,
            None | Some(Verdict::Lose) => {}
            Some(Verdict::CrashBefore | Verdict::CrashAfter | Verdict::Tear(_)) => {
                self.crashes += 1;
                self.before_commit += u64::from(verdict == Some(Verdict::CrashBefore) && commits(target));
                self.while_recovering += u64::from(self.unrecovered > 0);
                self.unrecovered += 1;
            }
            Some(Verdict::Fail | Verdict::Throttle | Verdict::Expire) => self.failed += 1,
            Some(Verdict::Slow(_)) => self.slow += 1,
        }
    }
}

/// A process: a job's number in its scenario.
pub type Process = usize;

/// A verdict on calls of a kind.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Which calls.
    pub calls: Calls,
    /// What happens to them.
    pub verdict: Verdict,
    /// To how many of them: 1 is all.
    pub share: f64,
    /// Until when it holds.
    pub until: Until,
    /// Draws which of the calls are meant.
    pub rng: Rng,
}

/// Calls of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// Of one of these ports.
    Ports(&'static [&'static str]),
    /// At a point of a batch, by any process; the first such call uses the rule up.
    Point(CrashPoint),
}

/// Until when a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until this instant of virtual time, in milliseconds.
    Millis(i64),
    /// Until the triggers of this instant are over.
    Triggers,
}

impl Calls {
    fn include(self, port: &str, operation: &str, target: &str) -> bool {
        match self {
            Self::Ports(ports) => ports.contains(&port),
            Self::Point(point) => point.is_at(port, operation, target),
        }
    }
}

impl CrashPoint {
    /// Whether a call is the one at this point of a batch.
    fn is_at(self, port: &str, operation: &str, target: &str) -> bool {
        let put = |wanted: &str, part: &str| port == wanted && operation == "put" && target.contains(part);
        match self {
            Self::Now => false,
            Self::BeforePlan | Self::AfterPlan => put("checkpoint", "/offsets/"),
            Self::BeforeState => put("checkpoint", "/state/"),
            Self::BeforeSink | Self::DuringSink => put("sink", ""),
            Self::BeforeCommit | Self::AfterCommit => put("checkpoint", "/commits/"),
        }
    }

    /// What happens to the call at this point.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::AfterPlan | Self::DuringSink | Self::AfterCommit => Verdict::CrashAfter,
            Self::Now | Self::BeforePlan | Self::BeforeState | Self::BeforeSink | Self::BeforeCommit => {
                Verdict::CrashBefore
            }
        }
    }
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
    /// Whose process made it.
    pub process: Process,
    /// When, in milliseconds of virtual time.
    pub millis: i64,
    /// What happened to it.
    pub verdict: Option<Verdict>,
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

/// A service has had too many calls, by a fault of the scenario.
#[derive(Debug, thiserror::Error)]
#[error("the service has had too many calls (a fault of the scenario)")]
pub struct Throttled;

/// A shard iterator is too old, by a fault of the scenario.
#[derive(Debug, thiserror::Error)]
#[error("the shard iterator has expired (a fault of the scenario)")]
pub struct Expired;

/// A failure that the engine knows what to do about.
fn marked(kind: FailureKind, cause: impl std::error::Error + Send + Sync + 'static) -> PortError {
    Box::new(PortFailure { kind, cause: Box::new(cause) })
}

/// Counts calls and decides about them; clones share both.
#[derive(Clone)]
pub struct Faults {
    state: Rc<RefCell<State>>,
    process: Process,
}

struct State {
    clock: VirtualClock,
    verdicts: BTreeMap<u64, Verdict>,
    rules: Vec<Rule>,
    /// The iterators that were given out since all older ones were made to expire.
    valid_iterators: Option<BTreeSet<String>>,
    calls: u64,
    trigger: u32,
    killed: BTreeSet<Process>,
    happened: Happened,
    /// Every call so far, if they are wanted.
    trace: Option<Vec<Call>>,
}

impl Faults {
    /// Verdicts by the number of the call; all other calls pass. The calls are those of the first process.
    pub fn new(clock: VirtualClock, verdicts: impl IntoIterator<Item = (u64, Verdict)>) -> Self {
        let state = State {
            clock,
            verdicts: verdicts.into_iter().collect(),
            rules: Vec::new(),
            valid_iterators: None,
            calls: 0,
            trigger: 0,
            killed: BTreeSet::new(),
            happened: Happened::default(),
            trace: None,
        };
        Self { state: Rc::new(RefCell::new(state)), process: 0 }
    }

    /// Verdicts by the number of the call, in place of those that were given.
    pub fn decide(&self, verdicts: impl IntoIterator<Item = (u64, Verdict)>) {
        self.state.borrow_mut().verdicts = verdicts.into_iter().collect();
    }

    /// The same for the calls of another process.
    #[must_use]
    pub fn of(&self, process: Process) -> Self {
        Self { state: Rc::clone(&self.state), process }
    }

    /// From here on a rule holds.
    pub fn add(&self, rule: Rule) {
        self.state.borrow_mut().rules.push(rule);
    }

    /// Every shard iterator that was given out so far is too old.
    pub fn expire_iterators(&self) {
        self.state.borrow_mut().valid_iterators = Some(BTreeSet::new());
    }

    /// A shard iterator was given out.
    fn issued(&self, iterator: &str) {
        if let Some(valid) = &mut self.state.borrow_mut().valid_iterators {
            valid.insert(iterator.to_owned());
        }
    }

    /// Keeps the calls from here on for [`Faults::take_trace`].
    pub fn trace(&self) {
        self.state.borrow_mut().trace.get_or_insert_default();
    }

    /// The calls that were kept since they were last taken; they go on being kept.
    pub fn take_trace(&self) -> Vec<Call> {
        self.state.borrow_mut().trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// What verdicts have done to calls so far.
    pub fn happened(&self) -> Happened {
        self.state.borrow().happened
    }

    /// Calls made so far, those of processes that are dead included.
    pub fn calls(&self) -> u64 {
        self.state.borrow().calls
    }

    /// The triggers of this instant are over: the calls from here on belong to another one.
    pub fn next_trigger(&self) {
        let mut state = self.state.borrow_mut();
        state.trigger += 1;
        let now = state.clock.now_millis();
        state.rules.retain(|rule| matches!(rule.until, Until::Millis(end) if end > now));
    }

    /// Kills the process.
    pub fn kill(&self) {
        self.state.borrow_mut().killed.insert(self.process);
    }

    /// Whether the process is dead.
    pub fn killed(&self) -> bool {
        self.state.borrow().killed.contains(&self.process)
    }

    /// A new process begins.
    pub fn restart(&self) {
        self.state.borrow_mut().killed.remove(&self.process);
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
            self.kill();
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
            Some(Verdict::Throttle) => Err(marked(FailureKind::Throttled, Throttled)),
            Some(Verdict::Expire) if of.1 == "get_records" => {
                Err(marked(FailureKind::ExpiredIterator, Expired))
            }
            Some(Verdict::Expire) => call(None),
            Some(Verdict::Slow(millis)) => {
                let clock = self.state.borrow().clock.clone();
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
        let process = self.process;
        let mut state = self.state.borrow_mut();
        if state.killed.contains(&process) {
            return Err(Box::new(Killed));
        }
        let (number, trigger, millis) = (state.calls, state.trigger, state.clock.now_millis());
        state.calls += 1;
        let expired = operation == "get_records"
            && state.valid_iterators.as_ref().is_some_and(|valid| !valid.contains(target));
        let verdict = state.verdicts.get(&number).copied();
        let verdict = verdict.or(expired.then_some(Verdict::Expire));
        let verdict = verdict.or_else(|| state.by_rule(port, operation, target));
        state.happened.note(verdict, operation, target);
        if let Some(trace) = &mut state.trace {
            let (changes, bytes) = match effect {
                Effect::None => (false, 0),
                Effect::Change => (true, 0),
                Effect::Put(bytes) => (true, bytes),
            };
            let target = target.to_owned();
            trace.push(Call {
                number,
                port,
                operation,
                target,
                changes,
                bytes,
                trigger,
                process,
                millis,
                verdict,
            });
        }
        Ok(verdict)
    }
}

impl State {
    /// The verdict of the first rule that means this call.
    fn by_rule(&mut self, port: &str, operation: &str, target: &str) -> Option<Verdict> {
        let now = self.clock.now_millis();
        let at = self.rules.iter_mut().position(|rule| {
            let holds = match rule.until {
                Until::Millis(end) => now < end,
                Until::Triggers => true,
            };
            holds && rule.calls.include(port, operation, target) && rule.rng.chance(rule.share)
        })?;
        let verdict = self.rules[at].verdict;
        if let Calls::Point(_) = self.rules[at].calls {
            self.rules.remove(at);
        }
        Some(verdict)
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
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()> {
        let inner = &mut self.inner;
        let length = pieces.iter().map(Bytes::len).sum();
        self.faults.call((self.port, "put", key, Effect::Put(length)), Some(()), |torn| match torn {
            None => inner.put_pieces(key, pieces),
            Some(bytes) => inner.put(key, joined(pieces).slice(..bytes.min(length))),
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
        let of = (self.port, "shard_iterator", stream, Effect::None);
        let iterator = self.faults.call(of, None, |_| inner.shard_iterator(stream, shard, from))?;
        self.faults.issued(&iterator);
        Ok(iterator)
    }

    fn get_records(&mut self, iterator: &str, limit: usize) -> PortResult<RecordsPage> {
        let inner = &mut self.inner;
        let of = (self.port, "get_records", iterator, Effect::None);
        let page = self.faults.call(of, None, |_| inner.get_records(iterator, limit))?;
        page.next_iterator.iter().for_each(|next| self.faults.issued(next));
        Ok(page)
    }

    fn pause(&mut self, millis: u64) {
        self.inner.pause(millis);
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
        assert_eq!(store.faults.state.borrow().clock.now_millis(), 2500);
    }

    #[test]
    fn a_crash_at_a_point_happens_once_and_kills_one_process() {
        let (mut first, _) = store(&[]);
        let mut second = Faulty { inner: Objects::default(), port: "checkpoint", faults: first.faults.of(1) };
        let point = CrashPoint::BeforeCommit;
        first.faults.add(Rule {
            calls: Calls::Point(point),
            verdict: point.verdict(),
            share: 1.0,
            until: Until::Triggers,
            rng: Rng::new(0),
        });
        first.put("c/offsets/0", Bytes::new()).unwrap();
        assert!(first.put("c/commits/0", Bytes::new()).unwrap_err().is::<Killed>());
        second.put("c/commits/0", Bytes::new()).unwrap();
        assert!(first.faults.killed() && !second.faults.killed());
        first.faults.restart();
        first.put("c/commits/0", Bytes::new()).unwrap();
    }

    #[test]
    fn a_rule_hits_its_share_until_its_time_is_over() {
        let (mut store, _) = store(&[]);
        store.faults.add(Rule {
            calls: Calls::Ports(&["checkpoint"]),
            verdict: Verdict::Throttle,
            share: 0.5,
            until: Until::Millis(1000),
            rng: Rng::new(7).fork("throttle"),
        });
        let mut refused = || {
            (0..1000)
                .filter(|_| {
                    store.list("x").is_err_and(|e| PortFailure::kind_of(&e) == Some(FailureKind::Throttled))
                })
                .count()
        };
        let during = refused();
        assert!((400..600).contains(&during), "{during}");
        store.faults.state.borrow().clock.advance_to(1000);
        let mut refused = || (0..1000).filter(|_| store.list("x").is_err()).count();
        assert_eq!(refused(), 0);
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
            process: 0,
            millis: 0,
            verdict: None,
        };
        assert_eq!(store.faults.take_trace(), [call]);
    }
}
