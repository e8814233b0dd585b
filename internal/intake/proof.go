package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// ProofFile is a file that shows the consent: a scan of a questionnaire, a picture of a form, a contract.
type ProofFile struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// MaxProof is the largest file of proof, in bytes.
const MaxProof = 20 << 20

// Errors of proof.
var (
	ErrProofSize = errs.New(errs.TooLarge, "import.proof_size", "The proof is larger than 20 MB. Choose a smaller scan.")
	ErrProofKind = errs.New(errs.Invalid, "import.proof_kind", "Choose a PDF or a picture (JPEG, PNG, WebP) as proof.")
)

// proofKinds are what http.DetectContentType calls the files that are taken as proof, all harmless to look at.
var proofKinds = map[string]bool{"application/pdf": true, "image/jpeg": true, "image/png": true, "image/webp": true}

// AttachProof stores a file that shows the consent of an import that has not begun; it replaces an earlier one.
func (s *Service) AttachProof(ctx context.Context, who access.Actor, i ID, filename string, r io.Reader) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	imp, err := getImport(ctx, s.db, who.Tenant, i)
	if err == nil {
		err = imp.changeable()
	}
	if err != nil {
		return Import{}, err
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Import{}, fmt.Errorf("attach proof: %w", err)
	}
	if !proofKinds[http.DetectContentType(head[:n])] {
		return Import{}, ErrProofKind
	}
	ref, err := s.blobs.Put(ctx, who.Tenant, io.MultiReader(bytes.NewReader(head[:n]), r), MaxProof)
	if errors.Is(err, blob.ErrTooLarge) {
		return Import{}, ErrProofSize
	}
	if err != nil {
		return Import{}, fmt.Errorf("attach proof: %w", err)
	}
	out, err := s.setProof(ctx, who, i, &ProofFile{ref.Key, blob.Clean(filename), ref.Size, ref.SHA256})
	if err != nil {
		return Import{}, errors.Join(err, s.blobs.Delete(ctx, who.Tenant, ref.Key))
	}
	return out, nil
}

// DetachProof takes the proof off an import that has not begun.
func (s *Service) DetachProof(ctx context.Context, who access.Actor, i ID) (Import, error) {
	return s.setProof(ctx, who, i, nil)
}

func (s *Service) setProof(ctx context.Context, who access.Actor, i ID, p *ProofFile) (Import, error) {
	var old *ProofFile
	out, err := s.act(ctx, who, i, "attach proof", func(_ context.Context, _ *db.Tx, imp *Import) error {
		if err := imp.changeable(); err != nil {
			return err
		}
		old, imp.Settings.Consent.Proof = imp.Settings.Consent.Proof, p
		return nil
	})
	if err == nil && old != nil {
		err = s.blobs.Delete(ctx, who.Tenant, old.Key)
	}
	return out, err
}

// OpenProof opens the proof of an import for reading; close it. errs.ErrNotFound when there is none.
func (s *Service) OpenProof(ctx context.Context, who access.Actor, i ID) (*os.File, ProofFile, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, ProofFile{}, err
	}
	imp, err := getImport(ctx, s.db, who.Tenant, i)
	if err != nil {
		return nil, ProofFile{}, err
	}
	p := imp.Settings.Consent.Proof
	if p == nil {
		return nil, ProofFile{}, errs.ErrNotFound
	}
	f, err := s.blobs.Open(ctx, who.Tenant, p.Key)
	return f, *p, err
}

// chooseWording puts the text of a wording of the account in, when one was chosen: the one of the account's language.
func (s *Service) chooseWording(ctx context.Context, q db.Querier, t id.Tenant, i *Import) error {
	d := &i.Settings.Consent
	if !d.Declared || d.Choice == 0 {
		return nil
	}
	w, err := contact.WordingAt(ctx, q, t, d.Choice, 0)
	if errors.Is(err, errs.ErrNotFound) {
		return errs.ErrInvalid.At(wrong("consent.choice", "import.consent_choice", "There is no such wording. Choose another or type the words."))
	}
	if err == nil && d.Wording == "" {
		d.Wording = w.Text.In(lang.Russian)
	}
	return err
}

// usedWording names the wording of the account in the proof.
func (s *Service) usedWording(ctx context.Context, tx *db.Tx, i *Import, p *contact.Proof) error {
	d := i.Settings.Consent
	if d.Choice == 0 {
		return nil
	}
	w, err := contact.WordingAt(ctx, tx, i.Tenant, d.Choice, 0)
	if err == nil {
		p.WordingID, p.WordingVersion = w.ID, w.Version
	}
	return err
}
