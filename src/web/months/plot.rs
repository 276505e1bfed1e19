//! Plots of the days of a month, with their axes.

/// Height of a plot, and width of one day, in SVG units.
const HEIGHT: i64 = 100;
const DAY: usize = 10;
/// Maximum number of intervals of a scale.
const INTERVALS: i64 = 4;

/// The bar of one day.
pub struct Bar {
    pub title: String,
    pub x: usize,
    pub y: i64,
    pub height: i64,
}

/// One value a day.
pub struct Plot {
    pub id: &'static str,
    pub name: String,
    pub about: String,
    pub width: usize,
    pub bars: Vec<Bar>,
    /// Labels of the vertical axis, from top to bottom, each with its line.
    pub marks: Vec<(String, i64)>,
}

impl Plot {
    /// Creates a plot of the days' values, each with its title; `scale` is that of [`scale`], and
    /// `label` formats its values.
    pub fn new(
        (id, name, about): (&'static str, String, String),
        days: Vec<(String, i64)>,
        scale: &[i64],
        label: impl Fn(i64) -> String,
    ) -> Self {
        let top = scale.first().copied().unwrap_or_default().max(1);
        let y = |value: i64| HEIGHT - value * HEIGHT / top;
        Self {
            id,
            name,
            about,
            width: days.len() * DAY,
            marks: scale.iter().map(|mark| (label(*mark), y(*mark))).collect(),
            bars: days
                .into_iter()
                .enumerate()
                .map(|(nth, (title, value))| Bar {
                    title,
                    x: nth * DAY,
                    y: y(value),
                    height: HEIGHT - y(value),
                })
                .collect(),
        }
    }
}

/// Returns the marks of a scale for values up to `most`, from top to bottom, in steps of 1, 2 or 5
/// and their multiples by tens.
pub fn scale(most: i64) -> Vec<i64> {
    let tens = std::iter::successors(Some(1_i64), |ten| ten.checked_mul(10));
    let mut steps = tens.flat_map(|ten| [ten, 2 * ten, ten.saturating_mul(5)]);
    let fits = |step: &i64| step.saturating_mul(INTERVALS) >= most;
    let step = steps.find(fits).unwrap_or(most.max(1));
    let intervals = most.max(1).unsigned_abs().div_ceil(step.unsigned_abs());
    let intervals = i64::try_from(intervals).unwrap_or(INTERVALS);
    (0..=intervals).rev().map(|nth| nth * step).collect()
}

/// Returns the labels of the horizontal axis: one for each day, most of them empty.
pub fn days(last: i8) -> Vec<String> {
    let label = |day: i8| match day == 1 || day == last || (day % 5 == 0 && last - day > 1) {
        true => day.to_string(),
        false => String::new(),
    };
    (1..=last).map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number_above_the_largest_value() {
        for (most, marks) in [
            (0, &[1, 0][..]),
            (1, &[1, 0]),
            (3, &[3, 2, 1, 0]),
            (7, &[8, 6, 4, 2, 0]),
            (11, &[15, 10, 5, 0]),
            (350_000, &[400_000, 300_000, 200_000, 100_000, 0]),
        ] {
            assert_eq!(scale(most), marks, "{most}");
        }
        assert!(scale(i64::MAX / 200).len() <= 5);
    }

    #[test]
    fn a_bar_reaches_the_mark_of_its_value() {
        let values = vec![("1".to_owned(), 2), ("2".to_owned(), 4)];
        let name = ("id", String::new(), String::new());
        let plot = Plot::new(name, values, &scale(4), |mark| mark.to_string());
        let bars: Vec<_> = plot
            .bars
            .iter()
            .map(|bar| (bar.x, bar.y, bar.height))
            .collect();
        assert_eq!(bars, [(0, 50, 50), (10, 0, 100)]);
        assert_eq!(plot.marks[0], ("4".to_owned(), 0));
        assert_eq!(plot.marks.last(), Some(&("0".to_owned(), 100)));
        assert_eq!(days(31)[..6].concat(), "15");
        assert_eq!(days(31)[28..], ["", "", "31"]);
        assert_eq!(days(28)[24..], ["25", "", "", "28"]);
    }
}
