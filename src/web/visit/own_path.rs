//! Validation of redirect targets.
//!
//! Browsers parse URLs leniently: they drop tabs and line ends, read `\` as `/`, and resolve a
//! leading `//` to another site. Proxies decode them once more. Therefore no part of a request goes
//! into a `Location` header or a form's `action` except through [`Visit::safe_path`], which uses
//! an allow-list: it accepts paths of pages in the route table, and nothing else.

use super::{Visit, parts};

/// In bytes. The longest URL that our own pages generate is a search with all filters.
const LONGEST: usize = 4_096;

impl Visit {
    /// Returns the path with query and fragment if it is one of our pages, and `/` otherwise.
    pub fn safe_path<'a>(&self, path: Option<&'a str>) -> &'a str {
        path.filter(|path| is_ours(path, self.pages)).unwrap_or("/")
    }
}

fn is_ours(text: &str, pages: &[&str]) -> bool {
    let is_plain = |c: char| !c.is_control() && c != '\\' && !is_format(c);
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    text.len() <= LONGEST
        && path.starts_with('/')
        && rest.chars().all(is_plain)
        && is_page(path, pages)
}

/// Returns whether a path is one of our pages. A trailing slash is ignored; no other segment may be
/// empty.
fn is_page(path: &str, pages: &[&str]) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return true;
    }
    let raw: Vec<&str> = path.split('/').skip(1).collect();
    let decoded = parts(path);
    // The variables in our paths are ids, months, tokens and file names, none of which need
    // encoding. Anything encoded with a special meaning in URLs is therefore foreign.
    let is_part = |part: &String| {
        let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        part.chars().all(is_fit) && part.chars().any(|c| c != '.')
    };
    raw.len() == decoded.len()
        && decoded.iter().all(is_part)
        && pages.iter().any(|route| matches(route, &decoded))
}

/// Returns whether a path matches a route pattern such as `/tasks/{id}/edit`.
fn matches(route: &str, path: &[String]) -> bool {
    let route: Vec<&str> = route.split('/').filter(|part| !part.is_empty()).collect();
    let (route, is_open) = match route.split_last() {
        Some((&"…", rest)) => (rest, true),
        _ => (&*route, false),
    };
    let long_enough = match is_open {
        true => path.len() >= route.len(),
        false => path.len() == route.len(),
    };
    let is_same = |(of, part): (&&str, &String)| of.starts_with('{') || of == part;
    long_enough && route.iter().zip(path).all(is_same)
}

/// Returns whether a character is invisible and affects the rendering of others.
fn is_format(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
