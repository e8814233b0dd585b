package privacy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/contact"
	"keruen/internal/delivery"
	"keruen/internal/form"
	"keruen/internal/intake/export"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/preference"
)

// TellContact tells what package contact keeps: the contact, its fields, lists, tags, further addresses, consents with their evidence, pauses,
// entries of the stop-list, merges.
func TellContact(s *contact.Service) Teller {
	return Tell(func(ctx context.Context, p contact.Person) ([]Section, error) {
		who := access.System(p.Tenant)
		v, err := s.Get(ctx, who, p.Contact)
		if err != nil {
			return nil, err
		}
		history, err := s.History(ctx, who, p.Contact)
		if err != nil {
			return nil, err
		}
		data, err := contactSection(ctx, s, v)
		if err != nil {
			return nil, err
		}
		groups, err := groupSection(ctx, s, v)
		if err != nil {
			return nil, err
		}
		others, err := aliasSection(ctx, s, who, p)
		if err != nil {
			return nil, err
		}
		topics, err := topicNames(ctx, s, who)
		if err != nil {
			return nil, err
		}
		return []Section{data, groups, others, consentSection(history, topics), pauseSection(v.Pauses), stopSection(v.Suppressed)}, nil
	})
}

func contactSection(ctx context.Context, s *contact.Service, v contact.View) (Section, error) {
	fields, err := s.Fields(ctx, v.Tenant)
	if err != nil {
		return Section{}, err
	}
	out := Section{Key: "contact", Title: w("Контакт", "Контакт", "Contact"), Columns: []Column{{"field", w("Поле", "Өріс", "Field")}, {"value", nameValue}}}
	add := func(name lang.Text, value any) { out.Rows = append(out.Rows, []any{name, value}) }
	add(w("Номер", "Нөмірі", "Number"), v.ID.String())
	add(w("Электронная почта", "Электрондық пошта", "E-mail"), v.Email)
	add(w("Телефон", "Телефон", "Telephone"), v.Phone)
	add(w("Имя", "Аты", "First name"), v.FirstName)
	add(w("Фамилия", "Тегі", "Last name"), v.LastName)
	add(w("Язык", "Тілі", "Language"), v.Lang)
	add(w("Номер в системе владельца базы", "База иесінің жүйесіндегі нөмірі", "Number in the owner's system"), v.ExternalID)
	for _, f := range fields {
		if value := v.Fields[f.Key]; !value.IsZero() {
			add(w(f.Label, f.Label, f.Label), value.Text())
		}
	}
	if v.Phone != "" {
		line := contact.PhoneOf(v.Phone)
		add(w("Оператор по диапазону номеров", "Нөмірлер ауқымы бойынша оператор", "Operator of the range of numbers"), line.Operator)
	}
	if v.Import != 0 {
		add(w("Добавлен импортом", "Импортпен қосылған", "Added by the import"), fmt.Sprint(v.Import))
	}
	add(w("Добавлен", "Қосылған", "Added"), v.CreatedAt)
	add(w("Изменён", "Өзгертілген", "Changed"), v.UpdatedAt)
	return out, nil
}

func groupSection(ctx context.Context, s *contact.Service, v contact.View) (Section, error) {
	who := access.System(v.Tenant)
	lists, err := s.Lists(ctx, who)
	if err != nil {
		return Section{}, err
	}
	tags, err := s.Tags(ctx, who)
	if err != nil {
		return Section{}, err
	}
	out := Section{Key: "groups", Title: w("Списки и метки", "Тізімдер мен белгілер", "Lists and tags"), Columns: []Column{{"kind", w("Вид", "Түрі", "Kind")}, {"name", nameName}}}
	for _, l := range lists {
		if slices.Contains(v.Lists, l.ID) {
			out.Rows = append(out.Rows, []any{w("список", "тізім", "list"), l.Name})
		}
	}
	for _, t := range tags {
		if slices.Contains(v.Tags, t.ID) {
			out.Rows = append(out.Rows, []any{w("метка", "белгі", "tag"), t.Name})
		}
	}
	return out, nil
}

func aliasSection(ctx context.Context, s *contact.Service, who access.Actor, p contact.Person) (Section, error) {
	aliases, err := s.Aliases(ctx, who, p.Contact)
	if err != nil {
		return Section{}, err
	}
	out := Section{Key: "aliases", Title: w("Прежние адреса (после объединения контактов)", "Бұрынғы мекенжайлар (контактілер біріктірілгеннен кейін)", "Former addresses (of merged contacts)"),
		Columns: []Column{{"address", w("Адрес", "Мекенжай", "Address")}, {"number", w("Номер контакта", "Контакт нөмірі", "Number of the contact")}, {"at", nameWhen}}}
	for _, a := range aliases {
		out.Rows = append(out.Rows, []any{a.Address, a.From.String(), a.At})
	}
	return out, nil
}

