//! The last two weeks of the demo's data, executed in chronological order by the use cases. All
//! messages count as delivered.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::catalogue::{
    CUSTOMERS_ASK, HOW_IT_LOOKS, OFFER, PART_ORDERED, Phrase, STAFF_ANSWER, text_in,
};
use super::hours::DAY;
use super::life::{APPROVAL, HANDED_OVER, Life, PART, READY, Seen, UNREPAIRED};
use super::{Setting, money};
use crate::app::answers::{self, CustomerMessage};
use crate::app::security::link_key::LinkKey;
use crate::app::status_links::Links;
use crate::app::{approvals, chat_links, comments, reminders, tasks};
use crate::domain::{
    AttachmentKind, Channel, Contents, Enclosure, Error, Message, Messenger, Method, NewApproval,
    NewPayment, NewTask, PublicUrl, Reminders, RemoteFile, Result, TaskChange, TaskId, TelegramId,
};
use crate::store::outbox::Delivered;
use crate::store::{self, Transaction};

/// Number of days simulated event by event.
pub const DAYS: i64 = 14;
/// Approximate maximum number of tasks with a conversation.
const TALKED: usize = 150;
/// Time of the reminders: in minutes since opening, and by the wall clock in hours; and after how
/// many days.
const REMINDERS: (i64, u8, u16) = (2 * 60, 10, 3);
/// Validity of status links after handover.
const LINKS_HOLD: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The picture of a broken phone.
const PHONE: &[u8] = include_bytes!("phone.png");

/// A simulated action.
struct Event {
    minute: i64,
    /// Index of its task.
    of: usize,
    deed: Deed,
}

#[derive(Clone, Copy)]
enum Deed {
    ComeIn,
    Enter(&'static str),
    Note(Phrase),
    Ask,
    Decide(bool),
    Say(Phrase),
    Show(Phrase),
    Answer(Phrase),
    /// The customer blocks the bot, so that the last message fails.
    Block,
    /// The shop reminds customers of finished tasks.
    Remind,
    /// A shift of the drawer follows another.
    Shift,
}

/// The tasks of these days, with the ids of those that were accepted before.
pub struct Present {
    setting: Arc<Setting>,
    tasks: Vec<(Life, Option<TaskId>)>,
    events: std::vec::IntoIter<Event>,
    seen: Seen,
    links: Links,
    /// Number of messages sent by customers.
    messages: i32,
}

impl Present {
    /// Plans all events until now.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn plan(
        setting: Arc<Setting>,
        tasks: Vec<(Life, Option<TaskId>)>,
        seen: Seen,
    ) -> Result<Self> {
        let now = setting.hours.now;
        let mut events = Vec::new();
        let mut blocked = false;
        let every = tasks.len() / TALKED + 1;
        let mut talks = 0;
        for (of, (life, id)) in tasks.iter().enumerate() {
            let mut plan = Plan {
                of,
                events: Vec::new(),
            };
            if id.is_none() {
                plan.add(life.arrived, Deed::ComeIn);
            }
            for (minute, stage) in &life.steps {
                plan.add(*minute, Deed::Enter(stage));
                if *stage == PART {
                    plan.add(minute + 10, Deed::Note(PART_ORDERED));
                }
            }
            let has_bot = setting.customers[life.customer].bot.is_some();
            if has_bot && life.thing.is_some() && of % every == 0 {
                plan.talk(talks, life, id.is_none(), now);
                talks += 1;
                // One customer whose task is ready has not received the message.
                let last = life.steps.iter().rfind(|(minute, _)| *minute < now);
                if let Some((minute, _)) = last.filter(|(_, stage)| !blocked && *stage == READY) {
                    blocked = true;
                    plan.events.retain(|event| event.minute <= *minute);
                    plan.add(*minute, Deed::Block);
                }
            }
            events.extend(plan.events);
        }
        let remind = |day| Event {
            minute: day * DAY + REMINDERS.0,
            of: 0,
            deed: Deed::Remind,
        };
        let shift = |day| Event {
            minute: day * DAY,
            of: 0,
            deed: Deed::Shift,
        };
        events.extend((-DAYS..=0).map(remind));
        events.extend((-DAYS..=0).map(shift));
        events.retain(|event| event.minute < now);
        events.sort_by_key(|event| event.minute);
        Ok(Self {
            setting,
            tasks,
            events: events.into_iter(),
            seen,
            links: Links::new(
                &LinkKey::new(&[0; 32])?,
                LINKS_HOLD,
                PublicUrl::new("", "", true),
            ),
            messages: 0,
        })
    }

