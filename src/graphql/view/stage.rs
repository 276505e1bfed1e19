use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::{Enum, ID, Object};

use super::StatusEnum;
use super::written::{Plain, Written, id, json};
use crate::domain::{Colour, Stage, StuckDays};

/// The colours that stages have.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "StageColour", remote = "Colour")]
pub enum ColourEnum {
    Grey,
    Blue,
    Green,
    Orange,
    Red,
    Violet,
    Teal,
    Pink,
}

pub type StageView = Written<StageFields>;

pub struct StageFields(Arc<Stage>);

pub fn stage(stage: impl Into<Arc<Stage>>) -> StageView {
    Written(StageFields(stage.into()))
}

impl Plain for Stage {
    const TYPE: &'static str = "Stage";

    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()> {
        match field.name.node.as_str() {
            "id" => id(self.id.get(), out),
            "status" => json(self.status.word(), out),
            "name" => json(self.name.as_str(), out),
            "colour" => json(self.colour.word(), out),
            "position" => json(&self.position, out),
            "wording" => json(self.wording.as_str(), out),
            "told" => json(&self.told, out),
            "stuckDays" => json(&self.stuck.map(StuckDays::get), out),
            _ => None,
        }
    }
}

impl Plain for StageFields {
    const TYPE: &'static str = Stage::TYPE;

    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()> {
        self.0.write(field, out)
    }
}

/// A step inside a status, as the shop calls it.
#[Object(name = "Stage", serial)]
impl StageFields {
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// The status that a task in it has.
    async fn status(&self) -> StatusEnum {
        self.0.status.into()
    }

    /// What staff call it; no two stages have the same name.
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// Of its pill on the pages.
    async fn colour(&self) -> ColourEnum {
        self.0.colour.into()
    }

    /// Its place among those of its status, from 1 on. In the first one are the tasks of which only
    /// the status is set.
    async fn position(&self) -> usize {
        self.0.position
    }

    /// What the customer reads; empty for the status's own words.
    async fn wording(&self) -> &str {
        self.0.wording.as_str()
    }

    /// Whether the customer is told when a task comes here.
    async fn told(&self) -> bool {
        self.0.told
    }

    /// After how many days here a task is stuck; null for never.
    async fn stuck_days(&self) -> Option<i64> {
        self.0.stuck.map(StuckDays::get)
    }
}
