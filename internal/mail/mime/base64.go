package mime

import (
	"encoding/base64"
	"strings"
)

// lineBytes is what a line of 76 characters of base64 holds (RFC 2045 §6.8).
const lineBytes = 57

// AppendBase64 adds text in base64 lines. Any of CRLF, LF and CR becomes CRLF before it is encoded (RFC 2045 §6.8). The result ends with CRLF.
func AppendBase64(dst []byte, text string) []byte {
	var line [lineBytes]byte
	n := 0
	write := func(s string) {
		for len(s) > 0 {
			k := copy(line[n:], s)
			if n, s = n+k, s[k:]; n == lineBytes {
				dst = append(base64.StdEncoding.AppendEncode(dst, line[:]), '\r', '\n')
				n = 0
			}
		}
	}
	for {
		i := strings.IndexAny(text, "\r\n")
		if i < 0 {
			break
		}
		write(text[:i])
		write("\r\n")
		if strings.HasPrefix(text[i:], "\r\n") {
			i++
		}
		text = text[i+1:]
	}
	if write(text); n > 0 {
		dst = append(base64.StdEncoding.AppendEncode(dst, line[:n]), '\r', '\n')
	}
	return dst
}

// base64Len is about how many bytes AppendBase64 adds.
func base64Len(text string) int { return len(text)/3*4 + len(text)/24 + 64 }
