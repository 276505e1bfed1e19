//! Stylesheets, scripts and the icon: embedded in the binary and served under content-hashed names,
//! so that browsers may cache them forever.

use std::borrow::Cow;
use std::sync::LazyLock;

use flate2::Compression;
use rust_embed::RustEmbed;
use serde_json::json;
use warp::Reply;
use warp::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use warp::http::{HeaderValue, StatusCode};
use warp::reply::Response;

use super::visit::{Visit, gzip};

/// The files themselves; in a debug build they are in the binary as well, so that both answer alike.
#[derive(RustEmbed)]
#[folder = "src/web/assets"]
struct Files;

/// A file as it is served.
struct Asset {
    file: String,
    /// Its name with a part of its hash.
    name: String,
    media_type: String,
    plain: Cow<'static, [u8]>,
    gzipped: Vec<u8>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |file: Cow<'static, str>| Some(Asset::new(&file, Files::get(&file)?));
    Files::iter().filter_map(asset).collect()
});

impl Asset {
    fn new(file: &str, embedded: rust_embed::EmbeddedFile) -> Self {
        let hash = embedded.metadata.sha256_hash();
        let hash: String = hash[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        let media_type = embedded.metadata.mimetype();
        Self {
            file: file.to_owned(),
            name: format!("{stem}-{hash}.{ending}"),
            media_type: match media_type.starts_with("text/") {
                true => format!("{media_type}; charset=utf-8"),
                false => media_type.to_owned(),
            },
            // Compressed once, so as well as it can be. Served uncompressed if compression fails.
            gzipped: gzip(&embedded.data, Compression::best()).unwrap_or_default(),
            plain: embedded.data,
        }
    }
}

/// Returns the URL of a file of the folder; a unit test looks for the files that templates name.
pub fn url(file: &str) -> String {
    let asset = ASSETS.iter().find(|asset| asset.file == file);
    asset.map_or_else(String::new, |asset| format!("/assets/{}", asset.name))
}

pub fn serve(name: &str, gzip: bool) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
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
    if let Ok(media_type) = HeaderValue::from_str(&asset.media_type) {
        headers.insert(CONTENT_TYPE, media_type);
    }
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
    let png = |file: &str, size: &str, purpose: &str| json!({"src": url(file), "sizes": size, "type": "image/png", "purpose": purpose});
    let manifest = json!({
        "name": visit.texts.s("app-name"),
        "short_name": visit.texts.s("app-name"),
        "lang": visit.texts.tag(),
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f6f6f4",
        "theme_color": "#1f6fd1",
        "icons": [
            {"src": url("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            png("icon-192.png", "192x192", "any"),
            png("icon-512.png", "512x512", "any"),
            png("maskable-192.png", "192x192", "maskable"),
            png("maskable-512.png", "512x512", "maskable"),
        ],
    });
    let body = manifest.to_string();
    let response = warp::reply::with_header(body, CONTENT_TYPE, "application/manifest+json");
    warp::reply::with_header(response, CACHE_CONTROL, "no-cache").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the arguments of every call of [`url`] in the templates.
    fn named_by_templates() -> Vec<String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/templates");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let calls = text.split("assets::url(\"").skip(1);
            names.extend(calls.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
        assert!(
            names.len() > 4,
            "the search for calls finds none: {names:?}"
        );
        names
    }

    #[test]
    fn every_file_that_a_page_names_is_in_the_binary() {
        for file in named_by_templates() {
            let path = url(&file);
            let name = path
                .strip_prefix("/assets/")
                .unwrap_or_else(|| panic!("{file} is missing"));
            let media_type = match file.rsplit_once('.').unwrap().1 {
                "css" => "text/css; charset=utf-8",
                "js" => "text/javascript; charset=utf-8",
                "svg" => "image/svg+xml",
                other => panic!("a page names a file of another kind: {other}"),
            };
            let answer = serve(name, false);
            assert_eq!(answer.status(), StatusCode::OK, "{name}");
            assert_eq!(answer.headers()[CONTENT_TYPE], media_type, "{name}");
        }
        let embedded = ASSETS
            .iter()
            .find(|asset| asset.file == "desk.css")
            .unwrap();
        assert!(
            matches!(embedded.plain, Cow::Borrowed(_)),
            "it was read from the disk"
        );
    }
}
