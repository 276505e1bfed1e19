//! Writes tasks and customers to a CSV file that spreadsheets open directly: UTF-8 with a byte
//! order mark, every cell quoted, nothing that would be evaluated or rewritten.

use csv::{QuoteStyle, Terminator, WriterBuilder};
use jiff::Timestamp;

use super::cell::{guard, unguard};
use super::columns::{CUSTOMERS, Column, REFUSED, TASKS};
use super::table::Table;
use crate::domain::{
    Customer, Day, Details, Error, ImportRow, Language, Money, Name, Remark, Result, Shop,
};
use crate::i18n;
use crate::store::tasks::TaskRow;

/// Byte order mark, by which Excel recognises UTF-8.
pub(super) const MARK: &[u8] = "\u{feff}".as_bytes();

/// Settings for writing files: the language and the shop.
#[derive(Clone)]
pub struct Writing {
    pub language: Language,
    pub shop: Shop,
}

impl Writing {
    /// Returns the header of a file of tasks.
    ///
    /// # Errors
    /// [`Error::Internal`], which writing into memory never produces; likewise for the other
    /// functions.
    pub fn head_of_tasks(&self) -> Result<Vec<u8>> {
        self.head(&TASKS)
    }

    /// Returns the header of a file of customers.
    ///
    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn head_of_customers(&self) -> Result<Vec<u8>> {
        self.head(CUSTOMERS)
    }

    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn tasks(&self, rows: &[(TaskRow, Details)]) -> Result<Vec<u8>> {
        self.lines(rows.iter().map(|(row, details)| {
            let cells = TASKS.iter();
            let cells = cells.map(|(column, _)| self.of_task(*column, row, details));
            cells.collect::<Vec<_>>()
        }))
    }

    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn customers(&self, customers: &[Customer]) -> Result<Vec<u8>> {
        self.lines(customers.iter().map(|customer| {
            let cells = CUSTOMERS.iter();
            let cells = cells.map(|(column, _)| of_customer(*column, customer));
            cells.collect::<Vec<_>>()
        }))
    }

    fn head(&self, columns: &[(Column, &str)]) -> Result<Vec<u8>> {
        let headings = columns.iter();
        let headings = headings.map(|(_, id)| guard(&i18n::text(self.language, id)));
        self.titled(headings.collect(), [])
    }

