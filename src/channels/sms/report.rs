//! Reports that a gateway posts by itself.

use serde_json::Value;

use super::answer::text;
use super::gateway::{Report, gateway};
use crate::domain::SmsProvider;

/// Maximum number of reports in one request, and of bytes in a message's id.
const MOST: usize = 1_000;
const ID: usize = 100;

/// The fields of a posted form, or of a posted JSON object.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Self(
                fields
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, text(&value)?)))
                    .collect(),
            ),
            _ => Self(form_urlencoded::parse(body).into_owned().collect()),
        }
    }

    /// Returns the first field with a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter().filter(|(field, _)| field == name);
        fields.next().map(|(_, value)| value.trim())
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// Returns the entries of a list: the fields `name[]`, or `name[0]` and so on.
    pub(super) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let is_entry = move |field: &str| {
            let inside = field.strip_prefix(name);
            let inside = inside.and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
            inside.is_some_and(|inside| inside.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let entries = self.0.iter().filter(move |(field, _)| is_entry(field));
        entries.map(|(_, value)| value.as_str())
    }
}

/// Reads what a gateway reports in the body of a request.
pub fn reports(provider: SmsProvider, body: &[u8]) -> Vec<Report> {
    let mut reports = gateway(provider).reports(&Form::read(body));
    reports.retain(|report| (1..=ID).contains(&report.id.len()));
    reports.truncate(MOST);
    reports
}

/// Returns what a gateway wants to be answered; without it, it reports again.
pub fn receipt(provider: SmsProvider) -> &'static str {
    gateway(provider).receipt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SmsDelivery::{Delivered, Failed, OnTheWay};

    fn read(provider: SmsProvider, body: &str) -> Vec<(String, crate::domain::SmsDelivery)> {
        let reports = reports(provider, body.as_bytes()).into_iter();
        reports.map(|report| (report.id, report.delivery)).collect()
    }

    fn failed(code: &str) -> crate::domain::SmsDelivery {
        Failed(code.to_owned())
    }

    #[test]
    fn sms_ru_reports_many_messages_line_by_line() {
        let body = "data%5B0%5D=sms_status%0A000000-1%0A103%0A1627200000&data%5B1%5D=sms_status%0A000000-2%0A104%0A1\
                    &data[2]=sms_status%0A000000-3%0A102%0A1&data[]=callcheck_status%0A000000-4%0A401%0A1&hash=abc";
        assert_eq!(
            read(SmsProvider::SmsRu, body),
            [
                ("000000-1".to_owned(), Delivered),
                ("000000-2".to_owned(), failed("104")),
                ("000000-3".to_owned(), OnTheWay),
            ]
        );
        for nothing in [
            "",
            "data[0]=sms_status",
            "data[0]=sms_status%0A1",
            "data[0]=sms_status%0A1%0Ax",
            "data[0]=sms_status%0A%0A103",
            "data=sms_status%0A1%0A103",
            "{\"data\": 1}",
            "\u{0}\u{7f}%FF%FE",
        ] {
            assert_eq!(read(SmsProvider::SmsRu, nothing), [], "{nothing:?}");
        }
    }

    #[test]
    fn smsc_reports_one_message_with_our_id() {
        let report = |status: &str| {
            let body = format!("id=n5-1&phone=79000000001&status={status}&err=0&time=1");
            read(SmsProvider::Smsc, &body)
        };
        let id = || "n5-1".to_owned();
        assert_eq!(report("1"), [(id(), Delivered)]);
        assert_eq!(report("2"), [(id(), Delivered)]);
        assert_eq!(report("0"), [(id(), OnTheWay)]);
        assert_eq!(report("20"), [(id(), failed("20"))]);
        assert_eq!(report("x"), []);
        // An incoming message has no status.
        assert_eq!(read(SmsProvider::Smsc, "phone=7900&mes=Hello&to=7901"), []);
    }

    #[test]
    fn sms_aero_reports_one_message_as_form_or_json() {
        let seven = || "7".to_owned();
        for body in [
            "id=7&status=1&extendStatus=delivery",
            "{\"id\": 7, \"status\": 1, \"extendStatus\": \"delivery\"}",
        ] {
            assert_eq!(read(SmsProvider::SmsAero, body), [(seven(), Delivered)]);
        }
        let refused = read(SmsProvider::SmsAero, "id=7&status=2&extendStatus=failed");
        assert_eq!(refused, [(seven(), failed("failed"))]);
        assert_eq!(read(SmsProvider::SmsAero, "id=7"), []);
    }

    #[test]
    fn a_report_of_any_size_is_read_in_part_only() {
        let many: String = (0..2_000)
            .map(|at| format!("data[{at}]=sms_status%0A{at}%0A103&"))
            .collect();
        assert_eq!(read(SmsProvider::SmsRu, &many).len(), MOST);
        let long = format!("id={}&status=1", "7".repeat(101));
        assert_eq!(read(SmsProvider::Smsc, &long), []);
    }
}
