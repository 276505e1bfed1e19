//! The calls to gateways and mail servers by which owners try their accounts.

use futures_util::FutureExt;

use super::letters::employee_letter;
use crate::app::channel_accounts::{Calls, LinkLetter, TestLetter, TestSms, Tried};
use crate::channels::{Letter, Refusal, email, sms};
use crate::domain::{Error, MailAccount, Result, SmsAccount};
use crate::i18n;

/// Returns the calls; `url` in place of the usual address of the SMS gateway.
pub fn calls(url: Option<String>) -> Calls {
    let of_balance = url.clone();
    Calls {
        balance: Box::new(move |account| {
            let client = gateway(account, of_balance.as_deref());
            async move { Ok(fault(client?.balance().await)) }.boxed()
        }),
        sms: Box::new(move |test| {
            let client = gateway(test.account.clone(), url.as_deref());
            async move {
                let sent = send_sms(&client?, &test).await;
                Ok(fault(sent.map(|sent| sent.cost)))
            }
            .boxed()
        }),
        check_mail: Box::new(|account| check_mail(account).map(Ok).boxed()),
        letter: Box::new(|test| send_letter(test).map(Ok).boxed()),
        link: Box::new(|letter| send_link(letter).boxed()),
    }
}

fn gateway(account: SmsAccount, url: Option<&str>) -> Result<sms::Client> {
    sms::Client::new(account, url, sms::TIMEOUT).map_err(Error::internal)
}

async fn send_sms(client: &sms::Client, test: &TestSms) -> Result<sms::Sent, Refusal> {
    let text = i18n::text(test.language, "channel-test-text");
    let text = sms::Text {
        phone: test.phone.e164(),
        text: &text,
        id: &test.id,
    };
    client.attempt(&text).await
}

async fn check_mail(account: MailAccount) -> Tried<()> {
    fault(match email::Mailer::new(&account, email::TIMEOUT) {
        Ok(mailer) => mailer.check().await,
        Err(refusal) => Err(refusal),
    })
}

async fn send_letter(test: TestLetter) -> Tried<()> {
    fault(match email::Mailer::new(&test.account, email::TIMEOUT) {
        Ok(mailer) => mailer.attempt(&test_letter(&test)).await,
        Err(refusal) => Err(refusal),
    })
}

/// Sends the letter with a link. It is sent to the end when the request that waits for it is gone.
async fn send_link(letter: LinkLetter) -> Result<Tried<()>> {
    let sending = tokio::spawn(async move {
        fault(match email::Mailer::new(&letter.account, email::TIMEOUT) {
            Ok(mailer) => mailer.attempt(&employee_letter(letter)).await,
            Err(refusal) => Err(refusal),
        })
    });
    sending.await.map_err(Error::internal)
}

fn test_letter(test: &TestLetter) -> Letter {
    let say = |id: &str| i18n::text(test.language, id);
    Letter {
        id: test.id.clone(),
        to: test.to.clone(),
        subject: say("channel-test-subject"),
        text: say("channel-test-text"),
        link: None,
        unsubscribe: None,
    }
}

fn fault<T>(tried: Result<T, Refusal>) -> Tried<T> {
    tried.map_err(|refusal| refusal.fault)
}
