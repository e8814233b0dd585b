package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/config"
	"keruen/internal/errs"
	"keruen/internal/money"
)

func plans(t *testing.T, text string) ([]config.Plan, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plans.toml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return config.LoadPlans(path)
}

// SUP-2
func TestTheOperatorsPlansAreReadAsWritten(t *testing.T) {
	t.Parallel()
	none, err := config.LoadPlans("")
	require.NoError(t, err)
	require.Empty(t, none)
	got, err := plans(t, `
[[plan]]
name = { ru = "Малый", kk = "Шағын", en = "Small" }
for = { ru = "до 5 000 контактов" }
price = 9900
per = "month"
vat = "included"
points = [ { ru = "Письма без ограничений" } ]

[[plan]]
name = { ru = "Лицензия" }
`)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, money.Tenge(9900), got[0].Price)
	require.Equal(t, "Small", got[0].Name.En)
	require.Zero(t, got[1].Price, "a plan without a price is on request")
}

func TestAWrongPlanIsNamedByItsPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, path string }{
		"no name":       {`[[plan]]`, "plan[0].name"},
		"no period":     {"[[plan]]\nname={ru=\"a\"}\nprice=1\nvat=\"none\"", "plan[0].per"},
		"silent on VAT": {"[[plan]]\nname={ru=\"a\"}\nprice=1\nper=\"year\"", "plan[0].vat"},
		"below zero":    {"[[plan]]\nname={ru=\"a\"}\nprice=-1\nper=\"year\"\nvat=\"none\"", "plan[0].price"},
		"a typo":        {"[[plan]]\nname={ru=\"a\"}\nprise=1", "plan.prise"},
		"no currency":   {"[[plan]]\nname={ru=\"a\"}\nprice=1\nper=\"year\"\nvat=\"none\"\ncurrency=\"тг\"", "plan[0].currency"},
	} {
		_, err := plans(t, c.text)
		var e *errs.Error
		require.ErrorAs(t, err, &e, name)
		require.Equal(t, c.path, e.Fields[0].Path, name)
	}
	_, err := plans(t, "[[plan")
	require.Error(t, err)
	_, err = config.LoadPlans("/nowhere/plans.toml")
	require.Error(t, err)
}

func TestTheExampleOfPlansLoads(t *testing.T) {
	t.Parallel()
	got, err := config.LoadPlans("../../docs/plans.example.toml")
	require.NoError(t, err)
	require.Len(t, got, 2)
}
