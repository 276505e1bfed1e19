//! An archive is either restored completely into a working shop, or refused. Each one is restored
//! into the same empty database, in a transaction that is rolled back.

#![no_main]

use std::sync::LazyLock;
use std::sync::mpsc::channel;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use zayavka::app::archive::restore_into_new;
use zayavka::domain::{Error, Result, Status, TaskFilter};
use zayavka::store::{self, Db, Transaction};

struct Place {
    runtime: Runtime,
    db: Db,
    _folder: TempDir,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let now = "2021-07-25T09:00:00Z".parse().unwrap();
    let db = Db::open(&folder.path().join("shop.db"), now).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(1).build();
    Place {
        runtime: runtime.unwrap(),
        db,
        _folder: folder,
    }
});

/// Returns the archive that the database would export after restoring this one; `None` if it is
/// refused.
fn taken(text: &str) -> Option<String> {
    let (text, (sender, receiver)) = (text.to_owned(), channel());
    let work = move |tx: &Transaction<'_>| -> Result<()> {
        let now = "2021-07-25T09:00:00Z".parse().unwrap();
        restore_into_new(tx, "archive", &text, now)?;
        let mut archive = Vec::new();
        store::archive::dump(tx, &mut archive).unwrap();
        sender.send(String::from_utf8(archive).unwrap()).unwrap();
        look_around(tx);
        Err(Error::NotFound)
    };
    let refused = PLACE.runtime.block_on(PLACE.db.write(work)).unwrap_err();
    let taken = receiver.try_recv().ok();
    let by_file = matches!(refused, Error::Invalid(_));
    assert!(taken.is_some() || by_file, "{refused:?}");
    taken
}

/// Reads what staff see first.
fn look_around(tx: &Transaction<'_>) {
    for status in Status::ALL {
        assert!(
            store::stages::first_of(tx, *status).unwrap().is_some(),
            "{status:?}"
        );
    }
    let stages = store::stages::all(tx).unwrap();
    let tasks = store::tasks::list(tx, &TaskFilter::default()).unwrap();
    for row in &tasks {
        assert!(stages.iter().any(|stage| stage.id == row.task.stage));
        store::outbox::of_task(tx, row.task.id).unwrap();
    }
    store::workload::by_status(tx).unwrap();
    store::workload::by_stage(tx).unwrap();
}

fuzz_target!(|text: &str| {
    if let Some(archive) = taken(text) {
        assert_eq!(taken(&archive).as_ref(), Some(&archive));
    }
});
