//! An employee's browser, as far as requests go: a cookie, forms and uploads.

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};

use crate::harness::Shop;

/// A browser with an employee's token.
pub struct SignedIn<'a> {
    shop: &'a Shop,
    client: Client,
    cookie: String,
    language: &'static str,
}

impl<'a> SignedIn<'a> {
    pub async fn of(shop: &'a Shop, email: &str) -> Self {
        let token = shop.login(email).await.unwrap();
        Self::stranger(shop).with_cookie(&format!("zayavka={token}"))
    }

    /// A browser without a session.
    pub fn stranger(shop: &'a Shop) -> Self {
        Self {
            shop,
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
            cookie: String::new(),
            language: "ru",
        }
    }

    pub fn with_cookie(self, cookie: &str) -> Self {
        Self {
            cookie: cookie.to_owned(),
            ..self
        }
    }

    pub fn in_english(self) -> Self {
        Self {
            language: "en",
            ..self
        }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let path = path.split('#').next().unwrap();
        let request = self
            .client
            .request(method, format!("{}{path}", self.shop.url));
        let request = request.header("cookie", &self.cookie);
        request.header("accept-language", self.language)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    pub async fn send_from(
        &self,
        origin: &str,
        path: &str,
        field: &str,
        file: Vec<u8>,
    ) -> Response {
        let head = format!(
            "--XX\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"file\"\r\n\r\n"
        );
        let body = [head.as_bytes(), &file, b"\r\n--XX--\r\n"].concat();
        let request = self.request(Method::POST, path).header("origin", origin);
        let request = request.header("content-type", "multipart/form-data; boundary=XX");
        request.body(body).send().await.unwrap()
    }

    pub async fn send(&self, path: &str, field: &str, file: impl Into<Vec<u8>>) -> Response {
        self.send_from(&self.shop.url, path, field, file.into())
            .await
    }

    /// Uploads a table, and returns the path of its review.
    pub async fn upload(&self, file: impl Into<Vec<u8>>) -> String {
        let answer = self.send("/data/import", "csv", file).await;
        assert_eq!(answer.status(), 303);
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// Confirms the import that a page shows.
    pub async fn confirm(&self, path: &str, page: &str) -> Response {
        let digest = page.split("name=\"digest\" value=\"").nth(1).unwrap();
        let digest = digest.split('"').next().unwrap();
        self.post(path, &[("digest".to_owned(), digest.to_owned())])
            .await
    }

    /// Submits the form of a page with some fields changed, by one of its buttons.
    pub async fn submit(
        &self,
        path: &str,
        page: &str,
        changes: &[(&str, &str)],
        button: &str,
    ) -> Response {
        let mut fields = form(page);
        for (name, value) in changes {
            fields.retain(|(field, _)| field != name);
            if !value.is_empty() {
                fields.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        if !button.is_empty() {
            fields.push((button.to_owned(), "1".to_owned()));
        }
        self.post(path, &fields).await
    }

    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Response {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = self.request(Method::POST, path);
        let request = request.header("origin", &self.shop.url);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(body.finish()).send().await.unwrap()
    }
}

/// Returns what a browser would submit of an untouched preview form.
pub fn form(page: &str) -> Vec<(String, String)> {
    let unescape = |text: &str| {
        text.replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#38;", "&")
    };
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(unescape(rest.split('"').next()?))
    };
    let mut fields = Vec::new();
    let mut select = None;
    for tag in page.split('<').skip(1) {
        let inside = tag.split('>').next().unwrap();
        if inside.starts_with("select ") {
            select = attribute(inside, "name");
        } else if inside.starts_with("option ") && inside.ends_with(" selected") {
            let value = attribute(inside, "value").unwrap();
            fields.push((select.clone().unwrap(), value));
        } else if inside.starts_with("input type=\"hidden\"")
            || (inside.contains("type=\"checkbox\"") && inside.ends_with(" checked"))
        {
            let (name, value) = (attribute(inside, "name"), attribute(inside, "value"));
            fields.push((name.unwrap(), value.unwrap()));
        }
    }
    fields
}
