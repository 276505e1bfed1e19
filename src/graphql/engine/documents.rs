//! Cache of parsed documents that passed the limits. Clients send the same few documents again and
//! again, and parsing one takes longer than executing it.

use std::sync::Arc;

use async_graphql::Response;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::limits;
use super::shape::Checked;
use crate::graphql::error::{Code, refusal};

/// Capacity in bytes of document text; parsed, they take about ten times as much.
const KEPT: u64 = 512 * 1024;
/// Estimated number of documents.
const COUNT: usize = 1_000;

/// Keyed by document text.
pub(in crate::graphql) struct Documents(Cache<String, Arc<ParsedDocument>, Length>);

/// A document that may be executed.
pub(in crate::graphql) struct ParsedDocument {
    pub document: ExecutableDocument,
    /// Whether it queries the schema.
    pub introspects: bool,
    /// Whether every response field is selected only once.
    pub each_once: bool,
    /// Whether every root field is selected only once.
    pub roots_once: bool,
    /// Variables with which it was found valid.
    pub checked: Checked,
}

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::with_weighter(COUNT, KEPT, Length))
    }
}

impl Documents {
    /// # Errors
    /// The response to a text that isn't a document, or that exceeds the limits.
    pub fn read(&self, text: &str) -> Result<Arc<ParsedDocument>, Box<Response>> {
        if let Some(read) = self.0.get(text) {
            return Ok(read);
        }
        let refuse = |code| move |why: String| Box::new(refusal(code, why));
        limits::check_text(text).map_err(refuse(Code::ParseFailed))?;
        let document =
            parse_query(text).map_err(|error| refuse(Code::ParseFailed)(error.to_string()))?;
        let asks = limits::check(&document).map_err(refuse(Code::ValidationFailed))?;
        let read = Arc::new(ParsedDocument {
            introspects: asks.schema,
            each_once: limits::each_once(&document),
            roots_once: limits::roots_once(&document),
            checked: Checked::default(),
            document,
        });
        // The text may contain a password.
        if !asks.auth {
            self.0.insert(text.to_owned(), read.clone());
        }
        Ok(read)
    }
}

#[derive(Clone)]
struct Length;

impl Weighter<String, Arc<ParsedDocument>> for Length {
    fn weight(&self, text: &String, _: &Arc<ParsedDocument>) -> u64 {
        text.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_read_once_and_a_flood_of_others_is_forgotten() {
        let documents = Documents::default();
        let first = documents.read("{ me { id } }").unwrap();
        let again = documents.read("{ me { id } }").unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        for number in 0..10_000 {
            documents
                .read(&format!("{{ a{number}: me {{ id }} }}"))
                .unwrap();
        }
        let (kept, weight) = (documents.0.len(), documents.0.weight());
        assert!(
            kept <= 40_000 && weight <= KEPT,
            "{kept} documents of {weight}"
        );
        assert!(documents.read("{ me { id }").is_err());
        assert!(documents.read("{ me { id }").is_err());
    }

    #[test]
    fn a_document_with_a_password_is_not_kept() {
        let documents = Documents::default();
        let login = r#"mutation { login(email: "a@example.com", password: "secret") { token } }"#;
        documents.read(login).unwrap();
        assert_eq!(documents.0.len(), 0);
    }
}
