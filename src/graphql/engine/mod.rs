//! The API's machinery apart from its types: the compiler of documents, limits, pagination, and the completion and
//! serialisation of responses.

pub mod arguments;
pub mod commas;
pub mod complete;
pub mod documents;
pub mod input_paths;
pub mod inputs;
pub mod json;
pub mod limits;
pub mod normalise;
pub mod page;
pub mod plan;
pub mod rope;
pub mod schema;
pub mod state;
pub mod variables;
