//! Edit forms, and what becomes of one when somebody else has saved the same thing meanwhile.
//!
//! A form holds every field, of which a person changes some. Whoever saves all of them writes back
//! what the form showed when it was opened, and so erases what a colleague has written into another
//! field since. Therefore a form says what it showed, and only what differs from that is a change.

/// An edit form as it was sent.
#[derive(Debug, Clone)]
pub struct Edit<C> {
    /// Every field that was sent; `None` where the form has none.
    pub typed: C,
    pub shown: Shown<C>,
}

/// What a form showed before somebody typed into it.
#[derive(Debug, Clone)]
pub enum Shown<C> {
    /// These values. A field without one collides unless it says what is stored.
    Values(C),
    /// What was stored in that version.
    Version(i64),
    /// Nobody says: every field that was sent is a change.
    Unsaid,
}

impl<C: Default + Clone> Shown<C> {
    /// The values that the form showed, as far as they are known; `stored` has those of today.
    pub fn values(self, stored: &C, version: Option<i64>) -> C {
        match self {
            Self::Values(values) => values,
            Self::Version(seen) if version == Some(seen) => stored.clone(),
            Self::Version(_) => C::default(),
            Self::Unsaid => stored.clone(),
        }
    }
}

/// The rule by which edits are merged, field by field.
#[derive(Debug, Default)]
pub struct Merge {
    /// The fields that two people have changed to different values.
    pub collided: Vec<&'static str>,
}

impl Merge {
    /// What to write into a field: what was typed, where it differs from what the form showed and
    /// nobody else has changed the field since. `None` leaves the field as it is stored, because
    /// nobody changed it, both typed the same, or the two values collide.
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
            // A colleague's change stays, one's own is made, the same twice is one.
            (Some(1), Some(1), Some(2), None, false),
            (Some(2), Some(1), Some(1), Some(2), false),
            (Some(2), Some(1), Some(2), None, false),
            (Some(2), Some(1), Some(3), None, true),
            // Nobody knows what it showed.
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
