package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// makeTable creates a table in the form of the migrations' tokens.
func makeTable(t *testing.T, d *db.DB) {
	t.Helper()
	bigint, boolean, bytes, doc, float := "INTEGER", "INTEGER", "BLOB", "BLOB", "REAL"
	if d.Dialect() == db.Postgres {
		bigint, boolean, bytes, doc, float = "BIGINT", "BOOLEAN", "BYTEA", "JSONB", "DOUBLE PRECISION"
	}
	exec(t, d, `CREATE TABLE thing (id `+bigint+` NOT NULL PRIMARY KEY, name TEXT UNIQUE, on_sale `+boolean+`,
		photo `+bytes+`, fields `+doc+`, weight `+float+`, made_at `+bigint+`, note TEXT)`)
}

func exec(t *testing.T, d *db.DB, text string, args ...any) (n int64) {
	t.Helper()
	err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = db.Exec(ctx, tx, text, args...)
		return err
	})
	require.NoError(t, err)
	return n
}

func count(t *testing.T, d *db.DB) int64 {
	t.Helper()
	n, err := db.One[int64](t.Context(), d, `SELECT count(*) FROM thing`)
	require.NoError(t, err)
	return n
}

func insert(ctx context.Context, tx *db.Tx, n int64, name string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO thing (id, name) VALUES (?, ?)`, n, name)
	return err
}

type stamp struct{ MadeAt time.Time }

type colour string

type thing struct {
	stamp
	ID     id.Tenant
	Name   colour
	Sale   bool `db:"on_sale"`
	Photo  []byte
	Weight float64
	Note   db.JSON[map[string]int]
	Extra  string `db:"-"`
}

func TestAStructComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		at := time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.UTC)
		want := thing{stamp{at}, 7, "red's ?", true, []byte{0, 255}, 1.5, db.AsJSON(map[string]int{"a": 1}), ""}
		exec(t, d, `INSERT INTO thing (id, name, on_sale, photo, weight, made_at, note) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			want.ID, want.Name, want.Sale, want.Photo, want.Weight, want.MadeAt, want.Note)

		got, err := db.One[thing](t.Context(), d,
			`SELECT id, name, on_sale, photo, weight, made_at, note FROM thing WHERE name = ? AND on_sale AND note <> '?' -- why?`, want.Name)

		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func TestNullReadsAsZeroAndZeroIsWrittenAsNull(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		exec(t, d, `INSERT INTO thing (id, name, made_at, photo) VALUES (1, ?, ?, ?)`, (*string)(nil), time.Time{}, []byte(nil))
		n, err := db.One[int](t.Context(), d, `SELECT count(*) FROM thing WHERE name IS NULL AND made_at IS NULL AND photo IS NULL`)
		require.NoError(t, err)
		require.Equal(t, 1, n)

		got, err := db.One[thing](t.Context(), d, `SELECT name, on_sale, photo, weight, made_at, note FROM thing`)

		require.NoError(t, err)
		require.Equal(t, thing{}, got)
		missing, err := db.One[*time.Time](t.Context(), d, `SELECT made_at FROM thing`)
		require.NoError(t, err)
		require.Nil(t, missing)
	})
}

func TestNoRowIsNotFoundAndNoRowsIsNil(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		_, err := db.One[string](t.Context(), d, `SELECT name FROM thing`)
		require.ErrorIs(t, err, errs.ErrNotFound)
		all, err := db.All[string](t.Context(), d, `SELECT name FROM thing`)
		require.NoError(t, err)
		require.Nil(t, all)
	})
}

func TestAColumnWithoutAFieldIsAnError(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, err := db.One[thing](t.Context(), d, `SELECT 1 AS surprise`)
		require.ErrorContains(t, err, "surprise")
		_, err = db.One[int8](t.Context(), d, `SELECT 300`)
		require.ErrorContains(t, err, "int8")
		_, err = db.One[string](t.Context(), d, `SELECT 'a', 'b'`)
		require.ErrorContains(t, err, "2 columns")
	})
}

func TestRowsAreInsertedInBatchesOfAnySize(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		for _, n := range []int{0, 1, 127, 128, 301} {
			err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return db.InsertRows(ctx, tx, "thing", []string{"id", "fields:json"}, n, func(i int) []any {
					return []any{i, `{"n": ` + colourOf(i) + `}`}
				}, "ON CONFLICT DO NOTHING")
			})
			require.NoError(t, err)
			require.EqualValues(t, n, count(t, d))
		}
		sum, err := db.One[int](t.Context(), d, `SELECT sum(id) FROM thing`)
		require.NoError(t, err)
		require.Equal(t, 300*301/2, sum)
		even, err := db.One[int](t.Context(), d, `SELECT count(*) FROM thing WHERE `+d.Dialect().JSONNumber("fields", "n")+` = 2`)
		require.NoError(t, err)
		require.Equal(t, 151, even)
	})
}

