//! A time limit for tests. A hanging test would otherwise go unnamed, and the run would never end;
//! so everything in the harness begins with [`start`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use syn::visit::{self, Visit};

use crate::harness::eventually;
use crate::source::sources;

/// A busy machine takes up to a minute; this is longer.
const USUAL: Duration = Duration::from_secs(180);
/// For tests in a browser, and for stress tests.
const LONG: Duration = Duration::from_secs(600);
/// With `PROOF=long`.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Exit status of a run with failed tests.
const FAILED: i32 = 101;
/// Set for a process that hangs on purpose, and has a second.
const HANGS: &str = "TEST_HANGS";

/// Tests that have begun and not ended.
static RUNNING: Mutex<BTreeMap<String, (ThreadId, Instant)>> = Mutex::new(BTreeMap::new());

thread_local! {
    /// Each test has a thread of its own, so it has ended, with everything it had to drop, when
    /// this is dropped.
    static THIS: RefCell<Option<Test>> = const { RefCell::new(None) };
}

struct Test(String);

impl Drop for Test {
    fn drop(&mut self) {
        running(|all| all.remove(&self.0));
    }
}

/// Starts the time limit for the test of this thread; if it expires, the run ends with the test's
/// name.
pub fn start() {
    let thread = std::thread::current();
    // The thread has the name of its test; other threads of a test are part of it.
    let Some(name) = thread.name().filter(|name| name.contains("::")) else {
        return;
    };
    THIS.with_borrow_mut(|this| {
        if this.is_none() {
            let until = Instant::now() + limit(name);
            running(|all| all.insert(name.to_owned(), (thread.id(), until)));
            *this = Some(Test(name.to_owned()));
        }
    });
    static WATCH: Once = Once::new();
    WATCH.call_once(|| drop(std::thread::spawn(watch)));
}

fn running<T>(work: impl FnOnce(&mut BTreeMap<String, (ThreadId, Instant)>) -> T) -> T {
    work(&mut RUNNING.lock().unwrap_or_else(PoisonError::into_inner))
}

fn limit(test: &str) -> Duration {
    let long = std::env::var("PROOF").as_deref() == Ok("long");
    match test.split("::").next() {
        _ if std::env::var_os(HANGS).is_some() => Duration::from_secs(1),
        Some("proof") if long => LONGEST,
        Some("proof" | "browser") => LONG,
        _ => USUAL,
    }
}

fn watch() {
    loop {
        std::thread::park_timeout(Duration::from_millis(500));
        let now = Instant::now();
        // The lock is never given back: a test whose process was killed could otherwise end, and
        // the run with it as if all were well, before the exit.
        running(|all| {
            if let Some((late, _)) = all.iter().find(|(_, (_, until))| *until < now) {
                end(late);
            }
        });
    }
}

/// Ends the run, and every process that it has started, which would otherwise stay.
fn end(test: &str) -> ! {
    let seconds = limit(test).as_secs();
    let text = format!("\nthe test {test} has not ended after {seconds} s, so the run ends here\n");
    // Output by macros is captured with the test that prints it, and would be lost here.
    let _ = std::io::stderr().write_all(text.as_bytes());
    for child in descendants(std::process::id()) {
        if let Some(child) = i32::try_from(child).ok().and_then(Pid::from_raw) {
            let _ = kill_process(child, Signal::KILL);
        }
    }
    std::process::exit(FAILED);
}

/// Returns the descendants of a process.
fn descendants(of: u32) -> Vec<u32> {
    let mut children = HashMap::<u32, Vec<u32>>::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let id = entry.file_name().to_string_lossy().parse::<u32>();
        if let (Ok(id), Ok(stat)) = (id, std::fs::read_to_string(entry.path().join("stat"))) {
            // The name may contain any character; state and parent follow it (proc(5)).
            let behind = stat.rsplit_once(") ").map_or("", |(_, behind)| behind);
            let parent = behind.split(' ').nth(1).and_then(|id| id.parse().ok());
            children.entry(parent.unwrap_or(0)).or_default().push(id);
        }
    }
    let mut all = vec![of];
    let mut at = 0;
    while let Some(id) = all.get(at) {
        all.extend(children.remove(id).unwrap_or_default());
        at += 1;
    }
    all.split_off(1)
}

