//! The secret by which a messenger proves its identity when it posts an update.

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use warp::http::HeaderMap;

/// Returns whether the request has this secret, once. The comparison takes the same time wherever the two differ.
pub(super) fn is_right(headers: &HeaderMap, name: &str, secret: &SecretString) -> bool {
    let mut given = headers.get_all(name).iter();
    let expected = secret.expose_secret().as_bytes();
    let is_equal = given
        .next()
        .is_some_and(|value| bool::from(value.as_bytes().ct_eq(expected)));
    is_equal && given.next().is_none()
}
