# Слова мастерской

status-accepted = Принято
status-in-progress = В работе
status-ready = Готово
status-closed = Закрыто
stage-diagnosis = На диагностике
stage-diagnosis-wording = На диагностике
stage-approval = На согласовании
stage-approval-wording = Ждём вашего решения
stage-part = Ждёт запчасть
stage-part-wording = Ждём запчасть
stage-handed-over = Выдан
stage-handed-over-wording = Выдано
stage-unrepaired = Выдан без ремонта
stage-unrepaired-wording = Выдано без ремонта

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
bot-ask-contact = Чтобы увидеть свои заявки, нажмите кнопку «Отправить мой номер».
bot-prove-phone =
    Номер записан. Осталось подтвердить, что он ваш: нажмите кнопку «Отправить мой номер».

    Пока номер не подтверждён, заявки по нему не показываются.
bot-foreign-contact = Это чужой контакт или пересланное сообщение. Отправьте свой номер кнопкой.
bot-linked = Готово, номер подтверждён. Теперь мы сообщим вам, когда статус заявки изменится.
bot-help =
    Напишите что угодно — бот пришлёт список ваших заявок. Когда статус заявки изменится, мы напишем сами.

    /start — подтвердить номер телефона
    /help — эта подсказка
bot-tasks-none = Заявок пока нет.
bot-taken = Передали мастерской: заявка <b>№ { $number }</b>.
bot-taken-which = Если вы о другой, нажмите её номер.
bot-move = Это о заявке № { $number }
bot-not-taken = Открытых заявок у вас нет, поэтому сообщение никому не передано. Позвоните в мастерскую.
bot-too-many = Мастерская ещё не ответила на прежние сообщения, новое не передано. Позвоните, пожалуйста.
bot-edited = Исправление передали мастерской: заявка <b>№ { $number }</b>.
bot-mark-only = Такое сообщение мастерская увидит только отметкой. Чтобы вас поняли, напишите словами или пришлите фото.
bot-too-large = Сам файл не передан: он больше { $bound } МБ, мастерская увидит только отметку. Пришлите файл поменьше или опишите словами.
bot-too-many-files = Сам файл не передан: за сутки мастерская принимает не больше { $bound } файлов и увидит только отметку. Опишите словами или пришлите завтра.
bot-file-lost = Заявка <b>№ { $number }</b>: не получилось сохранить { $what }, у мастерской этого нет. Подходят фото, голосовые, аудио, видео, PDF, документы Word и Excel до { $bound } МБ. Пришлите иначе или опишите словами.
bot-empty = В сообщении ничего не видно, поэтому мастерской оно не передано.
bot-too-many-edits = Слишком много исправлений за день, это не передано. Напишите новое сообщение.
bot-unheard = Само сообщение мастерской не передано.
bot-followed = Заявка <b>№ { $number }</b>: <b>{ $status }</b>
bot-link-dead = Эта ссылка больше не открывается.
bot-share-for-more = Отправьте свой номер кнопкой — и увидите все свои заявки, а мы сообщим, когда статус изменится.
bot-tasks = { $pages ->
    [1] Ваши заявки:
   *[other] Ваши заявки, страница { $page } из { $pages }:
}
bot-task = <b>№ { $number }</b> · { $category } · { $status } · { $day }
bot-command-start = Подтвердить номер телефона
bot-command-help = Подсказка

staff-bot-linked =
    { $messenger } привязан к { $email }. Сюда придут новые заявки, ответы клиентов и утренний список.

    /today — что сейчас в работе
    /stop — отвязать
staff-bot-wrong-code = Код не подходит: он использован, просрочен или набран с ошибкой. Новый — в профиле.
staff-bot-too-many = Слишком много неверных кодов. Попробуйте через 15 минут.
staff-bot-unlinked = { $messenger } отвязан: о заявках сюда больше не напишем.
staff-bot-not-taken = Сообщение никому не передано: сотрудники пишут на странице заявки. Здесь — /today, чтобы увидеть свои заявки, и /stop, чтобы отвязать { $messenger }.
staff-bot-new-task = Вам передали заявку: { $task }
staff-bot-answered = Клиент ответил: { $task }
staff-bot-list = Ваши заявки:
staff-bot-nothing = Открытых заявок у вас нет.
staff-bot-overdue = Просрочены
staff-bot-due-today = Срок сегодня
staff-bot-ready = Готовы, ждут клиента
staff-bot-open = Остальные
staff-bot-number = № { $number }
staff-bot-due = до { $day }
staff-bot-more = …и ещё { $count }

approval-agree = Согласен
approval-decline = Не согласен
approval-agreed = Заявка <b>№ { $number }</b>: вы согласились на цену <b>{ $price }</b>.
approval-declined = Заявка <b>№ { $number }</b>: вы отказались от цены <b>{ $price }</b>. Мастерская это увидит.
approval-withdrawn = Заявка <b>№ { $number }</b>: цена <b>{ $price }</b> больше не действует, мастерская её изменила.

message-no-device = заявка
message-no-device-number = № { $number }
message-stage =
    { $stage }: { $device } (№ { $number }).
    Срок: { $due }.
message-stage-short =
    { $stage }: { $device }, № { $number }
    { $link }
message-ready =
    { $stage }: { $device } (№ { $number }).
    К оплате { $to_pay }.
    { $address }, { $hours }.
message-ready-short =
    { $stage }: { $device }, { $to_pay }
    { $link }
message-closed =
    { $stage }: { $device } (№ { $number }).
    Гарантия до { $warranty }.
message-closed-short =
    { $stage }: { $device }, № { $number }
    Гарантия до { $warranty }
message-comment =
    { $device } (№ { $number }), сообщение мастерской:

    { $text }
message-files = Фото и файлы: { $link }
message-comment-short =
    { $device }, № { $number }: вам написали
    { $link }
message-quote =
    { $device } (№ { $number }): согласны на цену { $sum }?

    { $lines }

    { $text }
message-quote-short =
    { $device }: { $sum }, чинить?
    { $link }
message-reminder =
    { $device } ждёт вас с { $since } (№ { $number }).
    К оплате { $to_pay }.
    { $address }, { $hours }.
    Телефон: { $phone }
message-reminder-short =
    { $device } ждёт вас, { $to_pay }
    { $link }

# Что исправить

problem-required = Заполните это поле.
problem-too-long = Слишком длинно: не больше { $bound ->
    [one] { $bound } символа
   *[other] { $bound } символов
}.
problem-control-characters = Уберите невидимые управляющие символы.
problem-phone-characters = Напишите телефон цифрами; годятся +, пробелы, скобки, точки, дефисы и косая черта, а после номера — добавочный или слово.
problem-phone-length = В телефоне должно быть от 5 до 15 цифр.
problem-phone-several = Здесь несколько номеров: оставьте один, а остальные запишите, например, в описание.
problem-phone-unclear = Непонятно, где кончается номер: напишите сначала номер целиком, а потом добавочный, например 8 495 123-45-67 доб. 12.
problem-phone-rounded = Таблица сократила этот номер, последние цифры потеряны: задайте столбцу формат «Текст» и введите номер заново.
problem-email-malformed = Напишите адрес полностью, например name@example.com.
problem-day-malformed = Напишите существующую дату в виде ГГГГ-ММ-ДД, например 2021-07-25.
problem-month-malformed = Напишите месяц в виде ГГГГ-ММ, например 2021-07.
problem-time-malformed = Время пишется так: 08:30.
problem-sum-malformed = Напишите сумму цифрами, например 1500 или 1500,50.
problem-sum-ambiguous = Непонятно, это разделитель тысяч или дробная часть: напишите, например, 1500 или 1,5.
problem-sum-negative = Сумма меньше нуля: напишите её без минуса или оставьте пустой.
problem-sum-too-large = Сумма слишком большая: не больше { $bound }.
problem-sum-not-whole = Сумма — целое число копеек (мельчайших единиц валюты), например 150050.
problem-sum-zero = Сумма должна быть больше нуля.
problem-decimal-malformed = Напишите число, не больше трёх знаков после запятой, например 1 или 0,5.
problem-quantity-out-of-range = Количество — от 0,001 до 1 000 000.
problem-percent-out-of-range = Процент — от 0 до 100.
problem-discount-too-large = Скидка больше самой суммы.
problem-discount-twice = Укажите скидку либо суммой, либо процентом.
problem-no-such-item = Такой позиции нет в прайс-листе.
problem-item-archived = Позиция в архиве. Верните её в прайс-лист или впишите строку вручную.
problem-no-such-employee = Такого сотрудника нет, или он отключён.
problem-price-of-lines = Цена складывается из работ и запчастей. Измените их, а не цену.
problem-price-needed = Укажите цену: в заявке ещё нет работ и запчастей.
problem-nothing-to-agree = В заявке нет ни работ, ни запчастей, ни цены: согласовывать нечего.
problem-prepayment-by-payment = Предоплата — это платёж: примите его кнопкой «Принять оплату» (в API — takePayment).
problem-overpayment = Это больше, чем осталось оплатить. Проверьте сумму или подтвердите переплату (в API — overpayment: true).
problem-refund-too-large = Это больше, чем осталось от платежа.
problem-not-refundable = Вернуть можно только платёж клиента.
problem-not-reversible = Сторно нельзя сторнировать; платёж с возвратом — только после сторно возврата.
problem-no-such-drawer = Такой кассы нет.
problem-drawer-needed = Выберите кассу.
problem-shift-closed = Смена кассы закрыта. Сначала откройте смену.
problem-reason-needed = Сумма не сходится: напишите причину.
problem-cash-move-kind = Здесь возможно только внесение (CASH_IN) или изъятие (CASH_OUT).
problem-stage-not-closed = Этот этап не завершает заявку: выберите этап статуса «Закрыта».
problem-too-many-lines = В заявке не больше { $bound } строк.
problem-alias-several-words = Нужно одно слово.
problem-alias-same = Это то же самое слово.
problem-alias-taken = Такая пара слов уже есть.
problem-too-many-aliases = Слов не больше { $bound }.
problem-too-many-drawers = Касс не больше { $bound }.
problem-interval-reversed = Конец интервала раньше начала: поменяйте даты местами.
problem-id-malformed = Номер — это целое число больше нуля.
problem-first-and-last = Укажите либо first, либо last.
problem-node-id-malformed = Глобальный идентификатор — это `nodeId` объекта, каким его вернул сервер.
problem-telegram-id-malformed = ID в Telegram — это целое число от 1 до 4503599627370495.
problem-cursor-malformed = Передайте endCursor предыдущей страницы без изменений.
problem-cursor-of-another-order = Этот курсор относится к другому порядку сортировки: начните с первой страницы.
problem-cursor-unknown = этот курсор из другой базы или новее копии, из которой её восстановили: прочитайте всё заново, без курсора
problem-page-size = На странице может быть от 1 до { $bound } записей.
problem-answer-too-long = Ответ был бы длиннее { $bound } МиБ. Запросите меньше полей или читайте по страницам (tasks, customers).
problem-too-much = Слишком много за один раз: не больше { $bound } вложенных записей. Разбейте запрос на части.
problem-password-short = Пароль слишком короткий: нужно не меньше { $bound ->
    [one] { $bound } символа
   *[other] { $bound } символов
}.
problem-password-long = Пароль слишком длинный: не больше { $bound ->
    [one] { $bound } символа
   *[other] { $bound } символов
}.
problem-password-common = Такой пароль легко подобрать: это распространённое слово, клавиши подряд, ваша почта или название мастерской. Возьмите, например, четыре случайных слова.
problem-password-mismatch = Пароли не совпадают: введите один и тот же пароль дважды.
problem-password-wrong = Текущий пароль неверен.
problem-credentials = Неверная почта или пароль.
problem-no-account-yet = Учётных записей ещё нет: база данных новая и пустая. Если вы ждали свои данные, проверьте настройку database. Иначе создайте первую учётную запись.
problem-first-account-elsewhere = Первую учётную запись создают на сервере командой zayavka user add ПОЧТА --owner или по ссылке, которую сервер выводит при запуске.
problem-invite-needed = Нужно приглашение: попросите его у владельца.
problem-invite-unusable = Приглашение не подходит: оно использовано, отозвано, просрочено или выписано на другую почту. Попросите новое у владельца.
problem-password-link-unusable = Ссылка не подходит: она использована, заменена новой или просрочена. Попросите новую у владельца.
problem-registration-closed = Регистрация закрыта: учётные записи создаёт владелец командой zayavka user add.
problem-phone-of-another-customer = Клиента заявки изменить нельзя: укажите его же телефон или не передавайте его.
problem-same-customer = Это одна и та же карточка.
problem-customer-of-another-phone = Карточка с таким номером принадлежит другому телефону: уберите id или укажите верный.
problem-employee-inactive = Такого работающего сотрудника нет: выберите другого.
problem-no-such-task = Другой заявки с таким номером нет.
problem-no-such-stage = Такого этапа нет: выберите другой.
problem-stage-of-another-status = Это этап другого статуса: выберите этап того же статуса.
problem-stage-keeps-status = Этап остаётся в своём статусе: для другого статуса создайте новый этап.
problem-stage-has-tasks = В этом этапе есть заявки: выберите, в какой этап они перейдут.
problem-too-many-stages = Этапов может быть не больше { $bound }: удалите лишние.
problem-days-out-of-range = Напишите целое число дней от 1 до { $bound } или ничего не пишите.
problem-nothing-to-confirm = К карточке не привязан Telegram: попросите клиента написать боту.
problem-not-reachable = У клиента больше нет подтверждённого Telegram: позвоните ему.
problem-task-closed = Заявка закрыта. Сначала откройте её снова.
problem-too-many-answers = Мастерская ещё не ответила на прежние сообщения (их уже { $bound }). Позвоните, пожалуйста.
problem-database-has-data = В базе уже есть данные: для примера укажите другой файл.
problem-moment-malformed = Напишите дату и время, например 25.07.2021 12:00.
problem-moment-in-future = Эта дата ещё не наступила.
problem-date-ambiguous = Непонятно, что здесь день, а что месяц: выберите порядок.
problem-not-csv = Это не таблица CSV и не книга Excel (.xlsx). Сохраните её в Excel как «CSV» или «Книга Excel (.xlsx)».
problem-text-damaged = Буквы в файле повреждены. Сохраните его ещё раз как «CSV UTF-8».
problem-workbook-old = Это книга старого формата (.xls) или с паролем. Сохраните её в Excel как «Книга Excel (.xlsx)» без пароля.
problem-workbook-open-document = Это книга OpenDocument (.ods). Сохраните её как «Книга Excel (.xlsx)» или «CSV».
problem-workbook-unreadable = Книгу не удалось прочитать: файл повреждён, или это не книга Excel (.xlsx). Сохраните её ещё раз или как «CSV».
problem-workbook-too-large = Распакованная книга слишком большая: не больше { $bound } МБ. Оставьте в ней один лист без картинок или сохраните его как «CSV».
problem-workbook-parts = В книге больше { $bound } частей. Оставьте в ней один лист без картинок или сохраните его как «CSV».
problem-workbook-sheets = В книге больше { $bound } листов. Оставьте в ней лист с таблицей или сохраните его как «CSV».
problem-workbook-texts = В книге больше { $bound } текстов. Разделите таблицу или сохраните её как «CSV».
problem-quote-open = Кавычка в начале ячейки не закрыта, из-за неё могут склеиться строки. Уберите её или закройте.
problem-digits-lost = Excel сократил длинное число, часть цифр потеряна: исправьте его в исходной таблице.
problem-headings-unknown = В первой строке нет знакомых заголовков: нужен «Телефон», «Описание» или «Номер заказа». Укажите, в каком он столбце.
problem-price-headings-unknown = В первой строке нет знакомых заголовков: нужно «Название», «Артикул» или «Штрихкод».
problem-cell-unknown = Такое слово здесь непонятно: возьмите его из нашей таблицы.
problem-no-such-heading = Такого заголовка в файле нет: скопируйте его из файла.
problem-column-twice = Два столбца не могут быть одним полем: «{ $first }» и «{ $second }». Выберите для одного из них что-то другое.
problem-more-cells = В строке больше ячеек, чем заголовков: проверьте кавычки и разделители.
problem-file-gone = Файла больше нет: его ждали слишком долго. Загрузите его ещё раз.
problem-archive-unreadable = Это не целый архив «Заявки»: возьмите файл, который скачали отсюда, без изменений.
problem-archive-newer = Архив сделан более новой версией программы: сначала обновите её.
problem-archive-text = В архиве есть текст длиннее { $bound } КиБ, программа таких не пишет: возьмите файл, который скачали отсюда, без изменений.
problem-archive-file = В архиве есть файл длиннее { $bound } МиБ, программа таких не хранит: возьмите архив, который скачали отсюда, без изменений.
problem-archive-row = Это не целый архив «Заявки»: строка { $line }, таблица { $table }: { $why } Ничего не загружено. Исправьте эту строку или возьмите файл, который скачали отсюда, без изменений.
problem-archive-value = Это не целый архив «Заявки»: строка { $line }, таблица { $table }, поле { $column }: { $why } Ничего не загружено. Исправьте это значение или возьмите файл, который скачали отсюда, без изменений.
problem-archive-foreign = Программа таких значений не пишет.
problem-archive-clash = Строка противоречит другой, или в ней чего-то нет.
problem-not-empty = Архив загружают только в пустую базу, где нет ни клиентов, ни заявок, ни других сотрудников.
problem-too-many-rows = Слишком много строк: не больше { $bound }. Разделите файл.
problem-too-many-columns = Слишком много столбцов: не больше { $bound }. Удалите лишние.
problem-number-twice = Этот номер уже есть в строке { $bound }.
problem-rows-wrong = { $bound ->
    [one] Ошибка в { $bound } строке
   *[other] Ошибки в { $bound } строках
}. Не загружено ничего.
problem-brace-unclosed = Скобка { "{" } без пары { "}" }: переменные пишутся так — { "{number}" }.
problem-variable-unknown = Переменной { "{" }{ $name }{ "}" } нет. Есть { $known }.
problem-variable-missing = Без { $name } сообщение не имеет смысла: вставьте эту переменную.
problem-stage-of-message = Укажите этап для текста о статусе, и только для него.
problem-file-kind = Файлы такого вида не хранятся: пришлите снимок, PDF, запись, видео или документ.
problem-file-twice = Каждый файл отправляйте один раз.
problem-too-many-files = Слишком много файлов: не больше { $bound } за раз.
problem-file-too-large = Файл слишком большой: не больше { $bound } МБ.
problem-files-too-large = Файлы слишком большие: вместе не больше { $bound } МБ.

