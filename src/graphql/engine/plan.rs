//! The straight form of an operation: fragments inlined, directives applied, and fields with one response key merged.
//! Each key stands in its selection set once, in the order in which the response has it.

use apollo_compiler::{Node, ast};
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field as AstField, OperationDefinition, OperationType,
    Selection, SelectionSet,
};
use async_graphql::{Name, Number, Pos, Positioned, Value, Variables};

/// The response key that stands for an empty selection set, which the library can't execute. No document may choose it:
/// names that begin with two underscores are the specification's.
pub const NOTHING: &str = "__nothing";

/// The fields of one object.
#[derive(Debug, Default)]
pub struct Set {
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub struct Field {
    pub alias: Option<Name>,
    pub name: Name,
    pub arguments: Vec<(Name, Node<ast::Value>)>,
    pub shape: Shape,
    pub entries: Entries,
    /// The fields below; `None` for a value.
    pub set: Option<Set>,
    pub pos: Pos,
}

/// The type of a field, as far as null is concerned.
#[derive(Debug)]
pub struct Shape {
    pub nullable: bool,
    /// The type of a list's entries.
    pub entry: Option<Box<Shape>>,
}

/// The number by which the cost of what is below a field is multiplied.
#[derive(Debug)]
pub enum Entries {
    /// The entries that a page or a list is taken to have.
    Of(usize),
    /// The size of a page, by `first` or `last`: as it stands in the document, and in variables.
    Page(Option<usize>, Vec<Name>),
}

impl Field {
    pub fn key(&self) -> &Name {
        self.alias.as_ref().unwrap_or(&self.name)
    }

    fn to_ast(&self, variables: &Variables) -> Positioned<Selection> {
        let at = self.pos;
        let place = |name: &Name| Positioned::new(name.clone(), at);
        let arguments = self.arguments.iter().filter_map(|(name, value)| {
            let value = filled(value, variables)?;
            Some((place(name), Positioned::new(value.into_value(), at)))
        });
        let field = AstField {
            alias: self.alias.as_ref().map(place),
            name: place(&self.name),
            arguments: arguments.collect(),
            directives: Vec::new(),
            selection_set: match &self.set {
                Some(set) => set.to_ast(variables, at),
                None => Positioned::new(SelectionSet::default(), at),
            },
        };
        Positioned::new(Selection::Field(Positioned::new(field, at)), at)
    }
}

impl Set {
    /// Returns the number of fields on all levels.
    pub fn count(&self) -> usize {
        let below = |field: &Field| field.set.as_ref().map_or(0, Self::count);
        self.fields.iter().map(|field| 1 + below(field)).sum()
    }

    pub fn find(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key() == key)
    }

    fn to_ast(&self, variables: &Variables, at: Pos) -> Positioned<SelectionSet> {
        let fields = self.fields.iter().map(|field| field.to_ast(variables));
        let mut items: Vec<_> = fields.collect();
        if items.is_empty() {
            items.push(nothing(at));
        }
        Positioned::new(SelectionSet { items }, at)
    }
}

fn nothing(at: Pos) -> Positioned<Selection> {
    let field = AstField {
        alias: Some(Positioned::new(Name::new(NOTHING), at)),
        name: Positioned::new(Name::new("__typename"), at),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    Positioned::new(Selection::Field(Positioned::new(field, at)), at)
}

/// Makes a document that the library executes, with the values of the variables in place.
pub fn document<'a>(
    ty: OperationType,
    fields: impl IntoIterator<Item = &'a Field>,
    variables: &Variables,
) -> ExecutableDocument {
    let fields = fields.into_iter().map(|field| field.to_ast(variables));
    let items = fields.collect();
    let operation = OperationDefinition {
        ty,
        variable_definitions: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet { items }, Pos::default()),
    };
    ExecutableDocument {
        operations: DocumentOperations::Single(Positioned::new(operation, Pos::default())),
        fragments: Default::default(),
    }
}

/// Returns the value of a literal; null in the places of variables.
pub fn value_of(literal: &ast::Value) -> Value {
    filled(literal, &Variables::default()).unwrap_or_default()
}

/// Returns a value with those of variables in their place; `None` for a variable without one, which is as good as no
/// value at all.
fn filled(literal: &ast::Value, variables: &Variables) -> Option<Value> {
    Some(match literal {
        ast::Value::Variable(name) => return variables.get(name.as_str()).cloned(),
        ast::Value::Null => Value::Null,
        ast::Value::Enum(name) => Value::Enum(Name::new(name.as_str())),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(is) => Value::Boolean(*is),
        ast::Value::Int(digits) => match digits.as_str().parse::<i64>() {
            Ok(number) => Value::Number(number.into()),
            // An id of any length is a text.
            Err(_) => Value::String(digits.as_str().to_owned()),
        },
        ast::Value::Float(number) => {
            let number = number.try_to_f64().ok().and_then(Number::from_f64);
            number.map_or_else(|| Value::String(literal.to_string()), Value::Number)
        }
        ast::Value::List(entries) => {
            let entries = entries.iter();
            let or_null = |entry: &Node<_>| filled(entry, variables).unwrap_or_default();
            Value::List(entries.map(or_null).collect())
        }
        ast::Value::Object(fields) => {
            let fields = fields.iter().filter_map(|(name, value)| {
                Some((Name::new(name.as_str()), filled(value, variables)?))
            });
            Value::Object(fields.collect())
        }
    })
}
