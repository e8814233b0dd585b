package content_test

import (
	"fmt"
	"strings"
	"testing"

	"keruen/internal/content"
)

// heavy is a letter of about 100 KB as senders' tools export it: tables in tables, a long style sheet.
func heavy() string {
	var b strings.Builder
	b.WriteString("<!doctype html><html><head><style>")
	for i := range 200 {
		fmt.Fprintf(&b, ".c%d td > p:first-child, #w .c%d a { color:#3%02d; padding:%dpx }\n", i, i, i%90+10, i%20)
	}
	b.WriteString("@media (max-width:600px){ .hide{display:none!important} td{display:block} } @media (prefers-color-scheme:dark){ p{color:#eee} }</style></head><body>")
	for i := 0; b.Len() < 98<<10; i++ {
		fmt.Fprintf(&b, `<table width="600" class="c%d"><tr><td style="padding:8px;font-size:14px;color:#333333"><p style="margin:0">Товар %d: <a href="https://shop.example/p/%d">купить</a></p></td></tr></table>`, i%200, i, i)
	}
	return b.String() + way + "</body></html>"
}

func BenchmarkCompileAHeavyLetter(b *testing.B) {
	src := heavy()
	b.ReportAllocs()
	for b.Loop() {
		content.Compile(letter(src), advertising)
	}
}
