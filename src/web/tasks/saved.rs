//! The toast about a field that was just saved where it stands, and its undo.

use crate::app::last_edits::LastEdit;
use crate::domain::{Result, TaskId};
use crate::i18n;
use crate::web::edited::encode;
use crate::web::visit::Visit;

/// A field that was just saved.
pub struct SavedField {
    pub text: String,
    pub undo: Option<Restore>,
}

/// The form that restores the previous value, unless somebody has changed it again.
pub struct Restore {
    pub action: String,
    pub fields: [(&'static str, String); 4],
}

/// Returns what the URL announces, as far as it is the employee's last edit.
///
/// # Errors
/// As for [`Visit::actor`].
pub fn saved(visit: &Visit, task: TaskId) -> Result<Option<SavedField>> {
    let (saved, undone) = (visit.parameter("saved"), visit.parameter("undone"));
    let edits = &visit.desk.last_edits;
    let edit = edits.get(&visit.actor()?, task, visit.texts.now());
    let announced = |edit: &LastEdit| saved.or(undone) == Some(edit.field);
    Ok(edit.filter(announced).map(|edit| {
        let label = i18n::field(edit.field).unwrap_or(edit.field);
        let label = visit.texts.s(label);
        let said = if saved.is_some() {
            "sheet-saved"
        } else {
            "sheet-undone"
        };
        SavedField {
            text: visit.texts.fill(said, "field", label),
            undo: saved.map(|_| restore(edit)),
        }
    }))
}

fn restore(edit: LastEdit) -> Restore {
    let LastEdit {
        task,
        line,
        field,
        was,
        now,
        ..
    } = edit;
    Restore {
        action: match line {
            None => format!("/tasks/{task}/facts"),
            Some(line) => format!("/tasks/{task}/lines/{line}"),
        },
        fields: [
            ("field", field.to_owned()),
            (field, was),
            ("was", encode([(field, &*now)])),
            ("undo", "1".to_owned()),
        ],
    }
}
