//! The entries of the conversation, oldest first: what happened is folded between messages and quotes.

use jiff::Timestamp;

use super::Talk;
use super::delivery::{self, Delivery, delivered, notice_line};
use super::ways::Ways;
use crate::domain::{
    Approval, Author, Channel, Comment, CommentKind, Day, Decision, Employee, EventKind, Message,
    Notice, NoticeRecord, Stage, Task, TaskEvent, Told,
};
use crate::web::bill::Bill;
use crate::web::tasks::history::{EventLine, Names, line, word};
use crate::web::tasks::talk::SentAttachment;
use crate::web::text::Texts;

/// Maximum number of kinds of events that a fold names.
const NAMED: usize = 4;

pub enum Entry {
    /// A new day begins.
    Day(String),
    Events(Fold),
    Message(Bubble),
    Quote(Quote),
}

/// Events between two messages. One alone isn't folded.
pub struct Fold {
    pub summary: String,
    pub lines: Vec<EventLine>,
}

/// A message, or a note among colleagues.
pub struct Bubble {
    pub kind: &'static str,
    pub text: String,
    pub attachments: Vec<SentAttachment>,
    pub by: String,
    pub delivery: Option<Delivery>,
    /// Time for which the customer has been waiting for a reply.
    pub waits: Option<String>,
    /// How to reach the customer with a message that wasn't delivered.
    pub ways: Option<Ways>,
}

/// A price that the customer was asked to agree to.
pub struct Quote {
    pub price: String,
    pub state: String,
    pub text: String,
    /// The lines that the customer was shown.
    pub bill: Bill,
    pub class: &'static str,
    pub open: bool,
    /// Whether it was declined, and nobody has reacted.
    pub unsettled: bool,
    pub delivery: Option<Delivery>,
}

impl Entry {
    /// Returns the text of a message to the customer that wasn't delivered.
    pub fn unsent(&self) -> Option<&str> {
        match self {
            Self::Message(bubble) if bubble.ways.is_some() => Some(&bubble.text),
            _ => None,
        }
    }
}

pub struct Builder<'a> {
    pub texts: &'a Texts,
    pub talk: &'a Talk,
    pub stages: &'a [Stage],
    pub employees: &'a [Employee],
    pub task: &'a Task,
    /// Name of the customer.
    pub name: &'a str,
    pub unreachable: Option<&'a str>,
    pub ways: &'a dyn Fn(&str) -> Option<Ways>,
}

/// Entries so far, with the events that are to be folded.
#[derive(Default)]
struct Log {
    entries: Vec<Entry>,
    day: Option<Day>,
    words: Vec<&'static str>,
    lines: Vec<EventLine>,
}

impl Log {
    fn begin(&mut self, at: &Timestamp, texts: &Texts) {
        let day = texts.day_of(at);
        if self.day != Some(day) {
            self.fold(texts);
            self.day = Some(day);
            self.entries.push(Entry::Day(texts.day_heading(day)));
        }
    }

    fn event(&mut self, at: &Timestamp, word: &'static str, line: EventLine, texts: &Texts) {
        self.begin(at, texts);
        if !self.words.contains(&word) {
            self.words.push(word);
        }
        self.lines.push(line);
    }

    fn push(&mut self, at: &Timestamp, entry: Entry, texts: &Texts) {
        self.begin(at, texts);
        self.fold(texts);
        self.entries.push(entry);
    }

    fn fold(&mut self, texts: &Texts) {
        let (words, lines) = (
            std::mem::take(&mut self.words),
            std::mem::take(&mut self.lines),
        );
        if lines.is_empty() {
            return;
        }
        let named: Vec<String> = words.iter().take(NAMED).map(|id| texts.s(id)).collect();
        let more = if words.len() > NAMED { "…" } else { "" };
        let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        let args = [
            ("count", count.into()),
            ("what", format!("{}{more}", named.join(", ")).into()),
        ];
        let summary = texts.with("chat-events", args);
        self.entries.push(Entry::Events(Fold { summary, lines }));
    }
}

