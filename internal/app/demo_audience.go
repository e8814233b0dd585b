package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/contact/segment"
	"keruen/internal/errs"
	"keruen/internal/form"
	"keruen/internal/lang"
)

// Fields of the demo's guests.
const (
	demoCity     = "city"
	demoBirthday = "birthday"
	demoVisits   = "visits"
	demoTastes   = "tastes"
)

var (
	demoCities = []string{"Алматы", "Алматы", "Астана", "Шымкент", "Караганда"}
	demoLikes  = []string{"Капучино", "Фильтр", "Раф", "Чай", "Десерты"}
	demoNews   = lang.Text{Ru: "Новости кофейни", Kk: "Кофехана жаңалықтары", En: "News of the coffee house"}
	demoSales  = lang.Text{Ru: "Скидки и акции", Kk: "Жеңілдіктер мен акциялар", En: "Discounts"}
	demoAgreed = lang.Text{Ru: demoWording, Kk: "Кофехананың жаңалықтары мен ұсыныстарын электрондық поштаға алуға келісемін", En: "I agree to receive news and offers of the coffee house by e-mail"}
)

// demoFields makes the fields of the guests. Those that are there already stay.
func (a *App) demoFields(ctx context.Context, d *Demo) error {
	if d.Form != 0 { // the last of what needs them
		return nil
	}
	for _, f := range []contact.FieldDraft{
		{Key: demoCity, Label: "Город", Kind: contact.ChoiceField, Options: []string{"Алматы", "Астана", "Шымкент", "Караганда"}},
		{Key: demoBirthday, Label: "День рождения", Kind: contact.DateField},
		{Key: demoVisits, Label: "Визитов", Kind: contact.NumberField},
		{Key: demoTastes, Label: "Любит", Kind: contact.ListField, Options: demoLikes},
	} {
		if _, err := a.Contacts.CreateField(ctx, access.System(d.Account), f); err != nil && !errors.Is(err, contact.ErrFieldTaken) {
			return err
		}
	}
	return nil
}

// demoPerson fills in what the coffee house knows about its guest number i. The same guest always gets the same.
func demoPerson(i int, today time.Time) (fields map[string]contact.Value, tags []string) {
	born := time.Date(1970+i*7%38, today.Month(), today.Day(), 0, 0, 0, 0, time.UTC).AddDate(0, 0, i*5%365)
	visits := i * 13 % 40
	fields = map[string]contact.Value{
		demoCity:     contact.TextValue(demoCities[i%len(demoCities)]),
		demoBirthday: contact.DateValue(born.Date()),
		demoVisits:   contact.NumberValue(float64(visits)),
		demoTastes:   contact.ListValue([]string{demoLikes[i%5], demoLikes[(i/5+2)%5]}[:1+i%2]),
	}
	if visits >= 35 {
		tags = []string{"VIP"}
	}
	return fields, tags
}

// demoTopics makes what the coffee house writes about, and the words that people agree to.
func (a *App) demoTopics(ctx context.Context, d *Demo) error {
	if len(d.Topics) > 0 {
		return nil
	}
	who := access.System(d.Account)
	for _, name := range []lang.Text{demoNews, demoSales} {
		t, err := a.Contacts.CreateTopic(ctx, who, name, lang.Text{})
		if err != nil {
			return err
		}
		d.Topics = append(d.Topics, t.ID)
	}
	w, err := a.Contacts.CreateWording(ctx, who, contact.WordingDraft{
		Name: "Подписка на сайте", Text: demoAgreed, Keys: []contact.ConsentKey{{Channel: channel.Email, Purpose: channel.Advertising}},
	})
	d.Wording = w.ID
	return err
}

// demoSegments makes two segments, each with one kind of question that people ask most.
func (a *App) demoSegments(ctx context.Context, d *Demo) error {
	if d.Form != 0 {
		return nil
	}
	for name, c := range map[string]segment.Condition{
		"День рождения на этой неделе": {Kind: segment.OfField, Key: demoBirthday, Op: segment.Anniversary, Days: 7},
		"Частые гости из Алматы": {All: []segment.Condition{
			{Kind: segment.OfField, Key: demoCity, Op: segment.AnyOf, Values: []string{"Алматы"}},
			{Kind: segment.OfField, Key: demoVisits, Op: segment.AtLeast, Value: contact.NumberValue(10)},
		}},
	} {
		_, err := a.Segments.Create(ctx, access.System(d.Account), name, c)
		if field := new(errs.Error); errors.As(err, &field) && len(field.Fields) == 1 && field.Fields[0].Code == segment.ErrTaken.Code {
			continue // made before the last start broke off
		}
		if err != nil {
			return fmt.Errorf("segment %q: %w", name, err)
		}
	}
	return nil
}

// demoForm makes a form that is published: its page can be opened at once.
func (a *App) demoForm(ctx context.Context, d *Demo) error {
	if d.Form != 0 {
		return nil
	}
	who := access.System(d.Account)
	f, err := a.Forms.Create(ctx, who, "Подписка на новости кофейни", form.Design{
		Fields: []form.Field{{Sort: form.Email, Required: true}, {Sort: form.FirstName}, {Sort: form.Topics, Topics: d.Topics}},
		Boxes:  []form.Box{{Wording: d.Wording, Required: true}},
		Texts: form.Texts{
			Title: demoNews,
			Intro: lang.Text{Ru: "Раз в неделю: новые сорта, скидки и вечера в кофейне.", Kk: "Аптасына бір рет: жаңа сорттар, жеңілдіктер мен кештер.", En: "Once a week: new beans, discounts and evenings."},
		},
		Lists: []contact.ListID{d.List}, Double: true,
	})
	if err != nil {
		return err
	}
	d.Form = f.ID
	_, err = a.Forms.Publish(ctx, who, f.ID, f.Version)
	return err
}
