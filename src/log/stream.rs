//! Standard error, written by a thread that nothing waits for.

use std::io::{ErrorKind, Write};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

/// The target under which gaps are logged.
pub(super) const TARGET: &str = module_path!();
/// The longest queue, in lines.
const LINES: usize = 4_096;
/// The number of bytes written at once.
const BATCH: usize = 64 * 1024;
/// The delay before a non-blocking stream that is full is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// Starts the thread.
pub(super) fn start() -> (NonBlocking, WorkerGuard) {
    start_with(std::io::stderr())
}

fn start_with(out: impl Write + Send + 'static) -> (NonBlocking, WorkerGuard) {
    let dropped = Arc::new(OnceLock::new());
    let batch = Batch {
        out,
        waiting: Vec::with_capacity(BATCH),
        is_torn: false,
        is_read: false,
        failed: 0,
        told: 0,
        dropped: dropped.clone(),
    };
    let queue = NonBlockingBuilder::default()
        .buffered_lines_limit(LINES)
        .lossy(true)
        .finish(batch);
    dropped.get_or_init(|| queue.0.error_counter());
    queue
}

/// Lines that are written together, and the number of missing ones.
struct Batch<W> {
    out: W,
    waiting: Vec<u8>,
    /// Whether the last line was written without its end.
    is_torn: bool,
    /// Whether anything was written since the gaps were last checked.
    is_read: bool,
    /// The number of lines that could not be written.
    failed: usize,
    /// The number of missing lines that were reported already.
    told: usize,
    /// Counts the lines that found the queue full.
    dropped: Arc<OnceLock<ErrorCounter>>,
}

impl<W: Write> Batch<W> {
    /// Writes the waiting lines. Those that can't be written are counted and dropped.
    fn pass_on(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let was_torn = self.is_torn;
        if was_torn {
            self.waiting.insert(0, b'\n');
        }
        let written = self.write_through();
        let (there, missing) = self.waiting.split_at(written);
        self.is_torn = there.last().map_or(self.is_torn, |last| *last != b'\n');
        let ends = missing.iter().filter(|byte| **byte == b'\n').count();
        // The end of the torn line was counted with it.
        self.failed += ends - usize::from(was_torn && written == 0);
        let is_whole = missing.is_empty();
        self.waiting.clear();
        self.is_read |= is_whole;
    }

    /// Returns the number of bytes written.
    fn write_through(&mut self) -> usize {
        let mut written = 0;
        while written < self.waiting.len() {
            match self.out.write(&self.waiting[written..]) {
                Ok(0) => break,
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Another program that shares the stream has made it non-blocking.
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(AGAIN),
                Err(_) => break,
            }
        }
        written
    }

    /// Logs the number of lost lines, unless it was logged already, once reading resumes. The line
    /// goes through the queue like any other; if the queue is full it is lost too, and the next one
    /// reports both.
    fn tell(&mut self) {
        if !std::mem::take(&mut self.is_read) {
            return;
        }
        let dropped = || self.dropped.get().map_or(0, ErrorCounter::dropped_lines);
        let missing = dropped() + self.failed;
        if missing == self.told {
            return;
        }
        let (before, lines) = (dropped(), missing - self.told);
        tracing::warn!(
            lines,
            "lines of the log were lost: nobody read it, or it could not be written"
        );
        if dropped() == before {
            self.told = missing;
        }
    }
}

impl<W: Write> Write for Batch<W> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        // This line has just left the queue, which was full while nothing read.
        self.tell();
        self.waiting.extend_from_slice(line);
        if self.waiting.len() >= BATCH {
            self.pass_on();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.pass_on();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io;
    use std::sync::Mutex;

    use super::*;

    /// A stream that accepts this many bytes at each write, or fails.
    #[derive(Clone)]
    struct Stream {
        next: Arc<Mutex<VecDeque<io::Result<usize>>>>,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Stream {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let next = self.next.lock().unwrap().pop_front();
            let most = next.unwrap_or(Ok(bytes.len()))?.min(bytes.len());
            self.taken.lock().unwrap().extend_from_slice(&bytes[..most]);
            Ok(most)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_was_torn_spoils_no_other_and_what_is_missing_is_counted() {
        let full = || Err(io::Error::from(ErrorKind::StorageFull));
        let would_block = || Err(io::Error::from(ErrorKind::WouldBlock));
        let stream = Stream {
            next: Arc::new(Mutex::new(
                [Ok(3), full(), full(), would_block(), Ok(2)].into(),
            )),
            taken: Arc::default(),
        };
        let mut batch = Batch {
            out: stream.clone(),
            waiting: Vec::new(),
            is_torn: false,
            is_read: false,
            failed: 0,
            told: 0,
            dropped: Arc::default(),
        };
        // Three bytes of it are written, nothing of the next two lines, then everything.
        for lines in ["one\ntwo\n", "three\nfour\n", "five\n", "six\n"] {
            batch.write_all(lines.as_bytes()).unwrap();
            batch.flush().unwrap();
        }
        let taken = stream.taken.lock().unwrap().clone();
        assert_eq!(String::from_utf8(taken).unwrap(), "one\nfive\nsix\n");
        assert_eq!((batch.failed, batch.told), (4, 4));
    }
}