remark-stage-unknown = Такого этапа у статуса нет: будет первый, а название останется в описании.
remark-status-unknown = Такого статуса нет: будет «Принято», а слово останется в описании.
remark-status-unsure = Статус может значить другое: проверьте его в таблице статусов. Слово останется в описании.
remark-category-unknown = Такого типа нет: будет «Прочее», а слово останется в описании.
remark-employee-unknown = Такого сотрудника нет: заявка будет ничья, а имя останется в описании.
remark-no-customer = Телефона нет: заявка будет без клиента.
remark-name-kept = В карточке этого клиента другое имя: оно останется.
remark-warranty-unknown = Такой заявки выше в файле нет: номер останется в описании.
phone-unusual = Таких номеров нет ни в одной стране: проверьте, все ли цифры на месте.
remark-more-phones = Телефонов несколько: первый верный пойдёт в карточку, остальные — во внутреннюю заметку.
remark-more-cards = Телефонов несколько: у каждого будет своя карточка с этим именем.
remark-parts-noted = В ячейке не только телефон: он пойдёт в карточку, остальное — во внутреннюю заметку.
remark-parts-left-out = В ячейке не только телефоны: остальное не загрузится. Если телефонов несколько, у каждого будет карточка с этим именем.
remark-no-date = Даты нет: заявка будет сегодняшней.
remark-no-date-column = Столбца с датой приёма нет: все заявки будут сегодняшними.
remark-moved = Не помещается в поле: останется в описании.
remark-digits-lost = Excel сократил длинное число, часть цифр потеряна: исправьте его в исходной таблице.
remark-like-date = Похоже на дату: возможно, Excel переделал в неё номер вроде «1-2».
remark-sum-thousands = Три цифры после запятой или точки поняты как тысячи: «1,500» — это 1500.
remark-sum-rounded = Сумма округлена: у валюты меньше знаков после запятой.
remark-sum-other-words = Рядом с суммой другая валюта или слова: взято только число, вся запись останется в описании.
remark-cost-left-out = Себестоимость загружает только владелец: этот столбец не загрузится.
remark-lines-differ = Работы, запчасти и скидка не складываются в итог: цена останется как в итоге, а они — в описании.
remark-many-lines = { $bound ->
    [one] Строка таблицы занимает в файле { $bound } строку
    [few] Строка таблицы занимает в файле { $bound } строки
   *[other] Строка таблицы занимает в файле { $bound } строк
}: проверьте кавычки.

conflict-version = Заявку уже изменил кто-то другой: загрузите её заново и повторите.
conflict-phone-taken = Карточка с этим телефоном уже есть, её id { $customer }.
conflict-phone-corrected = Телефон тем временем исправил кто-то другой.
conflict-email-taken = Эта почта уже занята.
conflict-stage-name-taken = Этап с таким названием уже есть: назовите иначе.
conflict-article-taken = Этот артикул есть у другой позиции.
conflict-drawer-name-taken = Касса с таким названием уже есть.
conflict-request-key-used = Этот ключ (idempotencyKey) уже использован для другого запроса. Возьмите новый ключ.
conflict-shift-open = Смена этой кассы уже открыта.
conflict-shift-over = Эта смена уже закрыта.
conflict-cash-moved = Пока вы считали, через кассу прошли деньги. Сверьте сумму, которая должна быть, и закройте смену ещё раз.
conflict-paid-meanwhile = Пока вы вводили сумму, деньги по заявке уже приняли. Проверьте, сколько осталось оплатить.
conflict-already-reversed = Эта операция уже сторнирована.
conflict-last-stage = Это единственный этап статуса: сначала создайте другой.
conflict-last-owner = Это последний владелец: сначала назначьте другого.
conflict-import = С тех пор в базе что-то изменилось. Посмотрите, что произойдёт теперь.
conflict-customer-told = Клиенту уже сообщили о новом статусе, отменить нельзя. Если это ошибка, смените статус ещё раз: клиент получит новое сообщение.
conflict-import-choices = Вы изменили выбор после просмотра. Вот что произойдёт теперь.

error-unauthenticated = Войдите в систему.
error-forbidden = Это может делать только владелец.
error-not-found = Не найдено.
error-gone = То, что создал этот запрос, с тех пор удалено.
error-busy = Сервер сейчас отправляет слишком много больших ответов. Повторите через { $seconds } с.
error-rate-limited = Слишком много попыток: повторите через { $seconds } с.
error-internal = Внутренняя ошибка. Номер запроса { $request } есть в журнале сервера.
error-database-lost = Файл базы данных удалён или заменён во время работы сервера, поэтому сервер остановлен. Введённое могло не сохраниться: запишите его и введите снова позже. Что делать, написано в журнале сервера.
error-disk-full = На диске сервера нет места. Ничего не сохранено. Освободите место и попробуйте снова.

# Страницы: общее

app-name = Заявка
nav-label = Разделы
nav-tasks = Заявки
nav-today = Сегодня
nav-board = Доска
nav-customers = Клиенты
nav-cash = Касса
nav-catalogue = Прайс
nav-stages = Этапы
nav-staff = Сотрудники
nav-profile = Профиль
nav-skip = К содержанию
nav-logout = Выйти
nav-new = Новая
nav-more = Ещё
nav-find = Поиск по заявкам и клиентам
nav-account = { $name }: меню
live-lost = Связь с сервером потеряна. Восстанавливаем…
save = Сохранить
cancel = Отмена
delete = Удалить
back = Назад
page-next = Дальше →
page-first = ← В начало

# Даты и суммы

decimal-point = ,

when-today = сегодня, { $time }
when-yesterday = вчера, { $time }
when-this-year = { $day } { $month ->
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
}
day-today = сегодня
day-short = { $day } { $month ->
    [1] янв
    [2] фев
    [3] мар
    [4] апр
    [5] мая
    [6] июн
    [7] июл
    [8] авг
    [9] сен
    [10] окт
    [11] ноя
   *[12] дек
}
day-short-year = { day-short } { $year }
when-exact = { $day }, { $time }

month-long = { $month ->
    [1] Январь
    [2] Февраль
    [3] Март
    [4] Апрель
    [5] Май
    [6] Июнь
    [7] Июль
    [8] Август
    [9] Сентябрь
    [10] Октябрь
    [11] Ноябрь
   *[12] Декабрь
} { $year }

# Вход и учётные записи

login-title = Вход
login-email = Эл. почта
login-password = Пароль
login-submit = Войти
login-again = Вы давно не заходили, и вход закончился. Войдите снова: то, что вы ввели, не пропадёт.
login-plain = Вход открыт без https: браузер его не запомнит, и войти здесь не получится. Откройте
resume-title = Вы снова вошли
resume-text = Вот что вы ввели. Отправить?
resume-submit = Отправить
resume-drop = Не отправлять
first-title = Первый запуск
first-lead = База данных новая и пустая. Если вы ждали свои данные, проверьте настройку database. Иначе создайте учётную запись владельца.
first-elsewhere = Учётных записей ещё нет. Владелец создаёт первую на сервере: zayavka user add ПОЧТА --owner — или по ссылке, которую сервер выводит при запуске.
first-database = База данных: { $path }
first-submit = Создать учётную запись
join-title = Приглашение
join-lead = Придумайте пароль: не меньше { $min } символов. Хорошо подходят четыре случайных слова.
join-submit = Присоединиться
join-by = Вас приглашает { $name }
join-name = Ваше имя (можно не указывать)
new-password-title = Новый пароль
new-password-done = Пароль для { $email } изменён. Все сеансы этой учётной записи закончились: войдите с новым паролем.
password-new = Новый пароль
password-again = Новый пароль ещё раз
password-old = Текущий пароль
profile-title = Профиль
profile-email = Эл. почта
profile-password = Сменить пароль
profile-password-note = После смены все остальные сеансы закончатся.
profile-language = Язык
profile-language-ru = Русский
profile-language-en = English
profile-everywhere = Выйти на всех устройствах
profile-everywhere-note = Все сеансы и токены этой учётной записи перестанут работать, включая этот.
profile-telegram-lead = Привяжите свой { $messenger }: бот напишет о новых заявках и ответах клиентов.
profile-telegram-linked = Ваш { $messenger } привязан: бот пишет о новых заявках и ответах клиентов.
profile-telegram-make = Получить код
profile-telegram-another = Привязать другой
profile-telegram-unlink = Отвязать
profile-telegram-code = Отправьте боту этот код. Он сработает один раз, до: { $until }.
profile-telegram-code-label = Код для бота
profile-telegram-open = Открыть бота с кодом
profile-telegram-open-in = Открыть бота в { $messenger }
profile-morning = Список заявок каждое утро
profile-morning-note = Время мастерской. Пусто — не присылать. Бот присылает список, если есть что делать.
profile-saved = Сохранено.
staff-title = Сотрудники
staff-email = Эл. почта
staff-owner = Владелец
staff-name = Имя
staff-name-note = Его видят коллеги на страницах и клиенты на бумагах. Пусто — начало адреса почты.
staff-colour-usual = Обычный
staff-employee = Сотрудник
staff-inactive = Отключён
staff-you = это вы
staff-make-owner = Сделать владельцем
staff-make-employee = Сделать сотрудником
staff-deactivate = Отключить
staff-owner-title = Сделать владельцем?
staff-owner-lead = Владелец приглашает и отключает сотрудников, меняет роли и этапы, скачивает и загружает все данные.
staff-employee-title = Сделать сотрудником?
staff-employee-lead = Сотрудники, этапы и данные станут недоступны. Заявки и клиенты останутся.
staff-deactivate-title = Отключить сотрудника?
staff-deactivate-lead = Войти больше не получится, заявки останутся.
staff-reactivate = Включить
staff-reactivate-title = Включить сотрудника?
staff-reactivate-lead = Он снова сможет войти — с прежним паролем и прежней ролью.
staff-password = Ссылка для нового пароля
staff-password-lead = Для сотрудника, который забыл пароль. Ссылка действует один раз и сутки, заменяет прежнюю; когда ею воспользуются, все сеансы сотрудника закончатся.
staff-password-link = Передайте ссылку сотруднику: она показана один раз и действует до { $until }:
staff-password-make = Создать ссылку
staff-invite = Пригласить
staff-invite-lead = Ссылка на одно использование, действует трое суток.
staff-invite-link = Ссылка для { $email }, до { $until }:
staff-letter-send = Отправить письмом
staff-letter-sent = Почтовый сервер принял письмо для { $email }.
staff-letter-unreachable = Нет связи с почтовым сервером, письмо не ушло. Попробуйте позже или передайте ссылку сами.
staff-letter-off = Ссылку можно отправить письмом, когда настроена почта.
staff-letter-set-up = Настроить почту
staff-invites = Открытые приглашения
staff-invite-line = { $role }. Пригласил: { $by }, до { $until }
staff-invite-by-command = командная строка
staff-withdraw = Отозвать
staff-withdraw-title = Отозвать приглашение?
staff-withdraw-lead = Ссылка перестанет работать. Пригласить этого человека можно снова.
staff-copy = Скопировать
staff-copied = Скопировано

