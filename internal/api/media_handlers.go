package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/media"
)

func (a *API) mediaOf(m media.Media) Media {
	return Media{ID: m.ID.String(), Kind: string(m.Kind), Name: m.Name, Alt: m.Alt, Folder: m.Folder, URL: a.Media.URL(m), Type: m.Type, Size: m.Size, Width: m.Width, Height: m.Height,
		Animated: m.Animated, Version: m.Version, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt}
}

func (a *API) listMedia(ctx context.Context, who access.Actor, in *MediaInput) (List[Media], error) {
	ask, err := in.ask()
	if err != nil {
		return List[Media]{}, err
	}
	f := media.Filter{Kind: media.Kind(in.Kind), Search: in.Search}
	if in.Folder != "" {
		f.Folder = &in.Folder
	}
	got, err := a.Media.List(ctx, who, f, ask)
	if err != nil {
		return List[Media]{}, err
	}
	return listOf(got, a.mediaOf), nil
}

func (a *API) uploadMedia(ctx context.Context, who access.Actor, in *UploadMediaInput) (Media, error) {
	m, fresh, err := a.Media.Add(ctx, who, in.Filename, in.Folder, in.file)
	if err != nil {
		return Media{}, err
	}
	out := a.mediaOf(m)
	out.Fresh = fresh
	return out, nil
}

func (a *API) getMediaSpace(ctx context.Context, who access.Actor, _ *Nothing) (MediaSpace, error) {
	s, err := a.Media.SpaceOf(ctx, who)
	return MediaSpace{Files: s.Files, MaxFiles: media.MaxMedia, Bytes: s.Bytes, MaxBytes: media.MaxSpace, MaxPicture: media.MaxPicture, MaxFile: media.MaxFile,
		Folders: many(s.Folders, func(f string) string { return f })}, err
}

func (a *API) getMedia(ctx context.Context, who access.Actor, in *MediaPath) (Media, error) {
	id, err := parse[media.ID](in.ID)
	if err != nil {
		return Media{}, err
	}
	m, err := a.Media.Get(ctx, who, id)
	return a.mediaOf(m), err
}

func (a *API) patchMedia(ctx context.Context, who access.Actor, in *PatchMediaInput) (Media, error) {
	id, err := parse[media.ID](in.ID)
	if err != nil {
		return Media{}, err
	}
	v, err := in.version()
	if err != nil {
		return Media{}, err
	}
	m, err := a.Media.Update(ctx, who, id, v, media.Change{Name: in.Body.Name, Alt: in.Body.Alt, Folder: in.Body.Folder})
	return a.mediaOf(m), err
}

func (a *API) listMediaUses(ctx context.Context, who access.Actor, in *MediaPath) (List[MediaUse], error) {
	id, err := parse[media.ID](in.ID)
	if err != nil {
		return List[MediaUse]{}, err
	}
	uses, err := a.Media.Uses(ctx, who, id)
	if err != nil {
		return List[MediaUse]{}, err
	}
	return whole(uses, func(u media.Use) MediaUse { return MediaUse{What: u.What, ID: u.ID, Name: u.Name} }), nil
}

func (a *API) deleteMedia(ctx context.Context, who access.Actor, in *MediaPath) (None, error) {
	id, err := parse[media.ID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Media.Delete(ctx, who, id)
}
