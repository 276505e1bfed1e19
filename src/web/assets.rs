//! Stylesheets, scripts and the icon: embedded in the binary and served under content-hashed names,
//! so that browsers may cache them forever.

use std::sync::LazyLock;

use serde_json::json;
use sha2::{Digest, Sha256};
use warp::Reply;
use warp::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use warp::http::{HeaderValue, StatusCode};
use warp::reply::Response;

use super::visit::{Visit, gzip};

struct Asset {
    name: String,
    media_type: &'static str,
    plain: &'static [u8],
    gzipped: Vec<u8>,
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, plain: &'static [u8]) -> Self {
        let hash = Sha256::digest(plain);
        let hash: String = hash
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            name: format!("{stem}-{hash}.{ending}"),
            media_type,
            plain,
            // Served uncompressed if compression fails.
            gzipped: gzip(plain).unwrap_or_default(),
        }
    }

    fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let plain = include_bytes!("assets/desk.css");
    Asset::new("desk", "css", "text/css; charset=utf-8", plain)
});
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let plain = include_bytes!("assets/desk.js");
    Asset::new("desk", "js", "text/javascript; charset=utf-8", plain)
});
static FORMS: LazyLock<Asset> = LazyLock::new(|| {
    let plain = include_bytes!("assets/forms.js");
    Asset::new("forms", "js", "text/javascript; charset=utf-8", plain)
});
static ICON: LazyLock<Asset> = LazyLock::new(|| {
    let plain = include_bytes!("assets/icon.svg");
    Asset::new("icon", "svg", "image/svg+xml", plain)
});

pub fn style() -> String {
    STYLE.path()
}

pub fn script() -> String {
    SCRIPT.path()
}

/// Returns the URL of the script for forms.
pub fn forms() -> String {
    FORMS.path()
}

pub fn icon() -> String {
    ICON.path()
}

pub fn serve(name: &str, gzip: bool) -> Response {
    let all = [&*STYLE, &*SCRIPT, &*FORMS, &*ICON];
    let Some(asset) = all.into_iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let gzip = gzip && !asset.gzipped.is_empty();
    let bytes = if gzip {
        asset.gzipped.clone()
    } else {
        asset.plain.to_vec()
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Serves the web app manifest, which phones read before adding the desk to the home screen.
pub fn manifest(visit: &Visit) -> Response {
    let manifest = json!({
        "name": visit.texts.s("app-name"),
        "short_name": visit.texts.s("app-name"),
        "lang": visit.texts.tag(),
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f6f6f4",
        "theme_color": "#1f6fd1",
        "icons": [{"src": icon(), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    });
    let body = manifest.to_string();
    let response = warp::reply::with_header(body, CONTENT_TYPE, "application/manifest+json");
    warp::reply::with_header(response, CACHE_CONTROL, "no-cache").into_response()
}
