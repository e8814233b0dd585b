package api

import (
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Media is a picture or a file of the library.
type Media struct {
	ID        string    `json:"id" example:"med_0d3f8k2m9q1zr"`
	Kind      string    `json:"kind" enum:"image,file"`
	Name      string    `json:"name"`
	Alt       string    `json:"alt" doc:"What a picture shows, in words."`
	Folder    string    `json:"folder" doc:"Empty for none."`
	URL       string    `json:"url" doc:"Public address, whole. What stands there never changes." example:"https://keruen.example/m/abcdefghijklmnopqrstuvwxyz/logo.png"`
	Type      string    `json:"type" doc:"Media type of what is shown." example:"image/png"`
	Size      int64     `json:"size" doc:"Bytes of what is shown."`
	Width     int       `json:"width" doc:"Pixels; 0 for files."`
	Height    int       `json:"height"`
	Animated  bool      `json:"animated"`
	Fresh     bool      `json:"fresh" doc:"In the answer to an upload: false when the same file was there already."`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (m Media) version() int64 { return m.Version }

// MediaInput narrows the library.
type MediaInput struct {
	Paging
	Kind   string `query:"kind" enum:"image,file" doc:"Both when absent."`
	Folder string `query:"folder" maxLength:"60" doc:"All when absent."`
	Search string `query:"search" maxLength:"120" doc:"A part of the name."`
}

// UploadMediaInput is a file as the body of the request.
type UploadMediaInput struct {
	Filename string `query:"filename" required:"true" minLength:"1" maxLength:"255"`
	Folder   string `query:"folder" maxLength:"60"`
	file     io.Reader
}

// Resolve keeps the body, which is read as a stream.
func (in *UploadMediaInput) Resolve(ctx huma.Context) []error {
	in.file = ctx.BodyReader()
	return nil
}

// MediaPath names one.
type MediaPath struct {
	ID string `path:"id" maxLength:"40"`
}

// PatchMediaInput changes what is said about one. Absent fields stay as they are.
type PatchMediaInput struct {
	MediaPath
	IfMatch
	Body struct {
		Name   *string `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Alt    *string `json:"alt,omitempty" maxLength:"300"`
		Folder *string `json:"folder,omitempty" maxLength:"60"`
	}
}

// MediaUse is one place where a file is used.
type MediaUse struct {
	What string `json:"what" enum:"template,campaign,letter,saved_block,brand" doc:"letter: one that was sent."`
	ID   string `json:"id" doc:"Empty for letters that were sent and for the brand."`
	Name string `json:"name"`
}

// MediaSpace is what the library takes and may take.
type MediaSpace struct {
	Files      int      `json:"files"`
	MaxFiles   int      `json:"max_files"`
	Bytes      int64    `json:"bytes"`
	MaxBytes   int64    `json:"max_bytes"`
	MaxPicture int64    `json:"max_picture" doc:"Bytes of one picture at most."`
	MaxFile    int64    `json:"max_file" doc:"Bytes of one file at most."`
	Folders    []string `json:"folders"`
}

func (a *API) registerMedia(r routes) {
	private(r, get("/media").needs(viewCampaigns).as("listMedia", "media", "Pictures and files, the newest first"), a.listMedia)
	private(r, post("/media").needs(editCampaigns).as("uploadMedia", "media", "Upload a picture or a file").gives(201).once().
		takes("application/octet-stream", "image/png", "image/jpeg", "image/gif", "image/webp"), a.uploadMedia)
	private(r, get("/media-space").needs(viewCampaigns).as("getMediaSpace", "media", "What the library takes, its limits and folders"), a.getMediaSpace)
	private(r, get("/media/{id}").needs(viewCampaigns).as("getMedia", "media", "A picture or a file"), a.getMedia)
	private(r, patch("/media/{id}").needs(editCampaigns).as("updateMedia", "media", "Change name, description or folder"), a.patchMedia)
	private(r, get("/media/{id}/uses").needs(viewCampaigns).as("listMediaUses", "media", "Where it is used"), a.listMediaUses)
	private(r, del("/media/{id}").needs(editCampaigns).as("deleteMedia", "media", "Delete what nothing uses"), a.deleteMedia)
}