    /// Returns the number of events left.
    pub fn left(&self) -> usize {
        self.events.len()
    }

    /// Executes the next events, at most `most`.
    pub fn pass(&mut self, tx: &Transaction, most: usize) -> Result<()> {
        for _ in 0..most {
            let Some(event) = self.events.next() else {
                break;
            };
            let now = self.setting.hours.instant(event.minute);
            deliver(tx, now, now)?;
            self.happen(tx, &event, now)?;
        }
        Ok(())
    }

    fn happen(&mut self, tx: &Transaction, event: &Event, now: Timestamp) -> Result<()> {
        let setting = self.setting.clone();
        let (life, id) = &mut self.tasks[event.of];
        let person = &setting.customers[life.customer];
        let actor = &setting.staff[life.employee];
        let language = setting.shop.language;
        let message = |words| Message::parse("text", text_in(language, words));
        let task = id.ok_or(Error::NotFound);
        let who = person.bot.ok_or(Error::NotFound);
        match event.deed {
            Deed::ComeIn => {
                let (details, deposit) = life.details(&setting, &self.seen);
                let new = NewTask {
                    customer_phone: person.phone.clone(),
                    customer_name: None,
                    category: life.category,
                    status: None,
                    stage: None,
                    description: life.description.clone(),
                    due: life.due,
                    remind: true,
                    details,
                    deposit: deposit.map(|sum| NewPayment::plain(Method::Cash, sum)),
                };
                *id = Some(tasks::create(tx, actor, &new, now)?.task.id);
            }
            Deed::Enter(name) => {
                let details = life.change(&setting, event.minute, name);
                self.seen.note(life, task.clone()?, &details);
                match name {
                    READY => money::add_lines(tx, &setting, life, task.clone()?, now)?,
                    HANDED_OVER => money::take_rest(tx, &setting, life, task.clone()?, now)?,
                    _ => {}
                }
                let change = TaskChange {
                    stage: Some(setting.stages.get(name)?.id),
                    details,
                    ..TaskChange::default()
                };
                tasks::update(tx, &setting.shop, actor, task?, &change, now)?;
            }
            Deed::Note(words) => {
                comments::add(tx, actor, task?, None, &message(words)?, now)?;
            }
            Deed::Answer(words) => {
                let routing = Some(&*setting.shop.routing);
                comments::add(tx, actor, task?, routing, &message(words)?, now)?;
            }
            Deed::Ask => {
                let thing = life.thing.as_ref().ok_or(Error::NotFound)?;
                let new = NewApproval {
                    price: Some(thing.price),
                    text: Some(message(OFFER)?),
                    expected_version: None,
                };
                approvals::ask(tx, &setting.shop, actor, task?, &new, now)?;
            }
            Deed::Decide(agreed) => {
                let asked = store::approvals::asked_of_task(tx, task?)?;
                let asked = asked.ok_or(Error::NotFound)?;
                answers::decide(tx, who?.into(), asked.id, agreed, now)?;
            }
            Deed::Say(words) => self.write(tx, who?, message(words)?, None, now)?,
            Deed::Show(words) => self.write(tx, who?, message(words)?, Some(photo()), now)?,
            Deed::Block => chat_links::set_blocked(tx, &setting.shop, who?.into(), true, now)?,
            Deed::Shift => money::change_shift(tx, &setting, event.minute / DAY, now)?,
            Deed::Remind => {
                let (_, hour, days) = REMINDERS;
                let reminders = Reminders::new(vec![days], hour).ok_or(Error::NotFound)?;
                reminders::remind(tx, &reminders, &setting.shop, now)?;
            }
        }
        Ok(())
    }

