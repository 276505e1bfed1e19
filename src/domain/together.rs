//! Reading several fields at once, so that all invalid ones are reported together.

use super::{Error, Invalid, Result};

/// Results of reading several fields.
pub trait Together {
    /// The values that were read.
    type Values;

    /// Returns the values if all fields could be read.
    ///
    /// # Errors
    /// [`Error::Invalid`] or [`Error::InvalidFields`] with every rejected value; any other error comes first.
    fn together(self) -> Result<Self::Values>;
}

macro_rules! together {
    ($($value:ident $error:ident $result:ident),+) => {
        impl<$($value, $error: Into<Error>),+> Together for ($(Result<$value, $error>,)+) {
            type Values = ($($value,)+);

            fn together(self) -> Result<Self::Values> {
                #[expect(non_snake_case, reason = "one variable for each type parameter")]
                let ($($value,)+) = self;
                let mut failures = Failures::default();
                $(let $result = failures.keep($value);)+
                match ($($result,)+) {
                    ($(Some($result),)+) => Ok(($($result,)+)),
                    _ => Err(failures.into_error()),
                }
            }
        }
    };
}

together!(A AE a, B BE b);
together!(A AE a, B BE b, C CE c);
together!(A AE a, B BE b, C CE c, D DE d);
together!(A AE a, B BE b, C CE c, D DE d, E EE e);
together!(A AE a, B BE b, C CE c, D DE d, E EE e, F FE f);
together!(A AE a, B BE b, C CE c, D DE d, E EE e, F FE f, G GE g);
together!(A AE a, B BE b, C CE c, D DE d, E EE e, F FE f, G GE g, H HE h);
together!(A AE a, B BE b, C CE c, D DE d, E EE e, F FE f, G GE g, H HE h, I IE i);

/// Reads several fields of one kind.
///
/// # Errors
/// As for [`Together::together`].
pub fn all<T>(results: impl IntoIterator<Item = Result<T>>) -> Result<Vec<T>> {
    let mut failures = Failures::default();
    let results = results.into_iter();
    let values = results.filter_map(|result| failures.keep(result)).collect();
    match failures.is_empty() {
        true => Ok(values),
        false => Err(failures.into_error()),
    }
}

/// Returns all values of a list if each could be read. Those rejected name their entry.
///
/// # Errors
/// As for [`Together::together`].
pub fn each<T>(results: impl IntoIterator<Item = Result<T>>) -> Result<Vec<T>> {
    let results = results.into_iter().enumerate();
    all(results.map(|(entry, result)| result.map_err(|error| error.in_entry(entry))))
}

#[derive(Default)]
struct Failures {
    invalid: Vec<Invalid>,
    other: Option<Error>,
}

impl Failures {
    fn keep<T>(&mut self, result: Result<T, impl Into<Error>>) -> Option<T> {
        match result.map_err(Into::into) {
            Ok(value) => return Some(value),
            Err(Error::Invalid(invalid)) => self.invalid.push(invalid),
            Err(Error::InvalidFields(all)) => self.invalid.extend(all),
            Err(error) => self.other = self.other.take().or(Some(error)),
        }
        None
    }

    fn is_empty(&self) -> bool {
        self.invalid.is_empty() && self.other.is_none()
    }

    fn into_error(self) -> Error {
        self.other.unwrap_or_else(|| Error::invalid(self.invalid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Problem;

    fn wrong(field: &'static str) -> Result<u8> {
        Err(Problem::Required.at(field).into())
    }

    fn right<T>(value: T) -> Result<T> {
        Ok(value)
    }

    fn fields(error: &Error) -> Vec<&'static str> {
        error.invalid_fields().iter().map(|of| of.field).collect()
    }

    #[test]
    fn all_invalid_fields_are_reported_and_another_error_comes_first() {
        assert!(matches!((right(1), right("x")).together(), Ok((1, "x"))));
        let one = (wrong("a"), right(1)).together().unwrap_err();
        assert!(matches!(one, Error::Invalid(_)), "{one:?}");
        let nested = (wrong("a"), (wrong("b"), wrong("c")).together(), right(1)).together();
        assert_eq!(fields(&nested.unwrap_err()), ["a", "b", "c"]);
        let other = (wrong("a"), Err::<u8, _>(Error::Forbidden)).together();
        assert!(matches!(other, Err(Error::Forbidden)));
    }

    #[test]
    fn entries_of_a_list_are_named() {
        let error = each([Ok(1), wrong("a"), wrong("b")]).unwrap_err();
        let entries: Vec<_> = error.invalid_fields().iter().map(|of| of.entry).collect();
        assert_eq!(entries, [Some(1), Some(2)]);
        assert_eq!(each([Ok(1), Ok(2)]).unwrap(), [1, 2]);
    }
}
