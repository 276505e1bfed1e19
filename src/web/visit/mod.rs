//! A page request with its session and language.

mod answer;
mod own_path;
mod parts;
mod received;
mod viewer;

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use warp::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use warp::http::{HeaderMap, HeaderValue, Method};

use super::negotiate;
use super::text::Texts;
use crate::app::Desk;
use crate::app::accounts::Source;
use crate::app::memory::MemoryPermit;
use crate::app::posts::Post;
use crate::domain::{Actor, Error, Owner, Problem, Result};

pub use answer::gzip;
pub use parts::SentFile;
use parts::parts_of;
pub use received::{FILE, Upload, receive};
use viewer::cookie_name;
pub use viewer::{Badge, Viewer, viewer};

/// A page request.
pub struct Visit {
    pub desk: Arc<Desk>,
    pub address: IpAddr,
    /// Whether the request comes from a local user.
    pub local: bool,
    pub method: Method,
    path: Vec<String>,
    /// Query parameters, and path with query.
    pub query: Vec<(String, String)>,
    pub here: String,
    /// Submitted form fields.
    pub form: Vec<(String, String)>,
    pub viewer: Option<Viewer>,
    pub texts: Texts,
    /// Whether an upload was rejected for its size.
    pub is_cut_off: bool,
    /// Patterns of all pages, the only targets of redirects.
    pages: &'static [&'static str],
    headers: HeaderMap,
    /// Multipart body of an upload; empty if none.
    files: Bytes,
    /// Files of a form that was read as a whole.
    sent: Vec<SentFile>,
    /// Held while such a form is in the memory.
    pub memory: Option<MemoryPermit>,
    /// An uploaded copy, on the page that takes one.
    pub upload: Option<Upload>,
}

/// The request as received.
pub struct PageRequest {
    pub address: IpAddr,
    pub local: bool,
    pub method: Method,
    pub path: String,
    pub query: String,
    /// Patterns of all pages.
    pub pages: &'static [&'static str],
    pub headers: HeaderMap,
    /// `None` for an oversized upload, which is reported to the owner.
    pub body: Option<Bytes>,
}

impl Visit {
    /// Parses a request, with or without a session.
    pub fn new(desk: Arc<Desk>, asked: PageRequest, viewer: Option<Viewer>) -> Self {
        let chosen = viewer.as_ref().and_then(|viewer| viewer.me.language);
        let language = chosen
            .or_else(|| negotiate::language(&asked.headers))
            .unwrap_or(desk.shop().language);
        let texts = Texts::new(language, &desk.shop(), desk.clock.now());
        // With two leading slashes, browsers would resolve it to another site.
        let path = asked.path.trim_start_matches('/');
        let here = match asked.query.is_empty() {
            true => format!("/{path}"),
            false => format!("/{path}?{}", asked.query),
        };
        let is_cut_off = asked.body.is_none();
        let body = asked.body.unwrap_or_default();
        let (form, files) = match boundary(&asked.headers) {
            Some(_) => (Bytes::new(), body),
            None => (body, Bytes::new()),
        };
        Self {
            address: asked.address,
            local: asked.local,
            method: asked.method,
            path: parts(&asked.path),
            query: form_urlencoded::parse(asked.query.as_bytes())
                .into_owned()
                .collect(),
            here,
            form: form_urlencoded::parse(&form).into_owned().collect(),
            is_cut_off,
            files,
            sent: Vec::new(),
            memory: None,
            upload: None,
            viewer,
            texts,
            pages: asked.pages,
            headers: asked.headers,
            desk,
        }
    }

    /// Returns whether the page answers a submitted form, so that its address may have no page to load again.
    pub fn is_submission(&self) -> bool {
        self.method == Method::POST
    }

    /// Returns the decoded segments of the path, for the route table; none of them empty.
    pub fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// # Errors
    /// [`Error::Unauthenticated`], which redirects to the sign-in page.
    pub fn viewer(&self) -> Result<&Viewer> {
        self.viewer.as_ref().ok_or(Error::Unauthenticated)
    }

    /// # Errors
    /// As for [`Visit::viewer`].
    pub fn actor(&self) -> Result<Actor> {
        Ok(self.viewer()?.actor)
    }

    /// # Errors
    /// As for [`Visit::viewer`], and [`Error::Forbidden`].
    pub fn owner(&self) -> Result<Owner> {
        self.actor()?.require_owner()
    }

    /// Returns the source of an authentication attempt.
    pub fn source(&self) -> Source {
        Source {
            address: self.address,
            known: viewer::known(&self.desk, &self.headers),
        }
    }

