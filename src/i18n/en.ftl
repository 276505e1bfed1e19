# The shop's words

status-accepted = Accepted
status-in-progress = In progress
status-ready = Ready
status-closed = Closed
stage-diagnosis = Diagnosing
stage-diagnosis-wording = Being diagnosed
stage-approval = Awaiting approval
stage-approval-wording = Waiting for your decision
stage-part = Awaiting parts
stage-part-wording = Waiting for a part
stage-handed-over = Handed over
stage-handed-over-wording = Handed over
stage-unrepaired = Returned unrepaired
stage-unrepaired-wording = Returned unrepaired

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
    Welcome! Here you can follow your repairs: the bot writes when a status changes.

    To begin, press “Share my number”.
bot-share-contact = Share my number
bot-ask-contact = To see your repairs, press the button “Share my number”.
bot-prove-phone =
    The number is noted. Now show that it is yours: press the button “Share my number”.

    Until then its repairs are not shown.
bot-foreign-contact = That is somebody else's contact or a forwarded message. Share your own number with the button.
bot-linked = Done, your number is confirmed. We will write when the status of a repair changes.
bot-help =
    Write anything and the bot sends the list of your repairs. When a status changes, we write to you.

    /start — confirm your phone number
    /help — this help
bot-tasks-none = No repairs yet.
bot-taken = Passed on to the shop: repair <b>No. { $number }</b>.
bot-taken-which = If it is about another one, press its number.
bot-move = It is about No. { $number }
bot-not-taken = You have no open repairs, so the message went to nobody. Please call the shop.
bot-too-many = The shop has not answered your earlier messages yet; this one was not passed on. Please call.
bot-edited = Your correction was passed on to the shop: repair <b>No. { $number }</b>.
bot-mark-only = The shop sees only a note that you sent this. To be understood, write it in words or send a picture.
bot-too-large = The file itself was not passed on: it is larger than { $bound } MB, and the shop sees only a note. Send a smaller file or describe it in words.
bot-too-many-files = The file itself was not passed on: the shop takes at most { $bound } files a day, and sees only a note. Describe it in words or send it tomorrow.
bot-file-lost = Repair <b>No. { $number }</b>: { $what } could not be kept, and the shop doesn't have it. Pictures, voice messages, audio, video, PDF, Word and Excel documents up to { $bound } MB can be. Send it another way or describe it in words.
bot-empty = There is nothing to be seen in the message, so it was not passed on to the shop.
bot-too-many-edits = Too many corrections in a day, this one was not passed on. Please write a new message.
bot-unheard = The message itself was not passed on to the shop.
bot-followed = Your repair <b>No. { $number }</b>: <b>{ $status }</b>
bot-link-dead = This link doesn't work any more.
bot-share-for-more = Send us your number with the button below: then you see all your repairs, and we tell you when their status changes.
bot-tasks = { $pages ->
    [1] Your repairs:
   *[other] Your repairs, page { $page } of { $pages }:
}
bot-task = <b>No. { $number }</b> · { $category } · { $status } · { $day }
bot-command-start = Confirm your phone number
bot-command-help = Help

staff-bot-linked =
    { $messenger } is linked to { $email }. New repairs, customers' answers and the morning's list come here.

    /today — what there is to do now
    /stop — unlink
staff-bot-wrong-code = The code doesn't fit: it was used, is too old, or was mistyped. Make another in your profile.
staff-bot-too-many = Too many wrong codes. Try again in 15 minutes.
staff-bot-unlinked = { $messenger } is unlinked: no more repairs come here.
staff-bot-not-taken = The message went to nobody: employees write on the repair's page. Here, /today shows your repairs and /stop unlinks this { $messenger }.
staff-bot-new-task = A repair was given to you: { $task }
staff-bot-answered = The customer has answered: { $task }
staff-bot-list = Your repairs:
staff-bot-nothing = You have no open repairs.
staff-bot-overdue = Overdue
staff-bot-due-today = Due today
staff-bot-ready = Ready, waiting for the customer
staff-bot-open = The others
staff-bot-number = No. { $number }
staff-bot-due = by { $day }
staff-bot-more = …and { $count } more

approval-agree = I agree
approval-decline = I don't agree
approval-agreed = Your repair <b>No. { $number }</b>: you agreed to the price <b>{ $price }</b>.
approval-declined = Your repair <b>No. { $number }</b>: you declined the price <b>{ $price }</b>. The shop will see it.
approval-withdrawn = Your repair <b>No. { $number }</b>: the price <b>{ $price }</b> doesn't hold any more, the shop has changed it.

message-no-device = your repair
message-no-device-number = No. { $number }
message-stage =
    { $stage }: { $device } (No. { $number }).
    Due on { $due }.
message-stage-short =
    { $stage }: { $device }, No. { $number }
    { $link }
message-ready =
    { $stage }: { $device } (No. { $number }).
    To pay: { $to_pay }.
    { $address }, { $hours }.
message-ready-short =
    { $stage }: { $device }, No. { $number }
    To pay { $to_pay }
    { $link }
message-closed =
    { $stage }: { $device } (No. { $number }).
    Under warranty until { $warranty }.
message-closed-short =
    { $stage }: { $device }, No. { $number }
    Under warranty until { $warranty }
message-comment =
    { $device } (No. { $number }), the shop writes:

    { $text }
message-files = Photos and files: { $link }
message-comment-short =
    { $device }, No. { $number }: the shop has written
    { $link }
message-quote =
    { $device } (No. { $number }): do you agree to the price { $sum }?

    { $lines }

    { $text }
message-quote-short =
    { $device }, No. { $number }: do you agree to { $sum }?
    { $link }
message-reminder =
    { $device } has been ready since { $since } (No. { $number }). Please come by and collect it.
    To pay: { $to_pay }.
    { $address }, { $hours }.
    Phone: { $phone }
message-reminder-short =
    { $device } is ready for you, No. { $number }
    To pay { $to_pay }
    { $link }

# What to correct

problem-required = Fill in this field.
problem-too-long = Too long: at most { $bound } characters.
problem-control-characters = Remove the invisible control characters.
problem-phone-characters = Write the phone in digits, with +, spaces, brackets, dots, dashes and slashes; an extension or a word may follow it.
problem-phone-length = A phone has 5 to 15 digits.
problem-phone-several = There are several numbers: write one here, and the others elsewhere, for example in the description.
problem-phone-unclear = It isn't clear where the number ends: write the whole number first and the extension after it, for example 8 495 123-45-67 ext. 12.
problem-phone-rounded = The spreadsheet has shortened this number, and its last digits are lost: give the column the format "Text", and write the number again.
problem-email-malformed = Write a whole address, for example name@example.com.
problem-day-malformed = Write a date that exists as YYYY-MM-DD, for example 2021-07-25.
problem-month-malformed = Write a month as YYYY-MM, for example 2021-07.
problem-time-malformed = Write a time like 08:30.
problem-sum-malformed = Write a sum in digits, for example 1500 or 1500.50.
problem-sum-ambiguous = This may be thousands or a decimal point: write 1500 or 1.5, for example.
problem-sum-negative = The sum is less than nothing: write it without the minus, or leave it empty.
problem-sum-too-large = The sum is too large: at most { $bound }.
problem-sum-not-whole = A sum is a whole number of the currency’s smallest unit (kopecks, cents), for example 150050.
problem-sum-zero = The sum must be more than zero.
problem-decimal-malformed = Write a number with at most three decimal digits, for example 1 or 0.5.
problem-quantity-out-of-range = The quantity is from 0.001 to 1,000,000.
problem-percent-out-of-range = The percentage is from 0 to 100.
problem-discount-too-large = The discount is more than the sum itself.
problem-discount-twice = Give the discount either as a sum or as a percentage.
problem-no-such-item = The price list has no such item.
problem-item-archived = The item is archived. Restore it, or write the line by hand.
problem-no-such-employee = There is no such employee, or they are deactivated.
problem-price-of-lines = The price is the sum of the works and parts. Change those instead of the price.
problem-price-needed = Give a price: the task has no works or parts yet.
problem-nothing-to-agree = The task has neither works, parts nor a price, so there is nothing to agree to.
problem-prepayment-by-payment = A prepayment is a payment: record it with “Take payment” (in the API, takePayment).
problem-overpayment = This is more than what is left to pay. Check the sum, or confirm the overpayment (in the API, overpayment: true).
problem-refund-too-large = This is more than what is left of the payment.
problem-not-refundable = Only a customer’s payment can be refunded.
problem-not-reversible = A reversal can’t be reversed, and a payment with a refund only after the refund is reversed.
problem-no-such-drawer = There is no such drawer.
problem-drawer-needed = Choose a drawer.
problem-shift-closed = The drawer’s shift is closed. Open a shift first.
problem-reason-needed = The sum differs from what should be there: give the reason.
problem-cash-move-kind = Only CASH_IN and CASH_OUT are possible here.
problem-stage-not-closed = This stage doesn’t close the task: choose a stage of the status “Closed”.
problem-too-many-lines = A task has at most { $bound } lines.
problem-alias-several-words = One word is needed.
problem-alias-same = This is the same word.
problem-alias-taken = This pair of words is there already.
problem-too-many-aliases = There are at most { $bound } words.
problem-too-many-drawers = There are at most { $bound } drawers.
problem-interval-reversed = The interval ends before it starts: swap the dates.
problem-id-malformed = An id is a whole number above zero.
problem-first-and-last = Give either first or last.
problem-node-id-malformed = A global id is the `nodeId` of an object, as the server returned it.
problem-telegram-id-malformed = A Telegram id is a whole number from 1 to 4503599627370495.
problem-cursor-malformed = Pass the endCursor of the page before, unchanged.
problem-cursor-of-another-order = This cursor belongs to another order: begin with the first page.
problem-cursor-unknown = this cursor is from another database, or from after the backup that this one was restored from: read everything again from the beginning, without a cursor
problem-page-size = A page has 1 to { $bound } entries.
problem-answer-too-long = The answer would be longer than { $bound } MiB. Ask for fewer fields, or page by page (tasks, customers).
problem-too-much = Too much at once: at most { $bound } nested entries. Split the query.
problem-password-short = The password is too short: use at least { $bound } characters.
problem-password-long = The password is too long: use at most { $bound } characters.
problem-password-common = This password is easy to guess: it is a common word, a row of keys, or made of your e-mail or the shop's name. Take four random words, for example.
problem-password-mismatch = The passwords differ: type the same one twice.
problem-password-wrong = The current password is wrong.
problem-credentials = Wrong e-mail or password.
problem-no-account-yet = There are no accounts yet: the database is new and empty. If you expected your data, check the setting database. Otherwise make the first account.
problem-first-account-elsewhere = The first account is made on the server, by zayavka user add EMAIL --owner or with the link that the server prints when it starts.
problem-invite-needed = You need an invite: ask the owner for one.
problem-invite-unusable = The invite can't be used: it was used or withdrawn, has expired or is for another e-mail. Ask the owner for a new one.
problem-password-link-unusable = The link can't be used: it was used, replaced by a newer one, or has expired. Ask the owner for a new one.
problem-registration-closed = Registration is closed: the owner makes accounts with zayavka user add.
problem-phone-of-another-customer = A repair keeps its customer: pass that customer's phone or none.
problem-same-customer = These are one and the same card.
problem-customer-of-another-phone = The card with this id has another phone: leave the id out or correct it.
problem-employee-inactive = There is no such employee at work: choose another.
problem-no-such-task = There is no other repair with this number.
problem-no-such-stage = There is no such stage: choose another one.
problem-stage-of-another-status = That stage is of another status: choose one of the same status.
problem-stage-keeps-status = A stage stays in its status: make a new stage for another one.
problem-stage-has-tasks = This stage has repairs: choose the stage that takes them.
problem-too-many-stages = There may be at most { $bound } stages: delete some that nobody needs.
problem-days-out-of-range = Give a whole number of days from 1 to { $bound }, or nothing.
problem-nothing-to-confirm = The card has no Telegram account: ask the customer to write to the bot.
problem-not-reachable = The customer has no confirmed Telegram account any more: call them.
problem-task-closed = The repair is closed. Open it again first.
problem-too-many-answers = The shop has not answered the earlier messages yet ({ $bound } already). Please call.
problem-database-has-data = The database has data already: name another file for the demo.
problem-moment-malformed = Write a day and a time, for example 2021-07-25 12:00.
problem-moment-in-future = This date is still to come.
problem-date-ambiguous = It isn't clear which number is the day or the month: choose the order.
problem-not-csv = This is neither a CSV table nor an Excel workbook (.xlsx). Have Excel save it as “CSV” or “Excel Workbook (.xlsx)”.
problem-text-damaged = Letters in the file are damaged. Save it again as “CSV UTF-8”.
problem-workbook-old = This workbook has the old format (.xls) or a password. Have Excel save it as “Excel Workbook (.xlsx)” without a password.
problem-workbook-open-document = This is an OpenDocument spreadsheet (.ods). Save it as “Excel Workbook (.xlsx)” or “CSV”.
problem-workbook-unreadable = The workbook can't be read: the file is damaged or no Excel workbook (.xlsx). Save it again, or as “CSV”.
problem-workbook-too-large = The workbook is too large when unpacked: at most { $bound } MB. Leave one sheet without pictures in it, or save that as “CSV”.
problem-workbook-parts = The workbook is made of more than { $bound } parts. Leave one sheet without pictures in it, or save that as “CSV”.
problem-workbook-sheets = The workbook has more than { $bound } sheets. Leave the one with the table in it, or save that as “CSV”.
problem-workbook-texts = The workbook has more than { $bound } texts. Split the table, or save it as “CSV”.
problem-quote-open = The quotation mark at the beginning of a cell isn't closed, and could join rows. Remove or close it.
problem-digits-lost = Excel has shortened a long number, and digits are lost: correct it in the original table.
problem-headings-unknown = The headings don't say what the columns are: there must be “Phone”, “Description” or “Order number”. Say which column it is.
problem-price-headings-unknown = The first row has no heading that we know: “Name”, “Article no.” or “Barcode” is needed.
problem-cell-unknown = This word is not understood here: take one of our own table.
problem-no-such-heading = The file has no such heading: copy it from the file.
problem-column-twice = Two columns can't be the same field: “{ $first }” and “{ $second }”. Choose something else for one of them.
problem-more-cells = The row has more cells than there are headings: check the quotes and separators.
problem-file-gone = The file isn't here any more: it waited too long. Send it again.
problem-archive-unreadable = This is no whole archive of Zayavka: take the file as you got it here, unchanged.
problem-archive-newer = A newer version of the program made this archive: update the program first.
problem-archive-row = This is no whole archive of Zayavka: line { $line }, table { $table }: { $why } Nothing was imported. Correct that line, or take the file as you got it here, unchanged.
problem-archive-value = This is no whole archive of Zayavka: line { $line }, table { $table }, field { $column }: { $why } Nothing was imported. Correct that value, or take the file as you got it here, unchanged.
problem-archive-foreign = The program writes no such value.
problem-archive-clash = The row contradicts another one, or lacks something.
problem-not-empty = An archive comes back only into an empty database, without customers, repairs and other employees.
problem-archive-text = A text in this archive is over { $bound } KiB long, as none that the program writes: take the file as you got it here, unchanged.
problem-archive-file = A file in this archive is over { $bound } MiB long, as none that the program keeps: take the archive as you got it here, unchanged.
problem-too-many-rows = Too many rows: at most { $bound }. Split the file.
problem-too-many-columns = Too many columns: at most { $bound }. Delete those that aren't needed.
problem-number-twice = This number is in row { $bound } already.
problem-rows-wrong = { $bound ->
    [one] { $bound } row is wrong
   *[other] { $bound } rows are wrong
}. Nothing was imported.
problem-brace-unclosed = A brace has no other one: variables are written like { "{number}" }.
problem-variable-unknown = There is no { "{" }{ $name }{ "}" }. There are { $known }.
problem-variable-missing = Without { $name } the message says nothing: insert this variable.
problem-stage-of-message = Give the stage for a text about the status, and for no other.
problem-file-kind = Files of this kind are not kept: send a picture, a PDF, a recording, a film or an office document.
problem-file-twice = Send each file once.
problem-too-many-files = Too many files: send at most { $bound } at once.
problem-file-too-large = The file is too large: at most { $bound } MB.
problem-files-too-large = The files are too large: at most { $bound } MB together.