    /// Writes a file from its beginning.
    pub(super) fn titled(
        &self,
        headings: Vec<String>,
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Result<Vec<u8>> {
        let lines = std::iter::once(headings).chain(rows);
        Ok([MARK, &self.lines(lines)?].concat())
    }

    /// Writes the rows skipped by an import, with the columns of their file and the reasons, to be
    /// corrected and imported again. Empty if there are none.
    ///
    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn refused(&self, table: &Table) -> Result<Vec<u8>> {
        let headings = table.columns.iter().map(|of| of.heading.clone());
        let refused = table.sheet.refused().map(|row| {
            let cells = row.cells.split(ImportRow::BETWEEN).map(unguard);
            (cells.map(str::to_owned).collect(), &*row.remarks)
        });
        self.refused_rows(headings.collect(), refused.collect())
    }

    /// Writes rows with the columns of their file and the reasons. A row may have more cells than
    /// there are headings, and be refused for that.
    pub(super) fn refused_rows(
        &self,
        headings: Vec<String>,
        rows: Vec<(Vec<String>, &[Remark])>,
    ) -> Result<Vec<u8>> {
        let why = |remarks: &[Remark]| {
            let wrong = remarks.iter().filter(|remark| remark.what.is_wrong());
            let said = wrong.map(|remark| {
                let text = i18n::observation(self.language, &remark.what);
                match &*remark.column {
                    "" => text,
                    column => format!("{column}: {text}"),
                }
            });
            said.collect::<Vec<_>>().join(" ")
        };
        let widths = rows.iter().map(|(cells, _)| cells.len());
        let Some(width) = widths.max().map(|widest| widest.max(headings.len())) else {
            return Ok(Vec::new());
        };
        let line = |mut cells: Vec<String>, last: String| {
            cells.resize(width, String::new());
            cells.push(last);
            let cells: Vec<_> = cells.iter().map(|cell| guard(cell)).collect();
            cells
        };
        let head = line(headings, i18n::text(self.language, REFUSED[0].1));
        let rows = rows.into_iter();
        let rows = rows.map(|(cells, remarks)| line(cells, why(remarks)));
        self.titled(head, rows)
    }

    /// Writes lines of escaped cells. Russian sums have a decimal comma, so the cells are separated
    /// by semicolons there.
    pub(super) fn lines(
        &self,
        rows: impl Iterator<Item = impl AsRef<[String]>>,
    ) -> Result<Vec<u8>> {
        let separator = match self.language {
            Language::Russian => b';',
            Language::English => b',',
        };
        // Quoting keeps a cell intact for a reader that assumes another separator.
        let mut writer = WriterBuilder::new()
            .delimiter(separator)
            .quote_style(QuoteStyle::Always)
            .terminator(Terminator::CRLF)
            .from_writer(Vec::new());
        for row in rows {
            writer.write_record(row.as_ref()).map_err(Error::internal)?;
        }
        writer
            .into_inner()
            .map_err(|error| Error::internal(error.to_string()))
    }

    fn of_task(&self, column: Column, row: &TaskRow, details: &Details) -> String {
        let task = &row.task;
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        match column {
            Column::Number => task.id.to_string(),
            Column::Status => i18n::status(self.language, task.status),
            Column::Stage => guard(row.stage.name.as_str()),
            Column::Category => i18n::category(self.language, task.category),
            Column::Created => self.moment(task.created),
            Column::Ready => task.ready.map(|at| self.moment(at)).unwrap_or_default(),
            Column::Closed => task.closed.map(|at| self.moment(at)).unwrap_or_default(),
            Column::Due => day(task.due),
            Column::Name | Column::Phone => match &row.customer {
                Some(customer) => of_customer(column, customer),
                None => String::new(),
            },
            Column::Device(field) => guard(details.device.get(field)),
            Column::Description => guard(task.description.as_str()),
            Column::Estimate => self.sum(details.estimate),
            Column::Price => self.sum(details.price()),
            Column::Paid => self.sum(details.account.paid),
            Column::ToPay => self.sum(details.to_pay()),
            Column::WarrantyUntil => day(details.warranty_until),
            Column::WarrantyOf => details
                .warranty_of
                .map(|of| of.to_string())
                .unwrap_or_default(),
            Column::Employee => match &row.employee {
                Some(employee) => guard(employee.email.as_str()),
                None => String::new(),
            },
            Column::Key => task.export_key(),
            Column::Surname
            | Column::Patronymic
            | Column::Works
            | Column::Parts
            | Column::Discount
            | Column::Prepayment
            | Column::Described
            | Column::Noted
            | Column::Card(_)
            | Column::LeftOut => String::new(),
        }
    }

    /// Formats an instant in the shop's time zone.
    pub(super) fn moment(&self, instant: Timestamp) -> String {
        let zoned = instant.to_zoned(self.shop.timezone.clone());
        zoned.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Formats a sum without group separators, which would turn it into text.
    pub(super) fn sum(&self, sum: Option<Money>) -> String {
        let amount = |sum| i18n::amount(self.language, self.shop.currency, sum);
        sum.map(|sum| amount(sum).replace('\u{a0}', ""))
            .unwrap_or_default()
    }
}

fn of_customer(column: Column, customer: &Customer) -> String {
    guard(match column {
        Column::Phone => customer.phone.typed(),
        Column::Card(field) => customer.get(field),
        _ => customer.name.as_ref().map(Name::as_str).unwrap_or_default(),
    })
}