bot-off = Бот не подключён.
bot-unknown = { $messenger } о боте ещё не спрашивали. Загляните через минуту.
bot-well = Бот работает. Проверено: { $when }.
bot-trouble = { $what } Проверено: { $when }.
bot-unreachable = Telegram недоступен ({ $detail }). Сообщения ждут и уйдут позже.
bot-token-refused = Telegram не знает токен бота. Возьмите его заново у @BotFather и вставьте в настройках бота.
bot-webhook-missing = Сообщения клиентов не доходят: Telegram не знает нашего адреса. Нажмите «Проверить» в настройках бота.
bot-address-refused = Сообщения клиентов не доходят: Telegram не принял адрес сайта ({ $detail }). Проверьте адрес для клиентов или выберите другой способ получать сообщения.
bot-webhook-elsewhere = Сообщения клиентов уходят на другой адрес: { $found }. Проверьте public_url в настройках и нет ли другой программы с этим же ботом.
bot-certificate = Сообщения клиентов не доходят: Telegram не доверяет сертификату сайта ({ $detail }).
bot-delivery = Telegram не смог передать сообщение, { $at }: { $detail }.
bot-many-waiting = { $count ->
    [one] В Telegram ждёт { $count } сообщение клиентов.
    [few] В Telegram ждут { $count } сообщения клиентов.
   *[many] В Telegram ждут { $count } сообщений клиентов.
} Загляните в журнал программы.
bot-other-fetcher = Сообщения клиентов забирает другая программа с токеном этого бота, и часть их сюда не доходит. Остановите её, а если вы такой не знаете, возьмите у @BotFather новый токен.
clock = Часы
clock-set-back = Часы сервера перевели назад на { $unit ->
        [seconds] { $count } с
        [minutes] { $count } мин
        [hours] { $count } ч
       *[days] { $count ->
            [one] { $count } день
            [few] { $count } дня
           *[many] { $count } дней
        }
    }, { $when }. Сообщения уходят как обычно; проверьте синхронизацию времени на сервере.
clock-rows-ahead = { $count ->
        [one] { $count } сообщение или заявка были датированы далёким будущим: часы сервера спешили
        [few] { $count } сообщения или заявки были датированы далёким будущим: часы сервера спешили
       *[many] { $count } сообщений или заявок были датированы далёким будущим: часы сервера спешили
    }. Исправлено { $when }.
bot-foreign-certificate = У Telegram чужой сертификат для бота. Нажмите «Проверить» в настройках бота.
bot-cut-off = Сообщения клиентов не доходят: серверы Telegram не могут достучаться до адреса сайта ({ $detail }, { $at }). { $count ->
    [one] Ждёт { $count } сообщение.
    [few] Ждут { $count } сообщения.
   *[many] Ждут { $count } сообщений.
}
file-trouble-no-folder = Файлы клиентов не приходят: сервер Bot API запущен с --local, а его папка не названа. Запишите её в telegram.api_dir и перезапустите программу, а если он на другой машине, запустите его без --local.
file-trouble-outside = Файлы клиентов не приходят: сервер Bot API хранит их вне папки telegram.api_dir. Запишите туда ту папку, которую он называет сам (--dir), и перезапустите программу.
file-trouble-unreadable = Файлы клиентов не приходят: файл сервера Bot API не читается. Дайте программе право читать папку telegram.api_dir.
failure-name-unknown = имя сервера не находится
failure-no-connection = нет соединения
failure-connect-timeout = соединение не установилось за отведённое время
failure-tls = не удалось защищённое соединение (TLS)
failure-no-answer = нет ответа за отведённое время
failure-broken = соединение оборвалось
failure-too-long = ответ слишком длинный
failure-not-telegram = отвечает не Telegram
failure-proxy-unreachable = нет соединения с прокси
failure-proxy-timeout = через прокси нет соединения за отведённое время
failure-proxy-password = прокси не принял имя и пароль
failure-proxy-refused = прокси отказал в соединении
failure-unwritable = событие не удалось записать
failure-no-secret = нет секрета
failure-private = адрес ведёт на этот компьютер или в его сеть
failure-sms-limit = лимит SMS на сегодня исчерпан
failure-demo = клиенты демонстрации вымышлены
failure-no-channel = канал отключён, а другого нет
failure-email-stopped = клиент отказался от писем
failure-status = ответ { $status }

webhook = Вебхук
webhook-well = Всё доставлено.
webhook-waiting = { $count ->
    [one] Ждёт отправки { $count } событие.
    [few] Ждут отправки { $count } события.
   *[other] Ждут отправки { $count } событий.
}
webhook-failing = { $count ->
    [one] Не доставлено { $count } событие
    [few] Не доставлены { $count } события
   *[other] Не доставлено { $count } событий
}, первое — { $since } ({ $detail }). Пробуем снова.
webhook-undelivered = Вебхуки: не доставлено
webhook-undelivered-lead = Трое суток не удавалось. Отправьте ещё раз, когда та программа снова работает.
webhook-given-up = { $when }. { $detail }
webhook-retry = Отправить ещё раз
webhook-dead = { $count ->
    [one] { $count } событие так и не доставлено.
    [few] { $count } события так и не доставлены.
   *[many] { $count } событий так и не доставлено.
}
webhook-dropped = { $count ->
    [one] { $count } событие отброшено за последнюю паузу: ждало слишком много.
    [few] { $count } события отброшены за последнюю паузу: ждало слишком много.
   *[many] { $count } событий отброшено за последнюю паузу: ждало слишком много.
}
webhook-former = Прежний секрет тоже действует до { $until }.
webhook-paused = Пауза, { $since }. { $count ->
    [0] Ничего не ждёт.
    [one] Ждёт { $count } событие.
    [few] Ждут { $count } события.
   *[many] Ждут { $count } событий.
}
webhook-failing-long = Туда трое суток ничего не доходит, { $since } ({ $detail }). Спросите того, кто ведёт эту программу.
webhook-today = { $title }: туда трое суток ничего не доходит.
webhook-open = Посмотреть
settings-webhooks = Вебхуки
webhooks-lead = Другие программы (сайт, учёт, чат) сразу узнают, что здесь происходит: по номерам, без имён, телефонов, текстов и сумм. Тот, кто ведёт такую программу, даст её адрес и возьмёт секрет.
webhooks-none = Вебхуков пока нет.
webhook-given = из config.toml, здесь не меняется
webhook-new = Новый вебхук
webhook-url = Адрес программы
webhook-name = Название
webhook-events = События
webhook-events-all = Все, и те, что появятся в новых версиях
webhook-events-some = Только эти
webhook-register = Добавить
webhook-secret = Секрет
webhook-secret-once = Скопируйте секрет в ту программу сейчас: больше он не показывается.
webhook-secret-gone = Вебхук уже добавлен, и секрет был показан тогда. Если его нет, сделайте новый.
webhook-secret-new = Новый секрет
webhook-secret-title = Сделать новый секрет?
webhook-secret-lead = Он показывается один раз. Ещё 24 часа события подписаны и прежним, чтобы ничего не потерялось, пока программа не получит новый.
webhook-pause = Пауза
webhook-resume = Продолжить
webhook-test = Проверить
webhook-tested-good = Проверка дошла:
webhook-tested-bad = Проверка не удалась:
webhook-delete = Удалить
webhook-delete-title = Удалить вебхук?
webhook-delete-lead = Программа больше ни о чём не узнает, а то, что её ждёт, пропадёт.
webhook-deliveries = Доставки
webhook-deliveries-none = Пока ничего не отправлено.
webhook-event = Событие
webhook-at = Когда
webhook-state = Состояние
webhook-attempts = Попыток
webhook-outcome = Ответ
webhook-took = { $count } мс
webhook-state-waiting = ждёт
webhook-state-sending = отправляется
webhook-state-delivered = доставлено
webhook-state-dead = не доставлено
audit-webhook-created = Новый вебхук: { $subject }
audit-webhook-changed = Вебхук изменён: { $subject }
audit-webhook-secret = Новый секрет вебхука { $subject }
audit-webhook-paused = Вебхук на паузе: { $subject }
audit-webhook-resumed = Вебхук продолжен: { $subject }
audit-webhook-deleted = Вебхук удалён: { $subject }
problem-too-many-webhooks = Вебхуков не больше { $bound }.
problem-sms-sender-malformed = Напишите согласованное имя до 11 латинских букв и цифр или номер.
problem-channel-incomplete = Заполните: без этого не работает.
problem-port-out-of-range = Напишите число от 1 до 65535 или оставьте пустым.
problem-host-malformed = Напишите имя сервера без порта, например smtp.yandex.ru.
problem-plain-mail-elsewhere = Без шифрования письма уходят только на сервер на этом же компьютере.
problem-channel-off = Этот канал ещё не настроен.
problem-webhook-address-malformed = Напишите адрес целиком, без имени и пароля, например https://shop.example/zayavka.
problem-webhook-address-not-https = Адрес начинается с https://.
problem-webhook-address-private = Адрес ведёт на этот сервер или в его сеть. Разрешить такие может тот, кто ведёт сервер: outgoing.allow_private в config.toml.
problem-webhook-events = Выберите хотя бы одно событие или все.
conflict-webhook-url-taken = Вебхук с таким адресом уже есть.

# Заявки

