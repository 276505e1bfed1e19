//! Input types of stages.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::{cleared, maybe};
use crate::domain::{
    Colour, NewStage, Problem, Result, StageChange, StageId, StageName, StuckDays, Together,
    Wording,
};
use crate::graphql::view::{ColourEnum, StatusEnum};

/// A stage to be created at the end of its status.
#[derive(InputObject)]
pub struct CreateStageInput {
    /// The status that the stage belongs to; can't be changed later.
    status: StatusEnum,
    /// 1 to 40 characters, unique.
    name: String,
    /// Defaults to GREY.
    colour: Option<ColourEnum>,
    /// Text for the customer, at most 60 characters; defaults to the status's own text.
    wording: Option<String>,
    /// Whether the customer is notified when a task enters the stage; defaults to true.
    told: Option<bool>,
    /// Number of days after which a task here is stalled, 1 to 365; never when omitted.
    stuck_days: Option<i64>,
}

impl CreateStageInput {
    pub fn read(self) -> Result<NewStage> {
        let (name, wording, stuck) = (
            StageName::parse("name", &self.name),
            Wording::parse("wording", &self.wording.unwrap_or_default()),
            self.stuck_days.map(stuck_days).transpose(),
        )
            .together()?;
        Ok(NewStage {
            status: self.status.into(),
            name,
            colour: self.colour.map_or(Colour::Grey, Into::into),
            wording,
            told: self.told.unwrap_or(true),
            stuck,
        })
    }
}

/// Changes to a stage; omitted fields are kept.
#[derive(InputObject)]
pub struct UpdateStageInput {
    /// Id of the stage.
    id: ID,
    /// Must match the stage if given: a stage can't move to another status.
    status: Option<StatusEnum>,
    /// 1 to 40 characters, unique.
    name: Option<String>,
    /// Colour of the stage's label on the pages.
    colour: Option<ColourEnum>,
    /// New position among the stages of its status, from 1. Tasks for which only the status is set
    /// are in the first stage.
    position: Option<i64>,
    /// Text for the customer, at most 60 characters; null or empty for the status's own text.
    wording: MaybeUndefined<String>,
    /// Whether the customer is notified when a task enters the stage.
    told: Option<bool>,
    /// Number of days after which a task here is stalled, 1 to 365; null for never.
    stuck_days: MaybeUndefined<i64>,
}

impl UpdateStageInput {
    pub fn read(self) -> Result<(StageId, StageChange)> {
        let name = self.name.map(|name| StageName::parse("name", &name));
        let wording = cleared(self.wording).map(|text| Wording::parse("wording", &text));
        let (id, name, position, wording, stuck) = (
            StageId::parse("id", &self.id),
            name.transpose(),
            self.position.map(position).transpose(),
            wording.transpose(),
            maybe(self.stuck_days, stuck_days),
        )
            .together()?;
        let change = StageChange {
            status: self.status.map(Into::into),
            name,
            colour: self.colour.map(Into::into),
            position,
            wording,
            told: self.told,
            stuck,
        };
        Ok((id, change))
    }
}

fn stuck_days(days: i64) -> Result<StuckDays> {
    StuckDays::new("stuckDays", days)
}

/// Accepts any position from 1; one beyond the end means the last.
fn position(place: i64) -> Result<usize> {
    match usize::try_from(place) {
        Ok(place) if place > 0 => Ok(place),
        _ => Err(Problem::IdMalformed.at("position").into()),
    }
}
