//! Files of a multipart request.

use async_graphql::{Context, InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::domain::{NewFile, Problem, Result};
use crate::graphql::engine::state::RequestState;

/// Prefix by which the library's variables name the files of a request.
const PREFIX: &str = "#__graphql_file__:";

/// A file of a multipart request. The library's own type panics on a variable that names none.
#[derive(Clone, Copy)]
pub struct Upload(usize);

impl Upload {
    /// Returns the index of the file that a variable names.
    pub fn named(variable: &str) -> Option<usize> {
        variable.strip_prefix(PREFIX)?.parse().ok()
    }
}

/// A file of a multipart request; in JSON its variable is null.
#[Scalar(
    name = "Upload",
    specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec"
)]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        Self::named(text).map(Self).ok_or_else(|| {
            InputValueError::custom("Files are sent as parts of a multipart request.")
        })
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}

/// Returns the files of a request.
///
/// # Errors
/// [`crate::domain::Error::Invalid`] when there are none or too many, or one isn't accepted.
pub fn files(ctx: &Context<'_>, field: &'static str, all: &[Upload]) -> Result<Vec<NewFile>> {
    NewFile::check_count(field, all.len())?;
    let state = RequestState::of(ctx)?;
    let read = |upload: &Upload| {
        // Each copy of it would be stored.
        if !state.use_file(upload.0) {
            return Err(Problem::FileTwice.at(field).into());
        }
        let sent = ctx.query_env.uploads.get(upload.0);
        let sent = sent.ok_or_else(|| Problem::Required.at(field))?;
        NewFile::parse(field, &sent.filename, sent.content.to_vec())
    };
    all.iter().map(read).collect()
}
