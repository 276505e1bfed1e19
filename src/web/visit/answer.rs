//! Responses to browsers: pages, redirects, cookies.

use std::borrow::Cow;
use std::io::Write;
use std::time::Duration;

use askama::Template;
use flate2::Compression;
use flate2::write::GzEncoder;
use percent_encoding::{AsciiSet, utf8_percent_encode};
use warp::Reply;
use warp::http::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY,
};
use warp::http::{HeaderValue, StatusCode};
use warp::reply::Response;

use super::Visit;
use super::viewer::{cookie, cookie_name, device_cookie_name};
use crate::app::accounts::SignedIn;
use crate::app::security::known_devices::Devices;
use crate::domain::{Error, Result};

/// Nothing from other origins, no inline scripts or styles, no framing.
const POLICY: &str =
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
/// Lifetime of a choice that a browser remembers.
const CHOICE: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Minimum size in bytes of a response worth compressing.
const COMPRESS_FROM: usize = 1_400;

impl Visit {
    /// Renders a page.
    ///
    /// # Errors
    /// [`Error::Internal`] when the template fails.
    pub fn page(&self, template: &impl Template) -> Result<Response> {
        self.page_as(StatusCode::OK, template)
    }

    /// Renders a page with a status other than 200.
    ///
    /// # Errors
    /// As for [`Visit::page`].
    pub fn page_as(&self, status: StatusCode, template: &impl Template) -> Result<Response> {
        let html = template.render().map_err(Error::internal)?;
        let mut response = match self.accepts_gzip() && html.len() >= COMPRESS_FROM {
            false => html.into_response(),
            true => {
                let mut response = gzip(html.as_bytes(), Compression::fast())?.into_response();
                let encoding = HeaderValue::from_static("gzip");
                response.headers_mut().insert(CONTENT_ENCODING, encoding);
                response
            }
        };
        *response.status_mut() = status;
        for (name, value) in [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (VARY, "Cookie, Accept-Language, Accept-Encoding"),
        ] {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        Ok(response)
    }

    /// Redirects with 303 See Other. A target that comes from a request must pass
    /// [`Visit::safe_path`] first.
    pub fn go(&self, to: &str) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        let to = HeaderValue::from_str(&encoded(to)).unwrap_or(HeaderValue::from_static("/"));
        response.headers_mut().insert(LOCATION, to);
        response
    }

    /// Redirects, and sets the session cookie.
    pub fn go_with_token(&self, to: &str, token: &str) -> Response {
        self.with_token(self.go(to), token)
    }

    /// Sets the session cookie to a token; an empty one removes the cookie.
    pub fn with_token(&self, mut response: Response, token: &str) -> Response {
        let age = match token.is_empty() {
            true => Duration::ZERO,
            false => self.desk.tokens.ttl(),
        };
        add_cookie(&mut response, cookie_name(&self.desk), token, age);
        response
    }

    /// Remembers a choice in the browser, for a year.
    pub fn with_choice(&self, mut response: Response, name: &str, value: &str) -> Response {
        let name = format!("{}-{name}", cookie_name(&self.desk));
        add_cookie(&mut response, &name, value, CHOICE);
        response
    }

    /// Returns a choice that the browser remembers.
    pub fn choice(&self, name: &str) -> Option<&str> {
        let name = format!("{}-{name}", cookie_name(&self.desk));
        cookie(&self.headers, &name)
    }

    /// Sets the session cookie and the known-device cookie after a sign-in.
    ///
    /// # Errors
    /// As for [`Devices::sign`].
    pub fn with_session(&self, response: Response, signed_in: &SignedIn) -> Result<Response> {
        let mut response = self.with_token(response, &signed_in.token);
        let (desk, employee) = (&self.desk, &signed_in.employee);
        let name = device_cookie_name(desk, employee.id);
        let device = desk.devices.sign(employee, desk.clock.now())?;
        add_cookie(&mut response, &name, &device, Devices::LIFE);
        Ok(response)
    }
}

/// Adds an HttpOnly cookie. With https, the `__Host-` prefix binds it to this host and requires
/// `Secure`.
fn add_cookie(response: &mut Response, name: &str, value: &str, age: Duration) {
    let secure = if name.starts_with("__Host-") {
        "; Secure"
    } else {
        ""
    };
    let age = age.as_secs();
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age={age}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// Percent-encodes spaces and non-ASCII characters of a URL for a header.
fn encoded(address: &str) -> Cow<'_, str> {
    const SPACE: &AsciiSet = &AsciiSet::EMPTY.add(b' ');
    utf8_percent_encode(address, SPACE).into()
}

/// # Errors
/// [`Error::Internal`]; none in practice, since compressing into memory can't fail.
pub fn gzip(bytes: &[u8], level: Compression) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(Error::internal)
}
