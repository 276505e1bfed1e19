//! What the API needs beside its fields: parsed documents, limits, pages of lists, and the writing of answers.

pub mod documents;
pub mod json;
pub mod limits;
pub mod page;
pub mod rope;
pub mod shape;
