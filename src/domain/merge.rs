//! Three-way merge of edit forms with concurrent changes.
//!
//! A form submits every field, of which a person changed some. Saving all of them would overwrite
//! what a colleague has changed since the form was loaded. A form therefore submits the values it
//! was loaded with as well, and only a difference from those is a change.

/// A submitted edit form.
#[derive(Debug, Clone)]
pub struct Edit<C> {
    /// Every submitted field; `None` for fields that the form doesn't have.
    pub typed: C,
    pub shown: Shown<C>,
}

/// The values that the form was loaded with.
#[derive(Debug, Clone)]
pub enum Shown<C> {
    /// These values. A field without one conflicts unless it equals the stored value.
    Values(C),
    /// The values stored in this version.
    Version(i64),
    /// Unknown: every submitted field is a change.
    Unsaid,
}

impl<C: Default + Clone> Shown<C> {
    /// Returns the values that the form was loaded with, as far as they are known; `stored` has the
    /// current ones.
    pub fn values(self, stored: &C, version: Option<i64>) -> C {
        match self {
            Self::Values(values) => values,
            Self::Version(seen) if version == Some(seen) => stored.clone(),
            Self::Version(_) => C::default(),
            Self::Unsaid => stored.clone(),
        }
    }
}

/// The merge rule, field by field.
#[derive(Debug, Default)]
pub struct Merge {
    /// Fields that two people have changed to different values.
    pub collided: Vec<&'static str>,
}

impl Merge {
    /// Returns the value to write: the submitted one, if it differs from the loaded one and nobody
    /// else has changed the field since. `None` keeps the stored value, because nobody changed it,
    /// both changes are equal, or they conflict.
    pub fn field<T: PartialEq>(
        &mut self,
        name: &'static str,
        typed: Option<T>,
        shown: Option<T>,
        stored: Option<T>,
    ) -> Option<T> {
        if typed.is_none() || typed == shown || typed == stored {
            return None;
        }
        if shown.is_some() && shown == stored {
            return typed;
        }
        self.collided.push(name);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_written_when_one_person_alone_has_changed_it() {
        for (typed, shown, stored, written, collides) in [
            (Some(1), Some(1), Some(1), None, false),
            // A colleague's change is kept, one's own is applied, two equal changes are one.
            (Some(1), Some(1), Some(2), None, false),
            (Some(2), Some(1), Some(1), Some(2), false),
            (Some(2), Some(1), Some(2), None, false),
            (Some(2), Some(1), Some(3), None, true),
            // The loaded value is unknown.
            (Some(2), None, Some(2), None, false),
            (Some(2), None, Some(1), None, true),
            // The form doesn't have the field.
            (None, Some(1), Some(2), None, false),
        ] {
            let mut merge = Merge::default();
            let result = merge.field("name", typed, shown, stored);
            assert_eq!(result, written, "{typed:?} {shown:?} {stored:?}");
            assert_eq!(merge.collided == ["name"], collides);
        }
    }

    #[test]
    fn a_version_stands_for_the_values_that_were_stored_in_it() {
        assert_eq!(Shown::Version(3).values(&Some(1), Some(3)), Some(1));
        assert_eq!(Shown::Version(2).values(&Some(1), Some(3)), None);
        assert_eq!(Shown::Unsaid.values(&Some(1), Some(3)), Some(1));
        assert_eq!(Shown::Values(Some(2)).values(&Some(1), None), Some(2));
    }
}
