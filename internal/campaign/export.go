package campaign

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"keruen/internal/access"
	"keruen/internal/delivery"
	"keruen/internal/intake/sheet"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// exportPage is how many rows are read at a time; no transaction stays open in between.
const exportPage = 1000

var exportHead = []lang.Text{
	{Ru: "Адрес", Kk: "Мекенжай", En: "Address"},
	{Ru: "Имя", Kk: "Аты", En: "Name"},
	{Ru: "Состояние", Kk: "Күйі", En: "State"},
	{Ru: "Причина", Kk: "Себебі", En: "Reason"},
	{Ru: "Ответ сервера", Kk: "Сервер жауабы", En: "Server's answer"},
	{Ru: "Попыток", Kk: "Әрекет саны", En: "Attempts"},
	{Ru: "Время (UTC)", Kk: "Уақыты (UTC)", En: "Time (UTC)"},
	{Ru: "Прочитано", Kk: "Оқылды", En: "Opened"},
	{Ru: "Переход", Kk: "Өтті", En: "Clicked"},
	{Ru: "Контакт", Kk: "Контакт", En: "Contact"},
	{Ru: "Код причины", Kk: "Себеп коды", En: "Reason code"},
}

var stateNames = map[delivery.State]lang.Text{
	delivery.Queued:    {Ru: "ждёт", Kk: "күтуде", En: "waiting"},
	delivery.InFlight:  {Ru: "отправляется", Kk: "жіберілуде", En: "being sent"},
	delivery.Accepted:  {Ru: "доставлено", Kk: "жеткізілді", En: "delivered"},
	delivery.Delivered: {Ru: "доставлено", Kk: "жеткізілді", En: "delivered"},
	delivery.Failed:    {Ru: "не доставлено", Kk: "жеткізілмеді", En: "failed"},
	delivery.Retry:     {Ru: "будет повтор", Kk: "қайталанады", En: "will be retried"},
	delivery.Unknown:   {Ru: "неизвестно", Kk: "белгісіз", En: "unknown"},
	delivery.Skipped:   {Ru: "пропущено", Kk: "өткізіп жіберілді", En: "skipped"},
	delivery.Expired:   {Ru: "не отправлено", Kk: "жіберілмеді", En: "not sent"},
}

// ExportCSV writes every message of a campaign that has an outcome, in UTF-8 with a mark that makes
// spreadsheets read it so. What was not reached by a cancelled campaign is in it too, so everybody is accounted for.
func (s *Service) ExportCSV(ctx context.Context, who access.Actor, c ID, f delivery.Filter, l lang.Lang, w io.Writer) error {
	if err := who.Can(access.ExportContacts); err != nil {
		return err
	}
	if _, err := get(ctx, s.db, who.Tenant, c); err != nil {
		return fmt.Errorf("export deliveries: %w", err)
	}
	out := &exporter{w: csv.NewWriter(w), lang: l}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("export deliveries: %w", err)
	}
	out.head()
	for a := (page.Ask{Limit: exportPage}); ; {
		p, err := s.delivery.Deliveries(ctx, who.Tenant, int64(c), f, a)
		if err != nil {
			return fmt.Errorf("export deliveries: %w", err)
		}
		if err := out.rows(p.Items); err != nil {
			return fmt.Errorf("export deliveries: %w", err)
		}
		if p.Next == "" {
			break
		}
		if a, err = page.Read(p.Next, exportPage); err != nil {
			return err
		}
		a.Limit = exportPage
	}
	if !wantsUnsent(f) {
		return nil
	}
	if err := s.delivery.Unsent(ctx, who.Tenant, int64(c), out.rows); err != nil {
		return fmt.Errorf("export deliveries: %w", err)
	}
	return nil
}

func wantsUnsent(f delivery.Filter) bool {
	if f.Reason != "" && f.Reason != "cancelled" {
		return false
	}
	for _, s := range f.States {
		if s == delivery.Expired {
			return true
		}
	}
	return len(f.States) == 0
}

type exporter struct {
	w    *csv.Writer
	lang lang.Lang
}

func (e *exporter) head() {
	cells := make([]string, len(exportHead))
	for i, h := range exportHead {
		cells[i] = h.In(e.lang)
	}
	_ = e.w.Write(cells) // an error stays in the writer and comes out of Flush
}

func (e *exporter) rows(list []delivery.Delivery) error {
	for _, d := range list {
		cells := []string{
			d.Email, d.Name, stateNames[d.State].In(e.lang), reasonIn(d, e.lang), d.Detail, strconv.Itoa(d.Attempts),
			stamp(d.At), stamp(d.OpenedAt), stamp(d.ClickedAt), d.Contact.String(), d.Reason,
		}
		for i := range cells {
			cells[i] = sheet.Harmless(cells[i])
		}
		_ = e.w.Write(cells)
	}
	e.w.Flush()
	return e.w.Error()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05")
}
