//! The queue for hashing, with jobs that the tests begin and end by hand.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Poll;

use futures_util::poll;
use zayavka::app::security::turns::{self, Room, Turns};

type Lane = turns::Lane<u8, u32>;
type Turn = turns::Turn<u8, u32>;

type Waiter<'a> = Pin<Box<dyn Future<Output = Option<Turn>> + 'a>>;

/// Two run; three known clients may wait and eight strangers, three per block.
const ROOM: Room = Room {
    running: 2,
    known: 3,
    strangers: 8,
    line: 3,
};

fn known(key: u8) -> Lane {
    Lane::Known(key)
}

fn stranger(block: u32) -> Lane {
    Lane::Stranger(block)
}

/// Running and waiting jobs.
struct Queue<'a> {
    turns: &'a Turns<u8, u32>,
    waiting: Vec<(Lane, Waiter<'a>)>,
    running: VecDeque<(Lane, Turn)>,
    refused: Vec<Lane>,
}

impl<'a> Queue<'a> {
    fn new(turns: &'a Turns<u8, u32>) -> Self {
        crate::time_limit::start();
        Self {
            turns,
            waiting: Vec::new(),
            running: VecDeque::new(),
            refused: Vec::new(),
        }
    }

    async fn come(&mut self, lane: Lane) {
        self.waiting.push((lane, Box::pin(self.turns.wait(lane))));
        // Once more for those that only then learn how this arrival affects them.
        self.look().await;
        self.look().await;
    }

    /// Ends the job that was begun first.
    async fn end_one(&mut self) {
        drop(self.running.pop_front());
        self.look().await;
    }

    async fn look(&mut self) {
        // The runtime's cooperative budget would suppress wake-ups without a pause.
        tokio::task::yield_now().await;
        let mut waiting = Vec::new();
        for (lane, mut waiter) in std::mem::take(&mut self.waiting) {
            match poll!(&mut waiter) {
                Poll::Pending => waiting.push((lane, waiter)),
                Poll::Ready(Some(turn)) => self.running.push_back((lane, turn)),
                Poll::Ready(None) => self.refused.push(lane),
            }
        }
        self.waiting = waiting;
    }

    fn runs(&self) -> Vec<Lane> {
        self.running.iter().map(|(lane, _)| *lane).collect()
    }

    /// Returns the order in which all waiting jobs run.
    async fn order(&mut self) -> Vec<Lane> {
        let mut order = Vec::new();
        while let Some((lane, _)) = self.running.front() {
            order.push(*lane);
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
    // A block with as many places as the others takes none from them.
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
        // Time for one known client, one of the others, and one of the flood.
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
    // Disconnected between being called and noticing it: the permit is passed on.
    let called = queue.waiting.remove(0);
    drop(queue.running.pop_front());
    drop(called);
    queue.look().await;
    assert_eq!(queue.runs(), [1, 4].map(stranger));
    let order = [1, 4, 5, 7, 8, 9, 10, 11].map(stranger);
    assert_eq!(queue.order().await, order);
    // Nothing was lost on the way: as many run at once as before.
    queue.come(stranger(1)).await;
    queue.come(stranger(2)).await;
    queue.come(stranger(3)).await;
    assert_eq!(queue.runs(), [1, 2].map(stranger));
}

#[tokio::test]
async fn work_goes_on_when_its_client_hangs_up() {
    let turns = Turns::new(ROOM);
    let mut queue = Queue::new(&turns);
    queue.come(stranger(1)).await;
    queue.come(stranger(2)).await;
    queue.come(stranger(3)).await;
    // Permits belong to the jobs: nobody else starts before one of them ends.
    assert_eq!(queue.runs(), [1, 2].map(stranger));
    queue.end_one().await;
    assert_eq!(queue.runs(), [2, 3].map(stranger));
}
