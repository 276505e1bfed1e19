//! JSON written in pieces. A short text is one piece; a long one consists of many, each with a
//! permit of [`app::memory`](crate::app::memory).

use async_graphql::{Context, Value};
use bytes::Bytes;

use super::state::RequestState;
use crate::app::memory::UNIT;
use crate::domain::{Error, Result};

/// Length in bytes from which a piece is complete, chosen so that the next append hardly ever
/// exceeds a unit of memory.
const FULL: usize = UNIT - 4 * 1024;
/// First entry of a list of pieces. No JSON begins with it.
const MARK: &[u8] = &[0];

/// A growing text. Its value is binary if short, or else a list of binary pieces after a mark;
/// nothing else in the schema is binary.
pub struct Rope<'a> {
    state: &'a RequestState,
    pieces: Vec<Value>,
    pub open: Vec<u8>,
}

impl<'a> Rope<'a> {
    pub fn begin(state: &'a RequestState) -> Self {
        Self {
            state,
            pieces: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Completes the current piece if it is long enough.
    ///
    /// # Errors
    /// As for [`Share::keep`](crate::app::memory::Share::keep).
    pub async fn put_away(&mut self) -> Result<()> {
        if self.open.len() >= FULL {
            let piece = std::mem::replace(&mut self.open, Vec::with_capacity(UNIT));
            let piece = self.state.share.lock().await.keep(piece).await?;
            if self.pieces.is_empty() {
                self.pieces.push(Value::Binary(Bytes::from_static(MARK)));
            }
            self.pieces.push(Value::Binary(piece));
        }
        Ok(())
    }

    pub fn finish(mut self) -> Value {
        let last = Value::Binary(self.open.into());
        if self.pieces.is_empty() {
            return last;
        }
        self.pieces.push(last);
        Value::List(self.pieces)
    }
}

/// Returns the pieces of a long text, if the value is one.
pub fn pieces(value: &Value) -> Option<impl Iterator<Item = &Bytes>> {
    let Value::List(entries) = value else {
        return None;
    };
    let mut pieces = entries.iter().filter_map(|entry| match entry {
        Value::Binary(piece) => Some(piece),
        _ => None,
    });
    (pieces.next()? == MARK).then_some(pieces)
}

/// A long text that is the value of a field, written in pieces.
pub struct Text<'a> {
    rope: Rope<'a>,
    /// The first bytes of an incomplete character.
    cut: Vec<u8>,
}

/// The value of such a field; a `String` in the schema.
pub struct Finished(Value);

impl<'a> Text<'a> {
    pub fn begin(ctx: &'a Context<'_>) -> Result<Self> {
        let mut rope = Rope::begin(RequestState::of(ctx)?);
        rope.open.push(b'"');
        Ok(Self {
            rope,
            cut: Vec::new(),
        })
    }

    /// Appends UTF-8, which may begin and end within a character.
    ///
    /// # Errors
    /// As for [`Rope::put_away`], and [`Error::Internal`] for invalid UTF-8.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.cut.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.cut) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(Error::internal(error)),
        };
        let rest = self.cut.split_off(whole);
        let text = std::mem::replace(&mut self.cut, rest);
        let text = std::str::from_utf8(&text).map_err(Error::internal)?;
        let quoted = serde_json::to_vec(text).map_err(Error::internal)?;
        let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
        self.rope.open.extend_from_slice(inner);
        self.rope.put_away().await
    }

    /// # Errors
    /// [`Error::Internal`] for a text that ends within a character.
    pub fn finish(mut self) -> Result<Finished> {
        if !self.cut.is_empty() {
            return Err(Error::internal("a text ends within a character"));
        }
        self.rope.open.push(b'"');
        Ok(Finished(self.rope.finish()))
    }
}

#[async_graphql::async_trait::async_trait]
impl async_graphql::OutputType for Finished {
    fn type_name() -> std::borrow::Cow<'static, str> {
        <String as async_graphql::OutputType>::type_name()
    }

    fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
        <String as async_graphql::OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> async_graphql::ServerResult<Value> {
        Ok(self.0.clone())
    }
}
