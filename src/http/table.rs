//! The route table: all routes, whose first segments are their labels in logs and metrics.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use futures_util::FutureExt;
use warp::filters::BoxedFilter;
use warp::http::Method;
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Rejection, Reply};

use super::asker::Asker;
use super::connection::Connection;
use super::route::{first_of, pages, part_of, path_of, routes};
use super::{
    Site, body, events, files, graphql, max_updates, pages, ready, refuse, sms_reports, socket,
    telegram_updates,
};
use crate::domain::{Error, Result};
use crate::web::{
    self, Visit, accounts, aliases, assets, attachments, board, cash, catalogue, customers, data,
    debts, email_stop, keys, logo, months, papers, settings, stages, status, tasks, tasks::money,
    today, webhooks,
};

/// Opens a customer's page.
type Token = String;
/// A gateway, and the secret of its address.
type Provider = String;
type Secret = String;
/// Number of an attachment.
type Id = String;

routes! { site, or else nowhere, pages, with {
        let site = warp::any().map(move || site.clone());
        let asked = site
            .clone()
            .and(warp::ext::get::<Asker>())
            .and(warp::header::headers_cloned());
        let streamed = asked.clone().and(warp::ext::get::<Connection>());
        let get = warp::get().or(warp::head()).unify();
        let query = warp::query::raw().or(warp::any().map(String::new)).unify();
        let of_page = warp::any()
            .map(|| PAGES)
            .and(warp::path::full())
            .and(asked.clone())
            .map(pages::Head::new);
        let take_file = |mib: usize| {
            warp::post()
                .and(of_page.clone())
                .and(warp::body::stream())
                .then(move |head, chunks| pages::take_file(head, chunks, mib))
                .then(show)
        };
        let take_message = || {
            warp::post()
                .and(of_page.clone())
                .and(warp::body::stream())
                .then(|head, chunks| pages::take_message(head, chunks).boxed())
                .then(show)
        };
        let nowhere = unknown()
            .and(of_page.clone())
            .and(warp::method())
            .and(body())
            .then(pages::nowhere)
            .boxed();
        let pages = of_page
            .clone()
            .and(warp::method())
            .and(query)
            .and(body())
            .then(pages::visit)
            .then(show)
            .boxed();
    }
    socket: "graphql" { .and(socket::handshake()).and(asked.clone()).map(socket::open) }
    upload: "graphql" {
        .and(warp::post())
        .and(graphql::upload::is_upload())
        .and(streamed.clone())
        .and(warp::body::stream())
        .then(|site, asker, headers, client, chunks| {
            graphql::upload::answer(site, asker, headers, client, chunks).boxed()
        })
    }
    graphql: "graphql" {
        .and(streamed.clone())
        .and(warp::method())
        .and(query)
        .and(body())
        .then(graphql::answer)
    }
    schema: "graphql" / "schema" { .and(get).and(asked.clone()).then(graphql::schema) }
    events: "events" { .and(get).and(streamed.clone()).then(events::open) }
    webhook: "telegram" / "webhook" {
        .and(warp::post()).and(asked.clone()).and(body()).then(telegram_updates::answer)
    }
    max: "max" / "webhook" {
        .and(warp::post()).and(asked.clone()).and(body()).then(max_updates::answer)
    }
    sms: "sms" / Provider / Secret {
        .and(warp::post()).and(site.clone()).and(body()).then(sms_reports::answer)
    }
    live: "live" { .and(get).and(streamed.clone()).and(query).then(events::open_for_page) }
    followed: "s" / Token / "live" {
        .and(get).and(streamed).and(query).then(events::open_for_customer)
    }
    photo: "photos" / Id { .and(get).and(files::by_token()).and(asked.clone()).then(files::photo) }
    attachment: "attachments" / Id {
        .and(get).and(files::by_token()).and(asked.clone()).then(files::attachment)
    }
    script: "graphiql.js" { .and(get).map(graphql::script) }
    alive: "healthz" { .and(get).map(|| "ok\n") }
    ready: "readyz" { .and(get).and(site).then(ready::answer) }
    table: "data" / "import" { .and(take_file(data::TABLE)) }
    prices: "catalogue" / "import" { .and(take_file(data::TABLE)) }
    logo: "settings" / "papers" / "logo" { .and(take_file(settings::LOGO)) }
    archive: "data" / "archive" { .and(take_file(data::ARCHIVE)) }
    message: "tasks" / Id / "comments" { .and(take_message()).map(|_, answer| answer) }
    photos: "tasks" / Id / "photos" { .and(take_message()).map(|_, answer| answer) }
    copy: "settings" / "offsite" / "try" {
        .and(warp::post())
        .and(of_page.clone())
        .and(warp::body::stream())
        .then(|head, chunks| pages::take_copy(head, chunks).boxed())
        .then(show)
    }
}