tasks-create = Создать заявку
tasks-all = Все
tasks-mine = Мои
tasks-overdue = Просроченные
tasks-stuck = Без движения
tasks-uncollected = Ждут выдачи
tasks-unanswered = Ждут ответа
tasks-declined = Отказ от цены
tasks-undelivered = Не доставлено
tasks-status = Статус
tasks-search = Найти
tasks-category = Тип заявки
tasks-employee = Ответственный
tasks-from = Создана с
tasks-to = по
tasks-filters = Фильтры
tasks-apply = Показать
tasks-reset = Сбросить
tasks-number = №
tasks-key = Ключ строки
tasks-description = Описание
tasks-customer = Клиент
tasks-created = Создана
tasks-actions = Действия
tasks-count = { $count ->
    [one] { $count } заявка
    [few] { $count } заявки
   *[many] { $count } заявок
}
tasks-many = Больше { $number } заявок: уточните, какие нужны
tasks-none = Заявок нет.
tasks-none-filtered = Таких заявок нет.
tasks-edit = Изменить
tasks-advance = Перевести в «{ $status }»
tasks-no-description = Без описания
row-due = до { $day }
row-unanswered = клиент ждёт ответа
row-declined = клиент не согласен с ценой
row-overdue = просрочено: { $day }
row-stuck = { $count ->
    [one] без движения { $count } день
    [few] без движения { $count } дня
   *[many] без движения { $count } дней
}
row-ready = готово с { $when }
customer-none = Клиент удалён
customer-unnamed = Без имени
task-title = Заявка № { $number }
task-delete = Удалить заявку
task-edit = Редактировать
sheet-created = принята { $when }
sheet-stage-change = сменить этап
sheet-stage-moved = Этап тем временем сменил кто-то другой: он показан ниже. Выберите ещё раз, если нужен другой.
sheet-told = Клиент узнает о смене этапа.
sheet-not-told = О смене этапа клиенту не сообщим: { $why }.
sheet-more = Ещё действия
sheet-call = Позвонить
sheet-write = Написать
sheet-pass-on = Передать коллеге
sheet-other-customer = Другой клиент
sheet-none = не указано
sheet-imei-valid = верный
sheet-saved = Сохранено: { $field }.
sheet-undone = Возвращено как было: { $field }.
sheet-hand-over = Выдать
sheet-seen = Уже было у нас:
sheet-fill = Заполнить из № { $number }
sheet-clash = Пока вы меняли, это же изменил кто-то другой. Выберите, что сохранить.
sheet-line-changed = Строку тем временем изменил кто-то другой. Проверьте её и уберите, если это по-прежнему нужно.
sheet-parts = Части заявки
sheet-photos = Фото
photos-take = Снять фото
photos-add = Добавить фото
sheet-talk = Разговор
sheet-next = Следующий шаг
sheet-not-agreed = из них не согласовано
lines-from-list = Из прайса
line-up = Выше
line-down = Ниже
sheet-payments = { $count ->
    [one] { $count } платёж
    [few] { $count } платежа
   *[many] { $count } платежей
}
task-employee-none = Не назначен
task-history = История
task-customer = Клиент
task-more = { $count ->
    [0] Других заявок нет
    [one] Ещё { $count } заявка
    [few] Ещё { $count } заявки
   *[many] Ещё { $count } заявок
}
task-call = Позвоните клиенту
task-device = Устройство
task-money = Срок и цена
task-due = Срок
task-overdue = просрочено
task-stage = Этап
task-stage-since = с { $when }
task-stuck = без движения
task-estimate = Примерная цена
task-price = Цена
task-paid = Оплачено
payment-method = Способ оплаты
method-cash = Наличные
method-card = Карта
method-transfer = Перевод
method-instant = СБП
method-other = Другое
lines-title = Работы и запчасти
lines-none = Пока ничего не добавлено.
lines-find = Добавить из прайс-листа
lines-find-hint = Название, артикул или штрихкод
lines-search = Найти
lines-not-found = В прайс-листе такого нет.
lines-free = Своя строка
lines-add = Добавить
lines-total = Итого
lines-discount = Скидка
lines-discount-set = Скидка на заявку
lines-discount-note = Сумма, например 500, или процент, например 10 %. Пусто — без скидки.
lines-to-return = К возврату клиенту
lines-profit = Прибыль
lines-more = …и ещё { $count ->
    [one] { $count } строка
    [few] { $count } строки
   *[many] { $count } строк
} на { $sum }
line-new-title = Добавить работу или запчасть
line-edit-title = Работа или запчасть
line-kind = Вид
line-name = Название
line-quantity = Кол-во
line-price = Цена
line-sum = Сумма
line-discount = Скидка
line-discount-hint = Скидка, { $sign } или %
line-less = скидка { $sum }
line-cost = Себестоимость
line-cost-one = Себестоимость за единицу
line-cost-is = себестоимость { $sum }
line-done-by = Кто сделал
line-warranty-title = Гарантия
line-warranty-days = Гарантия, дней
line-warranty = { $count ->
    [one] гарантия { $count } день
    [few] гарантия { $count } дня
   *[many] гарантия { $count } дней
}
line-remove = убрать
line-not-agreed = не согласовано
line-asked = ждём ответа клиента
line-agreed = согласовано
line-declined = клиент отказался
payments-none = Оплаты ещё не было.
payment-take = Принять оплату
payment-sum = Сумма
payment-given = Клиент дал
payment-change = Сдача
payment-drawer = Касса
payment-drawer-none = Не наличные
payment-fiscal = Номер фискального чека
payment-fiscal-is = чек { $number }
payment-note = Заметка
payment-carried-over = перенесено
payment-slip = Квитанция
payment-refund = Вернуть
payment-reverse = Сторно
payment-left = Осталось от платежа
payment-overpayment = Принять больше, чем осталось оплатить
checkout = Принять оплату и выдать
checkout-stage = Этап
checkout-debt = Выдать с долгом { $sum }
checkout-debt-asked = Оплачено не всё. Подтвердите, что выдаёте с долгом, или исправьте сумму.
checkout-done = Заявка выдана.
said-paid = Оплата принята.
agree-open = Согласовано по телефону
agree-note = О чём договорились
agree-save = Записать согласие
ask-lines = Клиент увидит работы и запчасти. Итого { $price }.
task-prepayment = Предоплата
task-warranty = Гарантия до
task-warranty-over = закончилась
task-warranty-of = По гарантии заявки
task-warranty-tasks = Возвращалось по гарантии
task-same-device = Другие заявки этого устройства
task-take-back = Принять по гарантии
device-kind = Тип
device-brand = Марка
device-model = Модель
device-serial = Серийный № или IMEI
device-serial-suspicious = Похоже на IMEI с опечаткой: контрольная цифра не сходится.
device-accessories = Комплект
device-appearance = Внешний вид
device-place = Место
device-check = Найти
link-title = Страница для клиента
link-lead = По этой ссылке клиент видит, как идёт работа. Входить никуда не нужно.
link-make = Сделать ссылку
link-renew = Заменить ссылку
link-renew-title = Заменить ссылку?
link-renew-lead = Прежняя сразу перестанет открываться, на выданных квитанциях тоже.
link-ended = Заявка давно закрыта: ссылка больше не открывается.
paper-receipt = Квитанция
paper-label = Наклейка
paper-hand-over = Акт выдачи
paper-receipt-title = Квитанция № { $number }
paper-label-title = Наклейка № { $number }
paper-hand-over-title = Акт выдачи № { $number }
paper-print = Напечатать
paper-choices = Бумага и язык
paper-a4 = A4
paper-roll = 80 мм
paper-date = Дата
paper-fault = Неисправность со слов клиента
paper-work = Сделано
paper-to-pay = К оплате
paper-sum = Сумма без скидки
paper-in-words = Прописью
paper-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[many] { $count } дней
}
paper-payment-title = Оплата по заявке № { $number }
paper-refund-title = Возврат по заявке № { $number }
paper-reversal-title = Сторно по заявке № { $number }
paper-paid-by = Оплатил клиент
paper-refunded-by = Вернул
paper-refund-got = Получил клиент
paper-terms = Условия
paper-follow = Как идёт работа
paper-no-link = Страницы для клиента ещё нет, поэтому кода на бумаге нет.
paper-add-link = Добавить код для клиента
paper-left-by = Сдал клиент
paper-taken-by = Принял
paper-handed-by = Выдал
paper-got-by = Получил клиент
event-created = Заявка создана
event-status = Статус: { $from } → { $to }
event-stage = Этап: { $from } → { $to }
event-category = Тип: { $from } → { $to }
event-description = Описание изменено
event-device = Устройство изменено
event-due = Срок: { $from } → { $to }
event-estimate = Примерная цена: { $from } → { $to }
event-price = Цена: { $from } → { $to }
event-line-added = Добавлено: { $to }
event-line-removed = Убрано: { $from }
event-line = Изменено: { $from } → { $to }
event-line-erased = Работы и запчасти изменены
event-discount = Скидка: { $from } → { $to }
event-paid = Оплата: { $to }
event-refunded = Возврат: { $to }
event-reversed = Сторно: { $to }
event-prepayment = Предоплата: { $from } → { $to }
event-warranty = Гарантия до: { $from } → { $to }
event-warranty-of = По гарантии заявки: { $from } → { $to }
event-answer-elsewhere = Клиент написал, но о другой заявке
event-answer-moved = Сообщение клиента перенесено в другую заявку
event-edited = Клиент исправил сообщение
event-settled = Ответ клиенту не нужен
event-asked = Клиента спросили, согласен ли он на { $to }
event-agreed = Клиент согласился на { $to }
event-declined = Клиент отказался от { $to }
event-withdrawn = Вопрос о { $to } больше не действует
event-reminders-on = Напоминания включены
event-reminders-off = Напоминания выключены
event-reminded = Клиенту напомнили забрать, дней после готовности: { $days }
event-imported = Загружена из файла, номер там: { $number }
event-employee = Ответственный: { $from } → { $to }
event-customer = Карточка клиента удалена
event-deleted = Заявка удалена
event-system = Система
event-by-customer = Клиент
event-was = Было: { $text }
notice-waiting = «{ $status }» будет отправлено { $when }
notice-sending = «{ $status }» отправляется
notice-retrying = «{ $status }» не доставлено: { $detail }. Повторим { $when }
notice-delivered = «{ $status }» доставлено { $when } { $how }
notice-sent = «{ $status }» отправлено { $when } { $how }
notice-dead-blocked = «{ $status }» не доставлено: клиент заблокировал бота или удалил Telegram
notice-dead-refused = «{ $status }» не доставлено: Telegram отказал ({ $detail })
notice-dead-expired = «{ $status }» не доставлено: Telegram был недоступен трое суток
notice-retry = Отправить снова
notice-of-comment = Сообщение
notice-of-approval = Вопрос о цене
talk-internal = Записать
talk-to-customer = Отправить
talk-save = Сохранить: { $why }
talk-unanswered = Клиент ждёт ответа
talk-declined = Клиент не согласен с ценой
talk-settle = Ответ не нужен
ask-title = Согласование цены
ask-open = Согласовать цену
ask-price = Цена
ask-text = За что
ask-send = Отправить на согласование
ask-save = Сохранить цену: { $why }
ask-take-back = Отозвать
channel-telegram = в Telegram
channel-max = в MAX
channel-by-sms = по SMS
channel-by-email = по почте
channel-phone = по телефону
word-yes = да
word-no = нет
prices-table = Прайс-лист таблицей
prices-lead = Наш CSV, таблица поставщика или другой программы: CSV или Excel (.xlsx). Позиция узнаётся по артикулу, иначе по штрихкоду, иначе по названию; пустая ячейка ничего не меняет. Сначала покажем, что произойдёт.
prices-download = Скачать CSV
prices-import-title = Загрузка прайс-листа
prices-new = Новых позиций
prices-changed = Изменятся
prices-unchanged = Без изменений
prices-outcome-new = Новая позиция
prices-outcome-changed = Изменится: { $fields }
prices-outcome-unchanged = Без изменений
prices-done = Прайс-лист загружен: новых позиций — { $new }, изменено — { $changed }.
line-kind-work = Работа
line-kind-part = Запчасть
line-kind-works = Работы
line-kind-parts = Запчасти
catalogue-title = Прайс-лист
catalogue-add = Добавить
catalogue-new = Новая позиция
catalogue-search = Найти
catalogue-search-hint = Название, артикул или штрихкод
catalogue-kind = Вид
catalogue-kind-any = Работы и запчасти
catalogue-archived = Архив
catalogue-in-archive = в архиве
catalogue-archive = В архив
catalogue-restore = Вернуть
catalogue-none = В прайс-листе пока пусто. Добавьте работы и запчасти или загрузите их из таблицы.
catalogue-not-found = Ничего не нашлось.
catalogue-name = Название
catalogue-article = Артикул
catalogue-barcode = Штрихкод
catalogue-price = Цена
catalogue-cost = Себестоимость
catalogue-warranty = Гарантия
catalogue-warranty-days = Гарантия, дней
catalogue-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[many] { $count } дней
}
catalogue-count = { $count ->
    [0] Позиций нет
    [one] { $count } позиция
    [few] { $count } позиции
   *[many] { $count } позиций
}
catalogue-changed = Пока вы правили, это изменил кто-то другой: сейчас там «{ $value }». Сохраните ещё раз, если верно ваше.
drawer-default = Касса
channel-page = на странице заявки
photo-alt = Фото от клиента
photo-of-shop = Фото мастерской
photo-waiting = Фото загружается из Telegram
photo-lost = Фото не загрузилось
photo-sent = Фото
attachment-sent = Клиент прислал { $what }
attachment-ours = Приложили { $what }
attachment-yours = Вы прислали { $what }
attachment-name = «{ $name }»
attachment-waiting = Файл загружается из Telegram
attachment-lost = Файл не сохранён
attachment-not-received = Файл до мастерской не дошёл
attachment-download = Скачать
attachment-photo = фото
attachment-voice = голосовое сообщение
attachment-video-note = видеосообщение
attachment-video = видео
attachment-audio = аудиозапись
attachment-animation = анимацию
attachment-file = файл
attachment-sticker = стикер
attachment-place = место на карте
attachment-contact = контакт
attachment-poll = опрос
attachment-dice = игровой смайлик
attachment-other = сообщение, которое здесь не показать
size-bytes = { $size } Б
size-kib = { $size } КБ
size-mib = { $size } МБ
nav-unanswered = { $count ->
    [one] { $count } заявка ждёт ответа
    [few] { $count } заявки ждут ответа
   *[many] { $count } заявок ждут ответа
}
nav-declined = { $count ->
    [one] { $count } отказ от цены
    [few] { $count } отказа от цены
   *[many] { $count } отказов от цены
}
nav-agreed = { $count ->
    [one] { $count } согласие с ценой
    [few] { $count } согласия с ценой
   *[many] { $count } согласий с ценой
}
nav-undelivered = { $count } не доставлено
notice-of-reminder = Напоминание
notice-of-reply = Ответ бота
reminders-on = Если клиент не заберёт, бот напомнит. Дней после готовности: { $days }.
reminders-off = Забрать бот не напоминает.
reminders-stop = Не напоминать
reminders-start = Напоминать
telegram-linked = Telegram подтверждён
telegram-unverified = Telegram не подтверждён: уведомлений не будет
telegram-blocked = Клиент заблокировал бота или удалил Telegram: позвоните
max-linked = MAX подтверждён
max-unverified = MAX не подтверждён: уведомлений не будет
max-blocked = Клиент заблокировал бота или удалил MAX: позвоните
telegram-none = Telegram не привязан: позвоните
telegram-confirm = Подтвердить
telegram-unlink = Отвязать
telegram-confirm-note = Подтверждайте, только если уверены, что это аккаунт клиента: ему станут видны заявки.
toast-told = № { $number } теперь «{ $status }». { $name } получит сообщение через { $seconds } с.
toast-due = № { $number } теперь «{ $status }». Сообщение клиенту ждёт отправки.
toast-leaving = № { $number } теперь «{ $status }». Сообщение клиенту уходит.
toast-silent = № { $number } снова «{ $status }». Клиенту об этом не сообщим.
toast-customer = Клиент
toast-undo-tell = Вернуть и сообщить
toast-undo-silent = Вернуть молча
toast-was-told = № { $number } теперь «{ $status }». Клиенту сообщили.
toast-not-told = № { $number } теперь «{ $status }». Клиенту не сообщим: { $why }.
toast-why-none = Telegram не привязан
toast-why-bot = бот не подключён
toast-why-unverified = Telegram не подтверждён
toast-why-blocked = клиент заблокировал бота или удалил Telegram
toast-why-email-stopped = клиент просил не писать на почту
toast-why-deleted = карточка клиента удалена
toast-why-stage = об этом этапе не сообщаем
call-instead = { $why }, звоните { $phone }
said-sent = Сообщение уходит клиенту в Telegram.
said-saved = Сообщение сохранено, но в Telegram не уйдёт: { $why }.
asked-sent = Вопрос о цене уходит клиенту в Telegram.
asked-saved = Цена сохранена, но в Telegram не уйдёт: { $why }.
toast-undo = Отменить
toast-deleted = Заявка № { $number } удалена.
new-title = Создать новую заявку
new-phone = Телефон клиента
new-name = Имя клиента
new-name-note = Новый клиент: заведём карточку
new-known = Клиент есть в базе
new-last = Последние заявки
new-known-device = Это устройство у нас уже было
new-warranty-holds = По гарантии заявки № { $number }: действует до { $day }.
new-warranty-over = По гарантии заявки № { $number }, но она закончилась { $day }.
new-warranty-unknown = По гарантии заявки № { $number }. До какого дня гарантия, в ней не записано.
new-submit = Создать заявку
new-again = То же устройство
new-print = Создать и напечатать
new-customer = Клиент
new-made = Заявка принята.
new-check = Найти
edit-title = Заявка № { $number }: редактирование
delete-title = Удалить заявку № { $number }?
delete-lead = Заявку нельзя будет вернуть. История останется в базе.
conflict-title = Заявку уже изменили
conflict-title-customer = Карточку уже изменили
conflict-title-stage = Этап уже изменили
conflict-lead = Пока вы редактировали, кто-то другой изменил то же самое. Выберите, что сохранить.
conflict-saved = Остальные ваши изменения сохранены.
conflict-choose = Выберите, что сохранить.
conflict-nothing = пусто
conflict-theirs = Сейчас в базе:
conflict-yours = Ваш вариант
conflict-drop = Оставить как в базе