    /// Handles a customer's message. An enclosed file is downloaded immediately.
    fn write(
        &mut self,
        tx: &Transaction,
        who: TelegramId,
        text: Message,
        enclosure: Option<Enclosure>,
        now: Timestamp,
    ) -> Result<()> {
        self.messages += 1;
        let said = CustomerMessage {
            message: self.messages.into(),
            answers: None,
            album: None,
            text,
            enclosure,
        };
        answers::take(tx, &self.links, who.into(), &said, now)?;
        if let Some((wanted, _)) = store::attachments::next(tx, Messenger::Telegram)? {
            let contents = Contents::parse(PHONE.to_vec());
            let contents = contents.ok_or_else(|| Error::internal("the picture is none"))?;
            store::attachments::set_here(tx, wanted.id, wanted.kind, &contents)?;
        }
        Ok(())
    }

    /// Ends the simulation: delivers what still waits in the outbox.
    pub fn end(&self, tx: &Transaction, now: Timestamp) -> Result<()> {
        let due = now.saturating_add(self.setting.shop.notify_delay);
        deliver(tx, due.unwrap_or(now), now)
    }
}

/// The planned events of a task.
struct Plan {
    of: usize,
    events: Vec<Event>,
}

impl Plan {
    fn add(&mut self, minute: i64, deed: Deed) {
        let of = self.of;
        self.events.push(Event { minute, of, deed });
    }

    /// Adds the `nth` conversation of a customer and the shop in the bot.
    fn talk(&mut self, nth: usize, life: &Life, is_new: bool, now: i64) {
        let is_visible = life.thing.as_ref().is_some_and(|thing| thing.fault.visible);
        if is_visible {
            self.add(life.arrived + 15, Deed::Show(HOW_IT_LOOKS));
        }
        let mut steps = life.steps.iter().peekable();
        let mut asked = false;
        while let Some((minute, stage)) = steps.next() {
            let next = steps.peek().map(|(next, stage)| (*next, *stage));
            let declines = next.is_some_and(|(_, stage)| stage == UNREPAIRED);
            let Some((next, _)) = next.filter(|_| *stage == APPROVAL || declines) else {
                continue;
            };
            asked = true;
            self.add(minute + 5, Deed::Ask);
            // A customer who has not decided yet may have been asked days ago.
            let decided = minute + 5 + (next - minute - 5) / 2;
            self.add(decided, Deed::Decide(!declines));
        }
        let last = life.steps.iter().rfind(|(minute, _)| *minute < now);
        let last = last.map_or(life.arrived, |(minute, _)| *minute);
        // Every other customer asks how it goes, and most have an answer.
        if is_new && !asked && !nth.is_multiple_of(2) {
            let words = nth / 2 % CUSTOMERS_ASK.len();
            self.add(last + 20, Deed::Say(CUSTOMERS_ASK[words]));
            if !nth.is_multiple_of(5) {
                self.add(last + 45, Deed::Answer(STAFF_ANSWER[words]));
            }
        }
        self.events.sort_by_key(|event| event.minute);
    }
}

fn photo() -> Enclosure {
    Enclosure {
        kind: AttachmentKind::Photo,
        file: Some(RemoteFile {
            id: "demo".to_owned(),
            unique: "demo".to_owned(),
        }),
        file_name: String::new(),
        size: None,
        duration: None,
        about: String::new(),
    }
}

/// Marks everything that is due until `due` as delivered.
fn deliver(tx: &Transaction, due: Timestamp, now: Timestamp) -> Result<()> {
    loop {
        // The messages of a person are in one order, whatever their channels.
        let mut ready = store::outbox::ready(tx, Channel::Telegram, due, TALKED)?;
        ready.extend(store::outbox::ready(tx, Channel::Max, due, TALKED)?);
        if ready.is_empty() {
            return Ok(());
        }
        for message in ready {
            store::outbox::set_delivered(tx, message.id, &Delivered::default(), now)?;
        }
    }
}