pages! { visit:
    GET ["assets", name] => Ok(assets::serve(name, visit.accepts_gzip()));
    GET ["manifest.webmanifest"] => Ok(assets::manifest(visit));
    GET ["s", token] => status::show(visit, token).await;
    POST ["s", token, "say"] => status::post_message(visit, token).await;
    POST ["s", token, "decide"] => status::decide(visit, token).await;
    GET ["s", token, "files", id] => status::file(visit, token, id).await;
    GET ["s", ..] => status::nowhere(visit);
    POST ["s", ..] => status::nowhere(visit);

    GET ["u", token] => email_stop::ask(visit, token).await;
    POST ["u", token] => email_stop::stop(visit, token).await;

    GET ["reach", code] => settings::reach(visit, code);

    GET ["login"] => accounts::login(visit).await;
    POST ["login"] => accounts::log_in(visit).await;
    POST ["logout"] => accounts::log_out(visit).await;
    GET ["first-run"] => accounts::first_run(visit).await;
    POST ["first-run"] => accounts::make_first(visit).await;
    GET ["join", token] => accounts::join(visit, token).await;
    POST ["join", token] => accounts::join_in(visit, token).await;
    GET ["password", token] => accounts::ask_new_password(visit, token).await;
    POST ["password", token] => accounts::set_new_password(visit, token).await;
    GET ["profile"] => accounts::profile(visit).await;
    POST ["profile", what] => accounts::change_profile(visit, what).await;
    GET ["staff"] => accounts::staff(visit).await;
    POST ["staff", "invite"] => accounts::invite(visit).await;
    POST ["staff", "invites", "send"] => accounts::send_invite(visit).await;
    GET ["staff", "invites", id, "withdraw"] => accounts::ask_invite(visit, id).await;
    POST ["staff", "invites", id, "withdraw"] => accounts::withdraw_invite(visit, id).await;
    POST ["webhooks", id, "retry"] => webhooks::retry(visit, id).await;
    GET ["staff", id, "edit"] => accounts::edit_employee(visit, id).await;
    POST ["staff", id, "edit"] => accounts::update_employee(visit, id).await;
    POST ["staff", id, "password-link"] => accounts::make_password_link(visit, id).await;
    POST ["staff", id, "password-link", "send"] => accounts::send_password_link(visit, id).await;
    GET ["staff", id, what] => accounts::ask_staff(visit, id, what).await;
    POST ["staff", id, what] => accounts::change_staff(visit, id, what).await;

    GET ["search-words"] => aliases::list(visit).await;
    POST ["search-words"] => aliases::add(visit).await;
    POST ["search-words", id] => aliases::update(visit, id).await;
    POST ["search-words", id, "remove"] => aliases::remove(visit, id).await;
    POST ["first-day", "receipt"] => today::print(visit).await;
    POST ["first-day", "dismiss"] => today::dismiss(visit).await;
    POST ["demo", "load"] => data::load_demo(visit).await;
    GET ["demo", "remove"] => data::ask_to_remove_demo(visit).await;
    POST ["demo", "remove"] => data::remove_demo(visit).await;
    GET ["logo"] => logo::show(visit).await;
    GET ["settings"] => Ok(visit.go("/settings/shop"));
    GET ["settings", "program"] => settings::program(visit).await;
    GET ["settings", "audit"] => settings::audit(visit).await;
    POST ["settings", "backups", "now"] => settings::make_backup(visit).await;
    GET ["settings", "backups", "download"] => settings::take_backup(visit).await;
    GET ["settings", "bot"] => settings::bot(visit).await;
    POST ["settings", "bot"] => settings::connect_bot(visit).await;
    POST ["settings", "bot", "mode"] => settings::set_bot_mode(visit).await;
    POST ["settings", "bot", "check"] => settings::check_bot(visit).await;
    GET ["settings", "bot", "disconnect"] => settings::ask_to_disconnect_bot(visit).await;
    POST ["settings", "bot", "disconnect"] => settings::disconnect_bot(visit).await;
    GET ["settings", "bot", "qr"] => settings::bot_poster(visit);
    GET ["settings", "max"] => settings::max(visit).await;
    POST ["settings", "max"] => settings::connect_max(visit).await;
    POST ["settings", "max", "settings"] => settings::set_max(visit).await;
    POST ["settings", "max", "check"] => settings::check_max(visit).await;
    GET ["settings", "max", "disconnect"] => settings::ask_to_disconnect_max(visit).await;
    POST ["settings", "max", "disconnect"] => settings::disconnect_max(visit).await;
    GET ["settings", "max", "qr"] => settings::max_poster(visit);
    GET ["settings", "channels"] => settings::channels(visit).await;
    POST ["settings", "channels", what] => settings::change_channel(visit, what).await;
    GET ["settings", "offsite"] => settings::offsite(visit).await;
    GET ["settings", "offsite", "sheet"] => settings::recovery_sheet(visit);
    POST ["settings", "offsite", "sheet"] => settings::make_recovery_sheet(visit);
    POST ["settings", "offsite", "confirm"] => settings::confirm_recovery_sheet(visit).await;
    GET ["settings", "offsite", "copies"] => settings::offsite_copies(visit).await;
    GET ["settings", "offsite", "try"] => settings::ask_for_copy(visit);
    POST ["settings", "offsite", "try"] => settings::try_copy(visit).await;
    POST ["settings", "offsite", what] => settings::change_offsite(visit, what).await;
    GET ["settings", "webhooks"] => settings::webhooks(visit).await;
    POST ["settings", "webhooks"] => settings::create_webhook(visit).await;
    GET ["settings", "webhooks", id] => settings::webhook(visit, id).await;
    POST ["settings", "webhooks", id] => settings::update_webhook(visit, id).await;
    GET ["settings", "webhooks", id, what] => settings::ask_webhook(visit, id, what).await;
    POST ["settings", "webhooks", id, what] => settings::change_webhook(visit, id, what).await;
    GET ["settings", "texts"] => settings::message_texts(visit).await;
    GET ["settings", "texts", occasion] => settings::message_text(visit, occasion).await;
    POST ["settings", "texts", occasion] => settings::update_message_text(visit, occasion).await;
    POST ["settings", "texts", occasion, "preview"] => settings::preview_message_text(visit, occasion).await;
    POST ["settings", "texts", occasion, "reset"] => settings::reset_message_text(visit, occasion).await;
    POST ["settings", "papers", "preview"] => settings::preview(visit).await;
    POST ["settings", "papers", "logo"] if visit.is_cut_off => settings::logo_too_large(visit).await;
    POST ["settings", "papers", "logo"] => settings::put_logo(visit).await;
    POST ["settings", "papers", "logo", "remove"] => settings::remove_logo(visit).await;
    GET ["settings", part] => settings::show(visit, part).await;
    POST ["settings", part] => settings::save(visit, part).await;
    GET ["stages"] => stages::list(visit).await;
    GET ["new-stage"] => stages::new(visit);
    POST ["new-stage"] => stages::create(visit).await;
    GET ["stages", id, "edit"] => stages::edit(visit, id).await;
    POST ["stages", id, "edit"] => stages::update(visit, id).await;
    POST ["stages", id, "move"] => stages::put(visit, id).await;
    GET ["stages", id, "delete"] => stages::ask_to_delete(visit, id).await;
    POST ["stages", id, "delete"] => stages::delete(visit, id).await;
    GET ["data"] => data::show(visit).await;
    GET ["data", "tasks.csv"] => data::tasks(visit).await;
    GET ["data", "customers.csv"] => data::customers(visit).await;
    GET ["data", "archive.json"] => data::archive(visit).await;
    POST ["data", "import"] if visit.is_cut_off => data::table_too_large(visit).await;
    POST ["data", "archive"] if visit.is_cut_off => data::archive_too_large(visit).await;
    POST ["data", "import"] => data::upload(visit).await;
    GET ["data", "import", token] => data::preview(visit, token).await;
    GET ["data", "import", token, "refused.csv"] => data::refused(visit, token).await;
    POST ["data", "import", token] => data::apply(visit, token).await;
    POST ["data", "archive"] => data::put_back(visit).await;

    GET [] => tasks::list(visit).await;
    GET ["new-task"] => tasks::new(visit).await;
    POST ["new-task"] => tasks::create(visit).await;
    GET ["devices", "known"] => tasks::known_device(visit).await;
    GET ["tasks", id] => tasks::show(visit, id).await;
    GET ["tasks", id, "edit"] => tasks::edit(visit, id).await;
    POST ["tasks", id, "edit"] => tasks::update(visit, id).await;
    POST ["tasks", id, "status"] => tasks::set_status(visit, id).await;
    GET ["tasks", id, "toast"] => tasks::look_again(visit, id).await;
    POST ["tasks", id, "facts"] => tasks::save(visit, id).await;
    POST ["tasks", id, "fill"] => tasks::fill(visit, id).await;
    GET ["tasks", id, "customer"] => tasks::choose_customer(visit, id).await;
    POST ["tasks", id, "customer"] => tasks::set_customer(visit, id).await;
    POST ["tasks", id, "comments"] if visit.is_cut_off => tasks::files_too_large(visit, id).await;
    POST ["tasks", id, "comments"] => tasks::comment(visit, id).await;
    POST ["tasks", id, "photos"] if visit.is_cut_off => tasks::files_too_large(visit, id).await;
    POST ["tasks", id, "photos"] => tasks::add_photos(visit, id).await;
    POST ["tasks", id, "settle"] => tasks::settle(visit, id).await;
    POST ["tasks", id, "ask"] => tasks::ask(visit, id).await;
    POST ["tasks", id, "withdraw"] => tasks::withdraw(visit, id).await;
    POST ["tasks", id, "agree"] => tasks::agree(visit, id).await;
    POST ["tasks", id, "lines"] => money::add(visit, id).await;
    GET ["tasks", id, "lines", "new"] => money::new(visit, id).await;
    GET ["tasks", id, "lines", "known"] => money::known(visit, id).await;
    GET ["tasks", id, "lines", line] => money::edit(visit, id, line).await;
    POST ["tasks", id, "lines", line] => money::update(visit, id, line).await;
    POST ["tasks", id, "lines", line, "move"] => money::put(visit, id, line).await;
    POST ["tasks", id, "lines", line, "remove"] => money::remove(visit, id, line).await;
    GET ["tasks", id, "discount"] => money::ask_for_discount(visit, id).await;
    POST ["tasks", id, "discount"] => money::set_discount(visit, id).await;
    GET ["tasks", id, "pay"] => money::ask_for_payment(visit, id).await;
    POST ["tasks", id, "pay"] => money::take(visit, id).await;
    GET ["tasks", id, "checkout"] => money::ask_to_hand_over(visit, id).await;
    POST ["tasks", id, "checkout"] => money::hand_over(visit, id).await;
    GET ["tasks", id, "payments", payment, "slip"] => papers::payment_slip(visit, id, payment).await;
    GET ["tasks", id, "payments", payment, "refund"] => money::ask_to_refund(visit, id, payment).await;
    POST ["tasks", id, "payments", payment, "refund"] => money::refund(visit, id, payment).await;
    GET ["tasks", id, "payments", payment, "reverse"] => money::ask_to_reverse(visit, id, payment).await;
    POST ["tasks", id, "payments", payment, "reverse"] => money::reverse(visit, id, payment).await;
    GET ["tasks", id, "link"] => tasks::ask_for_link(visit, id).await;
    POST ["tasks", id, "link"] => tasks::give_link(visit, id).await;
    POST ["tasks", id, "remind"] => tasks::set_remind(visit, id).await;
    GET ["tasks", id, "receipt"] => papers::receipt(visit, id).await;
    GET ["tasks", id, "label"] => papers::label(visit, id).await;
    GET ["tasks", id, "hand-over"] => papers::hand_over(visit, id).await;
    GET ["tasks", id, "delete"] => tasks::ask_to_delete(visit, id).await;
    POST ["tasks", id, "delete"] => tasks::delete(visit, id).await;
    POST ["notices", id, "retry"] => tasks::retry_notice(visit, id).await;
    GET ["photos", id] => attachments::show(visit, id).await;
    GET ["attachments", id] => attachments::download(visit, id).await;
    GET ["board"] => board::show(visit).await;
    GET ["keys"] => keys::show(visit);
    GET ["today"] => today::show(visit).await;
    GET ["cash"] => cash::show(visit).await;
    GET ["cash", day] => cash::day(visit, day).await;
    GET ["cash", day, "print"] => cash::print(visit, day).await;
    GET ["new-drawer"] => cash::make(visit);
    POST ["new-drawer"] => cash::create(visit).await;
    GET ["drawers", id, "edit"] => cash::edit(visit, id).await;
    POST ["drawers", id, "edit"] => cash::rename(visit, id).await;
    GET ["drawers", id, "open"] => cash::ask_to_open(visit, id).await;
    POST ["drawers", id, "open"] => cash::open(visit, id).await;
    GET ["drawers", id, "move"] => cash::ask_to_move(visit, id).await;
    POST ["drawers", id, "move"] => cash::move_cash(visit, id).await;
    GET ["cash-moves", id, "reverse"] => cash::ask_to_reverse(visit, id).await;
    POST ["cash-moves", id, "reverse"] => cash::reverse(visit, id).await;
    GET ["shifts", id, "close"] => cash::ask_to_close(visit, id).await;
    POST ["shifts", id, "close"] => cash::close(visit, id).await;
    GET ["debts"] => debts::show(visit).await;
    GET ["months"] => months::show(visit, None).await;
    GET ["months", month] => months::show(visit, Some(month)).await;

    GET ["catalogue"] => catalogue::list(visit).await;
    POST ["catalogue"] => catalogue::create(visit).await;
    GET ["catalogue.csv"] => catalogue::download(visit).await;
    POST ["catalogue", "import"] if visit.is_cut_off => catalogue::too_large(visit).await;
    POST ["catalogue", "import"] => catalogue::upload(visit).await;
    GET ["catalogue", "import", token] => catalogue::preview(visit, token).await;
    GET ["catalogue", "import", token, "refused.csv"] => catalogue::refused(visit, token).await;
    POST ["catalogue", "import", token] => catalogue::apply(visit, token).await;
    POST ["catalogue", id] => catalogue::update(visit, id).await;
    POST ["catalogue", id, "archive"] => catalogue::archive(visit, id).await;

    GET ["customers"] => customers::list(visit).await;
    GET ["customers", "known"] => customers::known(visit).await;
    GET ["new-customer"] => customers::new(visit);
    POST ["new-customer"] => customers::create(visit).await;
    GET ["customers", id] => customers::show(visit, id).await;
    GET ["customers", id, "edit"] => customers::edit(visit, id).await;
    POST ["customers", id, "edit"] => customers::update(visit, id).await;
    GET ["customers", id, "delete"] => customers::ask_to_delete(visit, id).await;
    POST ["customers", id, "delete"] => customers::delete(visit, id).await;
    GET ["customers", id, "merge"] => customers::ask_to_merge(visit, id).await;
    POST ["customers", id, "merge"] => customers::merge(visit, id).await;
    POST ["customers", id, "unmerge"] => customers::undo_merge(visit, id).await;
    POST ["customers", id, "confirm"] => customers::confirm(visit, id).await;
    POST ["customers", id, "resume-email"] => customers::resume_email(visit, id).await;
    POST ["customers", id, "unlink"] => customers::unlink(visit, id).await;
}

