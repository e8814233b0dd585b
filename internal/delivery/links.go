package delivery

import (
	"encoding/binary"
	"strings"

	"keruen/internal/channel"
	"keruen/internal/errs"
)

// Purposes of the keys that sign what goes out in messages. Each kind of link has its own, so that a
// token of one is nothing in the place of another.
const (
	signOpen   = "delivery.open"
	signClick  = "delivery.click"
	signLeave  = "delivery.leave"
	signReturn = "delivery.return"
)

// ErrLink is returned for a link that was not made here, was cut, or is about a message no longer kept.
var ErrLink = errs.New(errs.NotFound, "delivery.bad_link", "The link is not valid. It may have been cut, or the message is too old.")

const tokenVersion = 1

// LinkOpen is the address of the picture that tells of an opening.
func (s *Service) linkOpen(r channel.Ref) string {
	return s.base + "/t/o/" + s.keys.Sign(signOpen, refBytes(r))
}

// linkClick is the tracked address of one link of the letter.
func (s *Service) linkClick(r channel.Ref, index int) string {
	return s.base + "/t/c/" + s.keys.Sign(signClick, binary.BigEndian.AppendUint16(refBytes(r), uint16(index)))
}

// linkLeave is the address of the unsubscribe page and of the one-click request (RFC 8058).
func (s *Service) linkLeave(r channel.Ref) string {
	return s.base + "/u/" + s.keys.Sign(signLeave, refBytes(r))
}

// linkPreferences and linkWhy are the addresses of the pages on which the recipient chooses what it gets, and reads why the message
// came. They carry the token of the way out: whoever may leave may see these.
func linkPreferences(leave string) string { return leave + "/preferences" }
func linkWhy(leave string) string         { return leave + "/why" }

// returnToken stands in the envelope sender (VERP), in letters of one case. It is equal at every attempt.
func (s *Service) returnToken(r channel.Ref) string { return s.keys.SignLocal(signReturn, refBytes(r)) }

func refBytes(r channel.Ref) []byte {
	b := append(make([]byte, 0, 15), tokenVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Part))
	return binary.BigEndian.AppendUint32(b, uint32(r.Seq))
}

// ReadReturn reads the token of an envelope sender, for bounces.
func (s *Service) ReadReturn(token string) (channel.Ref, error) {
	b, err := s.keys.VerifyLocal(signReturn, token)
	if err != nil {
		return channel.Ref{}, ErrLink.Because(err)
	}
	r, _, err := readRef(b, 0)
	return r, err
}

func (s *Service) readLink(purpose, token string, extra int) (channel.Ref, []byte, error) {
	b, err := s.keys.Verify(purpose, strings.TrimSuffix(token, ".gif"))
	if err != nil {
		return channel.Ref{}, nil, ErrLink.Because(err)
	}
	return readRef(b, extra)
}

func readRef(b []byte, extra int) (channel.Ref, []byte, error) {
	if len(b) != 13+extra || b[0] != tokenVersion {
		return channel.Ref{}, nil, ErrLink
	}
	return channel.Ref{Part: int64(binary.BigEndian.Uint64(b[1:9])), Seq: int32(binary.BigEndian.Uint32(b[9:13]))}, b[13:], nil
}
