//! The queue in front of costly work. A few jobs run at once, the others wait in lines, and no flood of strangers
//! keeps anybody else waiting for long:
//!
//! - Whoever is known goes before all strangers and has places that no stranger takes.
//! - Strangers stand in a line for each block of addresses. The lines take turns, and one block has one job running at
//!   the most. So a flood from one block gets one share, however many addresses it has, and leaves a core to others.
//! - When all places are taken, a newcomer takes one from the longest line. So a place is lost only to a line that is
//!   shorter, and while fewer blocks wait than there are places, a newcomer from another block always gets one.
//!
//! The places bound the wait: whoever has one gets a turn after as many jobs as there are places at the latest.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// How much runs, and how much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Jobs that may run at once.
    pub running: usize,
    /// Places for the known to wait in, and for strangers.
    pub known: usize,
    pub strangers: usize,
    /// Those of one line at the most.
    pub line: usize,
}

/// The lane in which somebody waits: `K` tells the known apart, and `S` the blocks of strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane<K, S> {
    Known(K),
    Stranger(S),
}

/// Gives out turns.
pub struct Turns<K: Key, S: Key>(Arc<Mutex<State<K, S>>>);

/// What lines are told apart by.
pub trait Key: Copy + Eq + Hash {}

impl<T: Copy + Eq + Hash> Key for T {}

/// The right to run one job, given back when it is dropped. It belongs to the job and not to the client that waits
/// for it: a client that hangs up drops its future, and the job runs on.
pub struct Turn<K: Key, S: Key> {
    state: Arc<Mutex<State<K, S>>>,
    lane: Lane<K, S>,
}

struct State<K: Key, S: Key> {
    free: usize,
    known: Lines<K, S, K>,
    strangers: Lines<K, S, S>,
}

/// The lines of one kind; `L` tells them apart.
struct Lines<K: Key, S: Key, L> {
    /// None of them is empty, but while somebody is taken out.
    waiting: HashMap<L, VecDeque<Waiting<K, S>>>,
    /// The lines that have nobody running, in the order of their turns.
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

