package export

import (
	"context"
	"io"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/intake/sheet"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// step is how many contacts are read at a time; no transaction stays open in between.
const step = 1000

// file is one export being written.
type file struct {
	Ask
	zone   *time.Location
	fields map[string]contact.Field // custom ones by key
	lists  map[contact.ListID]string
	tags   map[contact.TagID]string
}

// contactsTo writes all contacts of an export and returns how many there were. A contact added meanwhile is in the file, because it
// stands at the end; nobody is in it twice.
func (s *Service) contactsTo(ctx context.Context, e Export, w io.Writer, report progress) (int64, error) {
	f, err := s.open(ctx, e)
	if err != nil {
		return 0, err
	}
	who := access.System(e.Tenant)
	total, err := s.contacts.CountAll(ctx, who, e.Ask.Filter.contacts())
	if err != nil {
		return 0, err
	}
	put, end, err := f.writer(w)
	if err != nil {
		return 0, err
	}
	var n int64
	filter := e.Ask.Filter.contacts()
	for filter.Ask = (page.Ask{Limit: step}); ; {
		got, err := s.contacts.List(ctx, who, filter)
		if err != nil {
			return n, err
		}
		for i := range got.Items {
			if err := put(&got.Items[i]); err != nil {
				return n, err
			}
		}
		n += int64(len(got.Items))
		if err := report(ctx, n, max(n, total)); err != nil {
			return n, err
		}
		if got.Next == "" {
			return n, end()
		}
		filter.After = int64(got.Items[len(got.Items)-1].ID)
	}
}

// open reads the names that stand in the file.
func (s *Service) open(ctx context.Context, e Export) (*file, error) {
	f := &file{Ask: e.Ask, fields: map[string]contact.Field{}, lists: map[contact.ListID]string{}, tags: map[contact.TagID]string{}}
	var err error
	if f.zone, err = time.LoadLocation(e.Ask.Zone); err != nil {
		f.zone = time.UTC
	}
	fields, err := s.contacts.Fields(ctx, e.Tenant)
	if err != nil {
		return nil, err
	}
	for _, c := range fields {
		f.fields[c.Key] = c
	}
	lists, err := s.contacts.Lists(ctx, access.System(e.Tenant))
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		f.lists[l.ID] = l.Name
	}
	tags, err := s.contacts.Tags(ctx, access.System(e.Tenant))
	if err != nil {
		return nil, err
	}
	for _, t := range tags {
		f.tags[t.ID] = t.Name
	}
	return f, nil
}

// writer begins a file of the format that was asked for.
func (f *file) writer(w io.Writer) (put func(*contact.View) error, end func() error, err error) {
	if f.Format == VCard {
		cards := sheet.WriteCards(w)
		return func(v *contact.View) error { return cards.Write(f.card(v)) }, cards.Close, nil
	}
	table := sheet.WriteCSV(w, ";")
	if f.Format == XLSX {
		table = sheet.WriteXLSX(w, titleWord.In(f.Lang))
	}
	head := make([]sheet.Cell, len(f.Columns))
	for i, c := range f.Columns {
		head[i] = sheet.Text(heading(c, f.fields, f.Lang))
	}
	put = func(v *contact.View) error {
		row := make([]sheet.Cell, len(f.Columns))
		for i, c := range f.Columns {
			row[i] = f.cell(c, v)
		}
		return table.Write(row)
	}
	return put, table.Close, table.Write(head)
}

func (f *file) cell(column string, v *contact.View) sheet.Cell {
	if key, ok := strings.CutPrefix(column, fieldPrefix); ok {
		return valueCell(f.fields[key].Kind, v.Fields[key])
	}
	if ch, ok := strings.CutPrefix(column, consentPrefix); ok {
		return sheet.Text(consentWord(v, channel.Kind(ch), f.Lang))
	}
	switch column {
	case colEmail:
		return sheet.Text(v.Email)
	case colPhone:
		return sheet.Text(v.Phone)
	case colFirst:
		return sheet.Text(v.FirstName)
	case colLast:
		return sheet.Text(v.LastName)
	case colLang:
		return sheet.Text(v.Lang)
	case colExternal:
		return sheet.Text(v.ExternalID)
	case colTags:
		return sheet.Text(sheet.JoinList(names(v.Tags, f.tags)))
	case colLists:
		return sheet.Text(sheet.JoinList(names(v.Lists, f.lists)))
	case colStop:
		return sheet.Text(stopWord(v, f.Lang))
	case colCreated:
		return sheet.Moment(v.CreatedAt.In(f.zone))
	case colUpdated:
		return sheet.Moment(v.UpdatedAt.In(f.zone))
	default:
		return sheet.Cell{}
	}
}

func valueCell(kind contact.FieldKind, v contact.Value) sheet.Cell {
	switch {
	case v.IsZero():
		return sheet.Cell{}
	case kind == contact.NumberField:
		return sheet.Number(v.Text())
	case kind == contact.DateField:
		return sheet.Date(v.Text())
	case kind == contact.BooleanField:
		b, _ := v.Bool()
		return sheet.Bool(b)
	case kind == contact.ListField:
		return sheet.Text(sheet.JoinList(v.List()))
	default:
		return sheet.Text(v.Text())
	}
}

func names[K comparable](ids []K, of map[K]string) []string {
	out := make([]string, 0, len(ids))
	for _, i := range ids {
		out = append(out, of[i])
	}
	return out
}

func consentWord(v *contact.View, ch channel.Kind, l lang.Lang) string {
	for _, s := range v.Consents {
		if s.Channel == ch && s.Purpose == channel.Advertising && s.Topic == 0 {
			return consentWords[s.Action].In(l)
		}
	}
	return ""
}

// stopWord tells why the stop-list keeps messages away, empty when it does not.
func stopWord(v *contact.View, l lang.Lang) string {
	for _, s := range v.Suppressed {
		if w, ok := stopWords[s.Reason]; ok {
			return w.In(l)
		}
		return stopOther.In(l)
	}
	return ""
}

// card is a contact as vCard has it, with the columns that were chosen.
func (f *file) card(v *contact.View) sheet.Card {
	var c sheet.Card
	for _, column := range f.Columns {
		if key, ok := strings.CutPrefix(column, fieldPrefix); ok {
			if text := f.cell(column, v).String(); text != "" {
				c.Fields = append(c.Fields, sheet.CardField{Key: key, Value: text})
			}
			continue
		}
		switch column {
		case colEmail:
			c.Email = v.Email
		case colPhone:
			c.Phone = v.Phone
		case colFirst:
			c.FirstName = v.FirstName
		case colLast:
			c.LastName = v.LastName
		case colLang:
			c.Lang = v.Lang
		case colExternal:
			c.ExternalID = v.ExternalID
		case colTags:
			c.Tags = names(v.Tags, f.tags)
		}
	}
	return c
}
