//! The smallest timeline that still breaks a law.
//!
//! A shrinker that knows what a timeline is does better than one that knows bytes: it leaves out whole lines, then
//! records, lets what came in two lines come in one, and only then makes values plainer. Each step keeps what still
//! fails; it ends where none of them does.
//!
//! Source for the order of the passes: delta debugging (Zeller and Hildebrandt, 2002), on lines and then within them.

/// A line of a timeline, as far as shrinking has to know it.
pub trait Shrink: Clone {
    /// How many parts it has that can be left out one by one.
    fn parts(&self) -> usize;

    /// The line without one of its parts.
    #[must_use]
    fn without(&self, part: usize) -> Self;

    /// Both lines as one, if they can be.
    fn merged(&self, next: &Self) -> Option<Self>;

    /// Lines with one value plainer, the plainest first.
    fn plainer(&self) -> Vec<Self>;
}

/// A timeline that fails, and how often something smaller was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk<L> {
    /// What is left.
    pub lines: Vec<L>,
    /// Timelines that were tried.
    pub tried: usize,
}

/// Shrinks lines that fail for as long as some smaller ones do, or until so many were tried.
pub fn shrink<L: Shrink>(lines: Vec<L>, tries_max: usize, fails: impl FnMut(&[L]) -> bool) -> Shrunk<L> {
    let mut shrinking = Shrinking { lines, tried: 0, tries_max, fails };
    loop {
        let before = shrinking.size();
        shrinking.leave_lines_out();
        shrinking.leave_parts_out();
        shrinking.merge_lines();
        let plainer = shrinking.make_plainer();
        if (shrinking.size() >= before && !plainer) || shrinking.tried >= tries_max {
            return Shrunk { lines: shrinking.lines, tried: shrinking.tried };
        }
    }
}

struct Shrinking<L, F> {
    lines: Vec<L>,
    tried: usize,
    tries_max: usize,
    fails: F,
}

impl<L: Shrink, F: FnMut(&[L]) -> bool> Shrinking<L, F> {
    /// Lines and their parts.
    fn size(&self) -> (usize, usize) {
        (self.lines.len(), self.lines.iter().map(Shrink::parts).sum())
    }

    /// Keeps these lines if they fail too.
    fn keep(&mut self, lines: Vec<L>) -> bool {
        if self.tried >= self.tries_max {
            return false;
        }
        self.tried += 1;
        let fails = (self.fails)(&lines);
        if fails {
            self.lines = lines;
        }
        fails
    }

    /// Ever shorter runs of lines, from the last to the first: what comes late depends on what came early.
    fn leave_lines_out(&mut self) {
        let mut run = self.lines.len();
        while run > 0 {
            let mut end = self.lines.len();
            while end > 0 {
                let start = end.saturating_sub(run);
                let mut rest = self.lines.clone();
                rest.drain(start..end.min(rest.len()));
                self.keep(rest);
                end = start.min(self.lines.len());
            }
            run /= 2;
        }
    }

    fn leave_parts_out(&mut self) {
        for at in (0..self.lines.len()).rev() {
            let mut part = self.lines[at].parts();
            while part > 0 {
                part -= 1;
                let mut lines = self.lines.clone();
                lines[at] = lines[at].without(part);
                self.keep(lines);
                part = part.min(self.lines[at].parts());
            }
        }
    }

    fn merge_lines(&mut self) {
        let mut at = 0;
        while at + 1 < self.lines.len() {
            let merged = self.lines[at].merged(&self.lines[at + 1]);
            let kept = merged.is_some_and(|merged| {
                let mut lines = self.lines.clone();
                lines.splice(at..at + 2, [merged]);
                self.keep(lines)
            });
            at += usize::from(!kept);
        }
    }

    /// Whether some value could be made plainer.
    fn make_plainer(&mut self) -> bool {
        let mut changed = false;
        for at in 0..self.lines.len() {
            let mut again = true;
            while again {
                again = self.lines[at].plainer().into_iter().any(|line| {
                    let mut lines = self.lines.clone();
                    lines[at] = line;
                    self.keep(lines)
                });
                changed |= again;
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers that come together.
    impl Shrink for Vec<u32> {
        fn parts(&self) -> usize {
            self.len()
        }

        fn without(&self, part: usize) -> Self {
            let mut rest = self.clone();
            rest.remove(part);
            rest
        }

        fn merged(&self, next: &Self) -> Option<Self> {
            Some([self.as_slice(), next].concat())
        }

        fn plainer(&self) -> Vec<Self> {
            let smaller = |number: u32| {
                [0, number / 2, number.saturating_sub(1)].into_iter().filter(move |n| *n < number)
            };
            self.iter()
                .enumerate()
                .flat_map(|(at, number)| smaller(*number).map(move |number| (at, number)))
                .map(|(at, number)| {
                    let mut line = self.clone();
                    line[at] = number;
                    line
                })
                .collect()
        }
    }

    fn sum(lines: &[Vec<u32>]) -> u32 {
        lines.iter().flatten().sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_left_fails_and_is_no_larger(lines in prop::collection::vec(prop::collection::vec(0u32..100, 0..5), 1..8)) {
            prop_assume!(sum(&lines) >= 50);
            let shrunk = shrink(lines, 10_000, |lines| sum(lines) >= 50);
            prop_assert_eq!(sum(&shrunk.lines), 50);
            prop_assert_eq!(shrunk.lines.len(), 1);
        }
    }

    #[test]
    fn an_order_of_two_lines_stays_two_lines() {
        let has = |line: &Vec<u32>, number| line.contains(&number);
        let fails = |lines: &[Vec<u32>]| {
            let first = lines.iter().position(|line| has(line, 7));
            let last = lines.iter().rposition(|line| has(line, 9));
            matches!((first, last), (Some(first), Some(last)) if first < last)
        };
        let lines = vec![vec![1, 7], vec![3], vec![9, 9, 4], vec![5]];
        assert_eq!(shrink(lines, 1000, fails).lines, [vec![7], vec![9]]);
    }

    #[test]
    fn the_number_of_tries_is_a_limit() {
        let lines = vec![vec![50; 4]; 20];
        let shrunk = shrink(lines, 10, |lines| sum(lines) >= 50);
        assert!(shrunk.tried <= 10 && sum(&shrunk.lines) >= 50);
    }
}