func topicNames(ctx context.Context, s *contact.Service, who access.Actor) (map[contact.TopicID]lang.Text, error) {
	list, err := s.Topics(ctx, who)
	out := map[contact.TopicID]lang.Text{}
	for _, t := range list {
		out[t.ID] = t.Name
	}
	return out, err
}

func consentSection(history []contact.Consent, topics map[contact.TopicID]lang.Text) Section {
	out := Section{Key: "consents", Title: w("Согласия и их доказательства", "Келісімдер және олардың дәлелдері", "Consents and their evidence"), Columns: []Column{
		{"at", nameWhen}, {"action", nameWhat}, {"channel", nameChannel}, {"purpose", namePurpose}, {"topic", nameTopic}, {"source", nameSource},
		{"wording", w("Текст согласия", "Келісім мәтіні", "Wording")}, {"evidence", w("Доказательства", "Дәлелдер", "Evidence")}, {"ip", w("IP-адрес", "IP мекенжайы", "IP address")},
		{"user_agent", w("Программа", "Бағдарлама", "Program")}, {"obtained_at", w("Получено", "Алынған", "Obtained")},
	}}
	for _, c := range history {
		var evidence []string
		for _, key := range slices.Sorted(maps.Keys(c.Evidence.V)) {
			evidence = append(evidence, key+": "+c.Evidence.V[key])
		}
		out.Rows = append(out.Rows, []any{c.At, worded(actions, c.Action), string(c.Channel), worded(purposes, string(c.Purpose)), topics[c.Topic], worded(sources, c.Source),
			c.Wording, evidence, c.IP, c.UserAgent, c.Obtained})
	}
	return out
}

func pauseSection(pauses []contact.Pause) Section {
	out := Section{Key: "pauses", Title: w("Перерывы в рассылках", "Таратылымдардағы үзілістер", "Breaks from mailings"),
		Columns: []Column{{"channel", nameChannel}, {"until", w("До", "Дейін", "Until")}}}
	for _, z := range pauses {
		out.Rows = append(out.Rows, []any{string(z.Channel), z.Until})
	}
	return out
}

func stopSection(stops []contact.Suppression) Section {
	out := Section{Key: "stop_list", Title: w("Стоп-лист", "Тыйым тізімі", "Suppression list"),
		Columns: []Column{{"at", nameWhen}, {"channel", nameChannel}, {"reason", nameReason}, {"detail", w("Подробности", "Толығырақ", "Details")}}}
	for _, e := range stops {
		out.Rows = append(out.Rows, []any{e.At, string(e.Channel), worded(stopReasons, e.Reason), e.Detail})
	}
	return out
}

// TellDeliveries tells of every message and of what the person did with it. names gives the names of campaigns.
func TellDeliveries(s *delivery.Service, names func(ctx context.Context, who access.Actor, campaign int64) string) Teller {
	return Tell(func(ctx context.Context, p contact.Person) ([]Section, error) {
		sent := Section{Key: "messages", Title: w("Сообщения", "Хабарламалар", "Messages"), Columns: []Column{
			{"at", nameWhen}, {"campaign", w("Рассылка", "Таратылым", "Campaign")}, {"kind", w("Вид", "Түрі", "Kind")}, {"state", nameState}, {"reason", nameReason}, {"detail", w("Ответ сервера", "Сервер жауабы", "The server's words")}}}
		did := Section{Key: "acts", Title: w("Открытия и переходы", "Ашулар мен өтулер", "Opens and clicks"), Columns: []Column{{"at", nameWhen}, {"campaign", w("Рассылка", "Таратылым", "Campaign")}, {"act", nameWhat}}}
		who := access.System(p.Tenant)
		for _, c := range p.IDs {
			list, err := s.AllOfContact(ctx, p.Tenant, c)
			if err != nil {
				return nil, err
			}
			for _, m := range list {
				name := names(ctx, who, m.Source)
				state := deliveryStates[m.State]
				sent.Rows = append(sent.Rows, []any{m.At, name, m.Kind, state, m.Reason, m.Detail})
				for _, a := range m.Acts {
					did.Rows = append(did.Rows, []any{a.At, name, worded(acts, a.Kind)})
				}
			}
		}
		return []Section{sent, did}, nil
	})
}

// TellForms tells what the person sent by forms.
func TellForms(s *form.Service) Teller {
	return Tell(func(ctx context.Context, p contact.Person) ([]Section, error) {
		list, err := s.Of(ctx, p)
		if err != nil {
			return nil, err
		}
		out := Section{Key: "forms", Title: w("Заявки через формы", "Формалар арқылы өтінімдер", "Submissions of forms"), Columns: []Column{
			{"at", nameWhen}, {"form", w("Форма", "Форма", "Form")}, {"state", nameState}, {"page", w("Страница", "Бет", "Page")}, {"ip", w("IP-адрес", "IP мекенжайы", "IP address")},
			{"user_agent", w("Программа", "Бағдарлама", "Program")}, {"answers", w("Ответы", "Жауаптар", "Answers")}}}
		for _, e := range list {
			out.Rows = append(out.Rows, []any{e.At, e.Form.String(), string(e.State), e.Page, e.IP, e.UserAgent, answers(e.Answers)})
		}
		return []Section{out}, nil
	})
}

