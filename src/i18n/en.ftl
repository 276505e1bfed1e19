# The shop's words

status-accepted = Accepted
status-in-progress = In progress
status-ready = Ready
status-closed = Closed

category-consulting = Consulting
category-diagnosis = Diagnosis
category-repair = Repair
category-other = Other

day-long = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

# The bot

bot-welcome =
    Welcome! Here you can follow your requests: the bot writes when a status changes.

    To begin, press “Share my number”.
bot-share-contact = Share my number
bot-ask-contact = To see your requests, press “Share my number” below the input field.
bot-prove-phone =
    The number is noted. Now show that it is yours: press “Share my number” below the input field.

    Until then its requests are not shown.
bot-foreign-contact = That is somebody else's contact or a forwarded message. Share your own number with the button below the input field.
bot-linked = Done, your number is confirmed. We will write when the status of a request changes.
bot-help =
    Write anything and the bot sends the list of your requests. When a status changes, we write to you.

    /start — confirm your phone number
    /help — this help
bot-tasks-none = No requests yet.
bot-tasks = { $pages ->
    [1] Your requests:
   *[other] Your requests, page { $page } of { $pages }:
}
bot-task = <b>No. { $number }</b> · { $category } · { $status } · { $day }
bot-command-start = Confirm your phone number
bot-command-help = Help

notice-status-changed = Your request <b>No. { $number }</b> has a new status: <b>{ $status }</b>.

# What to correct

problem-required = Fill in this field.
problem-too-long = Too long: at most { $bound } characters.
problem-control-characters = Remove the invisible control characters.
problem-phone-characters = Write the phone in digits; besides them only +, spaces, brackets, dots, dashes and slashes are allowed.
problem-phone-length = A phone has 5 to 15 digits.
problem-email-malformed = Write a whole address, for example name@example.com.
problem-day-malformed = Write a date that exists as YYYY-MM-DD, for example 2021-07-25.
problem-interval-reversed = The interval ends before it starts: swap the dates.
problem-id-malformed = An id is a whole number above zero.
problem-telegram-id-malformed = A Telegram id is a whole number from 1 to 4503599627370495.
problem-cursor-malformed = Pass the endCursor of the page before, unchanged.
problem-cursor-of-another-order = This cursor belongs to another order: begin with the first page.
problem-page-size = A page has 1 to { $bound } entries.
problem-too-much = Too much at once: at most { $bound } nested entries. Split the query.
problem-password-short = The password is too short: use at least { $bound } characters.
problem-password-long = The password is too long: use at most { $bound } characters.
problem-password-common = This password is easy to guess. Take four random words, for example.
problem-password-mismatch = The passwords differ: type the same one twice.
problem-password-wrong = The current password is wrong.
problem-credentials = Wrong e-mail or password.
problem-no-account-yet = There are no accounts yet: the database is new and empty. If you expected your data, check the setting database. Otherwise make the first account.
problem-first-account-elsewhere = The first account is made on the server, by zayavka user add EMAIL --owner or with the link that the server prints when it starts.
problem-invite-needed = You need an invite: ask the owner for one.
problem-invite-unusable = The invite can't be used: it was used before, has expired or is for another e-mail. Ask the owner for a new one.
problem-registration-closed = Registration is closed: the owner makes accounts with zayavka user add.
problem-phone-of-another-customer = A task keeps its customer: pass that customer's phone or none.
problem-customer-of-another-phone = The card with this id has another phone: leave the id out or correct it.
problem-employee-inactive = There is no such employee at work: choose another.
problem-nothing-to-confirm = The card has no Telegram account: ask the customer to write to the bot.
problem-not-reachable = The customer has no confirmed Telegram account any more: call them.
problem-database-has-data = The database has data already: name another file for the demo.

conflict-version = Somebody else has changed the task meanwhile: load it again and repeat.
conflict-phone-taken = There is a card with this phone already, its id is { $customer }.
conflict-email-taken = This e-mail is taken.
conflict-last-owner = This is the last owner: name another one first.

error-unauthenticated = You need to be logged in.
error-forbidden = Only the owner may do this.
error-not-found = Not found.
error-rate-limited = Too many attempts: try again in { $seconds } s.
error-internal = Internal error. The server's log has it under request { $request }.
error-parse = The GraphQL document has an error: { $detail }

# The page while there are no pages

home = Zayavka is running. Its API: { $url }/graphql
home-first-run =
    Nobody has an account yet: the database is new and empty. If you expected your data, check the setting database.
    Otherwise make the first account: it is the owner's.
home-database = The database: { $path }