/// Shows the page of a visit, or the refusal of a request that is none.
async fn show(visit: Result<Visit, Box<Response>>) -> Response {
    match visit {
        Ok(visit) => {
            let shown = page(&visit).await;
            shown.unwrap_or_else(|error| web::refuse(&visit, &error))
        }
        Err(refused) => *refused,
    }
}

/// First segments of all routes, with their labels, for a look-up by each request.
static LABELS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let labels = paths().map(label_of);
    labels.map(|label| (&label[1..], label)).collect()
});

/// Label of requests without a route.
const UNKNOWN: &str = "/…";

/// Returns the patterns of all routes.
pub fn paths() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().chain(PAGES).copied()
}

/// Accepts a path at which there is no route, for any method.
fn unknown() -> impl Filter<Extract = (), Error = Rejection> + Copy + Send + Sync {
    warp::path::full()
        .and_then(|path: FullPath| async move {
            match is_known(path.as_str()) {
                true => Err(warp::reject()),
                false => Ok(()),
            }
        })
        .untuple_one()
}

fn is_known(path: &str) -> bool {
    let parts = web::parts(path);
    paths().any(|pattern| fits(pattern, &parts))
}

fn fits(pattern: &str, parts: &[String]) -> bool {
    let mut steps = pattern.split('/').filter(|step| !step.is_empty());
    let mut parts = parts.iter();
    loop {
        match (steps.next(), parts.next()) {
            (Some("…"), _) | (None, None) => return true,
            (Some(step), Some(part)) if step.starts_with('{') || step == part => {}
            _ => return false,
        }
    }
}

/// Returns the label of a path: its first segment, if a route begins with it. The rest may contain
/// an invite's or a link's token, or a customer's id.
pub fn label(path: &str) -> &'static str {
    let first = path.trim_start_matches('/');
    let first = first.split_once('/').map_or(first, |(first, _)| first);
    // Pages are matched after decoding.
    let is_encoded = first.contains('%');
    let decoded = is_encoded.then(|| web::parts(first).pop().unwrap_or_default());
    let first = decoded.as_deref().unwrap_or(first);
    LABELS.get(first).copied().unwrap_or(UNKNOWN)
}

/// Returns the first segment of a route's pattern, with its slash.
pub fn label_of(route: &'static str) -> &'static str {
    match route[1..].find('/') {
        Some(end) => &route[..=end],
        None => route,
    }
}
