package site

import (
	"net/http"
	"strings"

	"keruen/internal/config"
	"keruen/internal/lang"
	"keruen/internal/money"
)

type pricesView struct {
	Plans []planView
	Email string // whom to ask
}

type planView struct {
	Name, For, Price, Per, VAT string
	Points                     []string
	Leading                    bool
}

func (s *Site) prices(w http.ResponseWriter, _ *http.Request, v view) {
	v.Title, v.Lead = v.T.PricesTitle, v.T.PricesLead
	of := pricesView{Email: s.Email}
	for _, p := range s.Plans {
		of.Plans = append(of.Plans, v.plan(p))
	}
	v.Of = of
	s.show(w, http.StatusOK, "prices.html", v)
}

func (v view) plan(p config.Plan) planView {
	out := planView{Name: v.In(p.Name), For: v.In(p.For), Price: v.T.OnRequest, Leading: p.Leading}
	if p.Price.Currency != "" {
		out.Price, out.Per, out.VAT = amount(v.Lang, p.Price), v.T.Per[p.Per], v.T.VAT[p.VAT]
	}
	for _, point := range p.Points {
		out.Points = append(out.Points, v.In(point))
	}
	return out
}

// amount writes a whole sum: 12 500 ₸, ₸12,500; other currencies by their code.
func amount(l lang.Lang, a money.Amount) string {
	sum, _ := l.Number(float64(a.Minor)/100, 0)
	sign := strings.Replace(string(a.Currency), string(money.KZT), "₸", 1)
	if l == lang.English && sign == "₸" {
		return sign + sum
	}
	return sum + "\u00a0" + sign
}
