package block

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"

	"keruen/internal/errs"
	"keruen/internal/lang"
)

// Limits of a document.
const (
	MaxDoc    = 512 << 10 // bytes of JSON
	MaxRows   = 100
	MaxBlocks = 300
	maxPad    = 200 // pixels
	maxText   = 20_000
	maxDepth  = 40 // of the JSON: the deepest document needs 12, and the deepest condition as many again
)

// Errors of documents; the path says where.
var (
	ErrShape   = errs.New(errs.Invalid, "block.shape", "The document of the letter cannot be read. Open the letter again; if that does not help, begin with a copy.")
	ErrLarge   = errs.New(errs.Invalid, "block.large", "The letter has too many rows, blocks or words. Divide it into several letters.")
	ErrVersion = errs.New(errs.Invalid, "block.version", "The letter was made by a newer version of the program. Update the program to open it.")
	ErrValue   = errs.New(errs.Invalid, "block.value", "The value is outside of what is allowed here.")
	ErrID      = errs.New(errs.Invalid, "block.id", "Every row and block needs an id of its own of at most 40 letters, digits, - and _.")
	ErrSpans   = errs.New(errs.Invalid, "block.spans", "The widths of the columns of a row must add up to 12.")
)

// Read reads a document and returns errs.ErrInvalid with all places that are wrong in its shape. What an author may leave unfinished, such
// as an empty link, is no matter of the shape.
func Read(text []byte) (Doc, error) {
	if len(text) > MaxDoc {
		return Doc{}, errs.ErrInvalid.At(blame("doc", ErrLarge, "limit", MaxDoc))
	}
	if deep(text) {
		return Doc{}, errs.ErrInvalid.At(blame("doc", ErrShape))
	}
	var d Doc
	var v struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(text, &v); err == nil && v.V > Version {
		return Doc{}, errs.ErrInvalid.At(blame("doc.v", ErrVersion, "version", v.V))
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return Doc{}, errs.ErrInvalid.Because(fmt.Errorf("read blocks: %w", err)).At(blame("doc", ErrShape))
	}
	c := checker{ids: map[string]bool{}}
	c.doc(&d)
	if len(c.wrong) > 0 {
		return Doc{}, errs.ErrInvalid.At(c.wrong...)
	}
	return d, nil
}

// deep tells of JSON nested beyond reason, before anything recursive reads it.
func deep(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

func blame(path string, e *errs.Error, params ...any) errs.Field {
	f := errs.Field{Path: path, Code: e.Code, Text: e.Text}
	for i := 0; i+1 < len(params); i += 2 {
		if f.Params == nil {
			f.Params = map[string]any{}
		}
		f.Params[params[i].(string)] = params[i+1]
	}
	return f
}

var (
	hex    = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)
)

type checker struct {
	wrong  []errs.Field
	ids    map[string]bool
	blocks int
}

func (c *checker) add(path string, e *errs.Error) {
	if len(c.wrong) < 50 {
		c.wrong = append(c.wrong, blame(path, e))
	}
}

func (c *checker) want(ok bool, path string) {
	if !ok {
		c.add(path, ErrValue)
	}
}

func (c *checker) oneOf(path, v string, allowed ...string) {
	c.want(v == "" || slices.Contains(allowed, v), path)
}

func (c *checker) doc(d *Doc) {
	c.want(d.V == Version, "doc.v")
	c.want(len(d.Meta.Langs) > 0 && slices.Contains(d.Meta.Langs, d.Meta.DefaultLang), "doc.meta.default_lang")
	for i, l := range d.Meta.Langs {
		c.want(slices.Contains(lang.All, l) && !slices.Contains(d.Meta.Langs[:i], l), "doc.meta.langs")
	}
	c.theme(&d.Theme)
	if len(d.Rows) > MaxRows {
		c.add("doc.rows", ErrLarge)
		return
	}
	for i := range d.Rows {
		c.row(fmt.Sprintf("doc.rows[%d]", i), &d.Rows[i])
	}
	if c.blocks > MaxBlocks {
		c.add("doc.rows", ErrLarge)
	}
}

func (c *checker) theme(t *Theme) {
	between := func(name string, n, from, to int) { c.want(n >= from && n <= to, "doc.theme."+name) }
	between("width", t.Width, 320, 800)
	between("size", t.Size, 12, 24)
	between("radius", t.Radius, 0, 40)
	between("gap", t.Gap, 0, 64)
	for name, v := range map[string]string{"bg": t.Bg, "surface": t.Surface, "text": t.Text, "muted": t.Muted, "link": t.Link, "link_dark": t.LinkDark, "primary": t.Primary, "on_primary": t.OnPrimary} {
		c.want(hex.MatchString(v), "doc.theme."+name)
	}
	c.want(fonts[t.Font] != "", "doc.theme.font")
}

