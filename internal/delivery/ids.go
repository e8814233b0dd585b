package delivery

import (
	"encoding/binary"
	"errors"

	"keruen/internal/contact"
)

var errIDs = errors.New("the contacts of a chunk are damaged")

// packIDs writes contacts, which must ascend, as varints of the differences: about two bytes each
// in an audience that was imported in one go.
func packIDs(ids []contact.ID) ([]byte, error) {
	out := make([]byte, 0, 3*len(ids)+8)
	last := contact.ID(0)
	for _, c := range ids {
		if c <= last {
			return nil, errIDs
		}
		out = binary.AppendUvarint(out, uint64(c-last))
		last = c
	}
	return out, nil
}

// unpackIDs reads what packIDs wrote; n is how many there must be.
func unpackIDs(b []byte, n int) ([]contact.ID, error) {
	ids := make([]contact.ID, 0, n)
	last := contact.ID(0)
	for len(b) > 0 {
		d, size := binary.Uvarint(b)
		if size <= 0 || d == 0 {
			return nil, errIDs
		}
		last += contact.ID(d)
		ids, b = append(ids, last), b[size:]
	}
	if len(ids) != n {
		return nil, errIDs
	}
	return ids, nil
}