remark-stage-unknown = The status has no such stage: it will be its first, and the name stays in the description.
remark-status-unknown = There is no such status: it will be “Accepted”, and the word stays in the description.
remark-status-unsure = This status may mean something else: look at it in the table of statuses. The word stays in the description.
remark-category-unknown = There is no such category: it will be “Other”, and the word stays in the description.
remark-employee-unknown = There is no such employee: the repair will be nobody's, and the name stays in the description.
remark-no-customer = There is no phone: the repair will have no customer.
remark-name-kept = The card of this customer has another name, which stays.
remark-warranty-unknown = There is no such repair further up in the file: the number stays in the description.
phone-unusual = No country has such a number: check that no digit is missing.
remark-more-phones = There are several phones: the first that is right goes on the card, the others into an internal note.
remark-more-cards = There are several phones: each gets a card of its own with this name.
remark-parts-noted = There is something besides the phone: it goes into an internal note.
remark-parts-left-out = There is something besides the phones: it isn't imported. Several phones get a card each with this name.
remark-no-date = There is no date: the repair will be of today.
remark-no-date-column = No column says when a repair was accepted: all of them will be of today.
remark-moved = It doesn't fit its field, and stays in the description.
remark-digits-lost = Excel has shortened a long number, and digits are lost: correct it in the original table.
remark-like-date = This looks like a date: Excel may have made it of a number such as “1-2”.
remark-sum-thousands = Three digits behind a comma or a point are taken as thousands: “1,500” is 1500.
remark-sum-rounded = The sum is rounded: its currency has fewer digits behind the point.
remark-sum-other-words = Beside the sum stands another currency or words: only the number is taken, and all of it stays in the description.
remark-cost-left-out = Only owners import costs: this column is left out.
remark-lines-differ = Works, parts and discount do not add up to the total: the price stays as the total says, and they go into the description.
remark-many-lines = The row goes over { $bound } lines of the file: check the quotation marks.

conflict-version = Somebody else has changed the repair meanwhile: load it again and repeat.
conflict-phone-taken = There is a card with this phone already, its id is { $customer }.
conflict-phone-corrected = Somebody else has corrected the phone meanwhile.
conflict-email-taken = This e-mail is taken.
conflict-stage-name-taken = There is a stage with that name already: choose another name.
conflict-article-taken = Another item has this article number.
conflict-drawer-name-taken = There is a drawer with this name already.
conflict-request-key-used = This idempotencyKey was used for another request. Choose a new key.
conflict-shift-open = The drawer has an open shift already.
conflict-shift-over = This shift is closed already.
conflict-cash-moved = Cash went through the drawer while you counted. Compare with the new expected sum, and close the shift again.
conflict-paid-meanwhile = The task was paid while you were typing. Check what is left to pay.
conflict-already-reversed = This operation is reversed already.
conflict-last-stage = This is the only stage of its status: make another one first.
conflict-last-owner = This is the last owner: name another one first.
conflict-import = Something has changed in the database since. See what would happen now.
conflict-customer-told = The customer has already been told of the new status, so it can't be undone. If it is wrong, change the status again: the customer will get another message.
conflict-import-choices = The choices were changed after the preview. See what would happen now.

error-unauthenticated = You need to be logged in.
error-forbidden = Only the owner may do this.
error-not-found = Not found.
error-gone = What this request created has been deleted since.
error-busy = The server is sending too many large answers at the moment. Try again in { $seconds } s.
error-rate-limited = Too many attempts: try again in { $seconds } s.
error-internal = Internal error. The server's log has it under request { $request }.
error-database-lost = The database file was deleted or replaced while the server was running, so the server has stopped. What you entered may not be saved: keep it and enter it again later. The server's log says what to do.
error-disk-full = The server's disk is full. Nothing was saved. Make room on it and try again.

# Pages: common

app-name = Zayavka
nav-label = Sections
nav-tasks = Repairs
nav-today = Today
nav-board = Board
nav-customers = Customers
nav-cash = Cash
nav-catalogue = Prices
nav-stages = Stages
nav-staff = Staff
nav-profile = Profile
nav-skip = Skip to content
nav-logout = Sign out
nav-new = New
nav-more = More
nav-find = Search repairs and customers
nav-account = { $name }: menu
live-lost = Connection lost. Reconnecting…
save = Save
cancel = Cancel
delete = Delete
back = Back
page-next = Next →
page-first = ← First page

# Dates and sums

decimal-point = .

when-today = today, { $time }
when-yesterday = yesterday, { $time }
when-this-year = { $day } { $month ->
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
}
day-today = today
day-short = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
day-short-year = { day-short } { $year }
when-exact = { $day }, { $time }

month-long = { $month ->
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

# Signing in and accounts

login-title = Sign in
login-email = E-mail
login-password = Password
login-submit = Sign in
login-again = You were away for long and have been signed out. Sign in again: what you typed is kept.
login-plain = This page was opened without https: the browser will not keep the sign-in, so you cannot sign in here. Open
resume-title = You are signed in again
resume-text = This is what you typed. Send it?
resume-submit = Send
resume-drop = Don't send
first-title = First start
first-lead = The database is new and empty. If you expected your data, check the setting database. Otherwise make the owner's account.
first-elsewhere = There are no accounts yet. The owner makes the first one on the server: zayavka user add EMAIL --owner, or with the link that the server prints when it starts.
first-database = The database: { $path }
first-submit = Make the account
join-title = Invitation
join-lead = Choose a password of at least { $min } characters. Four random words are good.
join-submit = Join
join-by = Invited by { $name }
join-name = Your name (may stay empty)
new-password-title = New password
new-password-done = The password of { $email } is changed. All sessions of this account have ended: sign in with the new password.
password-new = New password
password-again = New password again
password-old = Current password
profile-title = Profile
profile-email = E-mail
profile-password = Change the password
profile-password-note = All other sessions end then.
profile-language = Language
profile-language-ru = Русский
profile-language-en = English
profile-everywhere = Sign out of all devices
profile-everywhere-note = All sessions and tokens of this account stop working, this one too.
profile-telegram-lead = Link your { $messenger }: the bot will write of new repairs and of customers' answers.
profile-telegram-linked = Your { $messenger } is linked: the bot writes of new repairs and of customers' answers.
profile-telegram-make = Make a code
profile-telegram-another = Link another
profile-telegram-unlink = Unlink
profile-telegram-code = Send this code to the bot. It works once, until: { $until }.
profile-telegram-code-label = Code for the bot
profile-telegram-open = Open the bot with the code
profile-telegram-open-in = Open the bot in { $messenger }
profile-morning = List of repairs every morning
profile-morning-note = By the shop's clock. Empty for none. The bot sends the list when there is something to do.
profile-saved = Saved.
staff-title = Staff
staff-email = E-mail
staff-owner = Owner
staff-name = Name
staff-name-note = Colleagues see it on the pages, and customers on papers. Empty: the beginning of the e-mail.
staff-colour-usual = Usual
staff-employee = Employee
staff-inactive = Deactivated
staff-you = you
staff-make-owner = Make owner
staff-make-employee = Make employee
staff-deactivate = Deactivate
staff-owner-title = Make an owner?
staff-owner-lead = An owner invites and deactivates staff, changes roles and stages, and downloads and uploads all data.
staff-employee-title = Make an employee?
staff-employee-lead = Staff, stages and data will be closed to them. Repairs and customers stay open.
staff-deactivate-title = Deactivate this employee?
staff-deactivate-lead = They can't sign in any more; their repairs stay.
staff-reactivate = Reactivate
staff-reactivate-title = Reactivate this employee?
staff-reactivate-lead = They can sign in again, with the password and the role they had.
staff-password = Link for a new password
staff-password-lead = For an employee who forgot the password. The link works once, for a day, and replaces an earlier one; when it is used, all their sessions end.
staff-password-link = Give them this link; it is shown once and works until { $until }:
staff-password-make = Make a link
staff-invite = Invite
staff-invite-lead = A link that works once, for three days.
staff-invite-link = The link for { $email }, until { $until }:
staff-letter-send = Send by e-mail
staff-letter-sent = The mail server has taken the letter for { $email }.
staff-letter-unreachable = The mail server can't be reached, and nothing was sent. Try again later, or give them the link yourself.
staff-letter-off = The link can be sent by e-mail once e-mail is set up.
staff-letter-set-up = Set up e-mail
staff-invites = Open invites
staff-invite-line = { $role }. Invited by { $by }, until { $until }
staff-invite-by-command = the command line
staff-withdraw = Withdraw
staff-withdraw-title = Withdraw the invite?
staff-withdraw-lead = The link stops working. You can invite the person again.
staff-copy = Copy
staff-copied = Copied

bot-off = The Telegram bot isn't set up.
bot-unknown = Nobody has asked { $messenger } about the bot yet. Look again in a minute.
bot-well = The bot works. Checked { $when }.
bot-trouble = { $what } Checked { $when }.
bot-unreachable = Telegram can't be reached ({ $detail }). Messages wait, and go out later.
bot-token-refused = Telegram doesn't know the bot's token. Get it from @BotFather again and paste it into the settings of the bot.
bot-webhook-missing = Customers' messages don't arrive: Telegram doesn't know our address. Press Check in the settings of the bot.
bot-address-refused = Customers' messages don't arrive: Telegram refused the site's address ({ $detail }). Check the customers' address, or choose another way to receive messages.
bot-webhook-elsewhere = Customers' messages go to another address: { $found }. Check public_url in the settings, and whether another program uses this bot.
bot-certificate = Customers' messages don't arrive: Telegram doesn't trust the site's certificate ({ $detail }).
bot-delivery = Telegram could not hand over a message, { $at }: { $detail }.
bot-many-waiting = { $count ->
    [one] { $count } message of a customer waits at Telegram.
   *[other] { $count } messages of customers wait at Telegram.
} Look into the program's log.
bot-other-fetcher = Another program fetches the customers' messages with this bot's token, so some of them never arrive here. Stop it; if you know of none, get a new token from @BotFather.
clock = Clock
clock-set-back = The server's clock was set back by { $unit ->
        [seconds] { $count } s
        [minutes] { $count } min
        [hours] { $count } h
       *[days] { $count ->
            [one] { $count } day
           *[other] { $count } days
        }
    } { $when }. Messages go out all the same; check the time synchronisation of the server.
