//! Queries of numbers of tasks.

use async_graphql::{Context, Object};

use crate::app;
use crate::domain::{Month, Result};
use crate::graphql::RequestContext;
use crate::graphql::view::{MonthView, TodayView};

#[derive(Default)]
pub struct ReportQuery;

#[Object]
impl ReportQuery {
    /// Current workload: numbers of tasks by status and by reason for attention (such as overdue),
    /// in total and per employee. Open to all staff.
    async fn today(&self, ctx: &Context<'_>) -> Result<TodayView> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let zone = desk.shop().timezone.clone();
        let now = desk.clock.now();
        let work = move |c: &_| app::reports::today(c, &actor, now, &zone);
        Ok(desk.db.read(work).await?.into())
    }

    /// Turnover and money of a month; a month without tasks has zeros. Open to all staff.
    async fn month(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "`YYYY-MM`; anything else is BAD_USER_INPUT.")] month: String,
    ) -> Result<MonthView> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (month, zone) = (Month::parse("month", &month)?, desk.shop().timezone.clone());
        let work = move |c: &_| app::reports::month(c, &actor, month, &zone);
        Ok(desk.db.read(work).await?.into())
    }
}
