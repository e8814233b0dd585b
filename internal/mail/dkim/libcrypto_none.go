//go:build !(linux && (amd64 || arm64) && (cgo || libcrypto))

package dkim

import "errors"

// loadLibrary has nothing to load: a library can be opened at run time only by a program that is linked with the system's loader, and
// this one is built to stand alone (docs/decisions/0010-mail-engine-libraries.md).
func loadLibrary() (*Backend, error) {
	return nil, errors.New("this build stands alone and loads no libraries")
}