clock-rows-ahead = { $count ->
        [one] { $count } message or repair lay far in the future, because the server's clock was ahead. It became due
       *[other] { $count } messages or repairs lay far in the future, because the server's clock was ahead. They became due
    } { $when }.
bot-foreign-certificate = Telegram was given a certificate for the bot that isn't ours. Press Check in the settings of the bot.
bot-cut-off = Customers' messages don't arrive: Telegram's servers can't reach the site's address ({ $detail }, { $at }). { $count ->
    [one] { $count } message waits.
   *[other] { $count } messages wait.
}
file-trouble-no-folder = Customers' files don't arrive: the Bot API server runs with --local, and its folder isn't named. Write it to telegram.api_dir and restart the program; if it is on another machine, run it without --local.
file-trouble-outside = Customers' files don't arrive: the Bot API server keeps them outside of the folder telegram.api_dir. Write there the folder that it names itself (--dir), and restart the program.
file-trouble-unreadable = Customers' files don't arrive: a file of the Bot API server can't be read. Let the program read the folder telegram.api_dir.
failure-name-unknown = the server's name isn't found
failure-no-connection = no connection
failure-connect-timeout = no connection in time
failure-tls = no secure connection (TLS)
failure-no-answer = no answer in time
failure-broken = the connection broke
failure-too-long = the answer is too long
failure-not-telegram = something else than Telegram answers
failure-proxy-unreachable = no connection to the proxy
failure-proxy-timeout = no connection through the proxy in time
failure-proxy-password = the proxy doesn't accept the name and the password
failure-proxy-refused = the proxy refused the connection
failure-unwritable = the event could not be written
failure-no-secret = its secret is missing
failure-private = its address is of this machine or its network
failure-sms-limit = the limit of SMS for today is reached
failure-demo = the customers of a demo are invented
failure-no-channel = the channel is turned off, and there is no other
failure-email-stopped = the customer wants no e-mail
failure-status = it answered { $status }

webhook = Webhook
webhook-well = Everything is delivered.
webhook-waiting = { $count ->
    [one] { $count } event waits.
   *[other] { $count } events wait.
}
webhook-failing = { $count ->
    [one] { $count } event is not delivered
   *[other] { $count } events are not delivered
}, the first from { $since } ({ $detail }). It is tried again.
webhook-undelivered = Webhooks: not delivered
webhook-undelivered-lead = Three days of tries failed. Send again when that program works.
webhook-given-up = { $when }. { $detail }
webhook-retry = Send again
webhook-dead = { $count ->
    [one] { $count } event was given up.
   *[other] { $count } events were given up.
}
webhook-dropped = { $count ->
    [one] { $count } event was dropped in the last pause, since too many waited.
   *[other] { $count } events were dropped in the last pause, since too many waited.
}
webhook-former = The former secret signs as well until { $until }.
webhook-paused = Paused since { $since }. { $count ->
    [0] Nothing waits.
    [one] { $count } event waits.
   *[other] { $count } events wait.
}
webhook-failing-long = Nothing has arrived there for three days, since { $since } ({ $detail }). Ask whoever keeps that program.
webhook-today = { $title }: nothing has arrived there for three days.
webhook-open = Look
settings-webhooks = Webhooks
webhooks-lead = Other programs (a site, the bookkeeping, a chat) are told at once what happens here: by numbers, without names, phones, texts and sums. Whoever keeps such a program gives you its address and takes the secret.
webhooks-none = No webhooks yet.
webhook-given = from config.toml, can't be changed here
webhook-new = New webhook
webhook-url = Address of the program
webhook-name = Name
webhook-events = Events
webhook-events-all = All, those of later versions too
webhook-events-some = Only these
webhook-register = Register
webhook-secret = Secret
webhook-secret-once = Copy the secret into that program now. It isn't shown again.
webhook-secret-gone = The webhook was registered already, and its secret was shown then. Make a new one if you don't have it.
webhook-secret-new = New secret
webhook-secret-title = Make a new secret?
webhook-secret-lead = It is shown once. For 24 hours events are signed by the former one too, so that nothing gets lost until the program has the new one.
webhook-pause = Pause
webhook-resume = Continue
webhook-test = Send a test
webhook-tested-good = The test arrived:
webhook-tested-bad = The test failed:
webhook-delete = Delete
webhook-delete-title = Delete the webhook?
webhook-delete-lead = The program is told of nothing any more, and what waits for it is gone.
webhook-deliveries = Deliveries
webhook-deliveries-none = Nothing was sent yet.
webhook-event = Event
webhook-at = When
webhook-state = State
webhook-attempts = Attempts
webhook-outcome = Answer
webhook-took = { $count } ms
webhook-state-waiting = waits
webhook-state-sending = is being sent
webhook-state-delivered = delivered
webhook-state-dead = failed
audit-webhook-created = New webhook: { $subject }
audit-webhook-changed = Webhook changed: { $subject }
audit-webhook-secret = New secret of the webhook { $subject }
audit-webhook-paused = Webhook paused: { $subject }
audit-webhook-resumed = Webhook continued: { $subject }
audit-webhook-deleted = Webhook deleted: { $subject }
problem-too-many-webhooks = There are at most { $bound } webhooks.
problem-sms-sender-malformed = Write a name of at most 11 Latin characters that is approved for you, or a number.
problem-channel-incomplete = Fill this in: it doesn't work without.
problem-port-out-of-range = Write a number from 1 to 65535, or leave it empty.
problem-host-malformed = Write a server's name without a port, for example smtp.example.com.
problem-plain-mail-elsewhere = Without encryption letters go only to a server on this machine.
problem-channel-off = This channel isn't set up yet.
problem-webhook-address-malformed = Write a whole address without a user name and a password, for example https://shop.example/zayavka.
problem-webhook-address-not-https = The address begins with https://.
problem-webhook-address-private = The address leads to this server or its own network. Whoever runs the server can allow that: outgoing.allow_private in config.toml.
problem-webhook-events = Choose at least one event, or all.
conflict-webhook-url-taken = There is a webhook with this address already.

# Tasks

