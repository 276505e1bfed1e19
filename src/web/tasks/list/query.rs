//! Filters and order of the list as URL parameters.

use crate::domain::{
    Category, Concern, Day, Days, EmployeeId, Result, Search, Stage, StageId, Status, TaskFilter,
    TaskOrder,
};
use crate::web::visit::Visit;

/// Parameter value for unassigned tasks.
const NOBODY: &str = "none";

/// Tasks of several statuses that a tab stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Open,
    All,
}

impl Scope {
    const WORDS: [(Self, &'static str); 2] = [(Self::Open, "open"), (Self::All, "all")];

    fn from_word(word: &str) -> Option<Self> {
        let mut all = Self::WORDS.iter();
        all.find(|(_, of)| *of == word).map(|(scope, _)| *scope)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Open => Self::WORDS[0].1,
            Self::All => Self::WORDS[1].1,
        }
    }
}

/// Words of the orders in URLs, each with the message id of its name.
pub const ORDERS: [(TaskOrder, &str, &str); 6] = [
    (TaskOrder::Newest, "number", "tasks-sort-number"),
    (TaskOrder::EarliestDue, "due", "tasks-sort-due"),
    (TaskOrder::LargestTotal, "sum", "tasks-sort-sum"),
    (TaskOrder::LargestToPay, "debt", "tasks-sort-owed"),
    (TaskOrder::RecentlyUpdated, "changed", "tasks-sort-changed"),
    (TaskOrder::LongestReady, "waiting", "tasks-sort-waiting"),
];

/// The filters and the order given in the URL.
#[derive(Default, Clone)]
pub struct ListQuery {
    pub search: String,
    pub statuses: Vec<Status>,
    /// Counts when no status is chosen.
    pub scope: Option<Scope>,
    pub stage: Option<StageId>,
    pub category: Option<Category>,
    pub employee: Option<EmployeeId>,
    /// Unassigned tasks.
    pub unassigned: bool,
    /// Tasks that need attention for all of these reasons.
    pub concerns: Vec<Concern>,
    pub from: String,
    pub to: String,
    pub sort: Option<TaskOrder>,
}

impl ListQuery {
    pub fn read(visit: &Visit) -> Self {
        let text = |name| visit.parameter(name).unwrap_or_default().to_owned();
        let statuses = visit.query.iter().filter(|(name, _)| name == "status");
        let sort = visit.parameter("sort");
        let sort = sort.and_then(|word| ORDERS.iter().find(|(_, of, _)| *of == word));
        Self {
            search: text("q"),
            scope: statuses
                .clone()
                .find_map(|(_, word)| Scope::from_word(word)),
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
            sort: sort.map(|(order, ..)| *order),
        }
    }

    pub fn filter(&self, visit: &Visit) -> Result<TaskFilter> {
        // Destructured by all field names, so that a new filter is not forgotten here.
        let Self {
            search,
            statuses: _,
            scope: _,
            stage,
            category,
            employee,
            unassigned,
            concerns,
            from,
            to,
            sort: _,
        } = self;
        let day = |field, text: &str| match text {
            "" => Ok(None),
            text => Day::parse(field, text).map(Some),
        };
        let zone = &visit.desk.shop().timezone;
        let created = Days::between("to", day("from", from)?, day("to", to)?, zone)?;
        let mut filter = TaskFilter {
            statuses: self.effective(),
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
        Ok(filter.in_order(self.order()))
    }

    /// Returns the scope: open tasks, unless another one is chosen. A search finds closed tasks too, and so does a list
    /// of what needs attention, since a customer may write about a task that is closed, and one of what came in.
    pub fn scope(&self) -> Scope {
        let days = !(self.from.is_empty() && self.to.is_empty());
        let whole =
            days || !self.search.is_empty() || !self.concerns.is_empty() || self.stage.is_some();
        self.scope.unwrap_or(match whole {
            true => Scope::All,
            false => Scope::Open,
        })
    }

    /// Returns the statuses that are listed; none for all.
    pub fn effective(&self) -> Vec<Status> {
        match (self.statuses.is_empty(), self.scope()) {
            (false, _) => self.statuses.clone(),
            (true, Scope::Open) => Status::OPEN.to_vec(),
            (true, Scope::All) => Vec::new(),
        }
    }

    /// Returns the sort order: longest waiting first if tasks awaiting pickup are listed.
    pub fn order(&self) -> TaskOrder {
        self.sort.unwrap_or(match self.needs(Concern::Uncollected) {
            true => TaskOrder::LongestReady,
            false => TaskOrder::Newest,
        })
    }

    pub fn needs(&self, concern: Concern) -> bool {
        self.concerns.contains(&concern)
    }

    /// Returns whether anything is filtered out, or sorted, that a reset would bring back.
    pub fn any(&self) -> bool {
        self.here() != "/"
    }

    /// Returns the number of active filters that phones fold away. Filters visible as tabs or in the search box don't
    /// count.
    pub fn folded(&self, me: EmployeeId) -> usize {
        let active = [
            !self.from.is_empty(),
            !self.to.is_empty(),
            self.category.is_some(),
            self.unassigned || self.employee.is_some_and(|employee| employee != me),
            self.sort.is_some(),
        ];
        active.into_iter().filter(|active| *active).count()
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
            scope,
            stage,
            category,
            employee,
            unassigned,
            concerns,
            from,
            to,
            sort,
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
        if let Some(scope) = scope.filter(|_| statuses.is_empty()) {
            query.append_pair("status", scope.word());
        }
        if let Some(stage) = *stage {
            query.append_pair("stage", &stage.to_string());
        }
        if let Some(word) = sort.and_then(word) {
            query.append_pair("sort", word);
        }
        let query = query.finish();
        if query.is_empty() {
            "/".to_owned()
        } else {
            format!("/?{query}")
        }
    }
}

/// Returns the word of an order in URLs.
pub fn word(order: TaskOrder) -> Option<&'static str> {
    let mut all = ORDERS.iter();
    all.find(|(of, ..)| *of == order).map(|(_, word, _)| *word)
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
