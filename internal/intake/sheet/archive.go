package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path"
	"strings"
)

// Bounds of archives. A workbook is an archive too.
const (
	maxDirectory = 4 << 20 // bytes of the list of files
	maxEntries   = 10_000
	// What an honest file shrinks to is 1/20, a sheet of nothing but styles some 1/150; DEFLATE itself stops at 1/1032.
	maxRatio  = 250
	freeRatio = 64 << 20 // bytes of a file that are unpacked whatever their ratio
)

// openZip reads the list of files after a look at its size, because the list alone may be made to fill the memory.
func openZip(r io.ReaderAt, size int64) (*zip.Reader, error) {
	tail := make([]byte, min(size, 22+65_535))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	end := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if end < 0 || len(tail)-end < 22 {
		return nil, ErrDamaged
	}
	entries, length, start := binary.LittleEndian.Uint16(tail[end+10:]), binary.LittleEndian.Uint32(tail[end+12:]), binary.LittleEndian.Uint32(tail[end+16:])
	room := size - int64(start) // the list ends before the end of the file
	if entries > maxEntries || length > maxDirectory || room < 0 || room > maxDirectory+int64(len(tail)) {
		return nil, ErrBomb // also what needs ZIP64, because that has more than 65,535 files or 4 GB
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, ErrDamaged.Because(err)
	}
	return z, nil
}

// openArchive opens a workbook, or the one file of an archive.
func (b *Book) openArchive(r io.ReaderAt, size int64, archives bool) error {
	z, err := openZip(r, size)
	if err != nil {
		return err
	}
	for _, f := range z.File {
		switch {
		case f.Flags&1 != 0:
			return ErrEncrypted
		case f.Name == "xl/workbook.bin", f.Name == "mimetype", strings.HasSuffix(f.Name, ".iwa"):
			return ErrOther // .xlsb, OpenDocument, Numbers
		case f.Name == "[Content_Types].xml":
			return b.openWorkbook(z)
		}
	}
	if !archives {
		return ErrArchive
	}
	f, err := onlyFile(z)
	if err != nil {
		return err
	}
	return b.openInside(f)
}

// onlyFile finds the one file that people have put into an archive.
func onlyFile(z *zip.Reader) (*zip.File, error) {
	var only *zip.File
	for _, f := range z.File {
		base := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
		if f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasPrefix(base, ".") || base == "Thumbs.db" || base == "desktop.ini" {
			continue // what file managers leave behind
		}
		if only != nil {
			return nil, ErrArchive
		}
		only = f
	}
	if only == nil {
		return nil, ErrArchive
	}
	return only, nil
}

// openInside opens the file of an archive. Text is unpacked each time it is read; a workbook needs reading here and
// there and is unpacked to the disk.
func (b *Book) openInside(f *zip.File) error {
	b.Inside = path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	b.src = source{size: int64(f.UncompressedSize64), open: func() (io.ReadCloser, error) { return unpack(f, MaxUnpacked) }}
	head, err := headOf(f)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(head, []byte("PK")) && !bytes.HasPrefix(head, []byte("\xD0\xCF")) && !bytes.HasPrefix(head, []byte("Rar!")) && !bytes.HasPrefix(head, []byte("7z")) {
		return b.openText()
	}
	disk, size, err := b.spread(f)
	if err != nil {
		return err
	}
	return b.recognise(disk, size, false)
}

func headOf(f *zip.File) ([]byte, error) {
	r, err := unpack(f, MaxUnpacked)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, 8)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return head[:n], nil
}

// spread unpacks a file to the disk until the book is closed.
func (b *Book) spread(f *zip.File) (*os.File, int64, error) {
	r, err := unpack(f, MaxUnpacked)
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
	disk, err := tempFile()
	if err != nil {
		return nil, 0, err
	}
	b.closers = append(b.closers, disk)
	n, err := io.Copy(disk, r)
	return disk.File, n, err
}

// temp is a file that is gone when closed.
type temp struct{ *os.File }

func tempFile() (temp, error) {
	f, err := os.CreateTemp("", "keruen-sheet-*")
	if err != nil {
		return temp{}, err
	}
	_ = os.Remove(f.Name()) // where open files cannot be removed, Close does it
	return temp{f}, nil
}

func (t temp) Close() error {
	err := t.File.Close()
	_ = os.Remove(t.Name())
	return err
}

// unpack opens a file of an archive. Reading ends in ErrBomb as soon as it is larger than limit, or larger than anything
// honest that is packed so small; in ErrDamaged when its sum is wrong.
func unpack(f *zip.File, limit int64) (io.ReadCloser, error) {
	if f.Flags&1 != 0 {
		return nil, ErrEncrypted
	}
	limit = min(limit, max(freeRatio, int64(min(f.CompressedSize64, uint64(limit)))*maxRatio)) // CompressedSize64 is what is read at most
	if f.UncompressedSize64 > uint64(limit) {
		return nil, ErrBomb
	}
	r, err := f.Open()
	if err != nil {
		return nil, ErrDamaged.Because(err)
	}
	return &unpacking{r: r, left: limit}, nil
}

type unpacking struct {
	r    io.ReadCloser
	left int64
}

func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, ErrBomb
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = ErrDamaged.Because(err)
	}
	return n, err
}

func (u *unpacking) Close() error { return u.r.Close() }

// oldOffice tells what a compound file of Microsoft's is: a workbook under a password, or one of before 2007. The names
// of its streams stand in its directory ([MS-CFB] §2.6).
func oldOffice(r io.ReaderAt, size int64) error {
	var head [512]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return ErrDamaged
	}
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return ErrDamaged
	}
	start := (int64(binary.LittleEndian.Uint32(head[48:])) + 1) << shift
	if start >= size {
		return ErrDamaged
	}
	dir := make([]byte, min(size-start, 64<<10))
	if _, err := r.ReadAt(dir, start); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.Contains(dir, wide("EncryptedPackage")) {
		return ErrEncrypted
	}
	if bytes.Contains(dir, wide("Workbook")) || bytes.Contains(dir, wide("Book")) {
		return ErrOldExcel
	}
	return ErrOther
}

// wide writes Latin letters as UTF-16.
func wide(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}