tasks-create = New repair
tasks-all = All
tasks-mine = Mine
tasks-overdue = Overdue
tasks-stuck = Stalled
tasks-uncollected = Awaiting pickup
tasks-unanswered = Awaiting reply
tasks-declined = Quote declined
tasks-undelivered = Not delivered
tasks-status = Status
tasks-search = Search
tasks-category = Category
tasks-employee = Employee
tasks-from = Created from
tasks-to = to
tasks-filters = Filters
tasks-apply = Show
tasks-reset = Reset
tasks-number = No.
tasks-key = Row key
tasks-description = Description
tasks-customer = Customer
tasks-created = Created
tasks-actions = Actions
tasks-count = { $count ->
    [one] { $count } repair
   *[other] { $count } repairs
}
tasks-many = More than { $number } repairs: narrow the search
tasks-none = No repairs.
tasks-none-filtered = No repairs match.
tasks-edit = Edit
tasks-advance = Move to “{ $status }”
tasks-no-description = No description
row-due = by { $day }
row-unanswered = the customer is waiting for a reply
row-declined = the customer declined the quote
row-overdue = overdue: { $day }
row-stuck = { $count ->
    [one] stalled for { $count } day
   *[other] stalled for { $count } days
}
row-ready = ready since { $when }
customer-none = Customer deleted
customer-unnamed = No name
task-title = Repair No. { $number }
task-delete = Delete the repair
task-edit = Edit
sheet-created = accepted { $when }
sheet-stage-change = change the stage
sheet-stage-moved = Somebody else has changed the stage meanwhile: it is shown below. Choose again if you need another one.
sheet-told = The customer will be told about the new stage.
sheet-not-told = The customer won’t be told about the new stage: { $why }.
sheet-more = More actions
sheet-call = Call
sheet-write = Write
sheet-pass-on = Hand over to a colleague
sheet-other-customer = Another customer
sheet-none = not set
sheet-imei-valid = valid
sheet-saved = Saved: { $field }.
sheet-undone = Back as it was: { $field }.
sheet-hand-over = Hand over
sheet-seen = Was here before:
sheet-fill = Fill in from No. { $number }
sheet-clash = While you were editing, somebody else changed the same. Choose what to save.
sheet-line-changed = Somebody else has changed the line meanwhile. Check it, and remove it if that is still right.
sheet-parts = Parts of the task
sheet-photos = Photos
photos-take = Take a photo
photos-add = Add a photo
sheet-talk = Conversation
sheet-next = Next step
sheet-not-agreed = of which not agreed
lines-from-list = From the price list
line-up = Up
line-down = Down
sheet-payments = { $count ->
    [one] { $count } payment
   *[other] { $count } payments
}
task-employee-none = Nobody
task-history = History
task-customer = Customer
task-more = { $count ->
    [0] No other repairs
    [one] { $count } more repair
   *[other] { $count } more repairs
}
task-call = Call the customer
task-device = Device
task-money = Due date and price
task-due = Due by
task-overdue = overdue
task-stage = Stage
task-stage-since = since { $when }
task-stuck = stalled
task-estimate = Estimate
task-price = Price
task-paid = Paid
payment-method = Payment method
method-cash = Cash
method-card = Card
method-transfer = Bank transfer
method-instant = Instant transfer
method-other = Other
lines-title = Works and parts
lines-none = Nothing has been added yet.
lines-find = Add from the price list
lines-find-hint = Name, article number or barcode
lines-search = Find
lines-not-found = The price list has nothing like this.
lines-free = Free text
lines-add = Add
lines-total = Total
lines-discount = Discount
lines-discount-set = Discount on the repair
lines-discount-note = A sum, such as 500, or a percentage, such as 10%. Empty for no discount.
lines-to-return = To be returned to the customer
lines-profit = Profit
lines-more = …and { $count ->
    [one] { $count } more line
   *[other] { $count } more lines
} for { $sum }
line-new-title = Add a work or a part
line-edit-title = Work or part
line-kind = Kind
line-name = Name
line-quantity = Quantity
line-price = Price
line-sum = Sum
line-discount = Discount
line-discount-hint = Discount, { $sign } or %
line-less = discount { $sum }
line-cost = Cost
line-cost-one = Cost of one
line-cost-is = cost { $sum }
line-done-by = Done by
line-warranty-title = Warranty
line-warranty-days = Warranty, days
line-warranty = { $count ->
    [one] warranty of { $count } day
   *[other] warranty of { $count } days
}
line-remove = remove
line-not-agreed = not agreed
line-asked = waiting for the customer
line-agreed = agreed
line-declined = declined by the customer
payments-none = Nothing has been paid yet.
payment-take = Take payment
payment-sum = Sum
payment-given = Customer gave
payment-change = Change
payment-drawer = Cash drawer
payment-drawer-none = Not cash
payment-fiscal = Number of the fiscal receipt
payment-fiscal-is = receipt { $number }
payment-note = Note
payment-carried-over = carried over
payment-slip = Slip
payment-refund = Refund
payment-reverse = Reverse
payment-left = Left of the payment
payment-overpayment = Take more than is due
checkout = Take payment and hand over
checkout-stage = Stage
checkout-debt = Hand over with a debt of { $sum }
checkout-debt-asked = Not everything is paid. Confirm that a debt remains, or correct the sum.
checkout-done = Handed over.
said-paid = The payment is recorded.
agree-open = Agreed by phone
agree-note = What was agreed
agree-save = Record the agreement
ask-lines = The customer sees the works and parts. Total { $price }.
task-prepayment = Prepayment
task-warranty = Warranty until
task-warranty-over = over
task-warranty-of = Under the warranty of
task-warranty-tasks = Came back under warranty
task-same-device = Other repairs of this device
task-take-back = Take back under warranty
device-kind = Device type
device-brand = Brand
device-model = Model
device-serial = Serial No. or IMEI
device-serial-suspicious = It looks like a mistyped IMEI: its check digit is wrong.
device-accessories = Accessories
device-appearance = Condition
device-place = Shelf
device-check = Look up
link-title = Customer's page
link-lead = By this link the customer sees how far it is, without signing in.
link-make = Create link
link-renew = Replace link
link-renew-title = Replace the link?
link-renew-lead = The old one stops working at once, also on receipts that were given out.
link-ended = Closed long ago: the link works no more.
paper-receipt = Receipt
paper-label = Label
paper-hand-over = Hand-over slip
paper-receipt-title = Receipt No. { $number }
paper-label-title = Label No. { $number }
paper-hand-over-title = Hand-over slip No. { $number }
paper-print = Print
paper-choices = Paper and language
paper-a4 = A4
paper-roll = 80 mm
paper-date = Date
paper-fault = Reported fault
paper-work = Work done
paper-to-pay = To pay
paper-sum = Sum before the discount
paper-in-words = In words
paper-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
paper-payment-title = Payment for repair no. { $number }
paper-refund-title = Refund for repair no. { $number }
paper-reversal-title = Reversal for repair no. { $number }
paper-paid-by = Paid by the customer
paper-refunded-by = Refunded by
paper-refund-got = Received by the customer
paper-terms = Terms
paper-follow = Track your repair
paper-no-link = There is no page for the customer yet, so there is no code on the paper.
paper-add-link = Add the code for the customer
paper-left-by = Customer (drop-off)
paper-taken-by = Received by
paper-handed-by = Handed over by
paper-got-by = Customer (pick-up)
event-created = Repair created
event-status = Status: { $from } → { $to }
event-stage = Stage: { $from } → { $to }
event-category = Category: { $from } → { $to }
event-description = Description changed
event-device = Device changed
event-due = Due by: { $from } → { $to }
event-estimate = Estimate: { $from } → { $to }
event-price = Price: { $from } → { $to }
event-line-added = Added: { $to }
event-line-removed = Removed: { $from }
event-line = Changed: { $from } → { $to }
event-line-erased = Works and parts changed
event-discount = Discount: { $from } → { $to }
event-paid = Payment: { $to }
event-refunded = Refund: { $to }
event-reversed = Reversal: { $to }
event-prepayment = Prepayment: { $from } → { $to }
event-warranty = Warranty until: { $from } → { $to }
event-warranty-of = Under the warranty of: { $from } → { $to }
event-answer-elsewhere = The customer wrote, but about another repair
event-answer-moved = The customer's message was moved to another repair
event-edited = The customer corrected a message
event-settled = No reply needed
event-asked = Quote sent: { $to }
event-agreed = The customer accepted the quote of { $to }
event-declined = The customer declined the quote of { $to }
event-withdrawn = Quote withdrawn: { $to }
event-reminders-on = Reminders switched on
event-reminders-off = Reminders switched off
event-reminded = The customer was reminded to collect, days after it was ready: { $days }
event-imported = Imported from a file, its number there: { $number }
event-employee = Employee: { $from } → { $to }
event-customer = The customer's card was deleted
event-deleted = Repair deleted
event-system = System
event-by-customer = Customer
event-was = It was: { $text }
notice-waiting = “{ $status }” will be sent { $when }
notice-sending = “{ $status }” is being sent
notice-retrying = “{ $status }” not delivered: { $detail }. Next try { $when }
notice-delivered = “{ $status }” delivered { $when } { $how }
notice-sent = “{ $status }” sent { $when } { $how }
notice-dead-blocked = “{ $status }” not delivered: the customer has blocked the bot or left Telegram
notice-dead-refused = “{ $status }” not delivered: Telegram refused ({ $detail })
notice-dead-expired = “{ $status }” not delivered: Telegram was out of reach for three days
notice-retry = Send again
notice-of-comment = Message
notice-of-approval = Quote
talk-internal = Save the note
talk-to-customer = Send
talk-save = Save: { $why }
talk-unanswered = The customer is waiting for a reply
talk-declined = The customer declined the quote
talk-settle = No reply needed
ask-title = Quote
ask-open = Send a quote
ask-price = Price
ask-text = What it covers
ask-send = Send quote
ask-save = Save quote: { $why }
ask-take-back = Withdraw quote
channel-telegram = in Telegram
channel-max = in MAX
channel-by-sms = by SMS
channel-by-email = by e-mail
channel-phone = by phone
word-yes = yes
word-no = no
prices-table = The price list as a table
prices-lead = Our own CSV, or a table of a supplier or another program: CSV or Excel (.xlsx). An item is recognised by its article number, else by its barcode, else by its name; an empty cell changes nothing. First you see what would happen.
prices-download = Download CSV
prices-import-title = Import of a price list
prices-new = New items
prices-changed = To be changed
prices-unchanged = Unchanged
prices-outcome-new = New item
prices-outcome-changed = Changes: { $fields }
prices-outcome-unchanged = Unchanged
prices-done = The price list is imported: { $new } new items, { $changed } changed.
line-kind-work = Work
line-kind-part = Part
line-kind-works = Works
line-kind-parts = Parts
catalogue-title = Price list
catalogue-add = Add
catalogue-new = New item
catalogue-search = Find
catalogue-search-hint = Name, article number or barcode
catalogue-kind = Kind
catalogue-kind-any = Works and parts
catalogue-archived = Archive
catalogue-in-archive = archived
catalogue-archive = Archive
catalogue-restore = Restore
catalogue-none = The price list is empty so far. Add works and parts, or import them from a table.
catalogue-not-found = Nothing found.
catalogue-name = Name
catalogue-article = Article no.
catalogue-barcode = Barcode
catalogue-price = Price
catalogue-cost = Cost
catalogue-warranty = Warranty
catalogue-warranty-days = Warranty, days
catalogue-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
catalogue-count = { $count ->
    [0] No items
    [one] { $count } item
   *[other] { $count } items
}
catalogue-changed = Meanwhile somebody else has changed this: now it is “{ $value }”. Save again if yours is right.
drawer-default = Cash drawer
channel-page = on the repair's page
photo-alt = Picture from the customer
photo-of-shop = Picture from the shop
photo-waiting = A picture is on its way from Telegram
photo-lost = A picture could not be fetched
photo-sent = Picture
attachment-sent = The customer sent { $what }
attachment-ours = Attached { $what }
attachment-yours = You sent { $what }
attachment-name = “{ $name }”
attachment-waiting = The file is on its way from Telegram
attachment-lost = The file was not kept
attachment-not-received = The file did not reach the shop
attachment-download = Download
attachment-photo = a picture
attachment-voice = a voice message
attachment-video-note = a video message
attachment-video = a video
attachment-audio = an audio recording
attachment-animation = an animation
attachment-file = a file
attachment-sticker = a sticker
attachment-place = a place on the map
attachment-contact = a contact
attachment-poll = a poll
attachment-dice = a dice emoji
attachment-other = a message that can't be shown here
size-bytes = { $size } B
size-kib = { $size } KB
size-mib = { $size } MB
nav-unanswered = { $count ->
    [one] { $count } repair awaits a reply
   *[other] { $count } repairs await a reply
}
nav-declined = { $count ->
    [one] { $count } declined quote
   *[other] { $count } declined quotes
}
nav-agreed = { $count ->
    [one] { $count } agreed quote
   *[other] { $count } agreed quotes
}
nav-undelivered = { $count } undelivered
notice-of-reminder = Reminder
notice-of-reply = The bot's answer
reminders-on = If the customer doesn't collect it, the bot reminds them. Days after it is ready: { $days }.
reminders-off = The bot doesn't remind them to collect it.
reminders-stop = Don't remind
reminders-start = Remind
telegram-linked = Telegram confirmed
telegram-unverified = Telegram not confirmed: no notices
telegram-blocked = The customer has blocked the bot or left Telegram: call them
max-linked = MAX confirmed
max-unverified = MAX not confirmed: no notices
max-blocked = The customer has blocked the bot or left MAX: call them
telegram-none = No Telegram: call them
telegram-confirm = Confirm
telegram-unlink = Unlink
telegram-confirm-note = Confirm only when you are sure that the account is the customer's: it will see the repairs.
toast-told = No. { $number } is now “{ $status }”. { $name } gets a message in { $seconds } s.
toast-due = No. { $number } is now “{ $status }”. The message to the customer is about to go.
toast-leaving = No. { $number } is now “{ $status }”. The message to the customer is on its way.
toast-silent = No. { $number } is “{ $status }” again. The customer won't be told of it.
toast-customer = The customer
toast-undo-tell = Go back and tell
toast-undo-silent = Go back silently
toast-was-told = No. { $number } is now “{ $status }”. The customer has been told.
toast-not-told = No. { $number } is now “{ $status }”. The customer won't be told: { $why }.
toast-why-none = no Telegram
toast-why-bot = the Telegram bot isn't set up
toast-why-unverified = Telegram is not confirmed
toast-why-blocked = the customer has blocked the bot or left Telegram
toast-why-email-stopped = the customer wants no e-mail
toast-why-deleted = the customer's card was deleted
toast-why-stage = of this stage customers aren't told
call-instead = { $why }, call { $phone }
said-sent = The message is on its way to the customer in Telegram.
said-saved = The message is saved, but it won't go out in Telegram: { $why }.
asked-sent = The quote is on its way to the customer in Telegram.
asked-saved = The quote is saved, but it won't go out in Telegram: { $why }.
toast-undo = Undo
toast-deleted = Repair No. { $number } was deleted.
new-title = New repair
new-phone = Customer's phone
new-name = Customer's name
new-name-note = A new customer: a card will be made
new-known = The customer is known
new-last = Last repairs
new-known-device = This device was here before
new-warranty-holds = Under the warranty of No. { $number }, which holds until { $day }.
new-warranty-over = Under the warranty of No. { $number }, but it ended on { $day }.
new-warranty-unknown = Under the warranty of No. { $number }, which doesn't say until when.
new-submit = Create repair
new-again = Same device
new-print = Create and print
new-customer = Customer
new-made = The repair is taken in.
new-check = Look up
edit-title = Repair No. { $number }: edit
delete-title = Delete repair No. { $number }?
delete-lead = The repair can't be brought back. Its history stays in the database.
conflict-title = The repair was changed meanwhile
conflict-title-customer = The card was changed meanwhile
conflict-title-stage = The stage was changed meanwhile
conflict-lead = While you were editing, somebody else changed the same thing. Choose what to keep.
conflict-saved = Your other changes are saved.
conflict-choose = Choose what to keep.
conflict-nothing = empty
conflict-theirs = In the database now:
conflict-yours = Your version
conflict-drop = Keep the database's

