package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"

	"keruen/internal/errs"
	"keruen/internal/lang"
	"keruen/internal/money"
)

// Plan is one offer on the page of prices, as the operator writes it in the file that site.plans names.
type Plan struct {
	Name    lang.Text
	For     lang.Text    // one line: whom it is for
	Price   money.Amount // the zero Currency: on request
	Per     string       // month, year or once
	VAT     string       // included, excluded or none
	Points  []lang.Text  // what it holds
	Leading bool         // stands out
}

// Limits of the page of prices.
const (
	maxPlans  = 8
	maxPoints = 12
)

type planFile struct {
	Plan []struct {
		Name     map[string]string   `toml:"name"`
		For      map[string]string   `toml:"for"`
		Price    *int64              `toml:"price"`
		Currency string              `toml:"currency"`
		Per      string              `toml:"per"`
		VAT      string              `toml:"vat"`
		Points   []map[string]string `toml:"points"`
		Leading  bool                `toml:"leading"`
	} `toml:"plan"`
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// LoadPlans reads the catalogue of plans. No file means no plans: the page says that prices are given on request.
func LoadPlans(path string) ([]Plan, error) {
	if path == "" {
		return nil, nil
	}
	var f planFile
	meta, err := toml.DecodeFile(path, &f)
	if err != nil {
		return nil, errFile.With("file", path).Because(err)
	}
	bad := errInvalid
	add := func(where, text string) { bad = bad.At(errs.Field{Path: where, Code: "config.invalid", Text: text}) }
	for _, key := range meta.Undecoded() {
		add(key.String(), "is not known")
	}
	if len(f.Plan) > maxPlans {
		add("plan", fmt.Sprintf("wants at most %d plans", maxPlans))
	}
	var out []Plan
	for i, p := range f.Plan {
		at := func(key string) string { return fmt.Sprintf("plan[%d].%s", i, key) }
		if strings.TrimSpace(p.Name["ru"]) == "" {
			add(at("name"), `wants at least the Russian name: name = { ru = "…", kk = "…", en = "…" }`)
		}
		plan := Plan{Name: textOf(p.Name), For: textOf(p.For), Per: p.Per, VAT: p.VAT, Leading: p.Leading}
		if p.Price != nil {
			plan.Price = money.Amount{Minor: *p.Price * 100, Currency: money.Currency(orElse(p.Currency, string(money.KZT)))}
			checkPrice(plan, at, add)
		}
		if len(p.Points) > maxPoints {
			add(at("points"), fmt.Sprintf("wants at most %d lines", maxPoints))
		}
		for _, point := range p.Points {
			plan.Points = append(plan.Points, textOf(point))
		}
		out = append(out, plan)
	}
	if len(bad.Fields) > 0 {
		return nil, bad.With("file", path)
	}
	return out, nil
}

func checkPrice(p Plan, at func(string) string, add func(where, text string)) {
	const most = 1_000_000_000 * 100
	if p.Price.Minor < 0 || p.Price.Minor > most {
		add(at("price"), "wants whole units of the currency from 0 to 1,000,000,000")
	}
	if !currencyCode.MatchString(string(p.Price.Currency)) {
		add(at("currency"), "wants a code such as KZT")
	}
	if p.Per != "month" && p.Per != "year" && p.Per != "once" {
		add(at("per"), "wants month, year or once")
	}
	if p.VAT != "included" && p.VAT != "excluded" && p.VAT != "none" {
		add(at("vat"), "wants included, excluded or none: a price says whether VAT is in it")
	}
}

func textOf(m map[string]string) lang.Text {
	return lang.Text{Ru: strings.TrimSpace(m["ru"]), Kk: strings.TrimSpace(m["kk"]), En: strings.TrimSpace(m["en"])}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
