//! Stages: the shop's own steps within a status.

use jiff::{Timestamp, ToSpan};

use super::letters::{fold, shown, visible};
use super::{Merge, Problem, Result, StageId, Status, text};

/// Maximum number of stages of a shop.
pub const MOST_STAGES: usize = 40;

words! {
    /// Colours of stages and employees, each with a light and a dark shade on the pages.
    Colour {
        Grey = "GREY", Blue = "BLUE", Green = "GREEN", Orange = "ORANGE", Red = "RED",
        Violet = "VIOLET", Teal = "TEAL", Pink = "PINK",
    }
}

/// A step within a status. The owner creates, names and orders stages; each status has at least
/// one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub id: StageId,
    pub status: Status,
    pub name: StageName,
    pub colour: Colour,
    /// Position among the stages of its status, from 1.
    pub position: usize,
    pub wording: Wording,
    /// Whether the customer is notified when a task enters the stage.
    pub told: bool,
    /// Number of days after which a task here is stalled; `None` for never.
    pub stuck: Option<StuckDays>,
}

impl Stage {
    /// Returns whether this is the first stage of its status, whose tasks show the status alone.
    pub fn is_first(&self) -> bool {
        self.position == 1
    }

    /// Returns the next step of a task in this stage. The first stage of a status leads to the first
    /// stage of the next one; the others, such as waiting for a part, lead back to the first stage of
    /// their own status. `None` for a closed task. `stages` are all stages of the shop in order.
    pub fn next<'a>(&self, stages: &'a [Self]) -> Option<&'a Self> {
        let status = match self.is_first() {
            true => self.status.next(),
            false => Some(self.status).filter(|status| *status != Status::Closed),
        };
        let first = |stage: &&Self| Some(stage.status) == status && stage.is_first();
        stages.iter().find(first)
    }

    /// Returns whether a task in this stage since `since` is stalled.
    pub fn is_stuck(&self, since: Timestamp, now: Timestamp) -> bool {
        let end = |days: StuckDays| since.saturating_add((days.get() * 24).hours());
        self.status != Status::Closed
            && self
                .stuck
                .is_some_and(|days| end(days).is_ok_and(|end| end <= now))
    }
}

/// Name of a stage for staff, on one line. Unique within the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageName(String);