# The customer's page

status-phone = Your phone
status-shop = The shop
status-telegram = Open in Telegram
status-max = Open in MAX
status-desk = To the repair
status-asked = Do you agree to this price?
status-agreed = You accepted { $when }.
status-declined = You declined { $when }.
status-withdrawn = The shop has changed the price: the one before doesn't hold any more.
status-talk = Messages
status-you = You
status-write = Write to the shop
status-send = Send
no-status-title = This link doesn't work
no-status-text = It may have been replaced by another one, or its time is over. Ask the shop.

# Today and the months

today-title = Today
month-title = The month
month-registered = Came in
month-finished = Finished
month-closed = Closed
month-median = Days
month-median-long = Days until ready
month-none = Nothing happened in this month.
month-day = Day
month-days = By day
month-plot = By day of the month. The most on one day: { $most }. All numbers are in the table below the plots.
month-table = The numbers by day
month-note = Finished: was “Ready” for the first time. Days: from acceptance to ready, the median. An employee's repairs are those that are theirs now.

# Board

keys-title = Keyboard
keys-find = Search
keys-new = New repair
keys-choose = Choose a repair in a list
keys-open = Open the chosen one
keys-send = Submit the form you are typing in
keys-card = Choose a card on the board
keys-next = Move the chosen card to its next stage
keys-move = Move it to the column beside
keys-close = Close
keys-help = Show these keys
board-title = Board
board-open = { $count } open
board-open-sum = { $count } open, for { $sum }
board-whose = Whose repairs
board-all = All
board-mine = Mine { $count }
board-employee = Technician: { $name }
board-anybody = any
board-stages = Stages
board-more = { $count } more in the list
board-more-sum = { $count } more, { $sum } in all
board-sum = { $sum } in all
board-paid = paid
board-declined = declined
board-unanswered = wrote
board-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
board-closed = { $days ->
    [one] Closed in { $days } day, { $count }
   *[other] Closed in { $days } days, { $count }
}
board-fold = Fold
board-moved = No. { $number } is now “{ $status }”
board-failed = That didn't work: the repair has been changed meanwhile, or there is no connection. The board shows what is stored.

# Cash, debts and the money of a month

cash-title = Cash
cash-drawers = Drawers
cash-today = Today
cash-received = Received
cash-refunded = Refunded
cash-in = Put in
cash-out = Taken out
cash-earned = Earned
cash-methods = By method of payment
cash-by-drawer = Cash by drawer
cash-shifts = Shifts
cash-rows = All operations
cash-none = No money moved on this day.
cash-more = The first 500 operations are shown. The CSV file has all of them.
cash-print = Print
cash-paper-title = Cash sheet of { $day }
cash-signed-by = Handed in by
cash-checked-by = Accepted by
cash-shift-open = Shift open: { $when }
cash-shift-closed = The shift is closed. Cash is taken once a shift is open.
cash-shift-none = No shift yet: cash is taken at any time.
cash-open = Open shift
cash-close = Close shift
cash-put-in = Put in
cash-take-out = Take out
cash-open-title = { $drawer }: open a shift
cash-close-title = { $drawer }: close the shift
cash-in-title = { $drawer }: put cash in
cash-out-title = { $drawer }: take cash out
cash-reverse-title = Reverse operation no. { $number }
cash-counted = Cash counted
cash-reason = Reason for the difference
cash-sum = Sum
cash-note = Note
cash-opened = Opened
cash-closed = Closed
cash-opening = Counted at the opening
cash-moved = Moved in the shift
cash-expected = Expected
cash-difference = Difference
drawer-name = Name of the drawer
drawer-new-title = New drawer
drawer-edit-title = Rename the drawer
drawer-rename = Rename
debts-title = Debts
debts-none = Nobody owes anything.
debts-handed = Handed over
debts-total = Total
debts-paid = Paid
debts-owes = Owes
customer-debt = Owes { $sum }
ledger-number = No.
ledger-time = Time
ledger-kind = Operation
ledger-task = Repair
ledger-method = Method of payment
ledger-drawer = Drawer
ledger-in = In
ledger-out = Out
ledger-employee = Employee
ledger-note = Note
ledger-fiscal = Receipt number
ledger-corrects = Concerns operation no.
ledger-of-row = concerns no. { $number }
ledger-of-task = repair no. { $number }
ledger-of-receipt = receipt { $number }
payment-kind-payment = Payment
payment-kind-refund = Refund
payment-kind-cash-in = Cash in
payment-kind-cash-out = Cash out
payment-kind-reversal = Reversal
payment-kind-reversal-of = Reversal: { $what }
month-money = Money
month-works = Works
month-parts = Parts
month-discount = Discounts
month-owed = Not yet paid
month-cost = Cost
month-profit = Gross profit
month-average = Average repair
month-total = Total
cash-file = CSV
month-plot-money = By day of the month. The most on one day: { $most }. All sums are in the table below.
month-money-note = Received: all payments, deposits included. Earned: the prices of the repairs handed over; a deposit is not earned yet. Not yet paid: what is owed for the repairs handed over in this month.
month-tasks = Repairs by kind and employee
month-money-table = Sums by day
debts-count = { $count ->
    [one] { $count } debt
   *[other] { $count } debts
}

# Stages

stages-title = Stages
stages-create = New stage
stages-lead = Stages are the steps inside a status. A repair that is given a status comes to its first stage.
stages-up = up
stages-down = down
stages-told = The customer is told: “{ $words }”
stages-untold = The customer isn't told. Their page says: “{ $words }”
stages-stuck = { $count ->
    [one] stalled after { $count } day
   *[other] stalled after { $count } days
}
stage-new-title = New stage
stage-edit-title = Stage
stage-name = Name
stage-colour = Colour
stage-wording = What the customer reads
stage-wording-note = When nothing is written, the customer reads the name of the status.
stage-told = Tell the customer when a repair comes here
stage-stuck-days = Stalled after how many days
stage-delete-title = Delete the stage “{ $name }”?
stage-delete-lead = Its repairs go to another stage of the same status. Customers aren't told of that.
stage-tasks-to = Where its repairs go
stage-tasks-to-none = It has no repairs
colour-grey = Grey
colour-blue = Blue
colour-green = Green
colour-orange = Orange
colour-red = Red
colour-violet = Violet
colour-teal = Teal
colour-pink = Pink

# Customers

customers-title = Customers
customers-create = New customer
customers-search = Search
customers-search-hint = Name or phone
customers-name = Name
customers-phone = Phone
customers-telegram = Telegram
customers-count = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
customers-none = No customers.
customer-new-title = New customer
customer-edit-title = Customer's card
customer-tasks = The customer's repairs
customer-second-phone = Another phone
customer-email = E-mail
customer-company = Company
customer-tax-number = Tax number
customer-note = Note
customer-note-hint = The customer never sees it.
merge-open = Merge
merge-title = Merge two cards
merge-kept = Stays
merge-other = Goes
merge-find = The other card of the same person
merge-find-hint = Name, phone or number
merge-debt = Debt
merge-linked = linked
merge-lead = The repairs move to the card that stays, and their links stay valid; the customer sees there what you write from now on. For 24 hours it can be undone.
merge-phone-second = The phone of the card that goes becomes another phone of the one that stays.
merge-phone-note = The phone of the card that goes is written into the note.
merge-account-dropped = Both have { $messenger }: the account of the card that stays is kept, the other one gets nothing more.
merge-account-moves = The { $messenger } account moves to the card that stays.
merge-account-stays = The { $messenger } account stays.
merge-account-none = Neither has an account on a messenger.
merge-do = Merge
merge-swap = Keep the other one
merge-done = Merged with:
merge-until = It can be undone until { $time }.
merge-undo = Undo the merge
customer-phone-unlinks = Another number unlinks Telegram: the chat belongs to whoever had this one.
customer-delete-title = Delete the card?
customer-delete-lead = { $count ->
    [0] The customer has no repairs.
    [one] { $count } repair of the customer stays, without a customer.
   *[other] { $count } repairs of the customer stay, without a customer.
} Name, phone and Telegram will be erased. They can't be brought back.
customer-erase = Erase the descriptions and devices of these repairs too: they may be about the person
customer-taken = There is a card with this phone already:

# Files

data-title = Data
data-export = Download
data-export-lead = The tables open in Excel. They hold every customer's phone: keep them where nobody else can read them.
data-tasks = Repairs, CSV
data-customers = Customers, CSV
data-import = Import a table
data-import-lead = CSV or Excel (.xlsx): our own tables, orders from RemOnline and other programs, or any table of yours. First you see what would happen, and say what the columns and statuses mean.
field-file = File
data-file = CSV or Excel file (.xlsx), up to { $mib } MB
data-check = Preview import
data-archive = Archive
data-archive-lead = Everything that people wrote, in one JSON file. It has no passwords and no keys.
data-archive-get = Download the archive
data-archive-put-lead = The database is empty: an archive can come back. Employees come back deactivated: invite them again.
data-archive-file = Archive file, up to { $mib } MB
data-archive-put = Import the archive
data-archive-done = The archive is back.
data-done = Imported: { $tasks } new repairs, { $customers } new customers. Already here: { $here }.
import-title = Import preview
import-rows-read = Rows read
import-worksheet = Sheet of the workbook
import-dates = Dates such as 2/1/2024 in the columns: { $columns }
import-dates-day-first = The day first: 2 January
import-dates-month-first = The month first: 1 February
import-new-tasks = New repairs
import-new-customers = New customers
import-here = Already here
import-warned = With remarks
import-refused = With errors
import-described = Columns that go into the description
import-noted = Columns that go into an internal note
import-left-out = Columns that are left out
import-fix = Correct the errors in the file and send it again, or leave these rows out. As long as there are any, nothing is imported.
import-nothing = Nothing in the file is new.
import-confirm = Import
import-again = Choose another file
import-row = Row
import-number = Number
import-what = What happens
import-remarks = Remarks
import-more = Shown are the first { $count } rows, and rows with errors, { $most } at the most.
import-rows = Row by row
import-columns = Columns
import-columns-lead = We guessed what the columns are. Correct what is wrong.
import-columns-cut = Shown are the first { $count } columns; the others are as we guess.
import-column-number = Column { $number }
import-heading = In the file
import-samples = For example
import-meaning = What it is
import-rows-are = The rows are
import-rows-guessed = as the columns tell: { $what }
import-rows-guess = as the columns tell
import-rows-tasks = repairs
import-rows-customers = customers
import-statuses = Statuses
import-statuses-lead = The word in the file, and the stage that a repair with it comes to.
import-words-cut = Shown are the first { $count } words; the others are as we guess.
import-word = In the file
import-word-rows = Rows
import-word-count = { $count } ×
import-check-word = check this
import-stage = Stage
import-look = See what happens then
import-to-result = To the result
import-skip = Leave out rows with errors
import-refused-get = Download rows with errors
import-why = Why it was left out
data-left = Left out: { $count } rows.
column-described = → into the description
column-noted = → into an internal note
column-left-out = → leave out
column-name = Name
column-surname = Surname
column-patronymic = Patronymic
column-number = Order number
column-description = What is wrong
column-kind = Device
column-created = When accepted
column-ready = When ready
column-closed = When handed over
column-works = Price of works
column-parts = Price of parts
column-discount = Discount
column-to-pay = Left to pay
column-employee = Employee’s e-mail
outcome-new-task = New repair
outcome-new-task-and-customer = New repair, new customer
outcome-new-customer = New customer
outcome-known-customer = The customer is here already
outcome-already-here = Already here: No. { $number }
outcome-refused = Error

# Errors

error-title-not-found = Page not found
error-text-not-found = There is no such page or entry. It may have been deleted.
error-title-forbidden = No access
error-text-forbidden = Only the owner may do this.
error-text-origin = The request came from another site and was not carried out. Go back to the page and repeat.
error-title-busy = Busy
error-title-limited = Too many attempts
error-title-internal = Server error
error-title-invalid = That didn't work
error-title-method = This can't be asked for like that
error-again = Nothing that you typed is lost. Send it again?
error-again-send = Send again
error-home = To the list of repairs
form-errors = Correct:
host-unknown = This server does not answer to that name. If you run it: set public_url to its address, or add the name to http.hosts in the settings.