    /// Waits for a turn. `None` where there is no place to wait in, or it was lost to a shorter line.
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

/// Hands the free turns to whoever is next. No turn is sent or dropped under the lock: dropping one takes it.
fn give_out<K: Key, S: Key>(state: &Arc<Mutex<State<K, S>>>) {
    loop {
        let next = lock(state).take();
        let Some((lane, waiting)) = next else { return };
        let turn = Turn {
            state: state.clone(),
            lane,
        };
        // A turn that nobody waits for any more comes back at once, by being dropped.
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

    /// Whether there is a place.
    fn join(&mut self, key: L, waiting: Waiting<K, S>) -> bool {
        if !self.has_place(key) {
            self.forget_the_gone();
            if !self.has_place(key) && !self.takes_a_place(key) {
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

    /// Takes the last place of the longest line, where that stays no shorter than one's own then.
    fn takes_a_place(&mut self, key: L) -> bool {
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

    /// Clears the places of clients that have hung up.
    fn forget_the_gone(&mut self) {
        self.waiting.retain(|_, line| {
            line.retain(|waiting| !waiting.is_closed());
            !line.is_empty()
        });
        self.next.retain(|key| self.waiting.contains_key(key));
    }

    /// The first of the line whose turn it is. It stays without another turn until this one is given back.
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

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use futures_util::poll;

    use super::*;

    type Waiter<'a> = Pin<Box<dyn Future<Output = Option<Turn<u8, u32>>> + 'a>>;

    /// Two run, three known may wait and eight strangers, three of one block.
    const ROOM: Room = Room {
        running: 2,
        known: 3,
        strangers: 8,
        line: 3,
    };

    fn known(key: u8) -> Lane<u8, u32> {
        Lane::Known(key)
    }

    fn stranger(block: u32) -> Lane<u8, u32> {
        Lane::Stranger(block)
    }

    /// Somebody at work, or waiting for it.
    struct Queue<'a> {
        turns: &'a Turns<u8, u32>,
        waiting: Vec<(Lane<u8, u32>, Waiter<'a>)>,
        running: VecDeque<Turn<u8, u32>>,
        refused: Vec<Lane<u8, u32>>,
    }

    impl<'a> Queue<'a> {
        fn new(turns: &'a Turns<u8, u32>) -> Self {
            Self {
                turns,
                waiting: Vec::new(),
                running: VecDeque::new(),
                refused: Vec::new(),
            }
        }

        async fn come(&mut self, lane: Lane<u8, u32>) {
            self.waiting.push((lane, Box::pin(self.turns.wait(lane))));
            // Once more for those who hear only then what that one's coming means for them.
            self.look().await;
            self.look().await;
        }

        /// The work that was begun first ends.
        async fn end_one(&mut self) {
            drop(self.running.pop_front());
            self.look().await;
        }

        async fn look(&mut self) {
            // The runtime lets nobody hear anything who has heard too much without a pause.
            tokio::task::yield_now().await;
            let mut waiting = Vec::new();
            for (lane, mut waiter) in std::mem::take(&mut self.waiting) {
                match poll!(&mut waiter) {
                    std::task::Poll::Pending => waiting.push((lane, waiter)),
                    std::task::Poll::Ready(Some(turn)) => self.running.push_back(turn),
                    std::task::Poll::Ready(None) => self.refused.push(lane),
                }
            }
            self.waiting = waiting;
        }

        fn runs(&self) -> Vec<Lane<u8, u32>> {
            self.running.iter().map(|turn| turn.lane).collect()
        }

        /// The order in which all that waits is done.
        async fn order(&mut self) -> Vec<Lane<u8, u32>> {
            let mut order = Vec::new();
            while let Some(turn) = self.running.front() {
                order.push(turn.lane);
                self.end_one().await;
            }
            assert!(self.waiting.is_empty());
            order
        }
    }

    #[tokio::test]
    async fn blocks_take_turns_and_one_has_one_job_running() {
        let turns = Turns::new(ROOM);
        let mut queue = Queue::new(&turns);
        for _ in 0..4 {
            queue.come(stranger(1)).await;
        }
        assert_eq!(queue.runs(), [stranger(1)], "the other one stays free");
        for block in [2, 3, 3, 4] {
            queue.come(stranger(block)).await;
        }
        assert_eq!(queue.refused, []);
        let order = [1, 2, 3, 4, 1, 3, 1, 1].map(stranger);
        assert_eq!(queue.order().await, order);
    }

    #[tokio::test]
    async fn the_known_go_first_and_have_places_of_their_own() {
        let turns = Turns::new(ROOM);
        let mut queue = Queue::new(&turns);
        for block in 0..10 {
            queue.come(stranger(block)).await;
        }
        queue.come(stranger(10)).await;
        assert_eq!(queue.refused, [stranger(10)], "all places are taken");
        for key in [1, 1, 2] {
            queue.come(known(key)).await;
        }
        let mut first = queue.order().await;
        first.truncate(6);
        let expected = [
            stranger(0),
            stranger(1),
            known(1),
            known(2),
            known(1),
            stranger(2),
        ];
        assert_eq!(first, expected);
    }

    #[tokio::test]
    async fn a_newcomer_takes_a_place_of_the_longest_line() {
        let turns = Turns::new(ROOM);
        let mut queue = Queue::new(&turns);
        // Three blocks fill all places.
        for _ in 0..4 {
            for block in [1, 2, 3] {
                queue.come(stranger(block)).await;
            }
        }
        assert_eq!(queue.runs(), [1, 2].map(stranger));
        let refused = queue.refused.len();
        queue.come(stranger(4)).await;
        assert_eq!(queue.refused.len(), refused + 1);
        assert_ne!(queue.refused[refused], stranger(4));
        // A block that has as many as the others takes none from them.
        while queue.refused.len() < 50 {
            queue.come(stranger(1)).await;
        }
        let waits = |lane| queue.waiting.iter().filter(|(l, _)| *l == lane).count();
        for block in [2, 3] {
            assert!(waits(stranger(block)) >= 2, "{block}");
        }
        assert_eq!(waits(stranger(4)), 1);
    }

    #[tokio::test]
    async fn a_flood_of_one_block_refuses_nobody_else() {
        let turns = Turns::new(ROOM);
        let mut queue = Queue::new(&turns);
        for round in 0..100 {
            for _ in 0..20 {
                queue.come(stranger(0)).await;
            }
            queue.come(stranger(1 + round % 3)).await;
            queue.come(known(1)).await;
            // Time for one known, one of the others, and one of the flood.
            for _ in 0..3 {
                queue.end_one().await;
            }
        }
        assert!(queue.refused.len() > 1_000);
        queue.refused.retain(|lane| *lane != stranger(0));
        assert_eq!(queue.refused, []);
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_leaves_its_place_to_the_next() {
        let turns = Turns::new(ROOM);
        let mut queue = Queue::new(&turns);
        for block in 0..10 {
            queue.come(stranger(block)).await;
        }
        // One in the middle, and the one whose turn is next.
        drop(queue.waiting.remove(4));
        drop(queue.waiting.remove(0));
        queue.come(stranger(10)).await;
        queue.come(stranger(11)).await;
        assert_eq!(queue.refused, []);
        queue.come(stranger(12)).await;
        assert_eq!(queue.refused, [stranger(12)]);
        // Hung up between being called and hearing of it: the turn goes on.
        let called = queue.waiting.remove(0);
        drop(queue.running.pop_front());
        drop(called);
        queue.look().await;
        assert_eq!(queue.runs(), [1, 4].map(stranger));
        let order = [1, 4, 5, 7, 8, 9, 10, 11].map(stranger);
        assert_eq!(queue.order().await, order);
        assert!(lock(&turns.0).strangers.waiting.is_empty());
        assert_eq!(lock(&turns.0).free, ROOM.running);
    }

    #[tokio::test]
    async fn work_goes_on_when_its_client_hangs_up() {
        let turns = Turns::new(ROOM);
        let mut queue = Queue::new(&turns);
        queue.come(stranger(1)).await;
        queue.come(stranger(2)).await;
        queue.come(stranger(3)).await;
        // The turns are the work's own: nobody else starts before one of them ends.
        assert_eq!(queue.runs(), [1, 2].map(stranger));
        queue.end_one().await;
        assert_eq!(queue.runs(), [2, 3].map(stranger));
    }
}
