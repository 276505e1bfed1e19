//! What the address asks of the list, and the address that asks for something.

use crate::domain::{
    Category, Concern, Day, Days, EmployeeId, Result, Search, Stage, StageId, Status, TaskFilter,
    TaskOrder,
};
use crate::web::visit::Visit;

/// Whose tasks they are that have nobody, in the address.
const NOBODY: &str = "none";

/// What the address asks of the list.
#[derive(Default, Clone)]
pub struct Asked {
    pub search: String,
    pub statuses: Vec<Status>,
    pub stage: Option<StageId>,
    pub category: Option<Category>,
    pub employee: Option<EmployeeId>,
    /// Only what is nobody's.
    pub unassigned: bool,
    /// Only what needs somebody for all of these reasons.
    pub concerns: Vec<Concern>,
    pub from: String,
    pub to: String,
}

impl Asked {
    pub fn read(visit: &Visit) -> Self {
        let text = |name| visit.asked(name).unwrap_or_default().to_owned();
        let statuses = visit.query.iter().filter(|(name, _)| name == "status");
        Self {
            search: text("q"),
            statuses: statuses
                .filter_map(|(_, word)| Status::from_word(word))
                .collect(),
            stage: visit
                .asked("stage")
                .and_then(|id| StageId::parse("stage", id).ok()),
            category: visit.asked("category").and_then(Category::from_word),
            employee: visit
                .asked("employee")
                .and_then(|id| EmployeeId::parse("employee", id).ok()),
            unassigned: visit.asked("employee") == Some(NOBODY),
            concerns: Concern::ALL
                .iter()
                .copied()
                .filter(|concern| visit.asked(concern.word()).is_some())
                .collect(),
            from: text("from"),
            to: text("to"),
        }
    }

    pub fn filter(&self, visit: &Visit) -> Result<TaskFilter> {
        // By all its names, so that a new filter is not forgotten here.
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

    /// What has waited longest comes first where that is what was asked for.
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
        // By all its names, so that a new filter is not forgotten here.
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

    /// Whether anything is chosen of what is folded away on a phone. What the tabs and the search box show
    /// stays in sight, so that it opens nothing.
    pub fn any_folded(&self, me: EmployeeId) -> bool {
        !(self.from.is_empty() && self.to.is_empty())
            || self.category.is_some()
            || self.unassigned
            || self.employee.is_some_and(|employee| employee != me)
    }

    /// The address of the list when something else is chosen.
    pub fn with(&self, choose: impl FnOnce(&mut Self)) -> String {
        let mut other = self.clone();
        choose(&mut other);
        other.here()
    }

    /// The address of the first page with these filters.
    pub fn here(&self) -> String {
        // By all its names, so that a new filter is not forgotten here.
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

/// The address of the list of what is in that stage and needs somebody for these reasons: everybody's,
/// an employee's, or nobody's.
pub fn list_address(
    stage: Option<&Stage>,
    concerns: &[Concern],
    of: Option<Option<EmployeeId>>,
) -> String {
    let asked = Asked {
        statuses: stage.iter().map(|stage| stage.status).collect(),
        stage: stage.map(|stage| stage.id),
        employee: of.flatten(),
        unassigned: of == Some(None),
        concerns: concerns.to_vec(),
        ..Asked::default()
    };
    asked.here()
}
