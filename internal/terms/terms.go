// Package terms owns the documents that a customer signs: the offer, the privacy policy, the anti-spam rules.
//
// A version of a document is a file that never changes once released: documents/<name>/<version>.<lang>.md.
// A new text is a new file with the next number. What a person saw is named by the SHA-256 of the text
// with the operator's details filled in; every such text is kept in the database, so that a signature can always be shown
// together with what was signed (ACC-2).
package terms

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"keruen/internal/errs"
	"keruen/internal/lang"
)

// Errors of documents.
var (
	ErrMissing = errs.New(errs.Invalid, "terms.missing", "A document must be accepted too.")
	ErrOld     = errs.New(errs.Invalid, "terms.not_current", "The document has a newer version by now. Read it and repeat.")
)

// Names of documents, in the order in which they are shown. All are accepted by registering.
var Names = []string{"offer", "privacy", "antispam"}

// Notices are documents that tell and are not signed.
var Notices = []string{"cookies"}

// Document is one version of a text in one language.
type Document struct {
	Name      string
	Version   string
	Lang      lang.Lang
	Title     string
	Effective time.Time // the day it came into force
	Text      string    // Markdown, without the front matter
	SHA256    string    // of Text, in hexadecimal
}

// Ref names a version of a document, as the cabinet sends it back.
type Ref struct{ Name, Version string }

// Operator is who offers the service. Empty values are said in words.
type Operator struct {
	Name    string // legal name
	BIN     string
	Address string
	Email   string
	Site    string // address of the installation
}

//go:embed documents
var files embed.FS

// load reads every document and fills in the operator's details.
func load(from fs.FS, o Operator) ([]Document, error) {
	var all []Document
	for _, name := range slices.Concat(Names, Notices) {
		paths, err := fs.Glob(from, "documents/"+name+"/*.md")
		if err != nil {
			return nil, fmt.Errorf("load documents: %w", err)
		}
		for _, path := range paths {
			text, err := fs.ReadFile(from, path)
			if err != nil {
				return nil, fmt.Errorf("load documents: %w", err)
			}
			d, err := parse(string(text), o)
			if err != nil {
				return nil, fmt.Errorf("load %s: %w", path, err)
			}
			if want := fmt.Sprintf("documents/%s/%s.%s.md", d.Name, d.Version, d.Lang); path != want {
				return nil, fmt.Errorf("load %s: its front matter belongs to %s", path, want)
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// parse reads the front matter, lines of "key: value" between two lines of "---", and the text.
func parse(file string, o Operator) (Document, error) {
	head, text, ok := strings.Cut(strings.TrimPrefix(file, "---\n"), "\n---\n")
	if !ok {
		return Document{}, fmt.Errorf("there is no front matter")
	}
	var d Document
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "name":
			d.Name = value
		case "version":
			d.Version = value
		case "title":
			d.Title = value
		case "lang":
			d.Lang, ok = lang.Parse(value)
		case "effective":
			day, err := time.Parse(time.DateOnly, value)
			if err != nil {
				return Document{}, fmt.Errorf("effective: %w", err)
			}
			d.Effective = day
		default:
			return Document{}, fmt.Errorf("unknown key %q", key)
		}
	}
	if n, err := strconv.Atoi(d.Version); err != nil || n < 1 || d.Name == "" || d.Title == "" || d.Effective.IsZero() || !ok {
		return Document{}, fmt.Errorf("the front matter is not complete")
	}
	d.Text = o.fill(text, d.Lang)
	sum := sha256.Sum256([]byte(d.Text))
	d.SHA256 = hex.EncodeToString(sum[:])
	return d, nil
}

// fill puts the operator's details into a text.
func (o Operator) fill(text string, l lang.Lang) string {
	name := lang.Text{Ru: "лицо, которое управляет этой установкой Keruen", Kk: "Keruen осы орнатылымын басқаратын тұлға", En: "whoever runs this installation of Keruen"}.In(l)
	site, email := o.Site, o.Email
	if o.Name != "" {
		name = o.Name
	}
	if site == "" {
		site = lang.Text{Ru: "этой установки", Kk: "осы орнатылым", En: "this installation"}.In(l)
	}
	if email == "" {
		email = lang.Text{Ru: "адрес Оператора, указанный на сайте", Kk: "сайтта көрсетілген Оператордың", En: "the Operator's address on the site"}.In(l)
	}
	return strings.NewReplacer("{operator}", name, "{site}", site, "{email}", email, " {details}", o.details(l)).Replace(text)
}

// details is a sentence with what is known of the operator, after a space, or nothing.
func (o Operator) details(l lang.Lang) string {
	var parts []string
	for _, p := range []struct {
		label lang.Text
		value string
	}{
		{lang.Text{Ru: "БИН/ИИН", Kk: "БСН/ЖСН", En: "BIN/IIN"}, o.BIN},
		{lang.Text{Ru: "адрес", Kk: "мекенжайы", En: "address"}, o.Address},
		{lang.Text{Ru: "почта", Kk: "поштасы", En: "e-mail"}, o.Email},
	} {
		if p.value != "" {
			parts = append(parts, p.label.In(l)+": "+p.value)
		}
	}
	if parts == nil {
		return ""
	}
	label := lang.Text{Ru: "Сведения об Операторе", Kk: "Оператор туралы мәлімет", En: "The Operator"}.In(l)
	return " " + label + " — " + strings.Join(parts, "; ") + "."
}

// newer orders versions of one document, the newest first.
func newer(a, b Document) int { return number(b) - number(a) }

func number(d Document) int {
	n, _ := strconv.Atoi(d.Version) // checked by parse
	return n
}

// current returns the newest version of each named document in one language that is in force, in the order of the names.
func current(all []Document, names []string, l lang.Lang, now time.Time) []Document {
	var out []Document
	for _, name := range names {
		var versions []Document
		for _, d := range all {
			if d.Name == name && d.Lang == l && !d.Effective.After(now) {
				versions = append(versions, d)
			}
		}
		if len(versions) > 0 {
			out = append(out, slices.MinFunc(versions, newer))
		}
	}
	return out
}
