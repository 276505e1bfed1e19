//! Fair queue for expensive work. A few jobs run at once, the others wait in lines, and no flood of
//! strangers delays anybody else for long:
//!
//! - Known clients are served before all strangers, and have places that no stranger takes.
//! - Strangers wait in one line per block of addresses. The lines are served round-robin, and one
//!   block has at most one job running. A flood from one block therefore gets one share, however
//!   many addresses it has, and leaves the other core to others.
//! - When all places are taken, a newcomer takes the last place of the longest line (longest queue
//!   drop). A place is lost to a shorter line only, and a newcomer from another block gets one
//!   while any block has two.
//!
//! The number of places bounds the wait: a client that has one is served after that many jobs at
//! the latest.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Capacity of the queue.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Maximum number of running jobs.
    pub running: usize,
    /// Waiting places for known clients, and for strangers.
    pub known: usize,
    pub strangers: usize,
    /// Maximum length of one line.
    pub line: usize,
}

/// The lane of a client: `K` identifies known clients, and `S` blocks of strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane<K, S> {
    Known(K),
    Stranger(S),
}

/// Hands out permits.
pub struct Turns<K: Key, S: Key>(Arc<Mutex<State<K, S>>>);

/// A key that identifies a line.
pub trait Key: Copy + Eq + Hash {}

impl<T: Copy + Eq + Hash> Key for T {}

/// The permit to run one job, released when it is dropped. It belongs to the job rather than to the
/// client that waits for it: a disconnected client drops its future, but the job runs on.
pub struct Turn<K: Key, S: Key> {
    state: Arc<Mutex<State<K, S>>>,
    lane: Lane<K, S>,
}

struct State<K: Key, S: Key> {
    free: usize,
    known: Lines<K, S, K>,
    strangers: Lines<K, S, S>,
}

/// Lines of one kind, identified by `L`.
struct Lines<K: Key, S: Key, L> {
    /// Contains no empty lines.
    waiting: HashMap<L, VecDeque<Waiting<K, S>>>,
    /// Lines without a running job, in the order of service.
    next: VecDeque<L>,
    running: HashSet<L>,
    places: usize,
    longest: usize,
}

type Waiting<K, S> = oneshot::Sender<Turn<K, S>>;

impl<K: Key, S: Key> Turns<K, S> {
    pub fn new(room: Room) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: room.running,
            known: Lines::new(room.known, room.line),
            strangers: Lines::new(room.strangers, room.line),
        })))
    }

    /// Waits for a permit. `None` when there is no free place, or when the place was lost to a
    /// shorter line.
    pub async fn wait(&self, lane: Lane<K, S>) -> Option<Turn<K, S>> {
        let (sender, turn) = oneshot::channel();
        let joined = {
            let mut state = lock(&self.0);
            match lane {
                Lane::Known(key) => state.known.join(key, sender),
                Lane::Stranger(block) => state.strangers.join(block, sender),
            }
        };
        if !joined {
            return None;
        }
        give_out(&self.0);
        turn.await.ok()
    }
}

impl<K: Key, S: Key> Drop for Turn<K, S> {
    fn drop(&mut self) {
        lock(&self.state).finish(self.lane);
        give_out(&self.state);
    }
}

/// Hands free permits to the next waiters. No permit is sent or dropped while the lock is held,
/// since dropping one acquires it.
fn give_out<K: Key, S: Key>(state: &Arc<Mutex<State<K, S>>>) {
    loop {
        let next = lock(state).take();
        let Some((lane, waiting)) = next else { return };
        let turn = Turn {
            state: state.clone(),
            lane,
        };
        // If the receiver is gone, the permit comes back and is released by this drop.
        drop(waiting.send(turn));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Key, S: Key> State<K, S> {
    fn take(&mut self) -> Option<(Lane<K, S>, Waiting<K, S>)> {
        let left = self.free.checked_sub(1)?;
        let known = self.known.take();
        let taken = match known {
            Some((key, waiting)) => (Lane::Known(key), waiting),
            None => {
                let (block, waiting) = self.strangers.take()?;
                (Lane::Stranger(block), waiting)
            }
        };
        self.free = left;
        Some(taken)
    }

    fn finish(&mut self, lane: Lane<K, S>) {
        self.free += 1;
        match lane {
            Lane::Known(key) => self.known.finish(key),
            Lane::Stranger(block) => self.strangers.finish(block),
        }
    }
}

impl<K: Key, S: Key, L: Key> Lines<K, S, L> {
    fn new(places: usize, longest: usize) -> Self {
        Self {
            waiting: HashMap::new(),
            next: VecDeque::new(),
            running: HashSet::new(),
            places,
            longest,
        }
    }

    /// Takes a place at the end of a line. Returns whether there was one.
    fn join(&mut self, key: L, waiting: Waiting<K, S>) -> bool {
        if !self.has_place(key) {
            self.forget_the_gone();
            if !self.has_place(key) && !self.take_from_the_longest(key) {
                return false;
            }
        }
        let line = self.waiting.entry(key).or_default();
        line.push_back(waiting);
        if line.len() == 1 && !self.running.contains(&key) {
            self.next.push_back(key);
        }
        true
    }

    fn has_place(&self, key: L) -> bool {
        let all: usize = self.waiting.values().map(VecDeque::len).sum();
        all < self.places && self.length(key) < self.longest
    }

    /// Frees the last place of the longest line, provided that this line stays no shorter than the
    /// newcomer's. Returns whether it did.
    fn take_from_the_longest(&mut self, key: L) -> bool {
        let mine = self.length(key);
        let longest = self.waiting.values_mut().max_by_key(|line| line.len());
        match longest.filter(|line| line.len() > mine + 1) {
            Some(line) => line.pop_back().is_some(),
            None => false,
        }
    }

    fn length(&self, key: L) -> usize {
        self.waiting.get(&key).map_or(0, VecDeque::len)
    }

    /// Removes waiters whose clients have disconnected.
    fn forget_the_gone(&mut self) {
        self.waiting.retain(|_, line| {
            line.retain(|waiting| !waiting.is_closed());
            !line.is_empty()
        });
        self.next.retain(|key| self.waiting.contains_key(key));
    }

    /// Returns the first waiter of the next line. The line gets no other permit until this one is
    /// released.
    fn take(&mut self) -> Option<(L, Waiting<K, S>)> {
        let key = self.next.pop_front()?;
        let line = self.waiting.get_mut(&key)?;
        let waiting = line.pop_front()?;
        if line.is_empty() {
            self.waiting.remove(&key);
        }
        self.running.insert(key);
        Some((key, waiting))
    }

    fn finish(&mut self, key: L) {
        self.running.remove(&key);
        if self.waiting.contains_key(&key) {
            self.next.push_back(key);
        }
    }
}
