//! Mutations of SMS and e-mail.

use async_graphql::{Context, Object, SimpleObject};
use secrecy::SecretString;

use crate::app::channels;
use crate::domain::{ChannelSecret, Language, Result};
use crate::graphql::RequestContext;
use crate::graphql::view::{ChannelAttemptView, ChannelsView, OutgoingChannelEnum};

/// Result of `setChannelSecret`.
#[derive(SimpleObject)]
pub struct ChannelsPayload {
    /// The channels after the mutation.
    channels: ChannelsView,
}

/// Result of the attempts to use a channel.
#[derive(SimpleObject)]
pub struct ChannelAttemptPayload {
    /// What the attempt found.
    attempt: ChannelAttemptView,
}

#[derive(Default)]
pub struct ChannelMutation;

#[Object]
impl ChannelMutation {
    /// Sets the key of the SMS gateway or the password of the mail server; it is never returned. Owner only;
    /// BAD_USER_INPUT at `sms.key` or `email.password` for an empty one, or when the configuration sets it; NOT_FOUND
    /// when there is none to forget. It is forgotten as well when another gateway or mail server is set.
    async fn set_channel_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The channel whose secret it is.")] channel: OutgoingChannelEnum,
        #[graphql(desc = "The key or the password; null forgets it.")] secret: Option<String>,
    ) -> Result<ChannelsPayload> {
        let (owner, desk) = (ctx.actor()?.require_owner()?, ctx.desk()?);
        let which = match channel {
            OutgoingChannelEnum::Sms => ChannelSecret::SmsKey,
            OutgoingChannelEnum::Email => ChannelSecret::MailPassword,
        };
        let secret = secret.map(SecretString::from);
        channels::set_secret(desk, owner, which, secret, desk.clock.now()).await?;
        let owner = ctx.actor()?.require_owner()?;
        let channels = channels::report(desk, &owner).into();
        Ok(ChannelsPayload { channels })
    }

    /// Asks the SMS gateway for its balance, or signs in to the mail server; nothing is sent. Owner only; BAD_USER_INPUT
    /// when the channel isn't set up.
    async fn check_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The channel to be checked.")] channel: OutgoingChannelEnum,
    ) -> Result<ChannelAttemptPayload> {
        let (owner, desk) = (ctx.actor()?.require_owner()?, ctx.desk()?);
        let tried = match channel {
            OutgoingChannelEnum::Sms => {
                let balance = channels::balance(desk, &owner).await?;
                balance.map(|sum| (Some(sum), None))
            }
            OutgoingChannelEnum::Email => {
                let checked = channels::check_mail(desk, &owner).await?;
                checked.map(|()| (None, None))
            }
        };
        let attempt = ChannelAttemptView::new(tried);
        Ok(ChannelAttemptPayload { attempt })
    }

    /// Sends a message to try a channel: an SMS, which is paid for, to a phone, or a letter to the owner's own address.
    /// Owner only; BAD_USER_INPUT when the channel isn't set up, and at `testPhone`.
    async fn send_test_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The channel to be tried.")] channel: OutgoingChannelEnum,
        #[graphql(desc = "The phone that receives the SMS; a letter needs none.")]
        test_phone: Option<String>,
    ) -> Result<ChannelAttemptPayload> {
        let (owner, desk) = (ctx.actor()?.require_owner()?, ctx.desk()?);
        let language: Language = desk.shop().language;
        let tried = match channel {
            OutgoingChannelEnum::Sms => {
                let phone = test_phone.unwrap_or_default();
                let sent = channels::try_sms(desk, &owner, &phone, language).await?;
                sent.map(|cost| (None, cost))
            }
            OutgoingChannelEnum::Email => {
                let sent = channels::try_mail(desk, &owner, language).await?;
                sent.map(|()| (None, None))
            }
        };
        let attempt = ChannelAttemptView::new(tried);
        Ok(ChannelAttemptPayload { attempt })
    }
}
