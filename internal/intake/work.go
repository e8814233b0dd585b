package intake

import (
	"context"
	"errors"
	"os"

	"keruen/internal/intake/sheet"
)

// work is one pass over a file. Rows are read and judged by a goroutine of their own while the batch before is being written.
type work struct {
	Import
	file *os.File
	book *sheet.Book
	rows sheet.Rows
	read *reader
}

// lines is a batch of judged rows; last tells that the file ends with them.
type lines struct {
	list []line
	last bool
	err  error
}

func (s *Service) open(ctx context.Context, i Import) (*work, error) {
	custom, err := s.contacts.Fields(ctx, i.Tenant)
	if err != nil {
		return nil, err
	}
	fixes, err := listFixes(ctx, s.db, i.Tenant, i.ID)
	if err != nil {
		return nil, err
	}
	w := &work{Import: i, read: newReader(i, custom, fixes, s.contacts.Hygiene())}
	if w.file, w.book, err = s.book(ctx, i); err != nil {
		return nil, err
	}
	if w.rows, err = w.book.Rows(i.Format.Sheet, i.Format.options()); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if i.Format.HasHeader {
		if _, _, err := w.rows.Next(); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

// book opens the file of an import.
func (s *Service) book(ctx context.Context, i Import) (*os.File, *sheet.Book, error) {
	f, err := s.blobs.Open(ctx, i.Tenant, i.blob)
	if err != nil {
		return nil, nil, err
	}
	b, err := sheet.Open(f, i.Size, i.Filename)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, b, nil
}

func (f Format) options() sheet.Options {
	return sheet.Options{Encoding: f.Encoding, Delimiter: f.Delimiter}
}

func (w *work) close() error {
	var err error
	if w.rows != nil {
		err = w.rows.Close()
	}
	return errors.Join(err, w.book.Close(), w.file.Close())
}

// skip passes over the rows that an earlier run has done; they are read again, for the repeats.
func (w *work) skip(ctx context.Context, done int64) error {
	for n := int64(0); n < done; n++ {
		if n%batch == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rec, ok, err := w.rows.Next()
		if err != nil || !ok {
			return err
		}
		w.read.read(rec)
	}
	return nil
}

// batches reads ahead, two batches at most, until the file ends or ctx does; the channel is closed after the last.
func (w *work) batches(ctx context.Context) <-chan lines {
	out := make(chan lines, 1)
	go func() {
		defer close(out)
		for {
			b := w.fill()
			select {
			case out <- b:
			case <-ctx.Done():
				return
			}
			if b.last || b.err != nil {
				return
			}
		}
	}()
	return out
}

func (w *work) fill() lines {
	b := lines{list: make([]line, 0, batch)}
	for len(b.list) < batch {
		rec, ok, err := w.rows.Next()
		if err != nil || !ok {
			b.last, b.err = !ok && err == nil, err
			return b
		}
		b.list = append(b.list, w.read.read(rec))
	}
	return b
}

// each gives f the batches of the rest of the file one by one. It returns when nothing reads the file any more.
func (w *work) each(ctx context.Context, f func(lines) error) error {
	ctx, stop := context.WithCancel(ctx)
	ahead := w.batches(ctx)
	defer func() {
		stop()
		for range ahead { // until the reader has seen it
		}
	}()
	for b := range ahead {
		if err := errors.Join(b.err, ctx.Err()); err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
	}
	return ctx.Err()
}
