//! Reads pages, writes, fails, subscribes and uploads by graphql_client, against the server at
//! `CLIENT_URL` with the token in `CLIENT_TOKEN`.

mod operations;

use std::error::Error;

use futures::StreamExt;
use graphql_client::{GraphQLQuery, Response};
use graphql_ws_client::Client as LiveClient;
use graphql_ws_client::graphql::StreamingOperation;
use operations::{Change, Page, SendPhoto, Task, Watch, change, page, send_photo, task, watch};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ID: &str = "2";

struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    async fn run<Q: GraphQLQuery>(
        &self,
        variables: Q::Variables,
    ) -> Result<Response<Q::ResponseData>> {
        let request = self
            .http
            .post(&self.url)
            .bearer_auth(&self.token)
            .json(&Q::build_query(variables));
        Ok(request.send().await?.json().await?)
    }

    async fn task(&self) -> Result<task::TaskTaskById> {
        let variables = task::Variables { id: ID.to_owned() };
        let answer = self.run::<Task>(variables).await?;
        data(answer)?.task_by_id.ok_or("no task".into())
    }

    /// Changes one field: what isn't set isn't sent, and is kept.
    async fn change(&self, text: &str, version: i64) -> Result<Response<change::ResponseData>> {
        let task = change::TaskInput {
            id: Some(ID.to_owned()),
            description: Some(text.to_owned()),
            expected_version: Some(version),
            ..change::TaskInput::default()
        };
        self.run::<Change>(change::Variables { task }).await
    }
}

fn data<T>(answer: Response<T>) -> Result<T> {
    match answer {
        Response {
            data: Some(data),
            errors: None,
            ..
        } => Ok(data),
        Response { errors, .. } => Err(format!("{errors:?}").into()),
    }
}

/// Returns the code of the first error.
fn code<T>(answer: &Response<T>) -> Option<&str> {
    let error = answer.errors.as_ref()?.first()?;
    error.extensions.as_ref()?.get("code")?.as_str()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let client = Client {
        http: reqwest::Client::new(),
        url: format!("{}/graphql", std::env::var("CLIENT_URL")?),
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
    let mut ids = std::collections::HashSet::new();
    let mut after = None;
    loop {
        let variables = page::Variables { first: 7, after };
        let page = data(client.run::<Page>(variables).await?)?.tasks;
        for task in page.nodes {
            assert_eq!((task.status, task.total), (page::StatusEnum::ACCEPTED, 0));
            assert!(ids.insert(task.id));
        }
        if !page.page_info.has_next_page {
            assert_eq!(ids.len(), usize::try_from(page.total_count)?);
            break;
        }
        after = page.page_info.end_cursor;
    }
    println!("graphql_client: read {} tasks by pages", ids.len());
    Ok(())
}

/// Changes a task, and reads the change back.
async fn writes(client: &Client) -> Result<()> {
    let before = client.task().await?;
    let text = "Changed by graphql_client: \"quoted\" 😀";
    let changed = data(client.change(text, before.version).await?)?;
    assert_eq!(changed.update_task.task.version, before.version + 1);
    let after = client.task().await?;
    assert_eq!(
        (after.description.as_str(), after.due_on),
        (text, before.due_on)
    );
    println!("graphql_client: wrote");
    Ok(())
}

/// Fails at a task that doesn't exist, and at a version that is old.
async fn fails(client: &Client) -> Result<()> {
    let variables = task::Variables {
        id: "999999".to_owned(),
    };
    let answer = client.run::<Task>(variables).await?;
    assert_eq!(code(&answer), Some("NOT_FOUND"));
    let data = answer.data.ok_or("no data")?;
    assert!(data.task_by_id.is_none() && !data.me.email.is_empty());
    let answer = client.change("late", 1).await?;
    assert_eq!(code(&answer), Some("CONFLICT"));
    assert!(answer.data.is_none());
    println!("graphql_client: failed as it should");
    Ok(())
}

/// Hears of a change over graphql-transport-ws.
async fn subscribes(client: &Client) -> Result<()> {
    let mut request = client.url.replacen("http", "ws", 1).into_client_request()?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request
        .headers_mut()
        .insert("Sec-WebSocket-Protocol", protocol);
    let (socket, _) = tokio_tungstenite::connect_async(request).await?;
    let payload = serde_json::json!({ "Authorization": format!("Bearer {}", client.token) });
    let (live, actor) = LiveClient::build(socket).payload(payload)?.await?;
    let actor = tokio::spawn(actor.into_future());
    let variables = watch::Variables {
        id: Some(ID.to_owned()),
    };
    let mut changes = live
        .subscribe(StreamingOperation::<Watch>::new(variables))
        .await?;
    // The acknowledged subscription may still be on its way, so changes go on until one is heard.
    let change = loop {
        let before = client.task().await?;
        let text = format!("{}!", before.description);
        data(client.change(&text, before.version).await?)?;
        let heard = tokio::time::timeout(std::time::Duration::from_secs(1), changes.next());
        if let Ok(change) = heard.await {
            break data(change.ok_or("the subscription ended")??)?.task_changed;
        }
    };
    assert_eq!(change.kind, watch::TaskChangeKind::UPDATED);
    assert!(change.task.ok_or("no task")?.description.ends_with('!'));
    drop((changes, live));
    actor.await?;
    println!("graphql_client: heard of a change");
    Ok(())
}

/// Uploads a photo by the GraphQL multipart request specification.
async fn uploads(client: &Client) -> Result<()> {
    let variables = send_photo::Variables {
        id: ID.to_owned(),
        files: vec![()],
    };
    let operation = serde_json::to_string(&SendPhoto::build_query(variables))?;
    let photo = std::fs::read(std::env::var("CLIENT_PHOTO")?)?;
    let part = reqwest::multipart::Part::bytes(photo)
        .file_name("phone.png")
        .mime_str("image/png")?;
    let form = reqwest::multipart::Form::new()
        .text("operations", operation)
        .text("map", r#"{"0": ["variables.files.0"]}"#)
        .part("0", part);
    let request = client.http.post(&client.url).bearer_auth(&client.token);
    let answer: Response<send_photo::ResponseData> =
        request.multipart(form).send().await?.json().await?;
    let photo = data(answer)?
        .add_attachments
        .comment
        .photo
        .ok_or("no photo")?;
    assert_eq!(photo.state, send_photo::PhotoState::HERE);
    assert_eq!((photo.width, photo.height), (Some(32), Some(24)));
    println!("graphql_client: uploaded a photo");
    Ok(())
}
