//! The answers of what the owner does with stages.

use async_graphql::{ID, SimpleObject};

use super::view::{StageView, stage};
use crate::domain::Stage;

#[derive(SimpleObject)]
pub struct StagePayload {
    stage: StageView,
}

impl From<Stage> for StagePayload {
    fn from(made: Stage) -> Self {
        Self { stage: stage(made) }
    }
}

#[derive(SimpleObject)]
pub struct DeleteStagePayload {
    pub id: ID,
}
