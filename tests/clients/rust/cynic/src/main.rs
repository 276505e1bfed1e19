//! Reads pages, writes, fails, subscribes and uploads by cynic, against the server at `CLIENT_URL`
//! with the token in `CLIENT_TOKEN`.

mod operations;

use std::error::Error;

use cynic::http::ReqwestExt;
use cynic::serde::{Deserialize, Serialize, de::DeserializeOwned};
use cynic::{GraphQlResponse, MutationBuilder, Operation, QueryBuilder, SubscriptionBuilder};
use futures::StreamExt;
use graphql_ws_client::Client as LiveClient;
use operations::{
    ChangeTask, ChangeVariables, Id, PageVariables, ReadPage, ReadTask, TaskChanges, TaskVariables,
    Upload, UploadPhoto, UploadVariables, WatchTask, WatchVariables,
};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The extensions of an error.
#[derive(Debug, Deserialize)]
#[serde(crate = "cynic::serde")]
struct Extensions {
    code: String,
}

type Answer<T> = GraphQlResponse<T, Extensions>;

struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    async fn run<T, V>(&self, operation: Operation<T, V>) -> Result<Answer<T>>
    where
        T: DeserializeOwned + 'static,
        V: Serialize,
    {
        let request = self
            .http
            .post(format!("{}/graphql", self.url))
            .bearer_auth(&self.token);
        Ok(request.run_graphql(operation).retain_extensions().await?)
    }

    async fn task(&self, id: &str) -> Result<operations::Task> {
        let variables = TaskVariables { id: Id::new(id) };
        data(self.run(ReadTask::build(variables)).await?)?
            .task_by_id
            .ok_or("no task".into())
    }

    async fn change(&self, id: &Id, text: &str, version: i32) -> Result<Answer<ChangeTask>> {
        let changes = TaskChanges {
            id: Some(id.clone()),
            description: Some(text.to_owned()),
            expected_version: Some(version),
        };
        self.run(ChangeTask::build(ChangeVariables { changes }))
            .await
    }
}

fn data<T>(answer: Answer<T>) -> Result<T> {
    match answer {
        GraphQlResponse {
            data: Some(data),
            errors: None,
        } => Ok(data),
        GraphQlResponse { errors, .. } => Err(format!("{errors:?}").into()),
    }
}

fn code<T>(answer: &Answer<T>) -> Option<&str> {
    let error = answer.errors.as_ref()?.first()?;
    Some(&error.extensions.as_ref()?.code)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let client = Client {
        http: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()?,
        url: std::env::var("CLIENT_URL")?,
        token: std::env::var("CLIENT_TOKEN")?,
    };
    pages(&client).await?;
    writes(&client).await?;
    fails(&client).await?;
    subscribes(&client).await?;
    uploads(&client).await
}

/// Reads all tasks by pages of seven.
async fn pages(client: &Client) -> Result<()> {
    let mut ids = Vec::new();
    let mut after = None;
    loop {
        let variables = PageVariables {
            first: Some(7),
            after,
        };
        let page = data(client.run(ReadPage::build(variables)).await?)?.tasks;
        ids.extend(page.nodes.into_iter().map(|task| task.id.into_inner()));
        if !page.page_info.has_next_page {
            assert_eq!(ids.len(), usize::try_from(page.total_count)?);
            break;
        }
        after = page.page_info.end_cursor;
    }
    let unique: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    println!("cynic: read {} tasks by pages", ids.len());
    Ok(())
}

/// Changes a task, and reads the change back.
async fn writes(client: &Client) -> Result<()> {
    let before = client.task("1").await?;
    let text = "Changed by cynic: \"quoted\" 😀";
    let changed = data(client.change(&before.id, text, before.version).await?)?;
    assert_eq!(changed.update_task.task.version, before.version + 1);
    let after = client.task("1").await?;
    assert_eq!(
        (after.description.as_str(), after.status),
        (text, before.status)
    );
    println!("cynic: wrote");
    Ok(())
}

/// Fails at a task that doesn't exist, and at a version that is old.
async fn fails(client: &Client) -> Result<()> {
    let variables = TaskVariables {
        id: Id::new("999999"),
    };
    let answer = client.run(ReadTask::build(variables)).await?;
    assert_eq!(code(&answer), Some("NOT_FOUND"));
    assert!(answer.data.is_some_and(|data| data.task_by_id.is_none()));
    let answer = client.change(&Id::new("1"), "late", 1).await?;
    assert_eq!(code(&answer), Some("CONFLICT"));
    assert!(answer.data.is_none());
    println!("cynic: failed as it should");
    Ok(())
}

/// Hears of a change over graphql-transport-ws.
async fn subscribes(client: &Client) -> Result<()> {
    let mut request =
        format!("{}/graphql", client.url.replacen("http", "ws", 1)).into_client_request()?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request
        .headers_mut()
        .insert("Sec-WebSocket-Protocol", protocol);
    let (socket, _) = tokio_tungstenite::connect_async(request).await?;
    let payload = serde_json::json!({ "Authorization": format!("Bearer {}", client.token) });
    let (live, actor) = LiveClient::build(socket).payload(payload)?.await?;
    let actor = tokio::spawn(actor.into_future());
    let variables = WatchVariables {
        id: Some(Id::new("1")),
    };
    let mut changes = live.subscribe(WatchTask::build(variables)).await?;
    // The acknowledged subscription may still be on its way, so changes go on until one is heard.
    let change = loop {
        let before = client.task("1").await?;
        data(
            client
                .change(
                    &before.id,
                    &format!("{}!", before.description),
                    before.version,
                )
                .await?,
        )?;
        let heard = tokio::time::timeout(std::time::Duration::from_secs(1), changes.next());
        if let Ok(change) = heard.await {
            break change.ok_or("the subscription ended")??;
        }
    };
    let change = change.data.ok_or("no data")?.task_changed;
    assert_eq!(change.id.inner(), "1");
    let task = change.task.ok_or("no task")?;
    assert!(task.description.ends_with('!'));
    drop((changes, live));
    actor.await?;
    println!("cynic: heard of a change");
    Ok(())
}

/// Uploads a photo by the GraphQL multipart request specification, and reads it with the token.
async fn uploads(client: &Client) -> Result<()> {
    let operation = UploadPhoto::build(UploadVariables {
        id: Id::new("1"),
        files: vec![Upload(None)],
    });
    let photo = std::fs::read(std::env::var("CLIENT_PHOTO")?)?;
    let part = reqwest::multipart::Part::bytes(photo)
        .file_name("phone.png")
        .mime_str("image/png")?;
    let form = reqwest::multipart::Form::new()
        .text("operations", serde_json::to_string(&operation)?)
        .text("map", r#"{"0": ["variables.files.0"]}"#)
        .part("0", part);
    let request = client.http.post(format!("{}/graphql", client.url));
    let answer = request
        .bearer_auth(&client.token)
        .multipart(form)
        .send()
        .await?;
    let answer: Answer<UploadPhoto> = answer.json().await?;
    let photo = data(answer)?
        .add_attachments
        .comment
        .photo
        .ok_or("no photo")?;
    assert_eq!((photo.width, photo.height), (Some(32), Some(24)));
    let url = reqwest::Url::parse(&client.url)?.join(&photo.url.ok_or("no address")?)?;
    let read = client
        .http
        .get(url.clone())
        .bearer_auth(&client.token)
        .send()
        .await?;
    assert_eq!(read.status(), 200);
    assert!(read.bytes().await?.len() > 50);
    assert_ne!(client.http.get(url).send().await?.status(), 200);
    println!("cynic: uploaded a photo and read it");
    Ok(())
}