    /// Returns a non-empty query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        find(&self.query, name).filter(|value| !value.is_empty())
    }

    /// Returns a form field as typed; empty when it is missing.
    pub fn typed(&self, name: &str) -> &str {
        self.sent(name).unwrap_or_default()
    }

    /// Returns a form field; `None` when it is missing.
    pub fn sent(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    /// Generates a key that makes a form's submission idempotent; see [`posts`](crate::app::posts).
    pub fn form_key(&self) -> String {
        format!("{:032x}", fastrand::u128(..))
    }

    /// Returns the submission, if the form has such a key.
    pub fn post(&self) -> Option<Post> {
        self.sent("key").filter(|key| !key.is_empty())?;
        let files = self.sent.iter().map(|file| (&*file.name, &*file.bytes));
        Some(Post::of(&self.path.join("/"), &self.form, files))
    }

    /// Reads the fields and the files of a multipart form. One that breaks off has none of them.
    pub async fn read_parts(&mut self) {
        let Some(boundary) = boundary(&self.headers) else {
            return;
        };
        let body = std::mem::take(&mut self.files);
        (self.form, self.sent) = parts_of(body, boundary).await.unwrap_or_default();
    }

    /// Returns the files of a field.
    pub fn files(&self, field: &str) -> impl Iterator<Item = &SentFile> + Clone {
        self.sent.iter().filter(move |file| file.field == field)
    }

    /// Returns whether files came with the form, which can't be sent again from a page.
    pub fn has_files(&self) -> bool {
        !self.sent.is_empty()
    }

    /// Returns an uploaded file by its field name.
    ///
    /// # Errors
    /// [`Problem::Required`] at the name when it is missing.
    pub async fn file(&self, name: &'static str) -> Result<Bytes> {
        let missing = || Problem::Required.at(name);
        let boundary = boundary(&self.headers).ok_or_else(missing)?;
        // A truncated body counts as a missing file.
        let (_, files) = parts_of(self.files.clone(), boundary)
            .await
            .map_err(|_| missing())?;
        let mut files = files.into_iter().filter(|file| file.field == name);
        files
            .next()
            .map(|file| file.bytes)
            .ok_or_else(|| missing().into())
    }

    /// Returns whether a form was submitted from our own origin, according to the browser.
    pub fn is_from_here(&self) -> bool {
        is_own_origin(&self.desk, &self.headers) == Some(true)
    }

    /// Returns whether the link in the path is all that the page goes by: a mail program posts to it without an origin
    /// (RFC 8058 §3.2), and no session has a part in it.
    pub fn is_by_link_alone(&self) -> bool {
        matches!(&self.path[..], [first, _] if first == "u")
    }

    /// Returns whether the browser will drop the session cookie because the page was loaded over
    /// plain http: cookies with `Secure` and the `__Host-` prefix require https. A proxy may have
    /// altered the request, so this is claimed only if everything indicates it: a host other than
    /// the shop's, none of the headers that browsers send over https
    /// (<https://www.w3.org/TR/fetch-metadata/>), and no proxy header announcing https.
    pub fn drops_cookies(&self) -> bool {
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let host = header("host").and_then(|host| normal(&format!("https://{host}")));
        cookie_name(&self.desk).starts_with("__Host-")
            && host.is_some_and(|host| host != self.desk.public_url().as_str())
            && header("sec-fetch-mode").is_none()
            && header("x-forwarded-proto") != Some("https")
    }

    /// Returns whether a form was submitted from a page loaded over plain http although sign-in
    /// requires https.
    pub fn is_plain(&self) -> bool {
        let origin = self.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        cookie_name(&self.desk).starts_with("__Host-")
            && origin.is_some_and(|origin| origin.starts_with(b"http://"))
    }

    /// Returns the host that was asked for, without its port, in lower case.
    pub fn host(&self) -> Option<String> {
        let host = self.headers.get(HOST)?.to_str().ok()?;
        let url = reqwest::Url::parse(&format!("http://{host}")).ok()?;
        Some(url.host_str()?.to_owned())
    }

    pub fn accepts_gzip(&self) -> bool {
        negotiate::gzip(&self.headers)
    }

    /// Returns whether the script requests a page fragment and handles the status itself.
    pub fn is_scripted(&self) -> bool {
        self.headers
            .get("x-requested-by")
            .is_some_and(|value| value == "desk")
    }
}

/// Returns whether a request comes from our own origin; `None` when the browser doesn't say.
pub fn is_own_origin(desk: &Desk, headers: &HeaderMap) -> Option<bool> {
    let origin = headers.get(ORIGIN)?.to_str().ok().and_then(normal);
    let Some(origin) = origin else {
        return Some(false);
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let to_host = |scheme: &str| host.and_then(|host| normal(&format!("{scheme}://{host}")));
    let is_host = || {
        ["http", "https"]
            .into_iter()
            .any(|scheme| to_host(scheme).as_ref() == Some(&origin))
    };
    Some(origin == desk.public_url().as_str() || is_host())
}

/// Returns an origin in normal form, which `public_url` has as well: origins are compared in this
/// form only. `None` for an invalid origin.
fn normal(origin: &str) -> Option<String> {
    let url = reqwest::Url::parse(origin).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let named = url.username().is_empty() && url.password().is_none();
    (bare && named && url.has_host()).then(|| url.origin().ascii_serialization())
}

/// Returns whether a form has parts, as those with files.
pub fn has_parts(headers: &HeaderMap) -> bool {
    boundary(headers).is_some()
}

/// Returns the boundary of a multipart form.
fn boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(CONTENT_TYPE)?.to_str().ok()?).ok()
}

/// Splits a path into decoded segments; none of them empty. Malformed encodings stay as they are, and bytes that are no
/// UTF-8 become `U+FFFD`.
pub fn parts(path: &str) -> Vec<String> {
    let decoded = |part: &str| {
        let part = percent_decode_str(part).decode_utf8_lossy();
        part.into_owned()
    };
    path.split('/')
        .filter(|part| !part.is_empty())
        .map(decoded)
        .collect()
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}
