//! Addresses of lists that stand on every page.

use crate::domain::Concern;

/// Returns the address of the list of the tasks that need somebody for that reason, as the list itself writes it.
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
