use tokio::task::yield_now;

use super::*;

pub const MIB: usize = 1024 * 1024;

pub fn memory(mib: u32) -> (Arc<Memory>, Clock) {
    let clock = Clock::manual("2021-07-25T09:00:00Z".parse().unwrap());
    (Memory::new(mib, clock.clone()), clock)
}

/// Returns the free bytes of both budgets.
pub fn free(memory: &Memory) -> (usize, usize) {
    let free = |room: &Room| room.units.available_permits() * UNIT;
    (free(&memory.middle), free(&memory.big))
}

async fn settle() {
    for _ in 0..10 {
        yield_now().await;
    }
}

#[tokio::test]
async fn who_waits_is_served_in_turn_and_not_for_ever() {
    let (memory, clock) = memory(8);
    let all = memory.count(6 * MIB).await.unwrap();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let mut tasks = Vec::new();
    // The second wants less than the first, but is served after it nevertheless.
    for (number, size) in [(1, 5 * MIB), (2, 2 * MIB), (3, 2 * MIB)] {
        let (memory, told) = (memory.clone(), told.clone());
        tasks.push(tokio::spawn(async move {
            let place = memory.count(size).await;
            told.send((number, place.is_ok())).unwrap();
            std::future::pending::<()>().await;
            drop(place);
        }));
        settle().await;
    }
    drop(all);
    settle().await;
    assert_eq!(heard.try_recv().unwrap(), (1, true));
    assert!(heard.try_recv().is_err(), "there is 1 MiB left for 2");
    tasks[0].abort();
    settle().await;
    assert_eq!(heard.try_recv().unwrap(), (2, true));
    assert_eq!(heard.try_recv().unwrap(), (3, true));
    let late = tokio::spawn({
        let memory = memory.clone();
        async move { memory.count(6 * MIB).await.map(drop) }
    });
    settle().await;
    clock.advance(WAIT - Duration::from_secs(1));
    settle().await;
    assert!(!late.is_finished());
    clock.advance(Duration::from_secs(1));
    let refused = late.await.unwrap();
    assert!(
        matches!(refused, Err(Error::Busy { retry_after }) if retry_after == RETRY_AFTER),
        "{refused:?}"
    );
}

#[tokio::test]
async fn more_than_a_few_do_not_wait_at_all() {
    let (memory, _) = memory(8);
    let all = memory.count(6 * MIB).await.unwrap();
    let mut waiting = Vec::new();
    for _ in 0..WAITING {
        let memory = memory.clone();
        waiting.push(tokio::spawn(async move {
            memory.count(2 * MIB).await.map(drop)
        }));
        settle().await;
    }
    let refused = memory.count(2 * MIB).await;
    assert!(matches!(refused, Err(Error::Busy { .. })), "{refused:?}");
    // Short responses have a budget of their own.
    drop(memory.count(UNIT + 1).await.unwrap());
    drop(all);
    for one in waiting {
        one.await.unwrap().unwrap();
    }
    assert_eq!(free(&memory), (2 * MIB, 6 * MIB));
}
