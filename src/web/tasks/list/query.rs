//! Filters of the list as URL parameters.

use crate::domain::{
    Category, Concern, Day, Days, EmployeeId, Result, Search, Stage, StageId, Status, TaskFilter,
    TaskOrder,
};
use crate::web::visit::Visit;

/// Parameter value for unassigned tasks.
const NOBODY: &str = "none";

/// The filters given in the URL.
#[derive(Default, Clone)]
pub struct ListQuery {
    pub search: String,
    pub statuses: Vec<Status>,
    pub stage: Option<StageId>,
    pub category: Option<Category>,
    pub employee: Option<EmployeeId>,
    /// Unassigned tasks.
    pub unassigned: bool,
    /// Tasks that need attention for all of these reasons.
    pub concerns: Vec<Concern>,
    pub from: String,
    pub to: String,
}

impl ListQuery {
    pub fn read(visit: &Visit) -> Self {
        let text = |name| visit.parameter(name).unwrap_or_default().to_owned();
        let statuses = visit.query.iter().filter(|(name, _)| name == "status");
        Self {
            search: text("q"),
            statuses: statuses
                .filter_map(|(_, word)| Status::from_word(word))
                .collect(),
            stage: visit
                .parameter("stage")
                .and_then(|id| StageId::parse("stage", id).ok()),
            category: visit.parameter("category").and_then(Category::from_word),
            employee: visit
                .parameter("employee")
                .and_then(|id| EmployeeId::parse("employee", id).ok()),
            unassigned: visit.parameter("employee") == Some(NOBODY),
            concerns: Concern::ALL
                .iter()
                .copied()
                .filter(|concern| visit.parameter(concern.word()).is_some())
                .collect(),
            from: text("from"),
            to: text("to"),
        }
    }

    pub fn filter(&self, visit: &Visit) -> Result<TaskFilter> {
        // Destructured by all field names, so that a new filter is not forgotten here.
        let Self {
            search,
            statuses,
            stage,
            category,
            employee,
            unassigned,
            concerns,
            from,
            to,
        } = self;
        let day = |field, text: &str| match text {
            "" => Ok(None),
            text => Day::parse(field, text).map(Some),
        };
        let zone = &visit.desk.shop.timezone;
        let created = Days::between("to", day("from", from)?, day("to", to)?, zone)?;
        let mut filter = TaskFilter {
            statuses: statuses.clone(),
            stage: *stage,
            category: *category,
            employee: *employee,
            unassigned: *unassigned,
            created,
            search: Search::parse(search),
            ..TaskFilter::default()
        };
        for concern in concerns {
            filter.only(*concern, visit.texts.now(), zone);
        }
        Ok(filter)
    }

    /// Returns the sort order: longest waiting first if tasks awaiting pickup are listed.
    pub fn order(&self) -> TaskOrder {
        match self.needs(Concern::Uncollected) {
            true => TaskOrder::LongestReady,
            false => TaskOrder::Newest,
        }
    }

    pub fn needs(&self, concern: Concern) -> bool {
        self.concerns.contains(&concern)
    }

    pub fn any(&self) -> bool {
        // Destructured by all field names, so that a new filter is not forgotten here.
        let Self {
            search,
            statuses,
            stage,
            category,
            employee,
            unassigned,
            concerns,
            from,
            to,
        } = self;
        !(search.is_empty() && from.is_empty() && to.is_empty())
            || category.is_some()
            || employee.is_some()
            || stage.is_some()
            || *unassigned
            || !concerns.is_empty()
            || !statuses.is_empty()
    }

    /// Returns whether a filter is active that phones fold away. Filters visible as tabs or in the
    /// search box don't count.
    pub fn any_folded(&self, me: EmployeeId) -> bool {
        !(self.from.is_empty() && self.to.is_empty())
            || self.category.is_some()
            || self.unassigned
            || self.employee.is_some_and(|employee| employee != me)
    }

    /// Returns the URL of the list with changed filters.
    pub fn with(&self, choose: impl FnOnce(&mut Self)) -> String {
        let mut other = self.clone();
        choose(&mut other);
        other.here()
    }

    /// Returns the URL of the first page with these filters.
    pub fn here(&self) -> String {
        // Destructured by all field names, so that a new filter is not forgotten here.
        let Self {
            search,
            statuses,
            stage,
            category,
            employee,
            unassigned,
            concerns,
            from,
            to,
        } = self;
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", search), ("from", from), ("to", to)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(category) = *category {
            query.append_pair("category", category.word());
        }
        if let Some(employee) = *employee {
            query.append_pair("employee", &employee.to_string());
        } else if *unassigned {
            query.append_pair("employee", NOBODY);
        }
        for concern in concerns {
            query.append_pair(concern.word(), "1");
        }
        for status in statuses {
            query.append_pair("status", status.word());
        }
        if let Some(stage) = *stage {
            query.append_pair("stage", &stage.to_string());
        }
        let query = query.finish();
        if query.is_empty() {
            "/".to_owned()
        } else {
            format!("/?{query}")
        }
    }
}

/// Returns the URL of the list of tasks in a stage that need attention for these reasons: of all,
/// of an employee, or unassigned.
pub fn list_address(
    stage: Option<&Stage>,
    concerns: &[Concern],
    of: Option<Option<EmployeeId>>,
) -> String {
    let asked = ListQuery {
        statuses: stage.iter().map(|stage| stage.status).collect(),
        stage: stage.map(|stage| stage.id),
        employee: of.flatten(),
        unassigned: of == Some(None),
        concerns: concerns.to_vec(),
        ..ListQuery::default()
    };
    asked.here()
}
