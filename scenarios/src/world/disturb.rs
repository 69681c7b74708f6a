//! The faults of a scenario at their times.

use wavetank_emulator::ApiError;
use wavetank_emulator::kinesis::{
    ListShards, ListShardsRequest, MergeShards, MergeShardsRequest, SplitShard, SplitShardRequest,
};

use super::{RunError, World};
use crate::faults::{Calls, Rule, Until, Verdict};
use crate::file::{CrashPoint, Fault, Reshard, ScenarioFile, Trouble, UtcTime, When};
use crate::rng::Rng;

/// Faults that are still to come.
pub(super) struct Disturbances<'a> {
    coming: Vec<Coming<'a>>,
    /// Faults so far: each draws for itself.
    happened: u64,
    rng: Rng,
}

struct Coming<'a> {
    at_millis: i64,
    /// Milliseconds to the next time, and the last instant at which there is one.
    again: Option<(i64, i64)>,
    fault: &'a Fault,
}

impl<'a> Disturbances<'a> {
    pub fn of(file: &'a ScenarioFile) -> Self {
        let start = file.clock.start.value;
        let end = file.traffic_end().0;
        let coming = file.faults.iter().map(|entry| {
            let (at, again) = match entry.when {
                When::At(at) => (at.resolve(start, start), None),
                When::Every(every) => {
                    (UtcTime(start.0 + every.micros()), Some((every.micros() / 1000, end.div_euclid(1000))))
                }
            };
            Coming { at_millis: at.0.div_euclid(1000), again, fault: &entry.fault.value }
        });
        let coming = coming.filter(|coming| coming.again.is_none_or(|(_, end)| coming.at_millis <= end));
        Self { coming: coming.collect(), happened: 0, rng: Rng::new(file.seed).fork("faults") }
    }

    /// When the next one happens.
    pub fn next(&self) -> Option<i64> {
        self.coming.iter().map(|coming| coming.at_millis).min()
    }

    /// Takes what happens up to an instant.
    fn due(&mut self, at: i64) -> Vec<&'a Fault> {
        let mut due = Vec::new();
        for coming in &mut self.coming {
            while coming.at_millis <= at {
                due.push(coming.fault);
                let next = coming.again.map(|(every, end)| (coming.at_millis + every, end));
                coming.at_millis = next.filter(|(next, end)| next <= end).map_or(i64::MAX, |(next, _)| next);
            }
        }
        self.coming.retain(|coming| coming.at_millis < i64::MAX);
        due
    }
}

impl World<'_> {
    /// Lets the faults happen that are due.
    pub(super) fn disturb(&mut self, at: i64) -> Result<(), RunError> {
        self.disturbances.due(at).into_iter().try_for_each(|fault| self.happen(fault))
    }

    /// Lets a fault happen now.
    pub(super) fn happen(&mut self, fault: &Fault) -> Result<(), RunError> {
        self.disturbances.happened += 1;
        let rng = self.disturbances.rng.fork(&self.disturbances.happened.to_string());
        let now = self.services.clock.now_millis();
        let refused = |doing: String| move |source: ApiError| RunError::Refused { doing, source };
        match fault {
            Fault::Crash(CrashPoint::Now) => self.jobs.iter_mut().for_each(|job| job.kill()),
            Fault::Crash(point) => {
                let (calls, verdict) = (Calls::Point(*point), point.verdict());
                // Until it happens, whichever trigger that is in.
                self.faults.add(Rule { calls, verdict, share: 1.0, until: Until::Millis(i64::MAX), rng });
            }
            Fault::Kinesis(trouble) => self.trouble(&["stream"], trouble, &rng),
            Fault::S3(trouble) => self.trouble(&["checkpoint", "sink", "source", "lake"], trouble, &rng),
            Fault::Glue(trouble) => self.trouble(&["catalog"], trouble, &rng),
            Fault::Stall(stall) => {
                self.producer.stall(&stall.stream.value, now + stall.length.micros() / 1000);
            }
            Fault::Put(put) => {
                let events = self.options.events;
                let done = self.producer.put_file(&self.scenario.file, put, events, &self.services);
                done.map_err(refused(format!("putting rows of `{}`", put.of.value)))?;
                self.jobs.iter_mut().for_each(|job| job.settled = false);
            }
            Fault::Reshard(reshard) => {
                self.reshard(reshard).map_err(refused(format!("resharding `{}`", reshard.stream.value)))?;
            }
            Fault::Run(run) => {
                let meant = self.batch_jobs.iter_mut().filter(|job| job.job.name.value == run.job.value);
                for job in meant {
                    job.run_by_hand(&run.parameters, &mut self.events)?;
                }
            }
        }
        Ok(())
    }

    fn trouble(&self, ports: &'static [&'static str], trouble: &Trouble, rng: &Rng) {
        let until = match trouble.length {
            Some(length) => Until::Millis(self.services.clock.now_millis() + length.micros() / 1000),
            None => Until::Triggers,
        };
        let rule = |verdict: Verdict, share: f64| {
            if share > 0.0 {
                let calls = Calls::Ports(ports);
                self.faults.add(Rule { calls, verdict, share, until, rng: rng.fork(verdict.name()) });
            }
        };
        rule(Verdict::Throttle, trouble.throttle.0);
        rule(Verdict::Fail, trouble.fail.0);
        if trouble.expire_iterators {
            self.faults.expire_iterators();
        }
        let slow = trouble.slow.micros() / 1000;
        rule(Verdict::Slow(slow), f64::from(u8::from(slow > 0)));
    }

    /// Splits a shard in the middle of its hash keys, or merges two.
    fn reshard(&self, reshard: &Reshard) -> Result<(), ApiError> {
        let stream = &*reshard.stream.value;
        if let Some(merge) = &reshard.merge {
            let [shard, adjacent] = &merge.value;
            let request = MergeShardsRequest {
                shard_to_merge: Some(shard.clone()),
                adjacent_shard_to_merge: Some(adjacent.clone()),
                stream_name: Some(stream.to_owned()),
                ..Default::default()
            };
            return self.services.call::<MergeShards>(request).map(|_| ());
        }
        let Some(split) = &reshard.split else { return Ok(()) };
        let shards = self.services.call::<ListShards>(ListShardsRequest::new(stream))?.shards;
        let shard = shards.iter().find(|shard| shard.shard_id.to_string() == split.value);
        // A shard that is not there is for the service to refuse.
        let middle = shard.map_or(1, |shard| {
            let range = shard.hash_key_range;
            range.start.0 + (range.end.0 - range.start.0) / 2 + 1
        });
        let request = SplitShardRequest {
            new_starting_hash_key: Some(middle.to_string()),
            shard_to_split: Some(split.value.clone()),
            stream_name: Some(stream.to_owned()),
            ..Default::default()
        };
        self.services.call::<SplitShard>(request).map(|_| ())
    }
}
