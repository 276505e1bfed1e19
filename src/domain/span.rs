//! Stretches of ordered lists.

/// A stretch of an ordered list: at most `limit` entries between two places, from the beginning or from the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<P> {
    /// The entry before the first one.
    pub after: Option<P>,
    /// The entry behind the last one.
    pub before: Option<P>,
    /// Whether the last entries are meant; they are read in reverse order.
    pub from_end: bool,
    pub limit: usize,
}

impl<P> Span<P> {
    /// Returns the first entries after a place.
    pub const fn first(after: Option<P>, limit: usize) -> Self {
        Self {
            after,
            before: None,
            from_end: false,
            limit,
        }
    }

    /// Converts the places.
    pub fn map<Q>(self, convert: impl Fn(P) -> Q) -> Span<Q> {
        Span {
            after: self.after.map(&convert),
            before: self.before.map(&convert),
            from_end: self.from_end,
            limit: self.limit,
        }
    }

    /// Returns the same stretch with another limit.
    pub const fn at_most(self, limit: usize) -> Self
    where
        P: Copy,
    {
        Self { limit, ..self }
    }
}

impl<P: Ord + Copy> Span<P> {
    /// Returns the entries of a list in memory, in the order in which they are read; `place` is ascending.
    pub fn of<T>(&self, list: Vec<T>, place: impl Fn(&T) -> P) -> Vec<T> {
        let within = |entry: &T| {
            let at = place(entry);
            self.after.is_none_or(|after| after < at)
                && self.before.is_none_or(|before| at < before)
        };
        let within = list.into_iter().filter(within);
        match self.from_end {
            true => {
                let all: Vec<T> = within.collect();
                all.into_iter().rev().take(self.limit).collect()
            }
            false => within.take(self.limit).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_lies_between_its_places_and_is_read_from_either_end() {
        let list = || vec![1, 2, 3, 4, 5];
        let all = Span::<i32>::first(None, 9);
        assert_eq!(all.of(list(), |n| *n), list());
        assert_eq!(Span::first(Some(2), 2).of(list(), |n| *n), [3, 4]);
        let from_end = Span {
            after: Some(1),
            before: Some(5),
            from_end: true,
            limit: 2,
        };
        assert_eq!(from_end.of(list(), |n| *n), [4, 3]);
    }
}
