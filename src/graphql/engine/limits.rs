//! What a document may ask for. Everything is counted with fragments spread out, and each
//! fragment is looked at once, so that counting costs no more than reading.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};

/// Levels of fields. The standard introspection query has 15.
pub const DEPTH: usize = 16;
/// The cost of a query: its fields, where a list multiplies what is below it by ten.
pub const COMPLEXITY: usize = 5_000;
pub const DIRECTIVES: usize = 20;
/// Names that a document gives its fields.
pub const ALIASES: u32 = 30;
pub const ROOT_FIELDS: u32 = 15;
const FIELDS: u32 = 2_000;
/// Brackets within brackets in the text, before it is parsed.
const NESTING: usize = 100;
/// Operations that cost a password hash: one of these in a document.
const AUTH_FIELDS: &[&str] = &["login", "register", "changePassword"];

/// Refuses a text that nests so deep that parsing it would exhaust the stack.
pub fn check_text(query: &str) -> Result<(), String> {
    let mut depth = 0_usize;
    for byte in query.bytes() {
        match byte {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTING {
            return Err(format!(
                "The document nests deeper than {NESTING} brackets."
            ));
        }
    }
    Ok(())
}

/// What a document within the limits asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asks {
    pub schema: bool,
    /// Something that comes with a password.
    pub auth: bool,
}

/// Refuses a document that asks for more than one request may.
pub fn check(document: &ExecutableDocument) -> Result<Asks, String> {
    let mut asks = Asks::default();
    let mut counter = Counter {
        fragments: &document.fragments,
        known: HashMap::new(),
    };
    for (_, operation) in document.operations.iter() {
        let OperationDefinition { selection_set, .. } = &operation.node;
        let count = counter.count(&selection_set.node, 0)?;
        asks.schema |= count.schema > 0;
        asks.auth |= count.auth > 0;
        let rules = [
            (count.aliases, ALIASES, "aliases"),
            (count.fields, FIELDS, "fields"),
            (count.top, ROOT_FIELDS, "root fields"),
            (count.auth, 1, "field of login, register and changePassword"),
        ];
        for (found, most, what) in rules {
            if found > most {
                return Err(format!("An operation may have at most {most} {what}."));
            }
        }
    }
    Ok(asks)
}

/// Whether a document within the limits asks for each field of its answer once: then nothing that
/// was answered has to be merged with anything else.
pub fn each_once(document: &ExecutableDocument) -> bool {
    document.operations.iter().all(|(_, operation)| {
        let set = &operation.node.selection_set.node;
        is_each_once(document, set, true, &mut HashSet::new())
    })
}

/// The same for the fields at the top alone: then nothing is added to the whole value of one.
pub fn roots_once(document: &ExecutableDocument) -> bool {
    document.operations.iter().all(|(_, operation)| {
        let set = &operation.node.selection_set.node;
        is_each_once(document, set, false, &mut HashSet::new())
    })
}

fn is_each_once<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    deep: bool,
    seen: &mut HashSet<&'a str>,
) -> bool {
    set.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => {
            let below = &field.node.selection_set.node;
            seen.insert(field.node.response_key().node.as_str())
                && (!deep || is_each_once(document, below, deep, &mut HashSet::new()))
        }
        Selection::InlineFragment(inline) => {
            is_each_once(document, &inline.node.selection_set.node, deep, seen)
        }
        Selection::FragmentSpread(spread) => {
            let fragment = document.fragments.get(&spread.node.fragment_name.node);
            fragment.is_none_or(|fragment| {
                is_each_once(document, &fragment.node.selection_set.node, deep, seen)
            })
        }
    })
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Fields on every level; a fragment's spread counts as one too.
    fields: u32,
    aliases: u32,
    /// Fields on the first level, and those of them that cost a password hash or show the schema.
    top: u32,
    auth: u32,
    schema: u32,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.top = self.top.saturating_add(other.top);
        self.auth = self.auth.saturating_add(other.auth);
        self.schema = self.schema.saturating_add(other.schema);
    }

    /// The same fields, one level further down.
    fn below(self) -> Self {
        Self {
            top: 0,
            auth: 0,
            schema: 0,
            ..self
        }
    }
}

struct Counter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while the fragment is being counted.
    known: HashMap<&'a str, Option<Count>>,
}

impl<'a> Counter<'a> {
    fn count(&mut self, set: &'a SelectionSet, depth: usize) -> Result<Count, String> {
        if depth > NESTING {
            return Err(format!("The fragments nest deeper than {NESTING} levels."));
        }
        let mut count = Count::default();
        for selection in &set.items {
            count.add(match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let mut own = self
                        .count(&field.node.selection_set.node, depth + 1)?
                        .below();
                    own.add(Count {
                        fields: 1,
                        aliases: field.node.alias.is_some().into(),
                        top: 1,
                        auth: AUTH_FIELDS.contains(&name).into(),
                        schema: ["__schema", "__type"].contains(&name).into(),
                    });
                    own
                }
                Selection::InlineFragment(inline) => {
                    self.count(&inline.node.selection_set.node, depth + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(spread.node.fragment_name.node.as_str(), depth + 1)?
                }
            });
        }
        Ok(count)
    }

    fn fragment(&mut self, name: &'a str, depth: usize) -> Result<Count, String> {
        match self.known.get(name) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => return Err(format!("The fragment {name} contains itself.")),
            None => {}
        }
        self.known.insert(name, None);
        let mut count = match self.fragments.get(name) {
            Some(fragment) => self.count(&fragment.node.selection_set.node, depth)?,
            None => Count::default(),
        };
        count.fields = count.fields.saturating_add(1);
        self.known.insert(name, Some(count));
        Ok(count)
    }
}