# Страница клиента

status-phone = Ваш телефон
status-shop = Мастерская
status-telegram = Открыть в Telegram
status-max = Открыть в MAX
status-desk = К заявке
status-asked = Согласны на такую цену?
status-agreed = Вы согласились { $when }.
status-declined = Вы отказались { $when }.
status-withdrawn = Мастерская изменила цену: прежняя больше не действует.
status-talk = Переписка
status-you = Вы
status-write = Написать мастерской
status-send = Отправить
no-status-title = Ссылка не работает
no-status-text = Возможно, её заменили новой или её срок вышел. Спросите в мастерской.

# Сегодня и итоги месяца

today-title = Сегодня
month-title = Итоги месяца
month-registered = Принято
month-finished = Сделано
month-closed = Закрыто
month-median = Дней
month-median-long = Дней до готовности
month-none = В этом месяце ничего не было.
month-day = День
month-days = По дням
month-plot = По дням месяца. Больше всего за день: { $most }. Все числа есть в таблице под графиками.
month-table = Числа по дням
month-note = Сделано: в первый раз стало «Готово». Дней: сколько прошло от приёма до готовности, медиана. Заявки сотрудника — те, за которые он отвечает сейчас.

# Доска

keys-title = Клавиши
keys-find = Найти
keys-new = Новая заявка
keys-choose = Выбрать заявку в списке
keys-open = Открыть выбранную
keys-send = Отправить форму, в которой пишете
keys-card = Выбрать карточку на доске
keys-next = Перевести выбранную карточку в следующий этап
keys-move = Перевести её в соседний столбец
keys-close = Закрыть
keys-help = Показать эти клавиши
board-title = Доска
board-open = { $count ->
    [one] { $count } открытая
   *[other] { $count } открытых
}
board-open-sum = { $count ->
    [one] { $count } открытая, на { $sum }
   *[other] { $count } открытых, на { $sum }
}
board-whose = Чьи заявки
board-all = Все
board-mine = Мои { $count }
board-employee = Мастер: { $name }
board-anybody = любой
board-stages = Этапы
board-more = Ещё { $count } в списке
board-more-sum = Ещё { $count }, всего на { $sum }
board-sum = Всего на { $sum }
board-paid = оплачено
board-declined = отказ
board-unanswered = ответил
board-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[many] { $count } дней
}
board-closed = { $days ->
    [one] Закрыто за { $days } день, { $count }
    [few] Закрыто за { $days } дня, { $count }
   *[other] Закрыто за { $days } дней, { $count }
}
board-fold = Свернуть
board-moved = № { $number } теперь «{ $status }»
board-failed = Не получилось: заявку уже изменили или нет связи. Показано то, что в базе.

# Касса, долги и деньги месяца

cash-title = Касса
cash-drawers = Кассы
cash-today = За сегодня
cash-received = Получено
cash-refunded = Возвращено
cash-in = Внесено
cash-out = Изъято
cash-earned = Заработано
cash-methods = По способам оплаты
cash-by-drawer = Наличные по кассам
cash-shifts = Смены
cash-rows = Все операции
cash-none = В этот день денежных операций не было.
cash-more = Показаны первые 500 операций. Все операции — в файле CSV.
cash-print = Печать
cash-paper-title = Кассовый лист за { $day }
cash-signed-by = Сдал
cash-checked-by = Принял
cash-shift-open = Смена открыта: { $when }
cash-shift-closed = Смена закрыта. Наличные — после открытия смены.
cash-shift-none = Смены ещё не открывали: наличные принимаются в любое время.
cash-open = Открыть смену
cash-close = Закрыть смену
cash-put-in = Внести
cash-take-out = Изъять
cash-open-title = { $drawer }: открыть смену
cash-close-title = { $drawer }: закрыть смену
cash-in-title = { $drawer }: внести наличные
cash-out-title = { $drawer }: изъять наличные
cash-reverse-title = Сторно операции № { $number }
cash-counted = Пересчитано наличных
cash-reason = Причина расхождения
cash-sum = Сумма
cash-note = Примечание
cash-opened = Открыта
cash-closed = Закрыта
cash-opening = Было при открытии
cash-moved = Прошло за смену
cash-expected = Должно быть
cash-difference = Расхождение
drawer-name = Название кассы
drawer-new-title = Новая касса
drawer-edit-title = Переименовать кассу
drawer-rename = Переименовать
debts-title = Долги
debts-none = Долгов нет.
debts-handed = Выдано
debts-total = Стоимость
debts-paid = Оплачено
debts-owes = Долг
customer-debt = Долг: { $sum }
ledger-number = №
ledger-time = Время
ledger-kind = Операция
ledger-task = Заявка
ledger-method = Способ оплаты
ledger-drawer = Касса
ledger-in = Приход
ledger-out = Расход
ledger-employee = Сотрудник
ledger-note = Примечание
ledger-fiscal = Номер чека
ledger-corrects = К операции №
ledger-of-row = к операции № { $number }
ledger-of-task = заявка № { $number }
ledger-of-receipt = чек { $number }
payment-kind-payment = Оплата
payment-kind-refund = Возврат
payment-kind-cash-in = Внесение
payment-kind-cash-out = Изъятие
payment-kind-reversal = Сторно
payment-kind-reversal-of = Сторно: { $what }
month-money = Деньги
month-works = Работы
month-parts = Запчасти
month-discount = Скидки
month-owed = Ещё не оплачено
month-cost = Себестоимость
month-profit = Валовая прибыль
month-average = Средняя заявка
month-total = Итого
cash-file = CSV
month-plot-money = По дням месяца. Больше всего за день: { $most }. Все суммы есть в таблице под графиками.
month-money-note = Получено: все платежи, с авансами. Заработано: стоимость выданных заявок; аванс — ещё не заработок. Ещё не оплачено: долг по заявкам, выданным в этом месяце.
month-tasks = Заявки по видам и сотрудникам
month-money-table = Суммы по дням
debts-count = { $count ->
    [one] { $count } долг
    [few] { $count } долга
   *[many] { $count } долгов
}

# Этапы

stages-title = Этапы
stages-create = Новый этап
stages-lead = Этапы — это шаги внутри статуса. Когда заявке ставят статус, она попадает в его первый этап.
stages-up = выше
stages-down = ниже
stages-told = Клиенту сообщаем: «{ $words }»
stages-untold = Клиенту не сообщаем. На своей странице он видит: «{ $words }»
stages-stuck = { $count ->
    [one] без движения через { $count } день
    [few] без движения через { $count } дня
   *[many] без движения через { $count } дней
}
stage-new-title = Новый этап
stage-edit-title = Этап
stage-name = Название
stage-colour = Цвет
stage-wording = Что видит клиент
stage-wording-note = Если ничего не написать, клиент видит название статуса.
stage-told = Сообщать клиенту, когда заявка сюда попала
stage-stuck-days = Через сколько дней заявка считается без движения
stage-delete-title = Удалить этап «{ $name }»?
stage-delete-lead = Его заявки перейдут в другой этап того же статуса. Клиентам об этом не сообщим.
stage-tasks-to = Куда перейдут заявки
stage-tasks-to-none = Заявок в нём нет
colour-grey = Серый
colour-blue = Синий
colour-green = Зелёный
colour-orange = Оранжевый
colour-red = Красный
colour-violet = Фиолетовый
colour-teal = Бирюзовый
colour-pink = Розовый

# Клиенты

customers-title = Клиенты
customers-create = Новый клиент
customers-search = Найти
customers-search-hint = Имя или телефон
customers-name = Имя
customers-phone = Телефон
customers-telegram = Telegram
customers-count = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
   *[many] { $count } клиентов
}
customers-none = Клиентов нет.
customer-new-title = Новый клиент
customer-edit-title = Карточка клиента
customer-tasks = Заявки клиента
customer-second-phone = Ещё телефон
customer-email = Эл. почта
customer-company = Компания
customer-tax-number = ИНН
customer-note = Заметка
customer-note-hint = Клиент её не увидит.
merge-open = Объединить
merge-title = Объединить две карточки
merge-kept = Остаётся
merge-other = Исчезает
merge-find = Вторая карточка того же человека
merge-find-hint = Имя, телефон или номер
merge-debt = Долг
merge-linked = привязан
merge-lead = Заявки перейдут в карточку, которая остаётся, их ссылки не изменятся; клиент увидит там то, что вы напишете с этой минуты. Отменить можно 24 часа.
merge-phone-second = Телефон исчезающей карточки станет вторым телефоном той, что остаётся.
merge-phone-note = Телефон исчезающей карточки будет записан в заметку.
merge-account-dropped = { $messenger } есть у обеих: останется чат той, что остаётся, в другой больше ничего не придёт.
merge-account-moves = { $messenger } перейдёт в карточку, которая остаётся.
merge-account-stays = { $messenger } останется.
merge-account-none = Мессенджера нет ни у одной.
merge-do = Объединить
merge-swap = Оставить другую
merge-done = Объединена с карточкой:
merge-until = Отменить можно до { $time }.
merge-undo = Отменить объединение
customer-phone-unlinks = Другой номер отвяжет Telegram: этот чат — того, чей был прежний.
customer-delete-title = Удалить карточку?
customer-delete-lead = { $count ->
    [0] Заявок у клиента нет.
    [one] { $count } заявка клиента останется, но без клиента.
    [few] { $count } заявки клиента останутся, но без клиента.
   *[many] { $count } заявок клиента останутся, но без клиента.
} Имя, телефон и Telegram будут стёрты. Вернуть их нельзя.
customer-erase = Стереть и описания этих заявок, и устройства: в них тоже может быть личное
customer-taken = Карточка с этим телефоном уже есть:

# Файлы

data-title = Данные
data-export = Скачать
data-export-lead = Таблицы открываются в Excel. В них телефоны всех клиентов: храните их, где никто другой не прочтёт.
data-tasks = Заявки, CSV
data-customers = Клиенты, CSV
data-import = Загрузить таблицу
data-import-lead = CSV или Excel (.xlsx): наши таблицы, заказы из RemOnline и других программ или своя таблица. Сначала покажем, что произойдёт, и вы уточните, что значат столбцы и статусы.
field-file = Файл
data-file = Файл CSV или Excel (.xlsx), до { $mib } МБ
data-check = Проверить файл
data-archive = Архив
data-archive-lead = Всё, что записали люди, в одном файле JSON. Паролей и ключей в нём нет.
data-archive-get = Скачать архив
data-archive-put-lead = База пуста: архив можно загрузить обратно. Сотрудники вернутся отключёнными: пригласите их снова.
data-archive-file = Файл архива, до { $mib } МБ
data-archive-put = Загрузить архив
data-archive-done = Архив загружен.
data-done = Загружено: новых заявок — { $tasks }, новых клиентов — { $customers }. Уже были здесь: { $here }.
import-title = Загрузка
import-rows-read = Прочитано строк
import-worksheet = Лист книги
import-dates = Даты вроде 2/1/2024 в столбцах: { $columns }
import-dates-day-first = Сначала день: 2 января
import-dates-month-first = Сначала месяц: 1 февраля
import-new-tasks = Новых заявок
import-new-customers = Новых клиентов
import-here = Уже есть у нас
import-warned = С замечаниями
import-refused = С ошибками
import-described = В описание попадут столбцы
import-noted = Во внутреннюю заметку попадут столбцы
import-left-out = Не загрузятся столбцы
import-fix = Исправьте ошибки в файле и загрузите его снова или пропустите эти строки. Пока они есть, не загрузится ничего.
import-nothing = Нового в файле нет.
import-confirm = Загрузить
import-again = Выбрать другой файл
import-row = Строка
import-number = Номер
import-what = Что будет
import-remarks = Замечания
import-more = Показаны первые строки, { $count }, и строки с ошибками, не больше { $most }.
import-rows = По строкам
import-columns = Столбцы
import-columns-lead = Что в столбцах, мы угадали по заголовкам. Поправьте, если не так.
import-columns-cut = Показаны первые столбцы, { $count }; остальные — как угадали.
import-column-number = Столбец { $number }
import-heading = В файле
import-samples = Например
import-meaning = Что это
import-rows-are = В строках
import-rows-guessed = как видно по столбцам: { $what }
import-rows-guess = как видно по столбцам
import-rows-tasks = заявки
import-rows-customers = клиенты
import-statuses = Статусы
import-statuses-lead = Слово в файле и этап, на который попадёт заявка.
import-words-cut = Показаны первые слова, { $count }; остальные — как угадали.
import-word = В файле
import-word-rows = Строк
import-word-count = × { $count }
import-check-word = проверьте
import-stage = Этап
import-look = Показать, что выйдет
import-to-result = К итогу
import-skip = Пропустить строки с ошибками
import-refused-get = Скачать строки с ошибками
import-why = Почему не загружена
data-left = Не загружено строк — { $count }.
column-described = → в описание
column-noted = → во внутреннюю заметку
column-left-out = → не загружать
column-name = Имя
column-surname = Фамилия
column-patronymic = Отчество
column-number = Номер заказа
column-description = Неисправность, описание
column-kind = Устройство
column-created = Дата приёма
column-ready = Готово с
column-closed = Дата выдачи
column-works = Стоимость работ
column-parts = Стоимость запчастей
column-discount = Скидка
column-to-pay = Осталось оплатить
column-employee = Почта сотрудника
outcome-new-task = Новая заявка
outcome-new-task-and-customer = Новая заявка, новый клиент
outcome-new-customer = Новый клиент
outcome-known-customer = Клиент уже есть
outcome-already-here = Уже есть: № { $number }
outcome-refused = Ошибка

# Ошибки

