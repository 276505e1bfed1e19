//! URLs of lists that are linked from every page.

use crate::domain::Concern;

/// Returns the URL of the list of the tasks that need attention for a reason, identical to the one
/// that the list itself generates.
pub fn address_of(concern: Concern) -> String {
    format!("/?{}=1", concern.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::tasks::list_address;

    #[test]
    fn it_is_the_lists_own() {
        for concern in Concern::ALL {
            assert_eq!(address_of(*concern), list_address(None, &[*concern], None));
        }
    }
}
