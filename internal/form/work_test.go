package form_test

import (
	"context"
	"crypto/sha256"
	"strconv"
)

type contextT = context.Context

// work does what the script of a page does, written apart from the code that checks it.
func work(token string) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(token + ":" + strconv.Itoa(n)))
		if sum[0] == 0 && sum[1]&0b11111100 == 0 {
			return strconv.Itoa(n)
		}
	}
}