error-title-not-found = Страница не найдена
error-text-not-found = Такой страницы или записи нет. Возможно, её удалили.
error-title-forbidden = Нет доступа
error-text-forbidden = Это может делать только владелец.
error-text-origin = Запрос пришёл с чужого сайта и не выполнен. Вернитесь на страницу и повторите.
error-title-busy = Сервер занят
error-title-limited = Слишком много попыток
error-title-internal = Ошибка на сервере
error-title-invalid = Не получилось
error-title-method = Так сюда обращаться нельзя
error-again = Ничего из введённого не пропало. Отправить ещё раз?
error-again-send = Отправить ещё раз
error-home = К списку заявок
form-errors = Исправьте:
host-unknown = Этот сервер не отвечает на это имя. Если это ваш сервер: укажите его адрес в public_url или добавьте имя в http.hosts в настройках.

day-yesterday = вчера
day-tomorrow = завтра
day-of-week = { $weekday ->
    [1] Понедельник
    [2] Вторник
    [3] Среда
    [4] Четверг
    [5] Пятница
    [6] Суббота
   *[7] Воскресенье
}, { $date }
ago-minutes = { $count } мин
ago-hours = { $count } ч
waits-title = Ждут нас
waits-whose = Чьи
waits-all = Все
waits-mine = Мои { $count }
waits-none = Никто не ждёт.
waits-none-mine = По вашим заявкам никто не ждёт.
waits-asked = Ждёт ответа
waits-declined = Отказ от цены
waits-agreed = Согласие с ценой
waits-missed = Не доставлено
waits-declined-lead = Не согласен с ценой:
waits-agreed-lead = Согласен:
waits-quote = «{ $text }»
waits-files = Прислал файл без слов
waits-missed-blocked = «{ $what }» не доставлено: бот закрыт клиентом
waits-missed-refused = «{ $what }» не доставлено: Telegram отказал
waits-missed-expired = «{ $what }» не доставлено: Telegram не отвечал
waits-decide = Решить
waits-answer = Ответить
waits-start = В работу
waits-settle = Понятно
waits-settled = Больше не ждёт
waits-call = Позвонить
waits-open = Открыть
due-title = Сегодня и просрочено
due-all = Все по сроку
due-none = На сегодня ничего не обещано.
due-late = { $count ->
    [one] на { $count } день
    [few] на { $count } дня
   *[many] на { $count } дней
}
due-stuck = Без движения: { $count }
due-overdue = Просрочено
due-today = Срок сегодня
ready-title = Готово к выдаче
ready-sum = { $count } на { $sum }
ready-all = Все готовые
ready-none = Готовых нет.
ready-paid = оплачено
ready-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[many] { $count } дней
}
ready-hand-over = Выдать
ready-one = Готово
ready-uncollected = Не забирают
ready-uncollected-all = { $count ->
    [one] { $count } не забирают
   *[many] { $count } не забирают
}
counter-cash-side = Деньги и загрузка
counter-sheet = Лист дня
counter-in-drawer = В ящике
counter-shift-open = Смена открыта: { $when }
counter-shift-closed = Смена закрыта
counter-shift-none = Смены не открывали
counter-put-in = Внесено
counter-taken-out = Изъято
counter-received = Принято за день
debts-all = Все
debt-since = № { $task }, с { $day }
load-title = Загрузка
load-lead = открытых / поздно
load-open = { $name }: открытых { $count }
load-late = { $name }: просроченных { $count }
find-hint = Номер, телефон, имя, IMEI
find-title = Поиск по заявкам
tasks-category-all = Любой тип
tasks-employee-all = Все сотрудники
tasks-to-title = Создана по
tasks-sort-usual = Как обычно
tasks-open = Открытые
tasks-due = Срок
tasks-stage = Этап
tasks-place = Место
tasks-sum = Сумма
tasks-owed = К оплате
tasks-changed = Изменена
tasks-what = Устройство и заявка
tasks-sort = Порядок
tasks-sort-number = Сначала новые
tasks-sort-due = По сроку
tasks-sort-sum = По сумме
tasks-sort-owed = По долгу
tasks-sort-changed = По изменению
tasks-sort-waiting = Давно готовые
tasks-estimate = ≈ { $sum }
tasks-other-layout = По «{ $typed }» ничего нет. Показано по «{ $meant }»: похоже, включена другая раскладка.
tasks-none-alias = Если клиенты называют это иначе, добавьте слово в словарь поиска.
aliases-title = Словарь поиска
aliases-lead = Поиск считает слова в строке одним и тем же: по «айфон» найдётся iPhone, и наоборот. Окончания до двух букв не важны.
aliases-word = Слово
aliases-meaning = Значит
aliases-add = Добавить
aliases-remove = Убрать
aliases-none = Слов ещё нет.

chat-today = Сегодня
chat-yesterday = Вчера
waits-minutes = { $count ->
    [0] только что
   *[other] ждёт ответа { $count } мин
}
waits-hours = ждёт ответа { $count } ч
waits-days = ждёт ответа { $count } дн.
chat-log = История разговора
chat-more = Ещё о разговоре
chat-events = { $count ->
    [one] { $count } событие: { $what }
    [few] { $count } события: { $what }
   *[other] { $count } событий: { $what }
}
chat-by = { $name }, { $time }
chat-by-page = { $name } на странице заявки, { $time }
chat-by-note = Заметка для своих · { $name }, { $time }
chat-to = Кому
chat-to-customer = Клиенту
chat-to-note = Заметка
chat-hint = { $name } получит в Telegram
chat-hint-unreachable = В Telegram не уйдёт: { $why }
chat-hint-note = Увидят только свои
chat-message = Сообщение
chat-files = Фото и файлы
chat-sending = отправляется
chat-delivered = доставлено { $how }
chat-sent = отправлено { $how }
chat-retrying = не доставлено: { $detail }. Повторим { $when }
chat-blocked = не доставлено: клиент заблокировал бота или удалил Telegram
chat-refused = не доставлено: Telegram отказал ({ $detail })
chat-expired = не доставлено: Telegram был недоступен трое суток
chat-unsent = не отправлено: { $why }
chat-usual = Заявка № { $number }: { $status }.
chat-ways = Сообщить иначе
chat-sms = СМС
chat-copy-text = Текст для клиента со ссылкой
quote-waiting = Ждём ответа, спросили { $when }
quote-agreed = Клиент согласился { $how }, { $when }
quote-declined = Клиент отказался { $how }, { $when }
quote-withdrawn = Больше не действует, { $when }
quote-unsettled = ждёт решения
event-customer-changed = Клиент: { $from } → { $to }
fold-created = принята
fold-stage = этап
fold-category = тип
fold-description = описание
fold-employee = мастер
fold-customer = клиент
fold-deleted = удалена
fold-device = устройство
fold-due = срок
fold-price = цена
fold-prepayment = предоплата
fold-lines = работы
fold-discount = скидка
fold-paid = оплата
fold-refunded = возврат
fold-reversed = сторно
fold-warranty = гарантия
fold-message = сообщение
fold-settled = ответ не нужен
fold-asked = вопрос о цене
fold-agreed = согласие
fold-declined = отказ
fold-withdrawn = вопрос снят
fold-reminders = напоминание
fold-notice = уведомление

other-customer-title = Другой клиент у заявки № { $number }
other-customer-now = Сейчас
other-customer-find = Найти клиента
other-customer-new = Или новый клиент
other-customer-next = Дальше
other-customer-set = Сменить клиента
other-customer-lead = Прежний клиент больше не получит сообщений об этой заявке и не увидит её в боте; его ссылка и QR-код на квитанции перестанут открываться. Что ему не успели отправить, не отправится никому, вопрос о цене снимется. Новый клиент увидит только то, что вы напишете с этой минуты, — напишите ему сами. Работы и оплаты останутся в заявке.
said-customer = Клиент заявки теперь { $name }.

waits-more = Показаны первые { $count }.

# Настройки

