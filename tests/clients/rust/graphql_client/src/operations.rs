//! The operations, checked against the schema when they are compiled.

use graphql_client::GraphQLQuery;

/// Scalars of the schema, as this client reads them.
pub type Money = i64;
pub type Date = String;
/// A file of a multipart request; in JSON it is null.
pub type Upload = ();

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "schema.graphql",
    query_path = "src/operations.graphql",
    response_derives = "Debug, PartialEq"
)]
pub struct Page;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "schema.graphql",
    query_path = "src/operations.graphql",
    response_derives = "Debug, PartialEq"
)]
pub struct Task;

// What isn't set must not be sent: null would erase it.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "schema.graphql",
    query_path = "src/operations.graphql",
    variables_derives = "Default",
    response_derives = "Debug, PartialEq",
    skip_serializing_none
)]
pub struct Change;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "schema.graphql",
    query_path = "src/operations.graphql",
    response_derives = "Debug, PartialEq"
)]
pub struct Watch;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "schema.graphql",
    query_path = "src/operations.graphql",
    response_derives = "Debug, PartialEq"
)]
pub struct SendPhoto;