func TestRowsInsertedInBulkKeepTheirTypes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		want := []thing{
			{stamp{time.UnixMilli(1).UTC()}, 1, `a"{}',\\`, true, []byte{0, 1, '"'}, 0.5, db.AsJSON(map[string]int{"x": 2}), ""},
			{ID: 2},
			{ID: 3, Name: "c", Weight: -1e300},
		}
		columns := []string{"id", "name", "on_sale", "photo", "weight", "made_at", "note"}
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return db.InsertRows(ctx, tx, "thing", columns, len(want), func(i int) []any {
				w := want[i]
				return []any{w.ID, w.Name, w.Sale, w.Photo, w.Weight, w.MadeAt, w.Note}
			}, "")
		})
		require.NoError(t, err)
		got, err := db.All[thing](t.Context(), d, `SELECT `+strings.Join(columns, ", ")+` FROM thing ORDER BY id`)
		require.NoError(t, err)
		require.Equal(t, want, got)

		err = d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return db.InsertRows(ctx, tx, "thing", []string{"id", "nme"}, 1, func(int) []any { return []any{9, "x"} }, "")
		})
		require.ErrorContains(t, err, "nme")
		err = d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return db.InsertRows(ctx, tx, "thing", []string{"id", "name"}, 1, func(int) []any { return []any{9} }, "")
		})
		require.ErrorContains(t, err, "1 values for 2 columns")
	})
}

func TestAValueThatCannotBeEncodedIsAnError(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		for _, bad := range []any{db.AsJSON(func() {}), struct{}{}, make(chan int)} {
			err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := db.Exec(ctx, tx, `INSERT INTO thing (id, note) VALUES (1, ?)`, bad)
				return err
			})
			require.Error(t, err)
		}
		require.Zero(t, count(t, d))
	})
}

func colourOf(i int) string {
	if i%2 == 0 {
		return "2"
	}
	return `"odd"`
}

func TestInMatchesNumbersAndTexts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		exec(t, d, `INSERT INTO thing (id, name) VALUES (1, 'a'), (2, 'b"]'), (3, 'c')`)
		for _, c := range []struct {
			want []int64
			make func() (string, any)
		}{
			{[]int64{1, 3}, func() (string, any) { return db.In("id", []id.Tenant{1, 3, 9}) }},
			{[]int64{2}, func() (string, any) { return db.In("name", []colour{`b"]`}) }},
			{nil, func() (string, any) { return db.In("id", []int64{}) }},
		} {
			w := db.Where("id > ?", 0).And(c.make())
			got, err := db.All[int64](t.Context(), d, `SELECT id FROM thing WHERE `+w.SQL()+` ORDER BY id LIMIT ?`, w.Args(10)...)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		}
	})
}

func TestPrefixTakesWildcardsLiterally(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		exec(t, d, `INSERT INTO thing (id, name) VALUES (1, '50%_!x'), (2, '50 xxx')`)
		for pattern, want := range map[string]int64{db.Prefix("50%_!"): 1, db.Prefix("50 "): 2, db.Contains("%_"): 1} {
			got, err := db.All[int64](t.Context(), d, `SELECT id FROM thing WHERE name LIKE ? ESCAPE '!'`, pattern)
			require.NoError(t, err)
			require.Equal(t, []int64{want}, got)
		}
	})
}

func TestDocumentsAreReadTheSameWayOnBothEngines(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		doc := `{"city": "Аты'рау", "age": 41, "vip": true, "tags": ["a", "b"], "it's": "x"}`
		exec(t, d, `INSERT INTO thing (id, fields) VALUES (?, `+d.Dialect().JSONWrite()+`)`, 1, doc)
		read, err := db.One[string](t.Context(), d, `SELECT `+d.Dialect().JSONRead("fields")+` FROM thing`)
		require.NoError(t, err)
		require.JSONEq(t, doc, read)
		for condition, matches := range map[string]int{
			d.Dialect().JSONText("fields", "city") + ` = 'Аты''рау'`: 1,
			d.Dialect().JSONText("fields", "it's") + ` = 'x'`:        1,
			d.Dialect().JSONNumber("fields", "age") + ` > 40.5`:      1,
			d.Dialect().JSONNumber("fields", "city") + ` > 0`:        0,
			d.Dialect().JSONNumber("fields", "none") + ` IS NULL`:    1,
			d.Dialect().JSONTrue("fields", "vip"):                    1,
			d.Dialect().JSONTrue("fields", "age"):                    0,
		} {
			n, err := db.One[int](t.Context(), d, `SELECT count(*) FROM thing WHERE `+condition)
			require.NoError(t, err, condition)
			require.Equal(t, matches, n, condition)
		}
		for tag, matches := range map[string]int{"a": 1, "c": 0} {
			n, err := db.One[int](t.Context(), d, `SELECT count(*) FROM thing WHERE `+d.Dialect().JSONHas("fields", "tags"), tag)
			require.NoError(t, err)
			require.Equal(t, matches, n, tag)
		}
	})
}

func TestAUniqueViolationIsRecognised(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		exec(t, d, `INSERT INTO thing (id, name) VALUES (1, 'a')`)
		for _, text := range []string{
			`INSERT INTO thing (id, name) VALUES (1, 'b')`,
			`INSERT INTO thing (id, name) VALUES (2, 'a') RETURNING id`,
		} {
			err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := db.All[int64](ctx, tx, text)
				return err
			})
			require.True(t, db.IsUnique(err), "%v", err)
		}
		require.False(t, db.IsUnique(errors.New("another")))
	})
}

func TestAnAddressThatIsNotUnderstoodIsRefused(t *testing.T) {
	t.Parallel()
	for _, u := range []string{"", "mysql://x", "sqlite:", "sqlite::memory:", "/var/keruen.db", "sqlite:a?mode=ro", "postgres://u:secret@host:notaport/x"} {
		_, err := db.Open(t.Context(), db.Config{URL: u})
		require.ErrorIs(t, err, db.ErrURL, u)
		require.NotContains(t, err.Error(), "secret")
	}
}