#[test]
fn a_test_that_hangs_ends_the_run_with_its_name_and_its_processes() {
    start();
    if std::env::var_os(HANGS).is_some() {
        // It ends with its input, which never ends.
        let mut cat = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let input = cat.stdin.take();
        std::io::stdout()
            .write_all(format!("\ncat {}\n", cat.id()).as_bytes())
            .unwrap();
        cat.wait().unwrap();
        drop(input);
        return;
    }
    let name = std::thread::current().name().unwrap().to_owned();
    let run = Command::new(std::env::current_exe().unwrap())
        .args([&*name, "--exact", "--test-threads=1"])
        .env(HANGS, "1")
        .output()
        .unwrap();
    let (out, error) = (
        String::from_utf8(run.stdout).unwrap(),
        String::from_utf8(run.stderr).unwrap(),
    );
    assert_eq!(run.status.code(), Some(FAILED), "{out}\n{error}");
    let expected = format!("the test {name} has not ended after 1 s");
    assert!(error.contains(&expected), "{out}\n{error}");
    let cat = out.lines().find_map(|line| line.strip_prefix("cat "));
    let stat = format!("/proc/{}/stat", cat.unwrap());
    let is_ended = || match std::fs::read_to_string(&stat) {
        // An ended process may be a zombie.
        Ok(stat) => stat.contains(") Z "),
        Err(_) => true,
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let ended = eventually("the processes of the test are ended", is_ended);
    runtime.build().unwrap().block_on(ended);
}

/// The call graph of the test functions. A function is known by its module or its type, and its
/// name.
#[derive(Default)]
struct Calls {
    /// The current module, and the current type.
    module: String,
    of: Option<String>,
    /// The current function.
    by: String,
    calls: BTreeMap<String, BTreeSet<String>>,
    /// The tests that may wait.
    tests: BTreeSet<String>,
}

impl Calls {
    fn read(
        &mut self,
        name: &syn::Ident,
        attributes: &[syn::Attribute],
        read: impl FnOnce(&mut Self),
    ) {
        let of = self.of.as_ref().unwrap_or(&self.module);
        let outer = format!("{of}::{name}");
        let outer = std::mem::replace(&mut self.by, outer);
        let is_async = |attribute: &syn::Attribute| {
            let path = attribute.path().segments.iter();
            let path: Vec<_> = path.map(|part| part.ident.to_string()).collect();
            path == ["tokio", "test"]
        };
        if attributes.iter().any(is_async) {
            self.tests.insert(self.by.clone());
        }
        read(self);
        self.by = outer;
    }
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if let syn::Type::Path(path) = &*item.self_ty {
            self.of = path.path.segments.last().map(|part| part.ident.to_string());
        }
        visit::visit_item_impl(self, item);
        self.of = None;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.read(&item.sig.ident, &item.attrs, |calls| {
            visit::visit_item_fn(calls, item);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.read(&item.sig.ident, &item.attrs, |calls| {
            visit::visit_impl_item_fn(calls, item);
        });
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let names = path.path.segments.iter();
        let mut names: Vec<_> = names.map(|part| part.ident.to_string()).collect();
        let name = names.pop().unwrap_or_default();
        let of = match names.pop().as_deref() {
            Some("Self") => self.of.clone(),
            of => of.map(str::to_owned),
        };
        let called = match of {
            Some(of) => format!("{of}::{name}"),
            None => name,
        };
        self.calls
            .entry(self.by.clone())
            .or_default()
            .insert(called);
        visit::visit_expr_path(self, path);
    }
}

#[test]
fn every_test_that_may_wait_has_a_limit() {
    let mut all = Calls::default();
    for source in sources("tests/it") {
        all.module = source.module.last().cloned().unwrap_or_default();
        all.visit_file(&source.parse());
    }
    assert!(all.tests.len() > 100, "the tests are not where they were");
    let mut limited = BTreeSet::from(["time_limit::start".to_owned()]);
    loop {
        let before = limited.len();
        for (by, calls) in &all.calls {
            let (of, _) = by.rsplit_once("::").unwrap_or_default();
            // An unqualified name is in the same module, or imported from somewhere.
            let is_limited = |called: &String| {
                let here = format!("{of}::{called}");
                let elsewhere = format!("::{called}");
                match called.contains("::") || all.calls.contains_key(&here) {
                    true => limited.contains(called) || limited.contains(&here),
                    false => limited.iter().any(|name| name.ends_with(&elsewhere)),
                }
            };
            if calls.iter().any(is_limited) {
                limited.insert(by.clone());
            }
        }
        if limited.len() == before {
            break;
        }
    }
    let unlimited: Vec<_> = all.tests.difference(&limited).collect();
    assert!(
        unlimited.is_empty(),
        "begin these with `crate::time_limit::start()`: {unlimited:#?}"
    );
}