impl Builder<'_> {
    pub fn entries(&self) -> Vec<Entry> {
        let (texts, mut log) = (self.texts, Log::default());
        let mut quotes: Vec<&Approval> = self.talk.approvals.iter().collect();
        let mut notices: Vec<(Timestamp, &NoticeRecord)> = self.delivered();
        for event in &self.talk.events {
            let earlier = notices.iter().take_while(|(at, _)| *at < event.at).count();
            for (at, record) in notices.drain(..earlier) {
                self.notice(&mut log, at, record);
            }
            if let Some(comment) = self.comment(event) {
                log.push(&event.at, Entry::Message(self.bubble(comment)), texts);
            } else if let Some(place) = quotes.iter().position(|quote| begins(event, quote)) {
                let quote = self.quote(quotes.remove(place));
                log.push(&event.at, Entry::Quote(quote), texts);
            } else {
                let line = line(event, texts, &self.names());
                log.event(&event.at, word(event.kind), line, texts);
            }
        }
        for (at, record) in notices {
            self.notice(&mut log, at, record);
        }
        // Those of before the history had them.
        for quote in quotes {
            log.push(&quote.asked, Entry::Quote(self.quote(quote)), texts);
        }
        log.fold(texts);
        log.entries
    }

    /// Returns the delivered notices of the task's state, oldest first.
    fn delivered(&self) -> Vec<(Timestamp, &NoticeRecord)> {
        let notices = self.talk.notices.iter();
        let mut all: Vec<_> = notices
            .filter_map(|record| Some((delivered(record)?, record)))
            .collect();
        all.sort_by_key(|(at, record)| (*at, record.id.get()));
        all
    }

    fn notice(&self, log: &mut Log, at: Timestamp, record: &NoticeRecord) {
        let notice = notice_line(record, self.stages, self.texts);
        if let Some(notice) = notice {
            let line = EventLine {
                time: self.texts.time(&at),
                text: notice.text,
                was: None,
                who: String::new(),
            };
            log.event(&at, "fold-notice", line, self.texts);
        }
    }

    fn names(&self) -> Names<'_> {
        Names {
            employees: self.employees,
            people: &self.talk.people,
        }
    }

    /// Returns the message that an event is about, if it is here.
    fn comment(&self, event: &TaskEvent) -> Option<&Comment> {
        if !matches!(event.kind, EventKind::Comment | EventKind::Answer) {
            return None;
        }
        let id = event.to.as_deref()?;
        let mut all = self.talk.comments.iter();
        all.find(|comment| comment.id.to_string() == id)
    }

    fn bubble(&self, comment: &Comment) -> Bubble {
        let texts = self.texts;
        let author = match comment.author {
            Author::Customer(id) => match id.and_then(|id| self.talk.people.get(&id)) {
                Some(name) => name.clone(),
                None if id.is_some() && id == self.task.customer => self.name.to_owned(),
                None => texts.s("event-by-customer"),
            },
            other => self.names().author(other, texts),
        };
        let (kind, label) = match comment.kind {
            CommentKind::Internal => ("note", "chat-by-note"),
            CommentKind::ToCustomer => ("ours", "chat-by"),
            CommentKind::FromCustomer if comment.channel == Some(Channel::Page) => {
                ("theirs", "chat-by-page")
            }
            CommentKind::FromCustomer => ("theirs", "chat-by"),
        };
        let delivery = (comment.kind == CommentKind::ToCustomer)
            .then(|| self.delivery(comment))
            .flatten();
        let is_bad = delivery.as_ref().is_some_and(Delivery::is_bad);
        let text = comment.text.as_str().to_owned();
        Bubble {
            kind,
            by: texts.fill2(label, "name", author, "time", texts.time(&comment.at)),
            attachments: comment
                .attachments
                .iter()
                .map(|one| SentAttachment::of(one, comment.kind, texts))
                .collect(),
            waits: comment.is_open().then(|| texts.waits(&comment.at)),
            ways: is_bad.then(|| (self.ways)(&text)).flatten(),
            delivery,
            text,
        }
    }

    /// Returns the delivery of a message to the customer. Without a record it was only saved; that is said as long as the
    /// customer can't be reached and hasn't written since, who may have read it on the status page.
    fn delivery(&self, comment: &Comment) -> Option<Delivery> {
        let record = self.record(|notice| match notice {
            Notice::Comment { comment: id, .. } => id == comment.id,
            _ => false,
        });
        let texts = self.texts;
        if let Some(record) = record {
            return Some(Delivery::of(record, texts));
        }
        let why = self.unreachable?;
        let later = |other: &&Comment| other.id.get() > comment.id.get();
        let mut later = self.talk.comments.iter().filter(later);
        let is_read = later.any(|other| other.kind == CommentKind::FromCustomer);
        (!is_read).then(|| Delivery::unsent(why, texts))
    }

    fn record(&self, is_of: impl Fn(Notice) -> bool) -> Option<&NoticeRecord> {
        let mut all = self.talk.notices.iter();
        all.find(|record| match record.told {
            Told::Notice(notice) => is_of(notice),
            Told::Reply { .. } => false,
        })
    }

    fn quote(&self, approval: &Approval) -> Quote {
        let texts = self.texts;
        let when = approval.decided.unwrap_or(approval.asked);
        let how = match approval.channel {
            Some(channel) => texts.s(delivery::channel(channel)),
            None => String::new(),
        };
        let (id, class) = match approval.decision {
            Decision::Asked => ("quote-waiting", "open"),
            Decision::Agreed => ("quote-agreed", "agreed"),
            Decision::Declined => ("quote-declined", "declined"),
            Decision::Withdrawn => ("quote-withdrawn", "over"),
        };
        let record = self.record(|notice| match notice {
            Notice::Approval { approval: id, .. } => id == approval.id,
            _ => false,
        });
        let open = approval.decision == Decision::Asked;
        Quote {
            price: texts.money(approval.price),
            state: texts.fill2(id, "when", texts.when(&when), "how", how),
            text: approval
                .text
                .as_ref()
                .map_or("", Message::as_str)
                .to_owned(),
            bill: Bill::of_quote(&approval.lines, approval.discount, texts),
            class,
            open,
            unsettled: approval.unsettled,
            delivery: record
                .filter(|_| open)
                .map(|record| Delivery::of(record, texts)),
        }
    }
}

/// Returns whether an event is the beginning of a quote: the question, or the agreement by phone.
fn begins(event: &TaskEvent, quote: &Approval) -> bool {
    let by_phone = quote.channel == Some(Channel::Phone);
    let kind = if by_phone {
        EventKind::Agreed
    } else {
        EventKind::Asked
    };
    let price = quote.price.minor().to_string();
    event.kind == kind && event.at == quote.asked && event.to.as_ref() == Some(&price)
}
