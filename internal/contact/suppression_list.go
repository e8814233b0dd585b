package contact

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/intake/sheet"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// StopFilter says which entries of the stop-list to list. Its zero value is all of them.
type StopFilter struct {
	Search  string // the beginning of an address, or a whole one: then entries of deleted contacts are found too
	Reason  StopReason
	Channel channel.Kind
	File    StopFileID
	page.Ask
}

func (f StopFilter) check() error {
	switch {
	case f.Reason != "" && strength[f.Reason] == 0:
		return errs.ErrInvalid.At(blame("reason", ErrReason))
	case f.Channel != "" && !slices.Contains(Channels, f.Channel):
		return errs.ErrInvalid.At(blame("channel", ErrChannel))
	default:
		return nil
	}
}

// Suppressions returns a page of the stop-list, the newest first.
func (s *Service) Suppressions(ctx context.Context, who access.Actor, f StopFilter) (page.Of[Suppression], error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return page.Of[Suppression]{}, err
	}
	if err := f.check(); err != nil {
		return page.Of[Suppression]{}, err
	}
	if f.Limit <= 0 {
		f.Limit = page.DefaultLimit
	}
	list, err := s.listSuppressions(ctx, who.Tenant, f)
	if err != nil {
		return page.Of[Suppression]{}, fmt.Errorf("list stop-list: %w", err)
	}
	return page.Cut(list, f.Ask, func(e Suppression) int64 { return int64(e.ID) }), nil
}

// CountSuppressions tells how many entries a filter lets through.
func (s *Service) CountSuppressions(ctx context.Context, who access.Actor, f StopFilter) (Total, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Total{}, err
	}
	if err := f.check(); err != nil {
		return Total{}, err
	}
	w := s.stopConditions(who.Tenant, f)
	n, err := db.One[int64](ctx, s.db, `SELECT COUNT(*) FROM (SELECT 1 FROM suppression x WHERE `+w.SQL()+` LIMIT ?) AS found`, w.Args(countCap+1)...)
	if err != nil {
		return Total{}, fmt.Errorf("count stop-list: %w", err)
	}
	return Total{N: min(n, countCap), Approx: n > countCap}, nil
}

func (s *Service) stopConditions(t id.Tenant, f StopFilter) *db.Conditions {
	w := db.Where("x.tenant_id = ?", t)
	if f.Reason != "" {
		w.And("x.reason = ?", f.Reason)
	}
	if f.Channel != "" {
		w.And("x.channel = ?", f.Channel)
	}
	if f.File != 0 {
		w.And("x.file_id = ?", f.File)
	}
	if search := strings.TrimSpace(f.Search); search != "" {
		var hashes [2]string
		if a, err := ParseEmail(search); err == nil {
			hashes[0] = s.hash(t, a.Key)
		}
		if p, err := ParsePhone(search, ""); err == nil {
			hashes[1] = s.hash(t, p)
		}
		w.And("lower(x.address) LIKE ? ESCAPE '!' OR x.address_hash = ? OR x.address_hash = ?", db.Prefix(strings.ToLower(search)), hashes[0], hashes[1])
	}
	return w
}

func (s *Service) listSuppressions(ctx context.Context, t id.Tenant, f StopFilter) ([]Suppression, error) {
	w := s.stopConditions(t, f)
	if f.After != 0 {
		w.And("x.id < ?", f.After)
	}
	return db.All[Suppression](ctx, s.db, `SELECT `+stopColumns+` FROM suppression x WHERE `+w.SQL()+` ORDER BY x.id DESC LIMIT ?`, w.Args(f.Limit+1)...)
}

