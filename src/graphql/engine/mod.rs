//! The API's machinery apart from its types: parsed documents, limits, pagination, and the
//! serialisation of responses.

pub mod documents;
pub mod json;
pub mod limits;
pub mod page;
pub mod rope;
pub mod shape;
