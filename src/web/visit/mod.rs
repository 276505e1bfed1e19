//! One request to a page: who, what, in which language.

mod answer;
mod own_path;
mod viewer;

use std::convert::Infallible;
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
use crate::app::posts::Post;
use crate::domain::{Actor, Error, Owner, Problem, Result};

pub use answer::gzip;
pub use own_path::safe_path;
use viewer::cookie_name;
pub use viewer::{Badge, Viewer, viewer};

/// A request to a page.
pub struct Visit {
    pub desk: Arc<Desk>,
    pub address: IpAddr,
    /// Whether the request comes from a person at this machine.
    pub local: bool,
    pub method: Method,
    /// The parts of the path, decoded; none of them empty.
    pub path: Vec<String>,
    /// What stands in the address after the path, and the address itself.
    pub query: Vec<(String, String)>,
    pub here: String,
    /// What a form sent.
    pub form: Vec<(String, String)>,
    pub viewer: Option<Viewer>,
    pub texts: Texts,
    /// Whether a file was too long to be taken.
    pub is_cut_off: bool,
    headers: HeaderMap,
    /// What a form with a file sent; empty without one.
    files: Bytes,
}

/// What came over the wire.
pub struct Asked {
    pub address: IpAddr,
    pub local: bool,
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    /// `None` for one that is too long, where an owner is told so.
    pub body: Option<Bytes>,
}

impl Visit {
    /// Reads a request by somebody, or by a stranger.
    pub fn new(desk: Arc<Desk>, asked: Asked, viewer: Option<Viewer>) -> Self {
        let chosen = viewer.as_ref().and_then(|viewer| viewer.me.language);
        let language = chosen
            .or_else(|| negotiate::language(&asked.headers))
            .unwrap_or(desk.shop.language);
        let texts = Texts::new(language, &desk.shop, desk.clock.now());
        // With two slashes at its beginning a browser would take it for another site's.
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
            viewer,
            texts,
            headers: asked.headers,
            desk,
        }
    }

    /// # Errors
    /// [`Error::Unauthenticated`], which becomes the way to the login page.
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

    /// Returns where a wish to sign in comes from.
    pub fn source(&self) -> Source {
        Source {
            address: self.address,
            known: viewer::known(&self.desk, &self.headers),
        }
    }

    /// A value of the address; an empty one is none.
    pub fn asked(&self, name: &str) -> Option<&str> {
        find(&self.query, name).filter(|value| !value.is_empty())
    }

    /// A value of the form, as it was typed.
    pub fn typed(&self, name: &str) -> &str {
        self.sent(name).unwrap_or_default()
    }

    /// The same, and `None` where the form has no such field.
    pub fn sent(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    /// A key for a form that makes something, other than that of every other form; see
    /// [`posts`](crate::app::posts).
    pub fn form_key(&self) -> String {
        format!("{:032x}", fastrand::u128(..))
    }

    /// The form that was sent, where it has such a key.
    pub fn post(&self) -> Option<Post> {
        self.sent("key").filter(|key| !key.is_empty())?;
        Some(Post::of(&self.path.join("/"), &self.form))
    }

    /// The file that a form sent under that name.
    ///
    /// # Errors
    /// [`Problem::Required`] at the name where there is none.
    pub async fn file(&self, name: &'static str) -> Result<Bytes> {
        let missing = || Problem::Required.at(name);
        let boundary = boundary(&self.headers).ok_or_else(missing)?;
        let body = futures_util::stream::iter([Ok::<_, Infallible>(self.files.clone())]);
        let mut form = multer::Multipart::new(body, boundary);
        // What isn't whole has no file either.
        while let Ok(Some(field)) = form.next_field().await {
            if field.name() == Some(name) {
                let file = field.bytes().await.map_err(|_| missing())?;
                return Some(file)
                    .filter(|file| !file.is_empty())
                    .ok_or_else(|| missing().into());
            }
        }
        Err(missing().into())
    }

    /// Whether a form was sent from one of our own pages. Browsers say where a form stood.
    pub fn is_from_here(&self) -> bool {
        is_own_origin(&self.desk, &self.headers) == Some(true)
    }

    /// Whether the browser will drop the cookie of a login because this page came by plain http: it takes
    /// one with `Secure` and `__Host-` by https alone. What a proxy made of the request is not known for
    /// sure, so it is said only where everything speaks for it: another host than the shop's, none of the
    /// headers that browsers send by https (<https://www.w3.org/TR/fetch-metadata/>), and no proxy that
    /// speaks of https.
    pub fn drops_cookies(&self) -> bool {
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let host = header("host").and_then(|host| normal(&format!("https://{host}")));
        cookie_name(&self.desk).starts_with("__Host-")
            && host.is_some_and(|host| host != self.desk.public_url)
            && header("sec-fetch-mode").is_none()
            && header("x-forwarded-proto") != Some("https")
    }

    /// Whether a form was sent from a page that came by plain http though logins need https.
    pub fn is_plain(&self) -> bool {
        let origin = self.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        cookie_name(&self.desk).starts_with("__Host-")
            && origin.is_some_and(|origin| origin.starts_with(b"http://"))
    }

    pub fn accepts_gzip(&self) -> bool {
        negotiate::gzip(&self.headers)
    }

    /// Whether the script asks for a part of a page, and reads the status itself.
    pub fn is_scripted(&self) -> bool {
        self.headers
            .get("x-requested-by")
            .is_some_and(|value| value == "desk")
    }
}

/// Whether a browser asks from one of our own pages; `None` where nobody says from where.
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
    Some(origin == desk.public_url || is_host())
}

/// Returns an origin in its normal form, the one that `public_url` was brought to when it was read: two
/// origins are compared in no other. `None` for what is no origin.
fn normal(origin: &str) -> Option<String> {
    let url = reqwest::Url::parse(origin).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let named = url.username().is_empty() && url.password().is_none();
    (bare && named && url.has_host()).then(|| url.origin().ascii_serialization())
}

/// What stands between the parts of a form with files.
fn boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(CONTENT_TYPE)?.to_str().ok()?).ok()
}

/// Returns the parts of a path, decoded; none of them empty. What is no encoding stays as it is, and what is no UTF-8
/// becomes `U+FFFD`.
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