impl StageName {
    /// In characters, not bytes.
    pub const MAX: usize = 40;

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = visible(text);
        let text = text.trim();
        text::check(field, text, Self::MAX, char::is_control)?;
        match text {
            "" => Err(Problem::Required.at(field).into()),
            text => Ok(Self(text.to_owned())),
        }
    }

    pub fn from_row(text: String) -> Self {
        Self(shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the uniqueness key: equal for different spellings of one name.
    pub fn key(&self) -> String {
        fold(&self.0)
    }
}

/// Text for the customer, on one line; empty for the status's own text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wording(String);

impl Wording {
    /// In characters, not bytes: many of them have to fit into one message.
    pub const MAX: usize = 60;

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = visible(text);
        let text = text.trim();
        text::check(field, text, Self::MAX, char::is_control)?;
        Ok(Self(text.to_owned()))
    }

    pub fn from_row(text: String) -> Self {
        Self(shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Number of days in one stage after which a task is stalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StuckDays(i64);

impl StuckDays {
    pub const MAX: usize = 365;

    pub fn new(field: &'static str, days: i64) -> Result<Self> {
        let max = Self::MAX;
        match usize::try_from(days) {
            Ok(1..=Self::MAX) => Ok(Self(days)),
            _ => Err(Problem::DaysOutOfRange { max }.at(field).into()),
        }
    }

    /// Parses form input.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        Self::new(field, text.trim().parse().unwrap_or_default())
    }

    pub const fn from_row(days: i64) -> Self {
        Self(days)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

/// A stage to be created at the end of its status.
#[derive(Debug, Clone)]
pub struct NewStage {
    pub status: Status,
    pub name: StageName,
    pub colour: Colour,
    pub wording: Wording,
    pub told: bool,
    pub stuck: Option<StuckDays>,
}

/// Changes to a stage; `None` keeps a field.
#[derive(Debug, Clone, Default)]
pub struct StageChange {
    /// Immutable: accepted only if equal to the stored status.
    pub status: Option<Status>,
    pub name: Option<StageName>,
    pub colour: Option<Colour>,
    /// New position among the stages of its status, from 1.
    pub position: Option<usize>,
    pub wording: Option<Wording>,
    pub told: Option<bool>,
    /// An inner `None` clears the field.
    pub stuck: Option<Option<StuckDays>>,
}

impl StageChange {
    /// Returns the values that the edit form of a stage is loaded with.
    pub fn of(stage: &Stage) -> Self {
        Self {
            name: Some(stage.name.clone()),
            colour: Some(stage.colour),
            wording: Some(stage.wording.clone()),
            told: Some(stage.told),
            stuck: Some(stage.stuck),
            ..Self::default()
        }
    }

    /// Merges an edit form that was loaded with `shown` with the values now `stored`; see
    /// [`Merge`].
    pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
        Self {
            name: merge.field("name", self.name, shown.name, stored.name),
            colour: merge.field("colour", self.colour, shown.colour, stored.colour),
            wording: merge.field("wording", self.wording, shown.wording, stored.wording),
            told: merge.field("told", self.told, shown.told, stored.told),
            stuck: merge.field("stuckDays", self.stuck, shown.stuck, stored.stuck),
            ..Self::default()
        }
    }

    /// Returns the stage with these changes applied, except for its position.
    pub fn apply(&self, stage: Stage) -> Stage {
        Stage {
            name: self.name.clone().unwrap_or(stage.name),
            colour: self.colour.unwrap_or(stage.colour),
            wording: self.wording.clone().unwrap_or(stage.wording),
            told: self.told.unwrap_or(stage.told),
            stuck: self.stuck.unwrap_or(stage.stuck),
            ..stage
        }
    }
}

/// A stage of a new shop; its texts are message ids.
pub struct UsualStage {
    pub status: Status,
    pub name: &'static str,
    pub colour: Colour,
    /// `None` for the status's own text.
    pub wording: Option<&'static str>,
    pub told: bool,
    pub stuck: Option<StuckDays>,
}

const fn usual(
    status: Status,
    name: &'static str,
    colour: Colour,
    wording: Option<&'static str>,
    told: bool,
    stuck: Option<i64>,
) -> UsualStage {
    UsualStage {
        status,
        name,
        colour,
        wording,
        told,
        stuck: match stuck {
            Some(days) => Some(StuckDays::from_row(days)),
            None => None,
        },
    }
}

/// Stages of a new shop, in order. Green is what waits for its customer, and nothing usual is red.
/// Collecting a device triggers no notice, since the customer is
/// present.
#[rustfmt::skip]
pub const USUAL_STAGES: &[UsualStage] = &[
    usual(Status::Accepted, "status-accepted", Colour::Grey, None, true, Some(3)),
    usual(Status::InProgress, "status-in-progress", Colour::Blue, None, true, Some(7)),
    usual(Status::InProgress, "stage-diagnosis", Colour::Teal, Some("stage-diagnosis-wording"), true, Some(3)),
    usual(Status::InProgress, "stage-approval", Colour::Violet, Some("stage-approval-wording"), true, Some(3)),
    usual(Status::InProgress, "stage-part", Colour::Pink, Some("stage-part-wording"), true, Some(14)),
    usual(Status::Ready, "status-ready", Colour::Green, None, true, Some(14)),
    usual(Status::Closed, "status-closed", Colour::Grey, None, true, None),
    usual(Status::Closed, "stage-handed-over", Colour::Grey, Some("stage-handed-over-wording"), false, None),
    usual(Status::Closed, "stage-unrepaired", Colour::Grey, Some("stage-unrepaired-wording"), false, None),
];

#[cfg(test)]
impl Stage {
    /// Returns a stage for tests that need only its status.
    pub fn plain(status: Status) -> Self {
        Self {
            id: StageId::from_row(1),
            status,
            name: StageName("Стоит".to_owned()),
            colour: Colour::Grey,
            position: 1,
            wording: Wording::default(),
            told: true,
            stuck: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_stuck_when_its_days_are_over_and_it_is_not_closed() {
        let since: Timestamp = "2021-07-25T09:00:00Z".parse().unwrap();
        let stage = |status, stuck: Option<i64>| Stage {
            stuck: stuck.map(|days| StuckDays::new("stuckDays", days).unwrap()),
            ..Stage::plain(status)
        };
        for (status, days, now, stuck) in [
            (Status::Ready, Some(2), "2021-07-27T08:59:59.999Z", false),
            (Status::Ready, Some(2), "2021-07-27T09:00:00Z", true),
            (Status::Accepted, Some(1), "2021-07-26T09:00:00Z", true),
            (Status::Closed, Some(1), "2031-07-26T09:00:00Z", false),
            (Status::Ready, None, "2031-07-26T09:00:00Z", false),
            (Status::Ready, Some(1), "2021-07-01T09:00:00Z", false),
        ] {
            let now = now.parse().unwrap();
            assert_eq!(stage(status, days).is_stuck(since, now), stuck, "{now}");
        }
    }
}
