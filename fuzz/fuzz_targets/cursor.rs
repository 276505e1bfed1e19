//! An accepted cursor identifies the same position after encoding it again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zayavka::app::paging;
use zayavka::domain::TaskOrder;

fuzz_target!(|text: &str| {
    for order in [
        TaskOrder::Newest,
        TaskOrder::Oldest,
        TaskOrder::RecentlyUpdated,
        TaskOrder::LongestReady,
    ] {
        if let Ok(after) = paging::read_task_cursor(text, order) {
            let again = paging::task_cursor(after, order);
            let after = paging::read_task_cursor(&again, order).unwrap();
            assert_eq!(paging::task_cursor(after, order), again);
        }
    }
    if let Ok(id) = paging::read_customer_cursor(text) {
        let again = paging::customer_cursor(id);
        assert_eq!(paging::read_customer_cursor(&again).unwrap(), id);
    }
});
