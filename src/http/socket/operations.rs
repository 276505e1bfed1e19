//! The running operations of a socket, and the queue of their messages.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::app::memory::MemoryPermit;
use crate::log;

/// The largest number of concurrent operations of one client.
const OPERATIONS: usize = 100;
/// The number of responses that may wait for a slow client before its operations wait too (backpressure).
const QUEUE: usize = 64;

/// The running operations. They are aborted when this is dropped.
///
/// A client may use the id of an operation again as soon as it has completed it, while messages of that one still wait in
/// the queue. Therefore each operation has a number, and only messages with the number that its id has now are sent.
pub(super) struct Operations {
    running: HashMap<Arc<str>, Running>,
    started: u64,
    sender: mpsc::Sender<Queued>,
    queue: mpsc::Receiver<Queued>,
}

struct Running {
    number: u64,
    task: AbortHandle,
}

/// A message of an operation, with its memory permit.
pub(super) struct Line {
    pub text: String,
    pub place: Option<MemoryPermit>,
}

struct Queued {
    id: Arc<str>,
    number: u64,
    line: Line,
    is_last: bool,
}

/// The way of one operation's messages to the client. It takes them as fast as the client reads.
pub(super) struct Outlet {
    id: Arc<str>,
    number: u64,
    sender: mpsc::Sender<Queued>,
}

impl Operations {
    pub fn new() -> Self {
        let (sender, queue) = mpsc::channel(QUEUE);
        Self {
            running: HashMap::new(),
            started: 0,
            sender,
            queue,
        }
    }

    pub fn has(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    pub fn is_full(&self) -> bool {
        self.running.len() >= OPERATIONS
    }

    /// Starts an operation under an id that none has.
    pub fn start<F>(&mut self, id: String, work: impl FnOnce(Outlet) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.started += 1;
        let id: Arc<str> = id.into();
        let outlet = Outlet {
            id: id.clone(),
            number: self.started,
            sender: self.sender.clone(),
        };
        let running = Running {
            number: self.started,
            task: log::spawn(work(outlet)).abort_handle(),
        };
        self.running.insert(id, running);
    }

    /// Ends an operation that the client has completed; nothing more is sent of it.
    pub fn stop(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.task.abort();
        }
    }

    /// Waits for the next message of a running operation. With the last one its id is free.
    pub async fn next(&mut self) -> Line {
        loop {
            let Some(queued) = self.queue.recv().await else {
                // The queue is open as long as this exists.
                return std::future::pending().await;
            };
            let running = self.running.get(&queued.id);
            if running.is_some_and(|running| running.number == queued.number) {
                if queued.is_last {
                    self.running.remove(&queued.id);
                }
                return queued.line;
            }
        }
    }
}

impl Drop for Operations {
    fn drop(&mut self) {
        for running in self.running.values() {
            running.task.abort();
        }
    }
}

impl Outlet {
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Sends a message; returns whether the socket is still open.
    pub async fn send(&self, line: Line) -> bool {
        self.queue(line, false).await
    }

    /// Sends the message that ends the operation.
    pub async fn end(self, text: String) {
        let line = Line { text, place: None };
        // A closed socket drops the message, which is fine.
        self.queue(line, true).await;
    }

    async fn queue(&self, line: Line, is_last: bool) -> bool {
        let queued = Queued {
            id: self.id.clone(),
            number: self.number,
            line,
            is_last,
        };
        self.sender.send(queued).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts an operation that responds with this text and then completes.
    fn start(operations: &mut Operations, id: &str, text: &'static str) {
        operations.start(id.to_owned(), async move |outlet: Outlet| {
            let text = text.to_owned();
            let id = outlet.id().to_owned();
            assert!(outlet.send(Line { text, place: None }).await);
            outlet.end(format!("end of {id}")).await;
        });
    }

    /// Waits until this many messages are in the queue.
    async fn queued(operations: &Operations, count: usize) {
        while operations.queue.len() < count {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_reused_id_gets_its_own_answer_while_the_earlier_one_waits_in_the_queue() {
        let mut operations = Operations::new();
        start(&mut operations, "a", "old");
        queued(&operations, 2).await;
        operations.stop("a");
        start(&mut operations, "a", "new");
        queued(&operations, 4).await;
        assert_eq!(operations.next().await.text, "new");
        assert!(operations.has("a"));
        assert_eq!(operations.next().await.text, "end of a");
        assert!(!operations.has("a"));
    }

    #[tokio::test]
    async fn an_id_is_free_with_the_last_message_and_not_before() {
        let mut operations = Operations::new();
        start(&mut operations, "a", "first");
        queued(&operations, 2).await;
        assert_eq!(operations.next().await.text, "first");
        assert!(operations.has("a"));
        assert_eq!(operations.next().await.text, "end of a");
        assert!(!operations.has("a"));
        start(&mut operations, "a", "second");
        assert_eq!(operations.next().await.text, "second");
    }
}
