package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ranks: a package may import ours of a strictly lower rank only. Features have their own ranks among themselves (docs/architecture.md).
// Packages below a listed one have its rank, unless they are listed too.
var ranks = map[string]int{
	// Kernel: words everyone speaks.
	"errs": 0, "lang": 0, "clock": 0, "money": 1, "id": 1, "page": 1,
	// Platform: machines.
	"config": 10, "secret": 10, "db": 10, "blob": 11, "mail": 10, "jobs": 12, "event": 13, "db/dbtest": 14, "intake/sheet": 10, "frame": 10,
	// Features.
	"audit": 21, "access": 22, "terms": 23, "channel": 23, "contact": 24, "contact/segment": 25, "content": 24, "media": 24, "brand": 25, "content/sight": 20, "content/when": 20, "content/block": 20, "delivery": 26, "campaign": 27, "intake": 27, "form": 27, "preference": 27, "privacy": 28, "notice": 29, "reputation": 24, "status": 23, "showcase": 23,
	"channel/email": 23, "channel/channeltest": 23,
	// Edges.
	"visit": 40, "smtpin": 41, "signup": 41, "show": 41, "track": 41, "api": 42, "site": 42, "sandbox": 42,
	// The parts list, and what starts it.
	"app": 50, "cli": 51,
}

// inner are packages that may import their own parent or its other children; the parent's feature is one thing.
var inner = []string{"channel", "mail", "sandbox", "db"}

// fences say which of our packages may import a library from outside.
var fences = map[string][]string{
	"database/sql":                   {"db", "db/dbtest"},
	"database/sql/driver":            {"db", "id"},
	"github.com/jackc/pgx":           {"db", "db/dbtest"},
	"modernc.org/sqlite":             {"db", "db/dbtest"},
	"github.com/pressly/goose":       {"db", "db/dbtest"},
	"github.com/danielgtaylor/huma":  {"api"},
	"github.com/alecthomas/kong":     {"cli"},
	"github.com/BurntSushi/toml":     {"config", "channel/email/shape"},
	"github.com/miekg/dns":           {"mail/mx", "sandbox"},
	"github.com/ebitengine/purego":   {"mail/dkim"},
	"blitiri.com.ar/go/spf":          {"channel/email"},
	"github.com/emersion/go-smtp":    {"sandbox", "smtpin"},
	"github.com/emersion/go-msgauth": {"sandbox"},
	"golang.org/x/crypto/argon2":     {"secret"},
	"golang.org/x/image/draw":        {"media"},
	"golang.org/x/image/webp":        {"media"},
}

// file is one Go file with what it imports.
type file struct {
	pkg     string // "channel/email"
	name    string
	imports []string
	test    bool
}

func sources(t *testing.T) []file {
	t.Helper()
	var all []file
	root := "../"
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := file{pkg: filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), root)), name: path, test: strings.HasSuffix(path, "_test.go")}
		for _, i := range parsed.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, name)
		}
		all = append(all, f)
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(all), 100)
	return all
}

// rankOf is the rank of a package, or of the nearest one above it that has one.
func rankOf(pkg string) (int, bool) {
	for {
		if r, ok := ranks[pkg]; ok {
			return r, true
		}
		i := strings.LastIndexByte(pkg, '/')
		if i < 0 {
			return 0, false
		}
		pkg = pkg[:i]
	}
}

func top(pkg string) string {
	head, _, _ := strings.Cut(pkg, "/")
	return head
}

func TestImportsGoDown(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		own, ok := rankOf(f.pkg)
		require.True(t, ok, "%s has no rank: add it to the table", f.pkg)
		if f.test {
			continue
		}
		for _, i := range f.imports {
			other, ours := strings.CutPrefix(i, "keruen/internal/")
			if !ours || top(other) == top(f.pkg) && slices.Contains(inner, top(f.pkg)) {
				continue
			}
			rank, ok := rankOf(other)
			require.True(t, ok, "%s has no rank: add it to the table", other)
			require.Less(t, rank, own, "%s (rank %d) imports %s (rank %d): publish an event, or declare a small interface and let app supply it", f.name, own, other, rank)
		}
	}
}

func TestOutsideLibrariesStayBehindTheirFences(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		for _, i := range f.imports {
			for library, allowed := range fences {
				if i != library && !strings.HasPrefix(i, library+"/") || library == "database/sql" && i != library {
					continue
				}
				near := slices.ContainsFunc(allowed, func(p string) bool { return f.pkg == p || strings.HasPrefix(f.pkg, p+"/") })
				require.True(t, near, "%s imports %s, which belongs behind %v", f.name, i, allowed)
			}
		}
	}
}

// The pretend world judges the mail packages, so it must not share their parsing or formatting with them (docs/architecture.md).
func TestThePretendWorldSharesNothingWithWhatItJudges(t *testing.T) {
	t.Parallel()
	may := []string{"errs", "lang", "clock", "sandbox"}
	for _, f := range sources(t) {
		if top(f.pkg) != "sandbox" || f.test {
			continue
		}
		for _, i := range f.imports {
			if other, ours := strings.CutPrefix(i, "keruen/internal/"); ours {
				require.Contains(t, may, top(other), f.name)
			}
		}
	}
}
