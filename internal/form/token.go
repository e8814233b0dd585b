package form

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/secret"
)

// Purposes of the keys that sign and seal here.
const (
	signShown   = "form.shown"
	signConfirm = "form.confirm"
	signAgain   = "form.again"
	sealAnswers = "form.answers"
	hashAddress = "form.address"
)

// How long a page of a form may lie open, and how soon a person can be done with it.
const (
	ShownLife = 24 * time.Hour
	tooFast   = 2 * time.Second
)

const tokenVersion = 1

const nonceSize = 9

// shown is what a page of a form carries: when it was made, and a nonce that makes two presses of its button one submission.
type shown struct {
	at    time.Time
	nonce string
}

// newShown signs a page of a form.
func newShown(k *secret.Keys, f ID, now time.Time) string {
	b := binary.BigEndian.AppendUint64([]byte{tokenVersion}, uint64(f))
	b = binary.BigEndian.AppendUint64(b, uint64(now.UnixMilli()))
	return k.Sign(signShown, append(b, secret.Random(nonceSize)...))
}

// readShown reads what newShown made for the same form; ok is false for anything else, also for what is older than ShownLife.
func readShown(k *secret.Keys, f ID, token string, now time.Time) (s shown, ok bool) {
	b, err := k.Verify(signShown, token)
	if err != nil || len(b) != 17+nonceSize || b[0] != tokenVersion || ID(binary.BigEndian.Uint64(b[1:9])) != f {
		return shown{}, false
	}
	s = shown{at: time.UnixMilli(int64(binary.BigEndian.Uint64(b[9:17]))), nonce: base64.RawURLEncoding.EncodeToString(b[17:])}
	age := now.Sub(s.at)
	return s, age <= ShownLife && age >= -time.Minute
}

// WorkBits is how much work the script of a page does for one submission: 2^14 hashes on average, a moment for one person and dear
// for a program that sends thousands.
const WorkBits = 14

// worked tells whether n makes SHA-256(token:n) begin with WorkBits zero bits. Work is bound to the token, so it is good once.
func worked(token, n string) bool {
	if token == "" || n == "" || len(n) > 20 {
		return false
	}
	if _, err := strconv.ParseUint(n, 10, 64); err != nil {
		return false
	}
	sum := sha256.Sum256([]byte(token + ":" + n))
	return binary.BigEndian.Uint32(sum[:4])>>(32-WorkBits) == 0
}

// ErrLink is returned for a link that was not made here, was cut short, or has run out.
var ErrLink = errs.New(errs.NotFound, "form.link", "The link does not work: it was not copied whole, or it is too old. Fill the form in again.")

// tokenOf signs the address of one submission, for a letter or for the page that offers to send it again.
func tokenOf(k *secret.Keys, purpose string, t id.Tenant, s SubmissionID) string {
	b := binary.BigEndian.AppendUint64([]byte{tokenVersion}, uint64(t))
	return k.Sign(purpose, binary.BigEndian.AppendUint64(b, uint64(s)))
}

func readToken(k *secret.Keys, purpose, token string) (id.Tenant, SubmissionID, error) {
	b, err := k.Verify(purpose, token)
	if err != nil || len(b) != 17 || b[0] != tokenVersion {
		return 0, 0, ErrLink
	}
	return id.Tenant(binary.BigEndian.Uint64(b[1:9])), SubmissionID(binary.BigEndian.Uint64(b[9:])), nil
}

// machine tells programs that read pages for search and previews: they are not counted as views.
func machine(userAgent string) bool {
	u := strings.ToLower(userAgent)
	if u == "" {
		return true
	}
	for _, mark := range []string{"bot", "spider", "crawl", "preview", "curl/", "wget/", "python-", "go-http-client"} {
		if strings.Contains(u, mark) {
			return true
		}
	}
	return false
}
