//! Results of `register`, `login` and `changePassword`: expected failures are returned in `errors`,
//! as clients of the original API expect, rather than as GraphQL errors.

use std::collections::BTreeMap;

use async_graphql::{Scalar, ScalarType, SimpleObject, Value};
use serde::Serialize;

use super::error::LANGUAGE;
use super::view::UserView;
use crate::app::accounts::SignedIn;
use crate::domain::{About, Conflict, Email, Error, Invalid, Password, Problem, Result};
use crate::i18n;

/// Null on success, otherwise an object from field name (`email`, `password1`, `password2`,
/// `nonFieldErrors`, and `invite`, `oldPassword`, `newPassword1`, `newPassword2`) to a list of
/// `{message, code}`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ExpectedErrors(BTreeMap<&'static str, Vec<Expected>>);

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Expected {
    message: String,
    code: &'static str,
}

/// Null on success, otherwise an object from field name (`email`, `password1`, `password2`,
/// `nonFieldErrors`, and `invite`, `oldPassword`, `newPassword1`, `newPassword2`) to a list of
/// `{message, code}`.
#[Scalar(name = "ExpectedErrorType")]
impl ScalarType for ExpectedErrors {
    fn parse(value: Value) -> async_graphql::InputValueResult<Self> {
        Err(async_graphql::InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        async_graphql::to_value(&self.0).unwrap_or_default()
    }
}

impl ExpectedErrors {
    /// Records an expected failure; passes on any other error.
    fn add(&mut self, error: Error) -> Result<()> {
        let (field, message, code) = match &error {
            Error::Invalid(invalid) => (
                invalid.field,
                i18n::invalid(LANGUAGE, invalid),
                code(invalid),
            ),
            Error::Conflict(conflict @ Conflict::EmailTaken) => {
                ("email", i18n::conflict(LANGUAGE, conflict), "unique")
            }
            _ => return Err(error),
        };
        self.0
            .entry(field)
            .or_default()
            .push(Expected { message, code });
        Ok(())
    }
}

/// Returns Django's error code, which clients of the original API know.
fn code(invalid: &Invalid) -> &'static str {
    match invalid.problem {
        Problem::Required => "required",
        Problem::PasswordShort { .. } => "password_too_short",
        Problem::PasswordLong { .. } => "password_too_long",
        Problem::PasswordCommon => "password_too_common",
        Problem::PasswordMismatch => "password_mismatch",
        Problem::PasswordWrong => "invalid_password",
        Problem::Credentials => "invalid_credentials",
        Problem::NoAccountYet => "no_account_yet",
        Problem::FirstAccountElsewhere => "first_account_elsewhere",
        Problem::InviteNeeded => "invite_needed",
        Problem::InviteUnusable => "invalid_invite",
        Problem::RegistrationClosed => "registration_closed",
        _ => "invalid",
    }
}

/// Result of `register`.
#[derive(SimpleObject, Default)]
pub struct RegisterPayload {
    /// Whether the account was registered.
    pub success: bool,
    /// Expected failures; null on success.
    pub errors: Option<ExpectedErrors>,
    /// Token of the new session, to be sent as `Authorization: Bearer`; null on failure.
    pub token: Option<String>,
    /// Always null: a token is valid until it expires or is revoked, and can't be refreshed.
    #[graphql(deprecation = "Sign in again when the token ends.")]
    pub refresh_token: Option<String>,
}

/// Result of `login`.
#[derive(SimpleObject, Default)]
pub struct LoginPayload {
    /// Whether the employee is signed in.
    pub success: bool,
    /// Expected failures; null on success.
    pub errors: Option<ExpectedErrors>,
    /// Token of the new session, to be sent as `Authorization: Bearer`; null on failure.
    pub token: Option<String>,
    /// Always null, as in `RegisterPayload`.
    #[graphql(deprecation = "Sign in again when the token ends.")]
    pub refresh_token: Option<String>,
    /// The employee who is signed in; null on failure.
    pub user: Option<UserView>,
}

/// Result of `changePassword`. The token is new; all older ones are revoked.
#[derive(SimpleObject, Default)]
pub struct ChangePasswordPayload {
    /// Whether the password was changed.
    pub success: bool,
    /// Expected failures; null on success.
    pub errors: Option<ExpectedErrors>,
    /// Token of the new session, to be sent as `Authorization: Bearer`; null on failure.
    pub token: Option<String>,
}

/// Separates a result into expected failures and the signed-in employee.
///
/// # Errors
/// Unexpected failures.
pub fn outcome(result: Result<SignedIn>) -> Result<(Option<ExpectedErrors>, Option<SignedIn>)> {
    match result {
        Ok(signed_in) => Ok((None, Some(signed_in))),
        Err(error) => {
            let mut errors = ExpectedErrors::default();
            errors.add(error)?;
            Ok((Some(errors), None))
        }
    }
}

/// Parses an e-mail and a new password with its repetition; reports all errors at once.
pub fn read_registration(
    email: &str,
    password1: &str,
    password2: &str,
    shop: &About,
) -> Result<Result<(Email, Password), ExpectedErrors>> {
    let mut errors = ExpectedErrors::default();
    let email = keep(&mut errors, Email::parse("email", email))?;
    let known = email
        .clone()
        .unwrap_or_else(|| Email::from_row(String::new()));
    let fields = ["password1", "password2"];
    let password = keep(
        &mut errors,
        read_new_password(fields, password1, password2, &known, shop),
    )?;
    Ok(email.zip(password).ok_or(errors))
}

/// Parses a new password with its repetition.
pub fn read_new_password(
    [field1, field2]: [&'static str; 2],
    password1: &str,
    password2: &str,
    email: &Email,
    shop: &About,
) -> Result<Password> {
    let password = Password::parse(field1, password1, email, shop)?;
    match password.is(password2) {
        true => Ok(password),
        false => Err(Problem::PasswordMismatch.at(field2).into()),
    }
}

fn keep<T>(errors: &mut ExpectedErrors, result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => errors.add(error).map(|()| None),
    }
}
