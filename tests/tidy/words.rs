//! Words that the compiler takes and we do not: hidden clocks, dice and threads, maps whose order changes from run
//! to run, and marks of work left undone.

use super::{
    code::{Line, has_words},
    tree::{Finding, Tree},
};

/// Words, and where they may not stand.
struct Ban {
    words: &'static [&'static str],
    /// Path prefixes under which the ban holds; none means everywhere.
    within: &'static [&'static str],
    /// Path prefixes that are let off.
    except: &'static [&'static str],
    instead: &'static str,
}

/// The command line and the benches, the only code that meets the real world's time and chance.
const EDGES: &[&str] = &["src/", "benches/"];

/// Where work fans out to threads and comes back in order: the edges, the decoding of a batch, the opening of DuckDB.
const FAN_OUTS: &[&str] = &[
    "src/",
    "benches/",
    // Parts of a batch side by side; the results come in the order of the parts.
    "engine/src/parallel.rs",
    "scenarios/src/check/database.rs",
    // Cases of a property are tried side by side; the first that fails is the same for any number of threads.
    "scenarios/src/property/search.rs",
    // A watch stands beside a query, and ends it.
    "scenarios/src/athena/session.rs",
    "tests/athena/hostile.rs",
];

const LIBRARIES: &[&str] = &["emulator/src/", "engine/src/", "scenarios/src/"];

const BANS: &[Ban] = &[
    Ban {
        words: &["SystemTime::now", "Instant::now", "Utc::now", "Local::now"],
        within: &[],
        except: EDGES,
        instead: "a time passed in as an argument, or the scenario's VirtualClock",
    },
    Ban {
        words: &[
            "rand::rng(",
            "rand::random",
            "rand::make_rng",
            "thread_rng",
            "from_os_rng",
            "from_entropy",
            "OsRng",
            "SysRng",
        ],
        within: &[],
        except: EDGES,
        instead: "a seed passed in as an argument, or a fork of the scenario's Rng",
    },
    Ban {
        words: &["std::thread", "thread::spawn", "thread::scope"],
        within: &[],
        except: FAN_OUTS,
        instead: "the caller's thread",
    },
    Ban { words: &["thread::sleep"], within: &[], except: EDGES, instead: "the virtual clock for waiting" },
    Ban { words: &["HashMap", "hash_map"], within: LIBRARIES, except: &[], instead: "BTreeMap" },
    Ban { words: &["HashSet", "hash_set"], within: LIBRARIES, except: &[], instead: "BTreeSet" },
    Ban { words: &["HashTable"], within: LIBRARIES, except: &["engine/src/operator/"], instead: "BTreeMap" },
    Ban { words: &["todo!", "unimplemented!"], within: &[], except: &[], instead: "an error that says so" },
    Ban { words: &["dbg!"], within: &[], except: &[], instead: "a test that shows the value" },
    Ban { words: &["#[ignore"], within: &[], except: &[], instead: "a test that runs every time" },
    Ban {
        words: &["#[should_panic"],
        within: &[],
        except: &[],
        instead: "a Result and a check of its error",
    },
];

/// Marks of unfinished work, looked for in comments too.
const MARKS: &[&str] = &["TODO", "FIXME"];

/// Banned words in code; comments and literals may speak of them.
pub fn banned(tree: &Tree) -> Vec<Finding> {
    BANS.iter().flat_map(|ban| breaches(tree, ban)).chain(free_random(tree)).collect()
}

/// Marks of unfinished work, in code or comments.
pub fn marks(tree: &Tree) -> Vec<Finding> {
    let instead = "a sentence on what is not handled";
    let marked = |line: &Line, mark| has_words(&line.code, mark) || has_words(&line.comment, mark);
    MARKS.iter().flat_map(|mark| find(tree, |_| true, mark, instead, |line| marked(line, mark))).collect()
}

fn breaches(tree: &Tree, ban: &Ban) -> Vec<Finding> {
    let under = |path: &str, prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
    let holds = |path: &str| (ban.within.is_empty() || under(path, ban.within)) && !under(path, ban.except);
    let each = ban.words.iter();
    each.flat_map(|word| find(tree, holds, word, ban.instead, |line| has_words(&line.code, word))).collect()
}

/// The free function `random()` draws from the system; the method of the same name draws from its generator.
fn free_random(tree: &Tree) -> Vec<Finding> {
    let at_edge = |path: &str| EDGES.iter().any(|edge| path.starts_with(edge));
    let free = |line: &Line| {
        let code =
            line.code.replace(".random()", "").replace("fn random()", "").replace("rand::random()", "");
        has_words(&code, "random()")
    };
    find(tree, |path| !at_edge(path), "random()", "a fork of the scenario's Rng", free)
}

fn find(
    tree: &Tree,
    holds: impl Fn(&str) -> bool,
    word: &str,
    instead: &str,
    matches: impl Fn(&Line) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, lines) in tree.sources().filter(|(path, _)| holds(path)) {
        for line in lines.iter().filter(|line| matches(line)) {
            findings.push(Finding {
                path: path.to_owned(),
                line: line.number,
                what: format!("`{word}`"),
                instead: instead.to_owned(),
            });
        }
    }
    findings
}