day-yesterday = yesterday
day-tomorrow = tomorrow
day-of-week = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}, { $date }
ago-minutes = { $count } min
ago-hours = { $count } h
waits-title = Waiting for us
waits-whose = Whose
waits-all = All
waits-mine = Mine { $count }
waits-none = Nobody is waiting.
waits-none-mine = Nobody is waiting for you.
waits-asked = Awaits a reply
waits-declined = Declined the price
waits-agreed = Agreed to the price
waits-missed = Undelivered
waits-declined-lead = Declined:
waits-agreed-lead = Agreed:
waits-quote = “{ $text }”
waits-files = Sent a file without words
waits-missed-blocked = “{ $what }” wasn't delivered: the customer closed the bot
waits-missed-refused = “{ $what }” wasn't delivered: Telegram refused it
waits-missed-expired = “{ $what }” wasn't delivered: Telegram didn't answer
waits-decide = Decide
waits-answer = Reply
waits-start = Start work
waits-settle = Noted
waits-settled = No longer waiting
waits-call = Call
waits-open = Open
due-title = Due today and overdue
due-all = All by due day
due-none = Nothing is promised for today.
due-late = { $count ->
    [one] { $count } day late
   *[other] { $count } days late
}
due-stuck = Stalled: { $count }
due-overdue = Overdue
due-today = Due today
ready-title = Ready for pickup
ready-sum = { $count } for { $sum }
ready-all = All that are ready
ready-none = Nothing is ready.
ready-paid = paid
ready-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
ready-hand-over = Hand over
ready-one = Ready
ready-uncollected = Not collected
ready-uncollected-all = { $count ->
    [one] { $count } not collected
   *[other] { $count } not collected
}
counter-cash-side = Money and workload
counter-sheet = Day's sheet
counter-in-drawer = In the drawer
counter-shift-open = Shift open: { $when }
counter-shift-closed = Shift closed
counter-shift-none = No shift so far
counter-put-in = Put in
counter-taken-out = Taken out
counter-received = Received today
debts-all = All
debt-since = No. { $task }, since { $day }
load-title = Workload
load-lead = open / late
load-open = { $name }: { $count } open
load-late = { $name }: { $count } overdue
find-hint = Number, phone, name, IMEI
find-title = Search the tasks
tasks-category-all = Any kind
tasks-employee-all = All employees
tasks-to-title = Created to
tasks-sort-usual = As usual
tasks-open = Open
tasks-due = Due
tasks-stage = Stage
tasks-place = Place
tasks-sum = Total
tasks-owed = To pay
tasks-changed = Changed
tasks-what = Device and request
tasks-sort = Order
tasks-sort-number = Newest first
tasks-sort-due = By due day
tasks-sort-sum = By total
tasks-sort-owed = By debt
tasks-sort-changed = By last change
tasks-sort-waiting = Ready the longest
tasks-estimate = ≈ { $sum }
tasks-other-layout = Nothing is found by “{ $typed }”. This is what “{ $meant }” finds: the keyboard seems to have been in another layout.
tasks-none-alias = If customers call it otherwise, add the word to the search dictionary.
aliases-title = Search dictionary
aliases-lead = The search takes the words of a row for the same: “айфон” finds iPhone, and the other way round. Endings of up to two letters don't matter.
aliases-word = Word
aliases-meaning = Means
aliases-add = Add
aliases-remove = Remove
aliases-none = There are no words yet.

chat-today = Today
chat-yesterday = Yesterday
waits-minutes = { $count ->
    [0] just now
   *[other] waiting for { $count } min
}
waits-hours = waiting for { $count } h
waits-days = waiting for { $count } days
chat-log = The conversation so far
chat-more = More about the conversation
chat-events = { $count ->
    [one] { $count } event: { $what }
   *[other] { $count } events: { $what }
}
chat-by = { $name }, { $time }
chat-by-page = { $name } on the repair's page, { $time }
chat-by-note = Internal note · { $name }, { $time }
chat-to = To
chat-to-customer = To the customer
chat-to-note = Note
chat-hint = { $name } gets it in Telegram
chat-hint-unreachable = Won't go to Telegram: { $why }
chat-hint-note = Only colleagues see it
chat-message = Message
chat-files = Photos and files
chat-sending = being sent
chat-delivered = delivered { $how }
chat-sent = sent { $how }
chat-retrying = not delivered: { $detail }. Next try { $when }
chat-blocked = not delivered: the customer has blocked the bot or left Telegram
chat-refused = not delivered: Telegram refused it ({ $detail })
chat-expired = not delivered: Telegram was out of reach for three days
chat-unsent = not sent: { $why }
chat-usual = Repair No. { $number }: { $status }.
chat-ways = Tell in another way
chat-sms = Text message
chat-copy-text = Text for the customer with the link
quote-waiting = Waiting for the answer, asked { $when }
quote-agreed = The customer agreed { $how }, { $when }
quote-declined = The customer declined { $how }, { $when }
quote-withdrawn = No longer valid, { $when }
quote-unsettled = needs a decision
event-customer-changed = Customer: { $from } → { $to }
fold-created = registered
fold-stage = stage
fold-category = type
fold-description = description
fold-employee = technician
fold-customer = customer
fold-deleted = deleted
fold-device = device
fold-due = due day
fold-price = price
fold-prepayment = prepayment
fold-lines = works
fold-discount = discount
fold-paid = payment
fold-refunded = refund
fold-reversed = reversal
fold-warranty = warranty
fold-message = message
fold-settled = no answer needed
fold-asked = quote
fold-agreed = agreement
fold-declined = refusal
fold-withdrawn = quote withdrawn
fold-reminders = reminder
fold-notice = notice

other-customer-title = Another customer for repair No. { $number }
other-customer-now = Now
other-customer-find = Find a customer
other-customer-new = Or a new customer
other-customer-next = Next
other-customer-set = Change the customer
other-customer-lead = The former customer gets no more messages about this repair and no longer sees it in the bot; their link and the QR code on the receipt stop opening. What has not been sent to them yet is sent to nobody, and a question about the price is withdrawn. The new customer sees only what you write from now on, so tell them yourself. Works and payments stay with the repair.
said-customer = The customer is now { $name }.

waits-more = The first { $count } are shown.

# Settings

