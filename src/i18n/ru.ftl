# Слова мастерской

status-accepted = Принято
status-in-progress = В работе
status-ready = Готово
status-closed = Закрыто

category-consulting = Консультация
category-diagnosis = Диагностика
category-repair = Ремонт
category-other = Прочее

day-long = { $day } { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
} { $year }

# Бот

bot-welcome =
    Здравствуйте! Здесь можно следить за своими заявками: бот пришлёт сообщение, когда статус изменится.

    Чтобы начать, нажмите «Отправить мой номер».
bot-share-contact = Отправить мой номер
bot-ask-contact = Чтобы увидеть свои заявки, нажмите «Отправить мой номер» под полем ввода.
bot-prove-phone =
    Номер записан. Осталось подтвердить, что он ваш: нажмите «Отправить мой номер» под полем ввода.

    Пока номер не подтверждён, заявки по нему не показываются.
bot-foreign-contact = Это чужой контакт или пересланное сообщение. Отправьте свой номер кнопкой под полем ввода.
bot-linked = Готово, номер подтверждён. Теперь мы сообщим вам, когда статус заявки изменится.
bot-help =
    Напишите что угодно — бот пришлёт список ваших заявок. Когда статус заявки изменится, мы напишем сами.

    /start — подтвердить номер телефона
    /help — эта подсказка
bot-tasks-none = Заявок пока нет.
bot-tasks = { $pages ->
    [1] Ваши заявки:
   *[other] Ваши заявки, страница { $page } из { $pages }:
}
bot-task = <b>№ { $number }</b> · { $category } · { $status } · { $day }
bot-command-start = Подтвердить номер телефона
bot-command-help = Подсказка

notice-status-changed = Заявка <b>№ { $number }</b>: новый статус — <b>{ $status }</b>.

# Что исправить

problem-required = Заполните это поле.
problem-too-long = Слишком длинно: не больше { $bound ->
    [one] { $bound } символа
   *[other] { $bound } символов
}.
problem-control-characters = Уберите невидимые управляющие символы.
problem-phone-characters = Напишите телефон цифрами; кроме них годятся +, пробелы, скобки, точки, дефисы и косая черта.
problem-phone-length = В телефоне должно быть от 5 до 15 цифр.
problem-email-malformed = Напишите адрес полностью, например name@example.com.
problem-day-malformed = Напишите существующую дату в виде ГГГГ-ММ-ДД, например 2021-07-25.
problem-interval-reversed = Конец интервала раньше начала: поменяйте даты местами.
problem-id-malformed = Номер — это целое число больше нуля.
problem-telegram-id-malformed = ID в Telegram — это целое число от 1 до 4503599627370495.
problem-cursor-malformed = Передайте endCursor предыдущей страницы без изменений.
problem-cursor-of-another-order = Этот курсор относится к другому порядку сортировки: начните с первой страницы.
problem-page-size = На странице может быть от 1 до { $bound } записей.
problem-too-much = Слишком много за один раз: не больше { $bound } вложенных записей. Разбейте запрос на части.
problem-password-short = Пароль слишком короткий: нужно не меньше { $bound ->
    [one] { $bound } символа
   *[other] { $bound } символов
}.
problem-password-long = Пароль слишком длинный: не больше { $bound ->
    [one] { $bound } символа
   *[other] { $bound } символов
}.
problem-password-common = Такой пароль легко подобрать. Возьмите, например, четыре случайных слова.
problem-password-mismatch = Пароли не совпадают: введите один и тот же пароль дважды.
problem-password-wrong = Текущий пароль неверен.
problem-credentials = Неверная почта или пароль.
problem-no-account-yet = Учётных записей ещё нет: база данных новая и пустая. Если вы ждали свои данные, проверьте настройку database. Иначе создайте первую учётную запись.
problem-first-account-elsewhere = Первую учётную запись создают на сервере командой zayavka user add ПОЧТА --owner или по ссылке, которую сервер выводит при запуске.
problem-invite-needed = Нужно приглашение: попросите его у владельца.
problem-invite-unusable = Приглашение не подходит: оно использовано, просрочено или выписано на другую почту. Попросите новое у владельца.
problem-registration-closed = Регистрация закрыта: учётные записи создаёт владелец командой zayavka user add.
problem-phone-of-another-customer = Клиента заявки изменить нельзя: укажите его же телефон или не передавайте его.
problem-customer-of-another-phone = Карточка с таким номером принадлежит другому телефону: уберите id или укажите верный.
problem-employee-inactive = Такого работающего сотрудника нет: выберите другого.
problem-nothing-to-confirm = К карточке не привязан Telegram: попросите клиента написать боту.
problem-not-reachable = У клиента больше нет подтверждённого Telegram: позвоните ему.
problem-database-has-data = В базе уже есть данные: для примера укажите другой файл.

conflict-version = Заявку уже изменил кто-то другой: загрузите её заново и повторите.
conflict-phone-taken = Карточка с этим телефоном уже есть, её id { $customer }.
conflict-email-taken = Эта почта уже занята.
conflict-last-owner = Это последний владелец: сначала назначьте другого.

error-unauthenticated = Войдите в систему.
error-forbidden = Это может делать только владелец.
error-not-found = Не найдено.
error-rate-limited = Слишком много попыток: повторите через { $seconds } с.
error-internal = Внутренняя ошибка. Номер запроса { $request } есть в журнале сервера.
error-parse = Запрос GraphQL написан с ошибкой: { $detail }
