//! The operations, checked against the schema when they are compiled.

pub use cynic::Id;

#[cynic::schema("zayavka")]
mod schema {}

#[derive(cynic::Enum, Clone, Copy, Debug, PartialEq)]
pub enum StatusEnum {
    Accepted,
    InProgress,
    Ready,
    Closed,
}

#[derive(cynic::QueryVariables)]
pub struct PageVariables {
    pub first: Option<i32>,
    pub after: Option<String>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PageVariables")]
pub struct ReadPage {
    #[arguments(first: $first, after: $after)]
    pub tasks: TaskConnection,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct TaskConnection {
    pub page_info: PageInfo,
    pub nodes: Vec<Task>,
    pub total_count: i32,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct Task {
    pub id: Id,
    pub status: StatusEnum,
    pub description: String,
    pub version: i32,
}

#[derive(cynic::QueryVariables)]
pub struct TaskVariables {
    pub id: Id,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "TaskVariables")]
pub struct ReadTask {
    #[arguments(id: $id)]
    pub task_by_id: Option<Task>,
}

/// The fields of a change that this client makes.
#[derive(cynic::InputObject)]
#[cynic(graphql_type = "TaskInput")]
pub struct TaskChanges {
    pub id: Option<Id>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i32>,
}

#[derive(cynic::QueryVariables)]
pub struct ChangeVariables {
    pub changes: TaskChanges,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ChangeVariables")]
pub struct ChangeTask {
    #[arguments(taskData: $changes)]
    pub update_task: TaskPayload,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct TaskPayload {
    pub task: Task,
}

#[derive(cynic::QueryVariables)]
pub struct WatchVariables {
    pub id: Option<Id>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Subscription", variables = "WatchVariables")]
pub struct WatchTask {
    #[arguments(id: $id)]
    pub task_changed: TaskChange,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct TaskChange {
    pub id: Id,
    pub task: Option<Task>,
}

/// A file of a multipart request; in JSON it is null.
#[derive(cynic::Scalar, Debug, Clone)]
pub struct Upload(pub Option<String>);

#[derive(cynic::QueryVariables)]
pub struct UploadVariables {
    pub id: Id,
    pub files: Vec<Upload>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Mutation", variables = "UploadVariables")]
pub struct UploadPhoto {
    #[arguments(taskId: $id, files: $files)]
    pub add_attachments: CommentPayload,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct CommentPayload {
    pub comment: Comment,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct Comment {
    pub photo: Option<Photo>,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct Photo {
    pub url: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
}