settings-title = Settings
settings-shop = Shop
settings-region = Country and money
settings-notices = Messages to customers
settings-access = Access
settings-audit = Changes
settings-saved = Saved. It counts from now on.
settings-fixed-variable = Set by the environment variable { $name }; it can't be changed here.
settings-fixed-file = Set in { $path }; it can't be changed here.
settings-texts = Texts of messages
texts-lead = What customers get, by stage and by occasion, in the customer's language. Until you change something, the program's texts count.
texts-of-stages = A repair enters a stage
texts-of-others = Other occasions
texts-changed = changed
texts-stages = Of which stages customers are notified is set with the stages:
texts-how = Words in braces are replaced by what is known about the repair. A sentence in which nothing is known is left out of the message.
texts-full = Messengers and e-mail
texts-short = SMS
texts-full-ru = Messengers and e-mail, in Russian
texts-full-en = Messengers and e-mail, in English
texts-short-ru = SMS, in Russian
texts-short-en = SMS, in English
texts-insert = Insert from the repair
texts-reset = Restore the program's text
texts-sample = An invented repair
texts-parts = { $count ->
    [one] one SMS
   *[other] { $count } SMS
}
texts-newest = Repair No. { $number }
texts-device = Device
texts-number = Number of the repair
texts-stage = What the customer reads
texts-sum = Price
texts-paid = Paid
texts-to-pay = To pay
texts-due = Due day
texts-since = Ready since
texts-warranty = Warranty until
texts-text = What an employee wrote
texts-lines = Works and parts
texts-address = Address
texts-hours = Hours
texts-phone = Phone of the shop
texts-shop = Name of the shop
texts-link = Link to the repair
conflict-title-texts = The texts were changed meanwhile
audit-message-text = Text of a message: { $subject }
message-sample-comment = We found the cause and need one more part. It comes tomorrow.
message-sample-quote = We replace the whole screen; it has three months of warranty.
settings-audit-none = Nobody has changed anything yet.
settings-audit-what = What
audit-customers-merged = Merge of customer No. { $subject }
audit-merge-undone = Undone merge of customer No. { $subject }
audit-phone-corrected = Phone of customer No. { $subject }
settings-audit-when = When
settings-audit-who = Who
settings-audit-old = Before
settings-audit-new = After
settings-audit-older = Older
audit-role-changed = Role of { $subject }
audit-deactivated = { $subject } was deactivated
audit-reactivated = { $subject } was reactivated
audit-password-link = Link for a new password for { $subject }
audit-invited = { $subject } was invited
audit-invite-letter = Invite of { $subject } sent by e-mail
audit-password-letter = Link for a new password for { $subject } sent by e-mail
audit-invite-withdrawn = Invite of { $subject } was withdrawn
setting-shop-name = Name on papers and the customer's page
setting-legal-name = Registered name
setting-legal-name-hint = As in a contract: "Station Road Repairs Ltd".
setting-tax-id = Tax number
setting-registration-id = Company number
setting-address = Address
setting-hours = Opening hours
setting-phone = Phone
setting-terms = Terms on the receipt
setting-terms-hint = Printed above the signatures, line by line.
setting-language = Language for those whose own is unknown
setting-language-hint = Each employee chooses theirs in the profile.
setting-country = Country
setting-country-hint = Two letters, for example GB. It says what a number without a country code means.
setting-timezone = Time zone
setting-timezone-hint = An IANA name, for example Europe/London. Days are counted by it.
setting-currency = Currency
setting-currency-hint = An ISO 4217 code, for example GBP. Sums that are stored are not converted.
setting-notify-delay = Send a notice after
setting-channels-order = Order of the channels
setting-channels-order-hint = telegram, max, sms, email. Where the customer wrote last comes first. What the first one can't deliver goes by the next.
setting-notify-delay-hint = Until then a change can be undone without the customer knowing.
setting-reminder-days = Remind to collect, days
setting-reminder-days-hint = How many days after it was ready, separated by commas; empty for never.
setting-reminder-hour = Hour of reminders
setting-reminder-hour-hint = From that hour, for eight hours.
setting-status-days = The customer's link works for, days
setting-status-days-hint = Counted from the day on which the repair was closed.
setting-registration = Who may create an account
setting-registration-invite = Those whom an owner invites
setting-registration-open = Everybody who opens the page
setting-registration-closed = Nobody
problem-country-unknown = Write the two letters of a country, for example GB.
problem-timezone-unknown = There is no such time zone; write an IANA name, for example Europe/London.
problem-currency-unknown = There is no such currency; write an ISO 4217 code, for example GBP.
problem-choice-unknown = Choose one of those offered.
problem-reminder-days = Write days from 1 to 365, separated by commas, for example 3, 14, 30.
problem-hour-out-of-range = Write an hour from 0 to 23.
problem-duration-malformed = Write a time, for example 5s, 10m or 1h.
problem-setting-given = The configuration file or the environment sets it; it can't be changed here.
problem-bot-token-malformed = This doesn't look like a token. A token looks like 7123456789:AAH…: a number, a colon and a long code. Copy it from the message of @BotFather. Nothing was saved.
problem-bot-token-refused = Telegram knows no bot with this token. Get it from @BotFather again: /mybots, your bot, API Token. Nothing was saved.
problem-telegram-unreachable = Telegram doesn't answer now, so the token could not be checked. Nothing was saved; try again. If it never answers, write a proxy to the configuration file: telegram.proxy.
problem-telegram-proxy = The proxy doesn't let through to Telegram, so the token could not be checked. Nothing was saved. Check telegram.proxy in the configuration file, and try again.
problem-other-bot = The token is another bot's. If that is right, tick it and paste the token again. Nothing was saved.
problem-address-not-https = Telegram delivers to an https address only, and the customers' address is none.
problem-max-token-malformed = This doesn't look like a token: it is one long code without spaces. Copy it from the page of the bot at business.max.ru. Nothing was saved.
problem-max-token-refused = MAX knows no bot with this token. Take it from the page of the bot at business.max.ru again. Nothing was saved.
problem-max-forbidden = MAX doesn't let this bot work: see at business.max.ru whether it has passed the moderation. Nothing was saved.
problem-max-unreachable = MAX doesn't answer now, so the token could not be checked. Nothing was saved; try again.
problem-max-untrusted = MAX's certificate isn't of an authority that this server trusts. Download the Russian Trusted Root CA from gosuslugi.ru/crt to the server, and write its path here. Nothing was saved.
problem-authorities-unusable = There is no certificate in this file, or it can't be read. Nothing was saved.
problem-address-not-at-443 = MAX delivers to an https address at port 443 only, and the customers' address is none.
paper-tax-id = Tax No. { $number }
paper-registration-id = Company No. { $number }
first-shop = Name of the shop
setting-delay-none = at once
setting-delay-5s = 5 seconds
setting-delay-30s = 30 seconds
setting-delay-1m = a minute
setting-delay-5m = 5 minutes
setting-delay-15m = 15 minutes
settings-backups = Backups
backups-newest = Newest backup
backups-none = There is no backup yet.
backups-late = There should be a newer one: check the folder and the space on the disk.
backups-now = Make one now
backups-download = Download
backups-made = The backup was made.
backups-private = A backup has the customers' phones and the program's keys. Keep it where nobody else can take it.
setting-backup-every = Make a backup
setting-backup-off = never
setting-backup-6h = every 6 hours
setting-backup-1d = every day
setting-backup-7d = every week
setting-backup-dir = Folder
setting-backup-dir-hint = Another disk is better: a backup on the same one is lost with it.
setting-backup-keep = Backups to keep
problem-count-malformed = Write a whole number from 1.
problem-quiet-hours-malformed = Write two hours, for example 21-9, or off.
problem-folder-unusable = The folder can't be created or written to. Name another one.
problem-backup-failed = No backup was made: check whether the disk has room and the folder can be written to.
first-day-title = First day
first-day-dismiss = Hide
first-day-done = done
first-day-fill = Fill in
first-day-token = Paste the token
first-day-shop = The shop on receipts: name, address, phone
first-day-repair = The first repair
first-day-receipt = A receipt printed on trial
first-day-colleague = A colleague invited
first-day-bot = The bot that writes to customers in Telegram
first-day-backup = A backup
first-day-address = An address for customers: so far QR codes lead to this machine
settings-bot = Bot
bot-title = Bot in Telegram
bot-answers = @{ $name } answers
bot-checked = Checked { $when }
bot-turned-off = The bot is turned off; its token is kept
bot-token = Token
bot-token-hidden = the token is hidden
bot-token-hint = You may paste the whole message of @BotFather. A saved token is shown to nobody; it can only be replaced.
bot-mode = How messages arrive
bot-mode-title = Another way to receive messages
bot-mode-auto = Choose for me
bot-mode-webhook = Telegram delivers them (needs an https address)
bot-mode-polling = The program asks Telegram
bot-mode-off = The bot is turned off
bot-receiving = { $how }: { $why }
bot-by-webhook = { $messenger } delivers them
bot-by-polling = the program asks { $messenger }
bot-way = Connection with Telegram
bot-way-direct = directly
bot-way-proxy = through the proxy { $proxy }
bot-way-server = through a Bot API server of your own, { $server }
bot-way-both = through a Bot API server of your own, { $server }, and the proxy { $proxy }
bot-way-works = { $way } (works)
bot-way-fails = { $way } (doesn't work)
bot-advice-blocked = Check the server's internet. If there is one, the provider blocks Telegram: use a proxy or a Bot API server of your own. Write telegram.proxy or telegram.api_url to the configuration file, and restart the program.
bot-advice-foreign = Something else answers in Telegram's place, such as a page of the provider. Use a proxy: write telegram.proxy to the configuration file, and restart the program.
bot-advice-server = Check that the Bot API server runs, and that telegram.api_url in the configuration file leads to it.
bot-advice-proxy = Check that the proxy works, and that its address in telegram.proxy is right; if both are, the proxy itself can't reach Telegram.
bot-advice-proxy-password = Check the name and the password in telegram.proxy, and restart the program.
bot-advice-proxy-refused = The proxy doesn't let through to Telegram. Allow it there, or write another one to telegram.proxy and restart the program.
bot-advice-polling = If the address opens on a phone, Telegram alone is kept from it. Choose “The program asks Telegram” below: then it fetches the messages itself, by the same way by which it sends its own.
bot-why-chosen = you chose so
bot-why-given = the configuration file says so
bot-why-deliverable = the customers' address has https
bot-why-local = the customers' address leads to this machine, which { $messenger } can't reach
bot-why-plain = the customers' address has no https, and { $messenger } delivers to nothing else
bot-customers = Customers in the bot
bot-customers-of = { $count } of { $all }
bot-last-day = Notices of the last day
bot-delivered = { $count } delivered
bot-failed = { $count } not
bot-check = Check
bot-connect = Connect
bot-connect-title = Connect the bot
bot-connected = The bot is connected and answers for the shop.
bot-replace = Replace the token
bot-how-father = Open in Telegram
bot-how-new = Send it /newbot, and think of a name and an address for the bot. If you have a bot: /mybots, choose it, API Token.
bot-how-paste = Copy the token from its answer and paste it here.
bot-other = This is another bot
bot-other-lead = { $count ->
    [one] The bot can write to { $count } customer now.
   *[other] The bot can write to { $count } customers now.
} Another bot can't until a customer starts it; employees have to link it again as well. A new token of the same bot changes nothing.
bot-disconnect = Disconnect
bot-disconnect-title = Disconnect the bot?
bot-disconnect-lead = Customers get no notices any more, and the shop none of their messages. The token is forgotten. What isn't sent yet waits for three days, in case you connect the bot again.
bot-disconnected = The bot is disconnected; its token is forgotten.
bot-qr = QR code of the bot
bot-qr-lead = A customer points the camera at it, presses Start, and hears of the repair in { $messenger }.
bot-poster-title = Follow your repair in { $messenger }
bot-poster-how = Point your phone's camera here, open the bot and press Start. It will write when the repair is done.
audit-bot-connected = Bot connected
audit-bot-disconnected = Bot disconnected
settings-max = MAX
max-title = Bot in MAX
max-off = The bot in MAX isn't set up.
max-token-hint = A saved token is shown to nobody; it can only be replaced.
max-mode-webhook = MAX delivers them (needs an https address at port 443)
max-mode-polling = The program asks MAX (MAX keeps messages for a day)
max-why-plain = the customers' address isn't https at port 443, and MAX delivers to nothing else
max-settings = Settings of the bot
max-authorities-of-system = that of the system
max-authorities-unusable = The file with MAX's root certificate can't be used, so the bot doesn't run ({ $detail }).
max-untrusted = MAX can't be reached safely: its certificate isn't of an authority that this server trusts.
max-token-refused = MAX doesn't know the bot's token. Take it from the page of the bot at business.max.ru again, and paste it here.
max-forbidden = MAX doesn't let the bot work ({ $detail }). Messages wait, and go out later.
max-unreachable = MAX can't be reached ({ $detail }). Messages wait, and go out later.
max-advice-authorities = Download the Russian Trusted Root CA in PEM from gosuslugi.ru/crt to the server, and write the path of the file to the settings of the bot.
max-advice-moderation = Look at the page of the bot at business.max.ru: whether it has passed the moderation, and whether it is stopped.
max-how-bot = Create a bot, and wait for its moderation, after which there is a token:
max-how-authority = Download MAX's root certificate, the Russian Trusted Root CA, in PEM to the server:
max-how-paste = Write the path of that file below, and paste the token from the page of the bot.
max-disconnect-title = Disconnect the bot in MAX?
setting-max-ca-file = Root certificate of MAX
setting-max-ca-file-hint = Path of a PEM file on the server. It is trusted for MAX and for nothing else. Empty: the authorities of the system.
audit-max-connected = Bot in MAX connected
audit-max-disconnected = Bot in MAX disconnected
settings-channels = Channels
channel-sms = SMS
channel-email = E-mail
channel-off = Turned off: nothing is sent
channel-incomplete = Something is missing: a key or a password
channel-ready = Set up
channel-balance = Ask for the balance
channel-balance-is = Left on the account: { $sum }
channel-sms-key = Key of the gateway
channel-mail-password = Password of the mailbox
channel-secret-set = It is set, and shown to nobody. Another gateway or mail server needs a new one.
channel-secret-none = It isn't set yet.
channel-secret-forget = Forget
channel-password-hint = Large mail services want a password for programs, which you make in the settings of the mailbox.
channel-test = Send an SMS
channel-test-letter = Send me a letter
channel-test-phone = Phone for a test SMS
channel-test-paid = It costs as much as any other SMS.
channel-test-subject = A test from the repair desk
channel-test-text = This is a test. Messages from the shop arrive.
channel-sms-sent = The gateway has taken the SMS.
channel-sms-sent-for = The gateway has taken the SMS. It cost { $sum }.
channel-mail-well = The mail server accepts login and password.
channel-sms-reports = Address for reports
channel-sms-reports-local = The address leads to this machine itself, so no gateway reaches it.
channel-sms-reports-lead = Enter it in your account at the gateway, as the address (callback, handler) for statuses: then the arrival of an SMS is known at once. Without it the gateway is asked every minute. The address contains a secret.
channel-letter-sent = The mail server has taken the letter. It is on its way to your address.
channel-trouble-unreachable = It can't be reached right now. Messages wait, and go out later.
channel-trouble-certificate = The connection isn't safe: the certificate isn't trusted, or there is no encryption. Check the server's name and the kind of encryption.
channel-trouble-credentials = The login, the password or the key is refused. Check them.
channel-trouble-no-money = There is no money left on the account. Top it up.
channel-trouble-sender = The sender isn't approved for this account. Choose one that is.
channel-trouble-recipient = Nothing can be sent to this number or address. Check it.
channel-trouble-too-many = Too many messages in a short time. Try again later.
channel-trouble-content = This message is refused. See the reason below.
channel-trouble-repeated = The same message was taken a moment ago. Wait a few minutes.
channel-trouble-unclear = There was no clear answer: the message may have been taken. See whether it arrives before you send another one.
setting-sms-provider = Gateway
setting-sms-off = none
setting-sms-ru = sms.ru
setting-smsc = SMSC
setting-sms-aero = SMS Aero
setting-sms-login = Login
setting-sms-login-hint = SMS Aero: the e-mail of the account. SMSC: the login, or empty if you give a key. sms.ru: empty.
setting-sms-sender = Sender
setting-sms-sender-hint = The name that operators have approved for you. Empty for the gateway's own; SMS Aero needs one.
setting-sms-purposes = What is sent by SMS
setting-sms-ready = The device is ready
setting-sms-quote = A quote to be answered
setting-sms-reminder = A reminder to collect it
setting-sms-daily-messages = SMS a day, at most
setting-sms-daily-money = Money a day, at most
setting-sms-daily-money-hint = Empty for no limit.
setting-sms-quiet = No SMS at night
setting-sms-quiet-hint = From hour to hour in the shop's time, for example 21-9; off for never. An SMS waits for the morning, unless the message can go another way.
setting-email-host = Mail server
setting-email-host-hint = For example smtp.yandex.ru. Empty turns e-mail off.
setting-email-security = Encryption
setting-email-tls = from the beginning (TLS, port 465)
setting-email-starttls = after the greeting (STARTTLS, port 587)
setting-email-plain = none, for a server on this machine
setting-email-port = Port
setting-email-port-hint = Empty for the usual one.
setting-email-user = Login
setting-email-user-hint = Usually the whole address of the mailbox.
setting-email-from = Sender
setting-email-from-hint = The address that customers answer to. Empty for the login.
audit-channel-secret-set = Secret set: { $subject }
audit-channel-secret-removed = Secret forgotten: { $subject }
letter-invite-subject = { $shop }: your account
letter-invite-text = You are invited to the desk of { $shop }. Open the page and choose a password. The link works once, until { $until }.
letter-invite-button = Create my account
letter-password-subject = { $shop }: a new password
letter-password-text = An owner of { $shop } has made a link by which you set a new password. It works once, until { $until }. Without it your password stays as it is.
letter-password-button = Set a new password
letter-notice-subject = About your repair No. { $number }
letter-notice-button = Open the repair
letter-unsubscribe = No more e-mail
email-stop-title = E-mail from the shop
email-stop-lead = Do you want no more e-mail from us to this address?
email-stop-button = No more e-mail
email-stop-done = Done: we send no more e-mail to this address.
email-stopped = The customer wants no e-mail.
email-resume = Send e-mail again
settings-address = Address
settings-address-lead = For example https://desk.example.com. Customers open their page at this address, and the QR codes on papers lead to it. It is saved when the program is reached by it from outside.
settings-address-local = QR codes lead to this machine itself: a customer's phone can't open them
setting-public-url = Address for customers
address-test = Test and save
address-saved = The address is right and saved. You sign in there from now on.
address-go = Open the new address
address-phone-title = Or test it with a phone
address-phone = Turn Wi-Fi off, so that the phone is outside, and open this link. If a page says that the address works, press "Test and save" once more.
reach-title = The address works
reach-text = This address leads to the program. Go back to the settings and press "Test and save" once more.
problem-address-malformed = Write a whole address without a path, for example https://desk.example.com.
problem-address-without-https = The server has a certificate, so the address begins with https://.
problem-address-name-unknown = This name isn't known on the internet. Check the spelling; a new name takes up to a day.
problem-address-refused = Nothing answers at this address. Check that the name leads to this machine and that its port is open.
problem-address-timeout = There was no answer within ten seconds. Check that the name leads to this machine and that its port is open.
problem-address-certificate = The certificate there doesn't fit or isn't valid.
problem-address-foreign = Something else answers at this address, not this program. Check the proxy, and that the address is written as the browser shows it.
address-set = Enter the address
demo-title = Demo shop
demo-load = Load a demo shop
demo-load-lead = Look around first: invented repairs, customers and prices, removed by one button.
demo-loaded = These are the repairs, customers and prices of a demo shop.
demo-remove = Remove the demo
demo-remove-title = Remove the demo shop?
demo-remove-own = { $count ->
    [one] { $count } repair that was entered since goes too.
   *[other] { $count } repairs that were entered since go too.
}
demo-remove-lead = All repairs, customers, prices and payments are removed, also those you entered since. Accounts, settings, stages and search words stay. A backup is made before.
audit-demo-loaded = Demo shop loaded
audit-demo-removed = Demo shop removed
tasks-none-open = No open repairs. A new one begins with the customer's phone.
customers-none-yet = No customers yet. Each new repair adds its customer; a table of another program can be imported.
board-none = No open repairs. A new one begins with the customer's phone, and its card appears in the first column.
settings-program = Program
settings-drawers = Cash drawers
program-version = Version
program-schema = Schema
program-database = Database
program-size = Size
program-doctor = "zayavka doctor" on the server checks all of it and says what to do.
address-right = Customers reach the shop at this address.
settings-papers = Papers
setting-papers-warranty = Terms of the warranty on the hand-over slip
setting-papers-footer = Last line of receipts and slips
setting-papers-blocks = Show on papers
setting-papers-blocks-hint = The customer's copy is printed on A4, below the shop's; two copies that don't fit on one sheet become two sheets.
setting-papers-legal = Registered name and numbers
setting-papers-customer-copy = Customer's copy of the receipt on the same sheet
setting-papers-condition = Appearance and accessories of the device
setting-papers-estimate = Estimated price
setting-papers-qr = QR code of the customer's page
setting-papers-signatures = Signatures
setting-papers-size = Paper
setting-papers-size-hint = Until somebody chooses another: each browser remembers its own.
setting-papers-label = Label
paper-a5 = A5
paper-roll58 = 58 mm
paper-58x40 = 58 × 40 mm
paper-58x30 = 58 × 30 mm
paper-43x25 = 43 × 25 mm
paper-40x30 = 40 × 30 mm
paper-copy-shop = Shop's copy
paper-copy-customer = Customer's copy
paper-cut = cut here
paper-warranty = Warranty
paper-told = Told that it is ready
paper-given = Handed over by, date
logo-title = Logo
logo-file = Picture, at most 1 MB
logo-hint = PNG, JPEG or WebP. It is printed on receipts and slips and shown on the customer's page.
logo-put = Put on papers
logo-remove = Remove
problem-logo-kind = Choose a PNG, JPEG or WebP picture of at most { $bound } by { $bound } pixels.
preview-title = As it comes out of the printer
preview-paper = Paper to show
preview-note = An invented repair, with what stands in the form; nothing is saved until you press Save.
preview-show = Show
sample-employee = Mary
sample-customer = Ann Peters
sample-kind = Phone
sample-accessories = case, SIM tray without a card
sample-appearance = cracks from a corner of the screen, scratches on the frame
sample-fault = Fell on tiles: the screen is broken, it doesn't turn on. The data is needed, there is no copy
sample-work = Replacing the display
sample-part = Display iPhone 12
audit-stage-created = New stage: { $subject }
audit-stage-changed = Stage changed: { $subject }
audit-stage-deleted = Stage deleted: { $subject }
audit-drawer-created = New cash drawer: { $subject }
audit-drawer-renamed = Cash drawer renamed
problem-recovery-key-malformed = Write the public half of the recovery key, which begins with age1.
problem-offsite-address = Write webdavs://host/folder or s3://bucket/prefix, without user and password.
problem-offsite-incomplete = Fill this in first.
setting-offsite-address = Where copies go
setting-offsite-endpoint = Address of the S3 storage
setting-offsite-region = Region of the S3 storage
setting-offsite-user = User, or id of the access key
setting-offsite-recovery-key = Public half of the recovery key
setting-offsite-keep-days = Days of which a copy is kept
setting-offsite-keep-weeks = Weeks of which a copy is kept
setting-offsite-keep-months = Months of which a copy is kept
setting-offsite-bandwidth = Maximum speed, KiB a second
offsite-secret = Password, or secret access key
offsite-unknown = no more is known
offsite-unreachable = The place of the copies can't be reached ({ $detail }). Check its address and this machine's connection.
offsite-cut = The connection to the place of the copies broke off. It is tried again.
offsite-certificate = The place of the copies has a certificate that isn't trusted. If it is your own machine, name its authority in offsite.ca_file.
offsite-password = The place of the copies refuses the user or the password. Many clouds want a password for applications.
offsite-clock = The storage refuses requests since this machine's clock is wrong. Set the clock.
offsite-full = There is no room at the place of the copies. Delete something there, or keep fewer copies.
offsite-full-here = There is no room on this machine's disk for the copy that is encrypted ({ $detail }).
offsite-no-place = There is no such folder or bucket. Check the address.
offsite-redirect = The address leads to another one ({ $detail }), which isn't followed, so that the password doesn't go there. Write the final address.
offsite-web-page = A web page answers instead of a storage. Check the address; this machine's network may ask for a sign-in.
offsite-refused = The place of the copies refuses ({ $detail }).
offsite-different = What the place gave back is not what was sent ({ $detail }). The copy doesn't count.
offsite-source = The database couldn't be copied ({ $detail }). "zayavka doctor" looks at it.
offsite-other-server = Another server makes copies of this shop at this place; its last sign is of { $detail }. If that server is gone, take over its copies.
offsite-no-key = There is no recovery key yet. Make one first.
offsite-no-password = The user and the password of the place are missing.
offsite-no-copies = There is no complete copy at this place.
offsite-no-such-copy = There is no complete copy of that name ({ $detail }).
offsite-several-shops = There are copies of several shops at this place. Name one of them: { $detail }
offsite-key-typo = The key has a typing error: its checksum doesn't match. Compare each word with the sheet.
offsite-key-word = Word { $detail } of the key has a typing error: there is no such word.
offsite-key-malformed = This is no recovery key. Type all 24 words of the sheet, or the line that begins with AGE-SECRET-KEY-1.
offsite-wrong-key = The key is whole, but it doesn't open this copy ({ $detail }). Compare the fingerprint on the sheet.
offsite-no-copy = This file is no copy that this program made.
offsite-short = The copy was cut short: its end is missing.
offsite-changed = The copy was changed or cut short since it was made.
offsite-other-shop = The copy is of another shop than its name says ({ $detail }).
offsite-newer = A newer version of the program made this copy ({ $detail }). Install that version first.
offsite-damaged = The database in the copy is damaged.
settings-offsite = Off-site copies
setting-offsite-address-hint = A folder in a cloud or on another machine: webdavs://host/folder (Nextcloud, a NAS, Yandex Disk, Mail.ru Cloud), or an S3 bucket: s3://bucket/folder.
setting-offsite-endpoint-hint = For S3 alone, for example https://s3.eu-central-1.example.com.
setting-offsite-bandwidth-hint = Empty for no limit.
offsite-place = Place of the copies
offsite-keep = How many copies to keep
offsite-secret-hint = Many clouds want an app password here, not the password of the mailbox. For S3, the secret key.
offsite-secret-set = It is set, and shown to nobody. Another place needs a new one.
offsite-save = Save and check
offsite-signed-in = The place answers, and signing in works.
offsite-none = There are no off-site copies
offsite-why = If the server or its disk is lost, so are the backups beside the database. Every night the program will send an encrypted copy elsewhere; only you can open it, with the key on the recovery sheet.
offsite-without-sheet = The recovery sheet is still to be printed
offsite-never = There is no copy yet
offsite-newest = Newest copy: { $at } ({ $ago }), { $size }
offsite-lies-at = It is at { $place }
offsite-late = There has been no copy for two nights.
offsite-failed = { $at }: no copy was made. { $why }
offsite-next = Next one: { $at }
offsite-running = A copy is being made.
offsite-look-again = Refresh
offsite-asked = A copy will be made now.
offsite-copy-now = Make a copy now
offsite-take-over = This server makes the copies from now on
offsite-list = Stored copies
offsite-try = Try a copy
offsite-sheet = Recovery sheet
offsite-sheet-why = Copies are encrypted with a key that the server doesn't have: it is on your sheet alone. Without the sheet nobody can open a copy.
offsite-sheet-make = Make the recovery sheet
offsite-sheet-again = Make a new sheet
offsite-key-is = Copies are encrypted for the key with the fingerprint { $key }.
offsite-key-change = If the sheet is lost, or a stranger may have seen it, make a new one. Earlier copies open with the earlier sheet.
offsite-sheet-gone = That sheet doesn't count any more: an hour has passed, or the program was restarted. Make a new one.
offsite-sheet-lead = Print the sheet, or save it as a PDF somewhere else than on this server. The key is shown only now.
offsite-sheet-title = Recovery sheet
offsite-sheet-keep = These words open the copies of the shop's database. Keep the sheet apart from the server, and show it to nobody. Without it the key can't be made again.
offsite-sheet-code = The same key on one line
offsite-sheet-print = Fingerprint of the key
offsite-sheet-place = Place of the copies
offsite-sheet-made = Made
offsite-sheet-how = When the server is gone
offsite-sheet-install = Install the program on a new machine.
offsite-sheet-command = Run this command; it asks for the password of the place and the key on this sheet:
offsite-sheet-then = Start the program under the same address: the customers' links and QR codes work again.
offsite-sheet-check = Show that you have the sheet
offsite-sheet-check-lead = Type three words from the sheet. After that the program forgets the key and begins to make copies.
offsite-sheet-word = Word No. { $number }
offsite-sheet-typed = Word on the sheet
offsite-sheet-done = I have the sheet
problem-recovery-word = The sheet has another word at this number.
offsite-upload-cut = The file didn't arrive whole. Try again.
offsite-try-lead = Download a copy from the place and choose it here: the program decrypts it, checks it, and says what is inside. Nothing in the database changes, and the key isn't kept.
offsite-try-key = Key on the sheet: 24 words, or the line AGE-SECRET-KEY-1…
offsite-try-file = File of the copy (.db.age)
offsite-whole = The copy is whole
offsite-last-task = the last of { $at }
offsite-today = { $ago }, { $size }, { $place }
offsite-tasks = { $count ->
    [one] { $count } task
   *[other] { $count } tasks
}
offsite-customers = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
offsite-files = { $count ->
    [one] { $count } file
   *[other] { $count } files
}
offsite-made = Made
offsite-inside = Inside
offsite-size = Size
offsite-key = Key
offsite-former-key = earlier sheet
offsite-name = File
staff-bot-offsite = ⚠️ There has been no off-site copy of the database for two nights. { $why } <a href="{ $url }">Settings</a>
letter-offsite-subject = No new copy of the database
letter-offsite-text = There has been no off-site copy of the database for two nights. { $why }