func (c *checker) id(path, v string) {
	if !idForm.MatchString(v) || c.ids[v] {
		c.add(path+".id", ErrID)
	}
	c.ids[v] = true
}

func (c *checker) color(path string, v Color) {
	_, named := colorNames[v]
	c.want(v == "" || named || hex.MatchString(string(v)), path)
}

func (c *checker) pad(path string, p Pad) {
	for _, n := range p {
		c.want(n >= 0 && n <= maxPad, path+".pad")
	}
}

func (c *checker) row(path string, r *Row) {
	c.id(path, r.ID)
	if r.Pad != nil {
		c.pad(path, *r.Pad)
	}
	if r.Bg != nil {
		c.color(path+".bg", *r.Bg)
	}
	c.oneOf(path+".stack", r.Stack, "normal", "reverse", "keep")
	c.show(path, r.Show)
	spans := 0
	for i := range r.Cols {
		col := &r.Cols[i]
		spans += col.Span
		at := fmt.Sprintf("%s.cols[%d]", path, i)
		c.want(col.Span >= 1, at+".span")
		c.oneOf(at+".valign", col.VAlign, "top", "middle", "bottom")
		for k := range col.Blocks {
			c.block(fmt.Sprintf("%s.blocks[%d]", at, k), &col.Blocks[k])
		}
	}
	if spans != 12 || len(r.Cols) > 4 {
		c.add(path+".cols", ErrSpans)
	}
}

func (c *checker) show(path string, s *Show) {
	if s == nil {
		return
	}
	c.oneOf(path+".show.device", s.Device, "desktop", "phone")
	for _, l := range s.Langs {
		c.want(slices.Contains(lang.All, l), path+".show.langs")
	}
}

func (c *checker) block(path string, b *Block) {
	c.blocks++
	c.id(path, b.ID)
	c.pad(path, b.Pad)
	c.show(path, b.Show)
	align := func(v string) { c.oneOf(path+".align", v, "left", "center", "right") }
	switch x := b.Body.(type) {
	case *Heading:
		c.want(x.Level >= 1 && x.Level <= 3, path+".level")
		align(x.Align)
		c.color(path+".color", x.Color)
		c.texts(path, x.Text)
	case *Text:
		c.want(x.Size == 0 || x.Size >= 10 && x.Size <= 60, path+".size")
		align(x.Align)
		c.color(path+".color", x.Color)
		c.texts(path, x.Text)
	case *Image:
		c.want(x.Width >= 0 && x.Width <= 2000, path+".width")
		align(x.Align)
	case *Button:
		c.want(x.Radius == nil || *x.Radius >= 0 && *x.Radius <= 60, path+".radius")
		align(x.Align)
		c.color(path+".color", x.Color)
		c.color(path+".bg", x.Bg)
		c.texts(path, x.Text)
	case *Divider:
		c.want(x.Thickness >= 0 && x.Thickness <= 20, path+".thickness")
		c.color(path+".color", x.Color)
	case *Spacer:
		c.want(x.Height >= 1 && x.Height <= 400, path+".height")
	case *Social:
		align(x.Align)
		c.want(len(x.Items) <= 12, path+".items")
		for _, i := range x.Items {
			c.want(networks[i.Network] != "", path+".items")
		}
	case *Menu:
		align(x.Align)
		c.want(len(x.Items) <= 12, path+".items")
	case *Countdown:
		_, err := time.Parse(time.RFC3339, x.Until)
		c.want(err == nil, path+".until")
		align(x.Align)
		c.color(path+".color", x.Color)
		c.color(path+".bg", x.Bg)
	case *Coupon:
		c.texts(path, x.Text)
	case *Footer:
		align(x.Align)
		c.texts(path, x.Text)
	}
}

func (c *checker) texts(path string, t Texts) {
	for l, rich := range t {
		at := path + ".text." + string(l)
		size := 0
		for _, n := range rich {
			c.oneOf(at, n.Align, "left", "center", "right")
			c.want(n.Type == "paragraph" || n.Type == "list", at)
			for _, line := range n.lines() {
				for _, i := range line {
					size += len(i.Text)
					c.want(i.Type == "text" || i.Type == "break" || i.Type == "field", at)
					c.color(at, i.Color)
				}
			}
		}
		if size > maxText {
			c.add(at, ErrLarge)
		}
	}
}

// lines are what a node says: its paragraph, or its items.
func (n *Node) lines() [][]Inline {
	if n.Type == "list" {
		return n.Items
	}
	return [][]Inline{n.Content}
}
