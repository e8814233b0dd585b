package blob_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"keruen/internal/blob"
	"keruen/internal/id"
)

func zipped(t *testing.T, name string, content []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	require.NoError(t, err)
	_, err = w.Write(content)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// CMP-11
func TestAnAddressIsFoundWhereverItLiesInAFile(t *testing.T) {
	t.Parallel()
	s, err := blob.Open(t.TempDir())
	require.NoError(t, err)
	const tenant = id.Tenant(7)
	has := func(content []byte) bool {
		ref, err := s.Put(t.Context(), tenant, bytes.NewReader(content), 1<<30)
		require.NoError(t, err)
		hit, err := s.Mentions(t.Context(), tenant, ref.Key, func(piece string) bool { return strings.Contains(strings.ToLower(piece), "anna@example.kz") })
		require.NoError(t, err)
		return hit
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("name;Anna@Example.kz")
	require.NoError(t, err)
	seam := append(bytes.Repeat([]byte("x"), 64<<10-5), "anna@example.kz, the rest"...)
	for name, content := range map[string][]byte{
		"text": []byte("a,b\nAnna@example.kz,x\n"), "utf-16": []byte(wide), "seam": seam, "workbook": zipped(t, "xl/sharedStrings.xml", []byte("<t>anna@example.kz</t>")),
		"workbook in an archive": zipped(t, "list.xlsx", zipped(t, "xl/sharedStrings.xml", []byte("<t>anna@example.kz</t>"))),
		"long":                   append(bytes.Repeat([]byte("y"), 3<<20), "anna@example.kz"...),
	} {
		require.True(t, has(content), name)
	}
	require.False(t, has([]byte("anna@example.ru hanna@examplekz")))
	hit, err := s.Mentions(t.Context(), tenant, "blb_0000000000001", func(string) bool { return true })
	require.NoError(t, err)
	require.False(t, hit, "a file that is gone")
}
