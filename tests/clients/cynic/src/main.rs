//! Reads pages, writes, fails, subscribes and uploads by cynic, against the server at `ZAYAVKA_URL`
//! with the token in `ZAYAVKA_TOKEN`.

mod live;
mod operations;

use std::error::Error;

use cynic::http::ReqwestExt;
use cynic::{GraphQlResponse, MutationBuilder, QueryBuilder};
use operations::{
    Comment, CommentVariables, Id, ReadTask, StatusEnum, TaskInput, TaskVariables, Tasks,
    TasksVariables, UpdateVariables, Update, AddComment,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The code in an error's extensions.
#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    async fn run<T, V>(
        &self,
        operation: cynic::Operation<T, V>,
    ) -> Result<GraphQlResponse<T, Code>>
    where
        T: DeserializeOwned + 'static,
        V: Serialize,
    {
        let request = self.http.post(format!("{}/graphql", self.url));
        let request = request.bearer_auth(&self.token);
        Ok(request
            .run_graphql(operation)
            .retain_extensions::<Code>()
            .await?)
    }
}

fn data<T>(response: GraphQlResponse<T, Code>) -> Result<T> {
    match (response.data, response.errors) {
        (Some(data), None) => Ok(data),
        (_, errors) => Err(format!("{errors:?}").into()),
    }
}
