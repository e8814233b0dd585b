package api

import (
	"context"
	"time"

	"keruen/internal/lang"
	"keruen/internal/terms"
)

func documentOf(d terms.Document) Document {
	return Document{Name: d.Name, Version: d.Version, Title: d.Title, SHA256: d.SHA256, Lang: string(d.Lang),
		URL: "/docs/" + d.Name + "/" + d.Version + "?lang=" + string(d.Lang), Required: true, Effective: d.Effective.Format(time.DateOnly)}
}

func (a *API) listDocuments(_ context.Context, _ *call, in *DocumentsInput) (List[Document], error) {
	return whole(a.Terms.Current(lang.Lang(in.Lang)), documentOf), nil
}

func (a *API) getDocument(_ context.Context, _ *call, in *DocumentInput) (DocumentText, error) {
	d, err := a.Terms.Get(in.Name, in.Version, lang.Lang(in.Lang))
	if err != nil {
		return DocumentText{}, err
	}
	return DocumentText{Document: documentOf(d), Markdown: d.Text, HTML: string(d.HTML(2))}, nil
}