// Headings and words of the stop-list as a file. Reasons and scopes stand as the API has them in a column of their own, for machines.
var (
	stopTitle    = lang.Text{Ru: "Стоп-лист", Kk: "Тыйым тізімі", En: "Suppression list"}
	stopHeadings = []lang.Text{
		{Ru: "Адрес", Kk: "Мекенжай", En: "Address"}, {Ru: "Канал", Kk: "Арна", En: "Channel"}, {Ru: "Причина", Kk: "Себебі", En: "Reason"},
		{Ru: "Что остановлено", Kk: "Не тоқтатылған", En: "What is stopped"}, {Ru: "С какого времени", Kk: "Қай уақыттан", En: "Since"},
		{Ru: "Заметка", Kk: "Ескертпе", En: "Note"}, {Ru: "Код причины", Kk: "Себеп коды", En: "Reason code"},
	}
	stopReasonWords = map[StopReason]lang.Text{
		Complaint:    {Ru: "жалоба на спам", Kk: "спамға шағым", En: "spam complaint"},
		HardBounce:   {Ru: "адрес не существует", Kk: "мекенжай жоқ", En: "the address does not exist"},
		Manual:       {Ru: "внесён вручную", Kk: "қолмен енгізілген", En: "entered by hand"},
		Unsubscribed: {Ru: "отписка", Kk: "жазылымнан шықты", En: "unsubscribed"},
	}
	stopScopeWords = map[StopScope]lang.Text{
		ScopeAll:           {Ru: "всё", Kk: "барлығы", En: "everything"},
		ScopeAdvertising:   {Ru: "реклама", Kk: "жарнама", En: "advertising"},
		ScopeThirdParty:    {Ru: "предложения других компаний", Kk: "басқа компаниялардың ұсыныстары", En: "offers of others"},
		ScopeTransactional: {Ru: "сервисные сообщения", Kk: "қызметтік хабарламалар", En: "service messages"},
		ScopeAllButOwn:     {Ru: "всё, кроме вашей рекламы", Kk: "сіздің жарнамаңыздан басқасы", En: "everything but your own advertising"},
	}
)

// StopListFile is the stop-list on its way out as CSV.
type StopListFile struct {
	Filename string
	Write    func(context.Context, io.Writer) error // streams it in flat memory
}

// ExportSuppressions gives the stop-list, as far as the filter lets it through, for taking away; the log of actions tells who did it.
// Of deleted contacts only hints of the addresses are there. l is the language of headings, zone the time zone of times.
func (s *Service) ExportSuppressions(ctx context.Context, who access.Actor, f StopFilter, l lang.Lang, zone *time.Location) (StopListFile, error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return StopListFile{}, err
	}
	if err := f.check(); err != nil {
		return StopListFile{}, err
	}
	var now time.Time
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now = tx.Now
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "suppression.exported",
			Details: map[string]any{"reason": string(f.Reason), "channel": string(f.Channel), "search": f.Search != ""}})
	})
	if err != nil {
		return StopListFile{}, fmt.Errorf("export stop-list: %w", err)
	}
	return StopListFile{
		Filename: stopTitle.In(l) + " " + now.In(zone).Format(time.DateOnly) + ".csv",
		Write: func(ctx context.Context, out io.Writer) error {
			return s.writeSuppressions(ctx, who.Tenant, f, l, zone, out)
		},
	}, nil
}

func (s *Service) writeSuppressions(ctx context.Context, t id.Tenant, f StopFilter, l lang.Lang, zone *time.Location, out io.Writer) error {
	const step = 1000
	w := sheet.WriteCSV(out, ";")
	head := make([]string, len(stopHeadings))
	for i, h := range stopHeadings {
		head[i] = h.In(l)
	}
	if err := w.Write(sheet.Texts(head...)); err != nil {
		return err
	}
	for f.Ask = (page.Ask{Limit: step}); ; {
		list, err := s.listSuppressions(ctx, t, f)
		if err != nil {
			return fmt.Errorf("export stop-list: %w", err)
		}
		for _, e := range list[:min(step, len(list))] {
			row := sheet.Texts(e.Address, string(e.Channel), stopReasonWords[e.Reason].In(l), stopScopeWords[e.Scope].In(l))
			if err := w.Write(append(row, sheet.Moment(e.At.In(zone)), sheet.Text(noteOf(e)), sheet.Text(string(e.Reason)))); err != nil {
				return err
			}
		}
		if len(list) <= step {
			return w.Close()
		}
		f.After = int64(list[step-1].ID)
	}
}

// noteOf is what people or servers said; the detail of somebody who left is only how it came about.
func noteOf(e Suppression) string {
	if e.Reason == Unsubscribed && e.File == 0 {
		return ""
	}
	return e.Detail
}