func answers(a form.Answers) []string {
	var out []string
	for _, v := range []string{a.Email, a.Phone, a.FirstName, a.LastName} {
		if v != "" {
			out = append(out, v)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(a.Fields)) {
		out = append(out, key+": "+a.Fields[key])
	}
	return out
}

// TellPreferences tells which letters the person asked for on the public page.
func TellPreferences(s *preference.Service) Teller {
	return Tell(func(ctx context.Context, p contact.Person) ([]Section, error) {
		list, err := s.Tell(ctx, p)
		if err != nil {
			return nil, err
		}
		out := Section{Key: "asked_letters", Title: w("Письма, запрошенные на странице предпочтений", "Қалаулар бетінде сұралған хаттар", "Letters asked for on the preference page"), Columns: []Column{
			{"at", nameWhen}, {"kind", w("Вид", "Түрі", "Kind")}, {"address", w("Новый адрес", "Жаңа мекенжай", "New address")},
			{"ip", w("IP-адрес", "IP мекенжайы", "IP address")}, {"user_agent", w("Программа", "Бағдарлама", "Program")}}}
		for _, a := range list {
			out.Rows = append(out.Rows, []any{a.At, worded(askedLetters, a.Kind), a.Address, a.IP, a.UserAgent})
		}
		return []Section{out}, nil
	})
}

// TellExports tells which files with the person members took out, as far as the files are still kept.
func TellExports(s *export.Service) Teller {
	return Tell(func(ctx context.Context, p contact.Person) ([]Section, error) {
		list, err := s.Of(ctx, p)
		if err != nil {
			return nil, err
		}
		out := Section{Key: "exports", Title: w("Выгрузки, в которых есть контакт (пока файл хранится)", "Контакт бар жүктемелер (файл сақталып тұрғанда)", "Exports with the contact (while their files are kept)"), Columns: []Column{
			{"at", nameWhen}, {"number", w("Номер", "Нөмірі", "Number")}, {"format", w("Формат", "Пішімі", "Format")}, {"downloads", w("Скачан, раз", "Жүктелді, рет", "Downloads")},
			{"until", w("Хранится до", "Дейін сақталады", "Kept until")}}}
		for _, e := range list {
			out.Rows = append(out.Rows, []any{e.CreatedAt, e.ID.String(), string(e.Ask.Format), e.Downloads, e.ExpiresAt})
		}
		return []Section{out}, nil
	})
}

// TellLog tells what members of the account did about the contact: the names of fields that were changed, never their values.
func TellLog(s *audit.Service) Teller {
	return Tell(func(ctx context.Context, p contact.Person) ([]Section, error) {
		out := Section{Key: "log", Title: w("Журнал действий", "Әрекеттер журналы", "Log of actions"), Columns: []Column{
			{"at", nameWhen}, {"action", nameWhat}, {"details", w("Подробности", "Толығырақ", "Details")}}}
		for _, c := range p.IDs {
			list, err := s.About(ctx, p.Tenant, c.String())
			if err != nil {
				return nil, err
			}
			for _, i := range list {
				out.Rows = append(out.Rows, []any{i.At, i.Action, details(i.Details)})
			}
		}
		slices.SortStableFunc(out.Rows, func(a, b []any) int { return a[0].(time.Time).Compare(b[0].(time.Time)) })
		return []Section{out}, nil
	})
}

func details(d map[string]any) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(d)) {
		out = append(out, fmt.Sprintf("%s: %v", key, d[key]))
	}
	return out
}

// tellRequests tells of the person's own requests.
func (s *Service) tellRequests(ctx context.Context, p contact.Person) ([]Section, error) {
	out := Section{Key: "requests", Title: w("Обращения о данных", "Деректер туралы өтініштер", "Requests about data"), Columns: []Column{
		{"at", nameWhen}, {"kind", w("Вид", "Түрі", "Kind")}, {"state", nameState}, {"due", w("Срок", "Мерзімі", "Due")}, {"done", w("Выполнено", "Орындалған", "Done")}}}
	got, err := list(ctx, s.DB, p.Tenant, Filter{Contact: p.Contact, Ask: page.Ask{Limit: 1000}})
	if err != nil {
		return nil, err
	}
	for _, r := range got {
		out.Rows = append(out.Rows, []any{r.Received, worded(kinds, r.Kind), worded(requestStates, r.State), r.Due, r.Done})
	}
	return []Section{out}, nil
}
