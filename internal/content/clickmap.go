package content

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/id"
)

// mapped is what stands instead of a tracked address on a click map, until the labels are put in.
const mapped = "#keruen-link-"

var mappedTag = regexp.MustCompile(`(<a\b[^>]*?href=["']?)` + mapped + `(\d+)([^>]*>)`)

// labelStyle makes a label that does not move the letter much, and can be read over any colour.
const labelStyle = `display:inline-block;margin:0 4px 0 0;padding:1px 6px;border-radius:9px;background:#1d4ed8;color:#ffffff;border:1px solid #ffffff;` +
	`font:bold 12px/16px Arial,sans-serif;text-decoration:none;vertical-align:middle;white-space:nowrap`

// ClickMap renders a frozen letter for the eye with a label in front of each tracked link; labels are by the index of the link, and links
// lead nowhere. Its page is read by PreviewPage. Values are those of a made-up reader, as in other previews.
func (s *Service) ClickMap(ctx context.Context, who access.Actor, r RevisionID, v Values, labels map[int]string) (PreviewID, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return 0, err
	}
	letter, err := s.Compiled(ctx, s.db, who.Tenant, r)
	if err != nil {
		return 0, fmt.Errorf("draw click map: %w", err)
	}
	for _, url := range []*string{&v.UnsubscribeURL, &v.PreferencesURL, &v.WhyURL} {
		*url = "#"
	}
	out := letter.Render(&v, func(i int, _ string) string { return mapped + strconv.Itoa(i) }, "")
	out.HTML = labelled(out.HTML, labels)
	p := id.New[previewKind]()
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return savePreview(ctx, tx, who.Tenant, p, forEye(out, false), previewLife)
	})
	if err != nil {
		return 0, fmt.Errorf("draw click map: %w", err)
	}
	return p, nil
}

// labelled puts the labels behind the opening tags of links.
func labelled(page string, labels map[int]string) string {
	return mappedTag.ReplaceAllStringFunc(page, func(tag string) string {
		m := mappedTag.FindStringSubmatch(tag)
		i, err := strconv.Atoi(m[2])
		if err != nil {
			return tag
		}
		tag = strings.Replace(tag, mapped+m[2], "#", 1)
		if labels[i] == "" {
			return tag
		}
		return tag + `<span style="` + labelStyle + `">` + html.EscapeString(labels[i]) + `</span>`
	})
}