settings-title = Настройки
settings-shop = Мастерская
settings-region = Страна и деньги
settings-notices = Сообщения клиентам
settings-access = Доступ
settings-audit = Изменения
settings-saved = Сохранено. Действует уже сейчас.
settings-fixed-variable = Задано переменной окружения { $name }, здесь не меняется.
settings-fixed-file = Задано в { $path }, здесь не меняется.
settings-texts = Тексты сообщений
texts-lead = Что получают клиенты: по этапам и по поводам, на языке клиента. Пока вы ничего не изменили, действуют тексты программы.
texts-of-stages = Заявка перешла на этап
texts-of-others = По другим поводам
texts-changed = изменён
texts-stages = О каких этапах клиенты узнают, задаётся у самих этапов:
texts-how = Слова в фигурных скобках заменяются тем, что известно о заявке. Предложение, в котором ничего не известно, в сообщение не попадёт.
texts-full = Мессенджеры и почта
texts-short = SMS
texts-full-ru = Мессенджеры и почта, по-русски
texts-full-en = Мессенджеры и почта, по-английски
texts-short-ru = SMS, по-русски
texts-short-en = SMS, по-английски
texts-insert = Вставить из заявки
texts-reset = Вернуть текст программы
texts-sample = Придуманная заявка
texts-parts = { $count } SMS
texts-newest = Заявка № { $number }
texts-device = Устройство
texts-number = Номер заявки
texts-stage = Что видит клиент
texts-sum = Цена
texts-paid = Оплачено
texts-to-pay = К оплате
texts-due = Срок
texts-since = Готово с
texts-warranty = Гарантия до
texts-text = Что написал сотрудник
texts-lines = Работы и запчасти
texts-address = Адрес
texts-hours = Часы работы
texts-phone = Телефон мастерской
texts-shop = Название мастерской
texts-link = Ссылка на заявку
conflict-title-texts = Тексты уже изменили
audit-message-text = Текст сообщения: { $subject }
message-sample-comment = Нашли причину, нужна ещё одна деталь. Привезут завтра.
message-sample-quote = Экран меняем целиком, на него три месяца гарантии.
settings-audit-none = Ещё никто ничего не менял.
settings-audit-what = Что
audit-customers-merged = Объединение карточек, клиент № { $subject }
audit-merge-undone = Отмена объединения, клиент № { $subject }
audit-phone-corrected = Телефон клиента № { $subject }
settings-audit-when = Когда
settings-audit-who = Кто
settings-audit-old = Было
settings-audit-new = Стало
settings-audit-older = Раньше
audit-role-changed = Роль: { $subject }
audit-deactivated = Сотрудник отключён: { $subject }
audit-reactivated = Сотрудник включён: { $subject }
audit-password-link = Ссылка для нового пароля: { $subject }
audit-invited = Приглашение: { $subject }
audit-invite-letter = Приглашение отправлено письмом: { $subject }
audit-password-letter = Ссылка для нового пароля отправлена письмом: { $subject }
audit-invite-withdrawn = Приглашение отозвано: { $subject }
setting-shop-name = Название на бумагах и странице клиента
setting-legal-name = Полное имя
setting-legal-name-hint = Как в договоре: «ИП Котов Алексей Викторович».
setting-tax-id = ИНН
setting-registration-id = ОГРН или ОГРНИП
setting-address = Адрес
setting-hours = Часы работы
setting-phone = Телефон
setting-terms = Условия на квитанции
setting-terms-hint = Печатаются над подписями; каждая строка с новой строки.
setting-language = Язык для тех, чей язык неизвестен
setting-language-hint = Каждый сотрудник выбирает свой язык в профиле.
setting-country = Страна
setting-country-hint = Две буквы, например RU. По ней понятно, чей номер «8 900 …».
setting-timezone = Часовой пояс
setting-timezone-hint = Название IANA, например Europe/Moscow. По нему считаются дни.
setting-currency = Валюта
setting-currency-hint = Код ISO 4217, например RUB. Уже записанные суммы не пересчитываются.
setting-notify-delay = Отправлять уведомление через
setting-channels-order = Порядок каналов
setting-channels-order-hint = telegram, max, sms, email. Сначала — туда, откуда клиент писал последним. Что первый не доставит, уйдёт следующим.
setting-notify-delay-hint = За это время изменение можно отменить так, что клиент не узнает.
setting-reminder-days = Напоминать забрать, дни
setting-reminder-days-hint = Через сколько дней после готовности, через запятую; пусто — не напоминать.
setting-reminder-hour = Час напоминаний
setting-reminder-hour-hint = С этого часа и восемь часов после.
setting-status-days = Ссылка клиента действует, дней
setting-status-days-hint = Считая от дня, когда заявку закрыли.
setting-registration = Кто может завести учётную запись
setting-registration-invite = По приглашению владельца
setting-registration-open = Любой, кто откроет страницу
setting-registration-closed = Никто
problem-country-unknown = Нужны две буквы страны, например RU.
problem-timezone-unknown = Нет такого часового пояса; нужно название IANA, например Europe/Moscow.
problem-currency-unknown = Нет такой валюты; нужен код ISO 4217, например RUB.
problem-choice-unknown = Выберите одно из предложенного.
problem-reminder-days = Нужны дни от 1 до 365 через запятую, например 3, 14, 30.
problem-hour-out-of-range = Нужен час от 0 до 23.
problem-duration-malformed = Нужно время, например 5s, 10m или 1h.
problem-setting-given = Это задано в файле настроек или в окружении; здесь не меняется.
problem-bot-token-malformed = Это не похоже на токен. Он выглядит так: 7123456789:AAH…, число, двоеточие и длинный код. Скопируйте его из сообщения @BotFather. Ничего не сохранено.
problem-bot-token-refused = Telegram не знает бота с таким токеном. Возьмите токен у @BotFather заново: /mybots, ваш бот, API Token. Ничего не сохранено.
problem-telegram-unreachable = Telegram сейчас не отвечает, поэтому токен проверить не удалось. Ничего не сохранено; попробуйте ещё раз. Если он не отвечает никогда, запишите прокси в файл настроек: telegram.proxy.
problem-telegram-proxy = Прокси не пропускает к Telegram, поэтому токен проверить не удалось. Ничего не сохранено. Проверьте telegram.proxy в файле настроек и попробуйте ещё раз.
problem-other-bot = Токен другого бота. Если так и надо, отметьте это и вставьте токен ещё раз. Ничего не сохранено.
problem-address-not-https = Telegram доставляет только на https-адрес, а адрес для клиентов другой.
problem-max-token-malformed = Это не похоже на токен: он — один длинный код без пробелов. Скопируйте его со страницы бота на business.max.ru. Ничего не сохранено.
problem-max-token-refused = MAX не знает бота с таким токеном. Возьмите токен заново на странице бота на business.max.ru. Ничего не сохранено.
problem-max-forbidden = MAX не даёт этому боту работать: посмотрите на business.max.ru, прошёл ли он модерацию. Ничего не сохранено.
problem-max-unreachable = MAX сейчас не отвечает, поэтому токен проверить не удалось. Ничего не сохранено; попробуйте ещё раз.
problem-max-untrusted = Сертификат MAX выдан центром, которому этот сервер не доверяет. Скачайте на сервер Russian Trusted Root CA с gosuslugi.ru/crt и укажите путь к файлу здесь. Ничего не сохранено.
problem-authorities-unusable = В этом файле нет сертификата, или он не читается. Ничего не сохранено.
problem-address-not-at-443 = MAX доставляет только на https-адрес на порту 443, а адрес для клиентов другой.
paper-tax-id = ИНН { $number }
paper-registration-id = ОГРН { $number }
first-shop = Название мастерской
setting-delay-none = сразу
setting-delay-5s = 5 секунд
setting-delay-30s = 30 секунд
setting-delay-1m = минуту
setting-delay-5m = 5 минут
setting-delay-15m = 15 минут
settings-backups = Копии
backups-newest = Последняя копия
backups-none = Копий ещё нет.
backups-late = Новой копии нет дольше, чем задано: проверьте папку и место на диске.
backups-now = Сделать сейчас
backups-download = Скачать
backups-made = Копия сделана.
backups-private = В копии телефоны клиентов и ключи программы. Храните её там, где её никто другой не возьмёт.
setting-backup-every = Делать копию
setting-backup-off = не делать
setting-backup-6h = каждые 6 часов
setting-backup-1d = каждый день
setting-backup-7d = каждую неделю
setting-backup-dir = Папка
setting-backup-dir-hint = Лучше на другом диске: копия на том же диске не спасёт от его поломки.
setting-backup-keep = Сколько копий хранить
problem-count-malformed = Нужно целое число от 1.
problem-quiet-hours-malformed = Нужны два часа, например 21-9, или off.
problem-folder-unusable = Папку нельзя создать или в неё нельзя писать. Укажите другую.
problem-backup-failed = Копия не сделана: проверьте, есть ли место на диске и можно ли писать в папку.
first-day-title = Первый день
first-day-dismiss = Скрыть
first-day-done = сделано
first-day-fill = Заполнить
first-day-token = Вставить токен
first-day-shop = Мастерская на квитанции: название, адрес, телефон
first-day-repair = Первая заявка
first-day-receipt = Пробная печать квитанции
first-day-colleague = Позвать коллегу
first-day-bot = Бот, который пишет клиентам в Telegram
first-day-backup = Копия базы
first-day-address = Адрес для клиентов: пока QR-коды ведут на этот компьютер
settings-bot = Бот
bot-title = Бот в Telegram
bot-answers = @{ $name } отвечает
bot-checked = Проверен { $when }
bot-turned-off = Бот выключен, токен сохранён
bot-token = Токен
bot-token-hidden = токен скрыт
bot-token-hint = Можно вставить всё сообщение @BotFather целиком. Сохранённый токен никому не показывается, его можно только заменить.
bot-mode = Как приходят сообщения
bot-mode-title = Другой способ получать сообщения
bot-mode-auto = Выбрать за меня
bot-mode-webhook = Telegram присылает сам (нужен https-адрес)
bot-mode-polling = Программа спрашивает Telegram
bot-mode-off = Бот выключен
bot-receiving = { $how }: { $why }
bot-by-webhook = { $messenger } присылает сам
bot-by-polling = программа спрашивает { $messenger }
bot-way = Связь с Telegram
bot-way-direct = напрямую
bot-way-proxy = через прокси { $proxy }
bot-way-server = через свой сервер Bot API { $server }
bot-way-both = через свой сервер Bot API { $server } и прокси { $proxy }
bot-way-works = { $way } (работает)
bot-way-fails = { $way } (не работает)
bot-advice-blocked = Проверьте интернет на сервере. Если он есть, Telegram закрыт у провайдера: нужен прокси или свой сервер Bot API. Запишите telegram.proxy или telegram.api_url в файл настроек и перезапустите программу.
bot-advice-foreign = Вместо Telegram отвечает кто-то другой, например страница провайдера. Нужен прокси: запишите telegram.proxy в файл настроек и перезапустите программу.
bot-advice-server = Проверьте, что сервер Bot API запущен и что telegram.api_url в файле настроек ведёт на него.
bot-advice-proxy = Проверьте, что прокси работает и что его адрес в telegram.proxy верный; если прокси в порядке, он сам не достаёт до Telegram.
bot-advice-proxy-password = Проверьте имя и пароль в telegram.proxy и перезапустите программу.
bot-advice-proxy-refused = Прокси не пускает к Telegram. Разрешите ему это или запишите другой в telegram.proxy и перезапустите программу.
bot-advice-polling = Если адрес открывается с телефона, Telegram просто не пускают к нему. Выберите ниже «Программа спрашивает Telegram»: тогда программа забирает сообщения сама, тем же путём, каким отправляет свои.
bot-why-chosen = так выбрали вы
bot-why-given = так задано в файле настроек
bot-why-deliverable = адрес для клиентов с https
bot-why-local = адрес для клиентов ведёт на этот компьютер, { $messenger } туда не доставит
bot-why-plain = адрес для клиентов без https, { $messenger } туда не доставляет
bot-customers = Клиентов в боте
bot-customers-of = { $count } из { $all }
bot-last-day = Уведомления за сутки
bot-delivered = доставлено { $count }
bot-failed = не доставлено { $count }
bot-check = Проверить
bot-connect = Подключить
bot-connect-title = Подключить бота
bot-connected = Бот подключён и уже отвечает за мастерскую.
bot-replace = Заменить токен
bot-how-father = Откройте в Telegram
bot-how-new = Отправьте ему /newbot, придумайте имя и адрес бота. Если бот уже есть — /mybots, выберите бота, API Token.
bot-how-paste = Скопируйте токен из ответа и вставьте сюда.
bot-other = Это другой бот
bot-other-lead = { $count ->
    [one] Сейчас боту можно писать { $count } клиенту.
    [few] Сейчас бот может писать { $count } клиентам.
   *[many] Сейчас бот может писать { $count } клиентам.
} Другой бот не сможет, пока клиент сам его не запустит; сотрудники тоже подключатся к нему заново. Новый токен прежнего бота ничего не меняет.
bot-disconnect = Отключить
bot-disconnect-title = Отключить бота?
bot-disconnect-lead = Клиентам перестанут приходить уведомления, а их сообщения — в мастерскую. Токен будет забыт. То, что ещё не отправлено, подождёт три дня на случай, если вы подключите бота снова.
bot-disconnected = Бот отключён, токен забыт.
bot-qr = QR-код бота
bot-qr-lead = Клиент наводит камеру, нажимает «Начать» и узнаёт о ремонте из { $messenger }.
bot-poster-title = Следите за ремонтом в { $messenger }
bot-poster-how = Наведите камеру телефона, откройте бота и нажмите «Начать». Он напишет, когда ремонт будет готов.
audit-bot-connected = Бот подключён
audit-bot-disconnected = Бот отключён
settings-max = MAX
max-title = Бот в MAX
max-off = Бот в MAX не подключён.
max-token-hint = Сохранённый токен никому не показывается, его можно только заменить.
max-mode-webhook = MAX присылает сам (нужен https-адрес на порту 443)
max-mode-polling = Программа спрашивает MAX (он хранит сообщения сутки)
max-why-plain = адрес для клиентов не https на порту 443, MAX туда не доставляет
max-settings = Настройки бота
max-authorities-of-system = системный
max-authorities-unusable = Файл с корневым сертификатом MAX не годится, поэтому бот не работает ({ $detail }).
max-untrusted = Безопасно связаться с MAX не получается: его сертификат выдан центром, которому этот сервер не доверяет.
max-token-refused = MAX не знает токен бота. Возьмите его заново на странице бота на business.max.ru и вставьте сюда.
max-forbidden = MAX не даёт боту работать ({ $detail }). Сообщения подождут и уйдут позже.
max-unreachable = Связи с MAX нет ({ $detail }). Сообщения подождут и уйдут позже.
max-advice-authorities = Скачайте на сервер корневой сертификат Russian Trusted Root CA в формате PEM с gosuslugi.ru/crt и укажите путь к файлу в настройках бота.
max-advice-moderation = Посмотрите страницу бота на business.max.ru: прошёл ли он модерацию и не остановлен ли он.
max-how-bot = Создайте бота и дождитесь модерации, после неё появится токен:
max-how-authority = Скачайте на сервер корневой сертификат MAX, Russian Trusted Root CA, в формате PEM:
max-how-paste = Впишите ниже путь к этому файлу и вставьте токен со страницы бота.
max-disconnect-title = Отключить бота в MAX?
setting-max-ca-file = Корневой сертификат MAX
setting-max-ca-file-hint = Путь к файлу PEM на сервере. Ему доверяют только для MAX. Пусто — сертификаты системы.
audit-max-connected = Бот в MAX подключён
audit-max-disconnected = Бот в MAX отключён
settings-channels = Каналы
channel-sms = SMS
channel-email = Электронная почта
channel-off = Выключено: ничего не отправляется
channel-incomplete = Не хватает ключа или пароля
channel-ready = Настроено
channel-balance = Узнать баланс
channel-balance-is = На счёте осталось: { $sum }
channel-sms-key = Ключ шлюза
channel-mail-password = Пароль почтового ящика
channel-secret-set = Задан, никому не показывается. Другому шлюзу или почтовому серверу понадобится новый.
channel-secret-none = Ещё не задан.
channel-secret-forget = Забыть
channel-password-hint = Крупные почтовые службы требуют отдельный пароль для программ; он создаётся в настройках ящика.
channel-test = Отправить SMS
channel-test-letter = Отправить мне письмо
channel-test-phone = Телефон для проверочной SMS
channel-test-paid = Она стоит столько же, сколько любая другая.
channel-test-subject = Проверка из мастерской
channel-test-text = Это проверка. Сообщения из мастерской доходят.
channel-sms-sent = Шлюз принял SMS.
channel-sms-sent-for = Шлюз принял SMS. Она стоила { $sum }.
channel-mail-well = Почтовый сервер принимает логин и пароль.
channel-sms-reports = Адрес для отчётов
channel-sms-reports-local = Адрес ведёт на сам этот компьютер: шлюз до него не достучится.
channel-sms-reports-lead = Укажите его в кабинете шлюза как адрес обработчика статусов (callback): тогда о доставке SMS станет известно сразу. Без него программа спрашивает шлюз каждую минуту. В адресе есть секрет.
channel-letter-sent = Почтовый сервер принял письмо, оно идёт на ваш адрес.
channel-trouble-unreachable = Сейчас нет связи. Сообщения подождут и уйдут позже.
channel-trouble-certificate = Соединение небезопасно: сертификату нет доверия или нет шифрования. Проверьте имя сервера и вид шифрования.
channel-trouble-credentials = Логин, пароль или ключ не приняты. Проверьте их.
channel-trouble-no-money = На счёте нет денег. Пополните его.
channel-trouble-sender = Этот отправитель для счёта не согласован. Выберите согласованного.
channel-trouble-recipient = На этот номер или адрес отправить нельзя. Проверьте его.
channel-trouble-too-many = Слишком много сообщений за короткое время. Попробуйте позже.
channel-trouble-content = Это сообщение не принято. Причина ниже.
channel-trouble-repeated = Такое же сообщение уже принято только что. Подождите несколько минут.
channel-trouble-unclear = Ясного ответа нет: сообщение могло быть принято. Посмотрите, дойдёт ли оно, прежде чем отправлять ещё одно.
setting-sms-provider = Шлюз
setting-sms-off = нет
setting-sms-ru = sms.ru
setting-smsc = SMSC
setting-sms-aero = SMS Aero
setting-sms-login = Логин
setting-sms-login-hint = SMS Aero: почта, на которую заведён счёт. SMSC: логин, или пусто, если у вас ключ. sms.ru: пусто.
setting-sms-sender = Отправитель
setting-sms-sender-hint = Имя, согласованное для вас с операторами. Пусто — имя самого шлюза; SMS Aero без имени не отправляет.
setting-sms-purposes = О чём писать по SMS
setting-sms-ready = Устройство готово
setting-sms-quote = Цена, на которую нужен ответ
setting-sms-reminder = Напоминание забрать
setting-sms-daily-messages = SMS в день, не больше
setting-sms-daily-money = Денег в день, не больше
setting-sms-daily-money-hint = Пусто — без ограничения.
setting-sms-quiet = Ночью без SMS
setting-sms-quiet-hint = С какого и до какого часа по времени мастерской, например 21-9; off — отправлять всегда. SMS подождёт утра, если сообщение не может уйти другим путём.
setting-email-host = Почтовый сервер
setting-email-host-hint = Например, smtp.yandex.ru. Пусто — почта выключена.
setting-email-security = Шифрование
setting-email-tls = сразу (TLS, порт 465)
setting-email-starttls = после приветствия (STARTTLS, порт 587)
setting-email-plain = нет, для сервера на этом же компьютере
setting-email-port = Порт
setting-email-port-hint = Пусто — обычный.
setting-email-user = Логин
setting-email-user-hint = Обычно адрес ящика целиком.
setting-email-from = Отправитель
setting-email-from-hint = Адрес, на который клиенты отвечают. Пусто — логин.
audit-channel-secret-set = Секрет задан: { $subject }
audit-channel-secret-removed = Секрет забыт: { $subject }
letter-invite-subject = { $shop }: ваша учётная запись
letter-invite-text = Вас приглашают за стойку «{ $shop }». Откройте страницу и придумайте пароль. Ссылка сработает один раз, до { $until }.
letter-invite-button = Создать учётную запись
letter-password-subject = { $shop }: новый пароль
letter-password-text = Владелец «{ $shop }» сделал ссылку, по которой вы задаёте новый пароль. Она сработает один раз, до { $until }. Пока вы её не открыли, пароль прежний.
letter-password-button = Задать пароль
letter-notice-subject = О вашей заявке № { $number }
letter-notice-button = Открыть заявку
letter-unsubscribe = Больше не присылать писем
email-stop-title = Письма от мастерской
email-stop-lead = Больше не присылать вам писем на этот адрес?
email-stop-button = Больше не присылать
email-stop-done = Готово: писем на этот адрес больше не будет.
email-stopped = Клиент попросил не писать ему на почту.
email-resume = Снова писать на почту
settings-address = Адрес
settings-address-lead = Например, https://remont-lenina.ru. По этому адресу клиенты открывают свою страницу, на него ведут QR на бумагах. Он сохранится, если программа доступна по нему снаружи.
settings-address-local = QR ведут на сам этот компьютер: с телефона клиента они не откроются
setting-public-url = Адрес для клиентов
address-test = Проверить и сохранить
address-saved = Адрес верный и сохранён. Теперь входите по нему.
address-go = Открыть новый адрес
address-phone-title = Или проверьте с телефона
address-phone = Отключите Wi-Fi, чтобы телефон был снаружи, и откройте эту ссылку. Если страница ответит, что адрес работает, нажмите «Проверить и сохранить» ещё раз.
reach-title = Адрес работает
reach-text = Этот адрес ведёт на программу. Вернитесь к настройкам и нажмите «Проверить и сохранить» ещё раз.
problem-address-malformed = Напишите адрес целиком и без пути, например https://remont-lenina.ru.
problem-address-without-https = У сервера есть сертификат, поэтому адрес начинается с https://.
problem-address-name-unknown = Такого имени в интернете нет. Проверьте, как оно написано; новое имя появляется в течение суток.
problem-address-refused = По этому адресу никто не отвечает. Проверьте, что имя ведёт на эту машину и порт открыт.
problem-address-timeout = За десять секунд ответа не было. Проверьте, что имя ведёт на эту машину и порт открыт.
problem-address-certificate = Сертификат там не тот или недействителен.
problem-address-foreign = По этому адресу отвечает что-то другое, не эта программа. Проверьте прокси и что адрес написан так, как его показывает браузер.
address-set = Указать адрес
demo-title = Пример мастерской
demo-load = Загрузить пример
demo-load-lead = Сначала осмотритесь: вымышленные заявки, клиенты и цены, убираются одной кнопкой.
demo-loaded = Это заявки, клиенты и цены из примера.
demo-remove = Убрать пример
demo-remove-title = Убрать пример?
demo-remove-own = { $count ->
    [one] Вместе с ним уйдёт { $count } заявка, созданная после загрузки.
    [few] Вместе с ним уйдут { $count } заявки, созданные после загрузки.
   *[many] Вместе с ним уйдут { $count } заявок, созданных после загрузки.
}
demo-remove-lead = Удалятся все заявки, клиенты, цены и платежи, и те, что вы добавили сами. Учётные записи, настройки, этапы и слова поиска останутся. Перед этим будет сделана копия базы.
audit-demo-loaded = Загружен пример мастерской
audit-demo-removed = Убран пример мастерской
tasks-none-open = Открытых заявок нет. Новая начинается с телефона клиента.
customers-none-yet = Клиентов пока нет. Каждая новая заявка добавляет своего; таблицу из другой программы можно загрузить.
board-none = Открытых заявок нет. Новая начинается с телефона клиента, её карточка появится в первой колонке.
settings-program = Программа
settings-drawers = Кассы
program-version = Версия
program-schema = Схема базы
program-database = База
program-size = Размер
program-doctor = Команда «zayavka doctor» на сервере проверит всё это и скажет, что делать.
address-right = Клиенты открывают мастерскую по этому адресу.
settings-papers = Бумаги
setting-papers-warranty = Условия гарантии в акте выдачи
setting-papers-footer = Последняя строка квитанций и актов
setting-papers-blocks = Показывать на бумагах
setting-papers-blocks-hint = Экземпляр клиента печатается на A4 под экземпляром мастерской; если оба не помещаются, выйдет два листа.
setting-papers-legal = Полное имя, ИНН и ОГРН
setting-papers-customer-copy = Экземпляр клиента на том же листе
setting-papers-condition = Внешний вид и комплект устройства
setting-papers-estimate = Примерная цена
setting-papers-qr = QR-код страницы клиента
setting-papers-signatures = Подписи
setting-papers-size = Бумага
setting-papers-size-hint = Пока никто не выбрал другую: каждый браузер помнит свою.
setting-papers-label = Наклейка
paper-a5 = A5
paper-roll58 = 58 мм
paper-58x40 = 58 × 40 мм
paper-58x30 = 58 × 30 мм
paper-43x25 = 43 × 25 мм
paper-40x30 = 40 × 30 мм
paper-copy-shop = Экземпляр мастерской
paper-copy-customer = Экземпляр клиента
paper-cut = линия отреза
paper-warranty = Гарантия
paper-told = Сообщили о готовности
paper-given = Выдал, дата
logo-title = Логотип
logo-file = Картинка, до 1 МБ
logo-hint = PNG, JPEG или WebP. Печатается на квитанциях и актах и видна на странице клиента.
logo-put = Поставить на бумаги
logo-remove = Убрать
problem-logo-kind = Выберите картинку PNG, JPEG или WebP не больше { $bound } на { $bound } пикселей.
preview-title = Как выйдет из принтера
preview-paper = Какую бумагу показать
preview-note = Заявка придумана, тексты из формы; пока вы не нажали «Сохранить», ничего не меняется.
preview-show = Показать
sample-employee = Марина
sample-customer = Сергей Петров
sample-kind = Смартфон
sample-accessories = чехол, лоток SIM без карты
sample-appearance = трещины от угла экрана, царапины на рамке
sample-fault = Упал на плитку: экран разбит, не включается. Данные нужны, копии нет
sample-work = Замена дисплея
sample-part = Дисплей iPhone 12
audit-stage-created = Новый этап: { $subject }
audit-stage-changed = Изменён этап: { $subject }
audit-stage-deleted = Удалён этап: { $subject }
audit-drawer-created = Новая касса: { $subject }
audit-drawer-renamed = Касса переименована
problem-recovery-key-malformed = Напишите открытую половину ключа восстановления, она начинается с age1.
problem-offsite-address = Напишите webdavs://сервер/папка или s3://бакет/префикс, без имени и пароля.
problem-offsite-incomplete = Сначала заполните это.
setting-offsite-address = Куда отправлять копии
setting-offsite-endpoint = Адрес хранилища S3
setting-offsite-region = Регион хранилища S3
setting-offsite-user = Имя пользователя или идентификатор ключа доступа
setting-offsite-recovery-key = Открытая половина ключа восстановления
setting-offsite-keep-days = За сколько дней хранить копии
setting-offsite-keep-weeks = За сколько недель хранить копии
setting-offsite-keep-months = За сколько месяцев хранить копии
setting-offsite-bandwidth = Наибольшая скорость, КиБ в секунду
offsite-secret = Пароль или секретный ключ доступа
offsite-unknown = подробностей нет
offsite-unreachable = Место для копий недоступно ({ $detail }). Проверьте адрес и связь этого компьютера.
offsite-cut = Связь с местом для копий оборвалась. Попытка будет повторена.
offsite-certificate = Сертификату места для копий нет доверия. Если это ваш компьютер, укажите его центр сертификации в offsite.ca_file.
offsite-password = Место для копий не принимает имя или пароль. Многим облакам нужен пароль для приложений.
offsite-clock = Хранилище отклоняет запросы: часы этого компьютера идут неверно. Поправьте часы.
offsite-full = В месте для копий нет места. Удалите там лишнее или храните меньше копий.
offsite-full-here = На диске этого компьютера не хватает места для копии, которая шифруется ({ $detail }).
offsite-no-place = Такой папки или такого бакета нет. Проверьте адрес.
offsite-redirect = Адрес ведёт на другой ({ $detail }). Туда никто не идёт, чтобы пароль не попал в чужие руки. Напишите конечный адрес.
offsite-web-page = Вместо хранилища отвечает веб-страница. Проверьте адрес; возможно, сеть этого компьютера требует входа.
offsite-refused = Место для копий отказывает ({ $detail }).
offsite-different = Место вернуло не то, что было отправлено ({ $detail }). Копия не засчитана.
offsite-source = База не скопирована ({ $detail }). Её проверит «zayavka doctor».
offsite-other-server = Копии этой мастерской здесь делает другой сервер; последний его знак — { $detail }. Если того сервера больше нет, возьмите копии на себя.
offsite-no-key = Ключа восстановления ещё нет. Сначала создайте его.
offsite-no-password = Не хватает имени и пароля для места копий.
offsite-no-copies = В этом месте нет ни одной целой копии.
offsite-no-such-copy = Целой копии с таким именем нет ({ $detail }).
offsite-several-shops = В этом месте копии нескольких мастерских. Назовите одну из них: { $detail }
offsite-key-typo = В ключе опечатка: не сходится контрольная сумма. Сверьте каждое слово с листом.
offsite-key-word = В слове { $detail } ключа опечатка: такого слова нет.
offsite-key-malformed = Это не ключ восстановления. Введите все 24 слова с листа или строку, которая начинается с AGE-SECRET-KEY-1.
offsite-wrong-key = Ключ целый, но эту копию он не открывает ({ $detail }). Сверьте отпечаток на листе.
offsite-no-copy = Этот файл — не копия, сделанная этой программой.
offsite-short = Копия обрезана: не хватает конца.
offsite-changed = Копия изменена или обрезана после того, как её сделали.
offsite-other-shop = Это копия другой мастерской, чем говорит имя ({ $detail }).
offsite-newer = Эту копию сделала более новая версия программы ({ $detail }). Сначала установите её.
offsite-damaged = База в копии повреждена.
settings-offsite = Копии вне сервера
setting-offsite-address-hint = Папка в облаке или на другом компьютере: webdavs://webdav.yandex.ru/zayavka (Яндекс Диск), webdavs://webdav.cloud.mail.ru/zayavka (Облако Mail.ru), Nextcloud, сетевой диск — или бакет S3: s3://бакет/папка.
setting-offsite-endpoint-hint = Только для S3: https://storage.yandexcloud.net, https://s3.ru-1.storage.selcloud.ru и подобные.
setting-offsite-bandwidth-hint = Пусто — без ограничения.
offsite-place = Место для копий
offsite-keep = Сколько копий хранить
offsite-secret-hint = Для Яндекс Диска и Mail.ru это пароль приложения, а не пароль от почты. Для S3 — секретный ключ.
offsite-secret-set = Задан, никому не показывается. Для другого места понадобится новый.
offsite-save = Сохранить и проверить
offsite-signed-in = Место для копий отвечает, вход выполнен.
offsite-none = Копий вне сервера нет
offsite-why = Если сервер пропадёт или диск сломается, пропадут и копии рядом с базой. Каждую ночь программа отправит зашифрованную копию в другое место; открыть её сможете только вы — ключом с листа восстановления.
offsite-without-sheet = Осталось напечатать лист восстановления
offsite-never = Ни одной копии ещё нет
offsite-newest = Последняя копия: { $at } ({ $ago }), { $size }
offsite-lies-at = Лежит здесь: { $place }
offsite-late = Копии нет уже две ночи.
offsite-failed = { $at } не получилось: { $why }
offsite-next = Следующая: { $at }
offsite-running = Копия делается.
offsite-look-again = Обновить
offsite-asked = Копия сейчас будет сделана.
offsite-copy-now = Сделать копию сейчас
offsite-take-over = Теперь копии делает этот сервер
offsite-list = Какие копии есть
offsite-try = Проверить копию
offsite-sheet = Лист восстановления
offsite-sheet-why = Копии шифруются ключом, которого на сервере нет: он только на вашем листе. Без листа копию не откроет никто.
offsite-sheet-make = Создать лист восстановления
offsite-sheet-again = Создать новый лист
offsite-key-is = Копии шифруются ключом с отпечатком { $key }.
offsite-key-change = Если лист потерян или его мог видеть чужой, создайте новый. Прежние копии открываются прежним листом.
offsite-sheet-gone = Тот лист больше не действует: прошёл час или программа перезапускалась. Создайте новый.
offsite-sheet-lead = Напечатайте лист или сохраните его как PDF не на этом сервере. Ключ показывается только сейчас.
offsite-sheet-title = Лист восстановления
offsite-sheet-keep = Этими словами открываются копии базы мастерской. Храните лист отдельно от сервера и никому не показывайте. Восстановить ключ без листа нельзя.
offsite-sheet-code = Тот же ключ одной строкой
offsite-sheet-print = Отпечаток ключа
offsite-sheet-place = Где лежат копии
offsite-sheet-made = Создан
offsite-sheet-how = Если сервера больше нет
offsite-sheet-install = Поставьте программу на новый компьютер.
offsite-sheet-command = Выполните команду; она спросит пароль места для копий и ключ с этого листа:
offsite-sheet-then = Запустите программу под прежним адресом: ссылки и QR-коды клиентов заработают снова.
offsite-sheet-check = Проверьте, что лист у вас
offsite-sheet-check-lead = Впишите с листа три слова. После этого программа забудет ключ и начнёт делать копии.
offsite-sheet-word = Слово № { $number }
offsite-sheet-typed = Слово с листа
offsite-sheet-done = Лист у меня
problem-recovery-word = На листе под этим номером другое слово.
offsite-upload-cut = Файл загрузился не до конца. Попробуйте ещё раз.
offsite-try-lead = Скачайте копию из облака и выберите её здесь: программа расшифрует её, проверит и скажет, что внутри. В базе ничего не изменится, ключ не сохранится.
offsite-try-key = Ключ с листа: 24 слова или строка AGE-SECRET-KEY-1…
offsite-try-file = Файл копии (.db.age)
offsite-whole = Копия целая
offsite-last-task = последняя от { $at }
offsite-today = { $ago }, { $size }, { $place }
offsite-tasks = { $count ->
    [one] { $count } заявка
    [few] { $count } заявки
   *[many] { $count } заявок
}
offsite-customers = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
   *[many] { $count } клиентов
}
offsite-files = { $count ->
    [one] { $count } файл
    [few] { $count } файла
   *[many] { $count } файлов
}
offsite-made = Сделана
offsite-inside = Внутри
offsite-size = Размер
offsite-key = Ключ
offsite-former-key = прежний лист
offsite-name = Файл
staff-bot-offsite = ⚠️ Копии базы вне сервера нет уже две ночи. { $why } <a href="{ $url }">Настройки</a>
letter-offsite-subject = Нет свежей копии базы
letter-offsite-text = Копии базы вне сервера нет уже две ночи. { $why }
