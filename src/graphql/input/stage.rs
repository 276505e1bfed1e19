//! What is sent of a stage.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::maybe;
use crate::domain::{
    Colour, NewStage, Problem, Result, StageChange, StageId, StageName, StuckDays, Wording,
};
use crate::graphql::view::{ColourEnum, StatusEnum};

/// A stage to be made, the last one of its status.
#[derive(InputObject)]
pub struct NewStageInput {
    /// The status that it is a step of; it stays so.
    status: StatusEnum,
    /// 1 to 40 characters; no other stage has it.
    name: String,
    /// GREY when not given.
    colour: Option<ColourEnum>,
    /// What the customer reads, at most 60 characters; the status's own words when not given.
    wording: Option<String>,
    /// Whether the customer is told when a task comes here; true when not given.
    told: Option<bool>,
    /// After how many days here a task is stuck, 1 to 365; never when not given.
    stuck_days: Option<i64>,
}

impl NewStageInput {
    pub fn read(self) -> Result<NewStage> {
        Ok(NewStage {
            status: self.status.into(),
            name: StageName::parse("name", &self.name)?,
            colour: self.colour.map_or(Colour::Grey, Into::into),
            wording: Wording::parse("wording", &self.wording.unwrap_or_default())?,
            told: self.told.unwrap_or(true),
            stuck: self.stuck_days.map(stuck_days).transpose()?,
        })
    }
}

/// A stage to be changed; what isn't given stays.
#[derive(InputObject)]
pub struct StageInput {
    /// Which one.
    id: ID,
    /// Only checked: a stage stays in its status.
    status: Option<StatusEnum>,
    /// 1 to 40 characters; no other stage has it.
    name: Option<String>,
    /// Of its pill on the pages.
    colour: Option<ColourEnum>,
    /// Its new place among those of its status, from 1 on. In the first one are the tasks of which
    /// only the status is set.
    position: Option<i64>,
    /// What the customer reads, at most 60 characters; empty for the status's own words.
    wording: Option<String>,
    /// Whether the customer is told when a task comes here.
    told: Option<bool>,
    /// After how many days here a task is stuck, 1 to 365; null for never.
    stuck_days: MaybeUndefined<i64>,
}

impl StageInput {
    pub fn read(self) -> Result<(StageId, StageChange)> {
        let id = StageId::parse("id", &self.id)?;
        let name = self.name.map(|name| StageName::parse("name", &name));
        let wording = self.wording.map(|text| Wording::parse("wording", &text));
        let change = StageChange {
            status: self.status.map(Into::into),
            name: name.transpose()?,
            colour: self.colour.map(Into::into),
            position: self.position.map(position).transpose()?,
            wording: wording.transpose()?,
            told: self.told,
            stuck: maybe(self.stuck_days, stuck_days)?,
        };
        Ok((id, change))
    }
}

fn stuck_days(days: i64) -> Result<StuckDays> {
    StuckDays::new("stuckDays", days)
}

/// One behind the last place is the last one.
fn position(place: i64) -> Result<usize> {
    match usize::try_from(place) {
        Ok(place) if place > 0 => Ok(place),
        _ => Err(Problem::IdMalformed.at("position").into()),
    }
}
