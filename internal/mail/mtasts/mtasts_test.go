package mtasts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/mtasts"
)

// MSG-4 (RFC 8461 §3.2)
func TestAPolicyIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	p, err := mtasts.Parse([]byte("version: STSv1\r\nmode: enforce\r\nmx: MX1.d.test\r\nmx:*.Backup.test.\nx-new: 1:2\nmode: none\nmax_age: 604800 \n\n"))
	require.NoError(t, err)
	require.Equal(t, mtasts.Policy{Mode: mtasts.Enforce, MX: []string{"mx1.d.test", "*.backup.test"}, MaxAge: 7 * 24 * time.Hour}, p)

	long, err := mtasts.Parse([]byte("version: STSv1\nmode: none\nmax_age: 9999999999\n"))
	require.NoError(t, err)
	require.Equal(t, 31_557_600*time.Second, long.MaxAge, "no policy outlives a year")
}

func TestAPolicyThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", "<html>", "version: STSv2\nmode: enforce\nmx: a.test\nmax_age: 1\n", "mode: enforce\nmx: a.test\nmax_age: 1\n", "version: STSv1\nmode: strict\nmx: a.test\nmax_age: 1\n",
		"version: STSv1\nmode: enforce\nmax_age: 1\n", "version: STSv1\nmode: enforce\nmx: a.test\n", "version: STSv1\nmode: enforce\nmx: a.test\nmax_age: -1\n",
		"version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 99999999999\n", "version: STSv1\nmode: enforce\nmx: *\nmax_age: 1\n", "version: STSv1\nmode: enforce\nmx: a.*.test\nmax_age: 1\n",
		"version: STSv1\nmode: enforce\nmx: 127.0.0.1\nmax_age: 1\n", "version: STSv1\nmode: enforce\nmx: \xff.test\nmax_age: 1\n", "version: STSv1\nmode: none\nmax_age: 1\n" + strings.Repeat("x: y\n", 20_000),
		"version: STSv1\nmode: enforce\nmax_age: 1\n" + strings.Repeat("mx: a.test\n", 201),
	} {
		_, err := mtasts.Parse([]byte(body))
		require.Error(t, err, "%.60q", body)
	}
}

// RFC 8461 §4.1
func TestAWildcardStandsForOneLabelAtTheLeft(t *testing.T) {
	t.Parallel()
	p := mtasts.Policy{MX: []string{"mx.d.test", "*.w.test"}}
	for host, want := range map[string]bool{
		"mx.d.test": true, "MX.d.test.": true, "a.mx.d.test": false, "d.test": false, "a.w.test": true, "b.a.w.test": false, "w.test": false, ".w.test": true, "": false, "test": false,
	} {
		require.Equal(t, want, p.Permits(host), host)
	}
}

// RFC 8461 §3.1
func TestOneRecordAnnouncesAPolicy(t *testing.T) {
	t.Parallel()
	for texts, want := range map[string]string{
		"v=STSv1; id=20261124T1": "20261124T1", "v=STSv1;id=a;": "a", "v=STSv1 ; x=y; id = b ;": "b", "v=spf1 -all|v=STSv1; id=c;": "c",
		"": "", "v=STSv1": "", "v=STSv1; id=": "", "v=STSv1; id=a-b;": "", "v=STSv1; id=" + strings.Repeat("9", 33): "", "v=STSv1; id=a;|v=STSv1; id=a;": "", "id=a; v=STSv1": "", "v=STSv10; id=a": "",
	} {
		id, ok := mtasts.ParseRecord(strings.Split(texts, "|"))
		require.Equal(t, want != "", ok, texts)
		if ok {
			require.Equal(t, want, id, texts)
		}
	}
}

// What a stranger's server sends must never do more than be refused.
func FuzzParse(f *testing.F) {
	f.Add([]byte("version: STSv1\r\nmode: enforce\r\nmx: mx1.d.test\r\nmx: *.b.test\r\nmax_age: 604800\r\n"))
	f.Add([]byte("version: STSv1\nmode: none\nmax_age: 0"))
	f.Add([]byte(":\n:"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := mtasts.Parse(body)
		if err != nil {
			return
		}
		require.Contains(t, []mtasts.Mode{mtasts.None, mtasts.Testing, mtasts.Enforce}, p.Mode)
		require.True(t, p.MaxAge >= 0 && p.MaxAge <= 31_557_600*time.Second)
		if p.Mode == mtasts.Enforce {
			require.NotEmpty(t, p.MX)
		}
		for _, m := range p.MX {
			require.True(t, p.Permits(strings.Replace(m, "*", "x", 1)), m)
			require.Equal(t, strings.ToLower(m), m)
		}
	})
}
