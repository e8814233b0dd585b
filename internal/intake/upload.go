package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

type uploadKind struct{}

func (uploadKind) Prefix() string { return "upl" }

// UploadID identifies a file that is coming in parts.
type UploadID = id.Of[uploadKind]

// Limits of uploads in parts.
const (
	MaxPart      = 16 << 20       // bytes of one part
	uploadLife   = 48 * time.Hour // an upload that was not finished by then is thrown away
	maxUploads   = 20             // unfinished ones of an account
	uploadExpiry = "import.upload_expire"
)

// Errors of uploads in parts.
var (
	ErrOffset     = errs.New(errs.Conflict, "upload.offset", "The part does not follow what has arrived. Ask how much has, and go on from there.")
	ErrIncomplete = errs.New(errs.Conflict, "upload.incomplete", "The file has not arrived whole yet.")
	ErrUploads    = errs.New(errs.Conflict, "upload.limit", "Twenty files are being uploaded already. Finish or cancel one of them.")
)

// Upload is a file that comes in parts and survives a lost connection, a reload and a restart of the server.
type Upload struct {
	ID        UploadID  `db:"id"`
	Tenant    id.Tenant `db:"tenant_id"`
	Filename  string    `db:"filename"`
	Size      int64     `db:"size"`     // bytes of the whole file
	Received  int64     `db:"received"` // bytes that are safely on the disk
	Blob      string    `db:"blob_key"`
	CreatedBy id.Member `db:"created_by"`
	CreatedAt time.Time `db:"created_at"`
}

// BeginUpload makes room for a file of size bytes. Its parts follow by AppendUpload, and FinishUpload makes it an import.
func (s *Service) BeginUpload(ctx context.Context, who access.Actor, filename string, size int64) (Upload, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Upload{}, err
	}
	if size > s.MaxFile {
		return Upload{}, ErrTooBig.With("limit_bytes", s.MaxFile)
	}
	if size <= 0 {
		return Upload{}, ErrEmpty
	}
	key, err := s.blobs.Begin(ctx, who.Tenant)
	if err != nil {
		return Upload{}, fmt.Errorf("begin upload: %w", err)
	}
	u := Upload{ID: id.New[uploadKind](), Tenant: who.Tenant, Filename: blob.Clean(filename), Size: size, Blob: key, CreatedBy: who.Member}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM upload WHERE tenant_id = ?`, who.Tenant)
		if err == nil && n >= maxUploads {
			err = ErrUploads
		}
		if err != nil {
			return err
		}
		u.CreatedAt = tx.Now
		if err := insertUpload(ctx, tx, u); err != nil {
			return err
		}
		_, err = s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: who.Tenant, Kind: uploadExpiry, Args: uploadTask{who.Tenant, u.ID}, RunAt: tx.Now.Add(uploadLife)})
		return err
	})
	if err != nil {
		return Upload{}, fmt.Errorf("begin upload: %w", errors.Join(err, s.blobs.Abandon(ctx, who.Tenant, key)))
	}
	return u, nil
}

// GetUpload tells how much of a file has arrived.
func (s *Service) GetUpload(ctx context.Context, who access.Actor, u UploadID) (Upload, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Upload{}, err
	}
	return getUpload(ctx, s.db, who.Tenant, u)
}

// AppendUpload takes the part that begins at offset, at most MaxPart bytes. ErrOffset unless exactly offset bytes have arrived. What came
// before a connection broke counts as arrived, so the sender asks and goes on.
func (s *Service) AppendUpload(ctx context.Context, who access.Actor, u UploadID, offset int64, part io.Reader) (Upload, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Upload{}, err
	}
	up, err := getUpload(ctx, s.db, who.Tenant, u)
	if err != nil {
		return Upload{}, err
	}
	if offset != up.Received {
		return Upload{}, ErrOffset.With("received", up.Received)
	}
	n, cut := s.blobs.Append(ctx, who.Tenant, up.Blob, offset, min(MaxPart, up.Size-up.Received), part)
	if n == 0 && cut != nil {
		return Upload{}, fmt.Errorf("append to upload: %w", cut)
	}
	saving := context.WithoutCancel(ctx) // the sender may be gone; what has arrived is kept
	err = s.db.InTx(saving, func(ctx context.Context, tx *db.Tx) error {
		rows, err := db.Exec(ctx, tx, `UPDATE upload SET received = ? WHERE tenant_id = ? AND id = ? AND received = ?`, offset+n, who.Tenant, u, offset)
		if err == nil && rows == 0 {
			return ErrOffset
		}
		return err
	})
	if err = errors.Join(cut, err); err != nil {
		return Upload{}, fmt.Errorf("append to upload: %w", err)
	}
	up.Received += n
	return up, nil
}

// FinishUpload turns a file that has arrived whole into an import.
func (s *Service) FinishUpload(ctx context.Context, who access.Actor, u UploadID) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	up, err := getUpload(ctx, s.db, who.Tenant, u)
	if err != nil {
		return Import{}, err
	}
	if up.Received != up.Size {
		return Import{}, ErrIncomplete.With("received", up.Received)
	}
	ref, err := s.blobs.Finish(ctx, who.Tenant, up.Blob, up.Size)
	if err != nil {
		return Import{}, fmt.Errorf("finish upload: %w", err)
	}
	if err := s.forgetUpload(ctx, who.Tenant, u); err != nil {
		return Import{}, fmt.Errorf("finish upload: %w", err)
	}
	return s.adopt(ctx, who, up.Filename, ref)
}

// CancelUpload throws away what has arrived.
func (s *Service) CancelUpload(ctx context.Context, who access.Actor, u UploadID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	return s.dropUpload(ctx, who.Tenant, u)
}

func (s *Service) dropUpload(ctx context.Context, t id.Tenant, u UploadID) error {
	up, err := getUpload(ctx, s.db, t, u)
	if err != nil {
		return err
	}
	return errors.Join(s.forgetUpload(ctx, t, u), s.blobs.Abandon(ctx, t, up.Blob))
}

func (s *Service) forgetUpload(ctx context.Context, t id.Tenant, u UploadID) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `DELETE FROM upload WHERE tenant_id = ? AND id = ?`, t, u)
		return err
	})
}

// uploadTask is the argument of the job that throws forgotten uploads away.
type uploadTask struct {
	Tenant id.Tenant `json:"tenant"`
	Upload UploadID  `json:"upload"`
}

func (s *Service) expireUpload(ctx context.Context, a uploadTask) error {
	err := s.dropUpload(ctx, a.Tenant, a.Upload)
	if errors.Is(err, errs.ErrNotFound) {
		return nil // finished long ago
	}
	return err
}

func getUpload(ctx context.Context, q db.Querier, t id.Tenant, u UploadID) (Upload, error) {
	return db.One[Upload](ctx, q, `SELECT id, tenant_id, filename, size, received, blob_key, created_by, created_at FROM upload WHERE tenant_id = ? AND id = ?`, t, u)
}

func insertUpload(ctx context.Context, tx *db.Tx, u Upload) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO upload (id, tenant_id, filename, size, received, blob_key, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		u.ID, u.Tenant, u.Filename, u.Size, u.Received, u.Blob, u.CreatedBy, u.CreatedAt)
	return err
}
