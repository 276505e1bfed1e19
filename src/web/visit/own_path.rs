//! Where a form or an address says to go on.
//!
//! Browsers read an address more generously than it is written: they drop tabs and line ends, take `\` for
//! `/`, and what begins with `//` is another site. Proxies decode it once more. So nothing that a request
//! says goes into a `Location` or a form's `action` but by [`safe_path`], which doesn't look for what is bad:
//! it takes what is the path of a page in the table of pages, and nothing else.

use crate::web::{PATHS, parts};

/// In bytes. The longest address that our own pages make is that of a search with all filters.
const LONGEST: usize = 4_096;

/// Returns the path of a page of ours as it is, with what stands behind its `?` and `#`; and `/` for
/// everything else.
pub fn safe_path(path: Option<&str>) -> &str {
    path.filter(|path| is_ours(path)).unwrap_or("/")
}

fn is_ours(text: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && c != '\\' && !is_format(c);
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    text.len() <= LONGEST && path.starts_with('/') && rest.chars().all(is_plain) && is_page(path)
}

/// Whether a path leads to a page. A slash at its end changes nothing, and no other part of it is empty.
fn is_page(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return true;
    }
    let raw: Vec<&str> = path.split('/').skip(1).collect();
    let decoded = parts(path);
    // What varies in our paths is a number, a month, a token or the name of a file: nothing in it needs to be
    // encoded, so whatever comes out of an encoding that has a meaning in an address is none of ours.
    let is_part = |part: &String| {
        let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        part.chars().all(is_fit) && part.chars().any(|c| c != '.')
    };
    raw.len() == decoded.len()
        && decoded.iter().all(is_part)
        && PATHS.iter().any(|route| matches(route, &decoded))
}

/// Whether a path is one of a route of the table, such as `/tasks/{id}/edit`.
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

/// Whether a character is invisible and changes how the others look.
fn is_format(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
