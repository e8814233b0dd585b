package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Segments bound the space on the disk: a new pair of files is begun after segmentSize bytes
// of letters, and only the newest segmentsKept pairs stay.
const (
	segmentSize  = 128 << 20
	segmentsKept = 4
)

// A segment is two files: NNNN.raw holds sources of letters one after another, NNNN.jsonl one
// record a line. The source is written first, so a record never points at nothing; a line torn by
// a crash is cut off at the next start. Nothing is synced: the world outlives a killed program,
// not a lost machine.
type disk struct {
	dir     string
	number  int
	journal *os.File
	raw     *os.File
	offset  int64
}

type record struct {
	Letter *Letter `json:"letter,omitempty"`
	Entry  *Entry  `json:"entry,omitempty"`
}

func openDisk(dir string, restore func(record)) (*disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	d := &disk{dir: dir, number: 1}
	numbers, err := d.segments()
	if err != nil {
		return nil, err
	}
	for _, n := range numbers {
		if err := d.load(n, restore); err != nil {
			return nil, err
		}
		d.number = n
	}
	return d, d.begin(d.number)
}

// segments lists the numbers of the segments on the disk, oldest first.
func (d *disk) segments() ([]int, error) {
	names, err := filepath.Glob(filepath.Join(d.dir, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, name := range names {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(name), "%d.jsonl", &n); err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

func (d *disk) path(number int, ext string) string {
	return filepath.Join(d.dir, fmt.Sprintf("%04d.%s", number, ext))
}

// load reads the records of a segment and cuts off a torn last line.
func (d *disk) load(number int, restore func(record)) error {
	f, err := os.OpenFile(d.path(number, "jsonl"), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	var whole int64
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return f.Truncate(whole)
		}
		if err != nil {
			return err
		}
		whole += int64(len(line))
		var rec record
		if json.Unmarshal(bytes.TrimSpace(line), &rec) == nil { // a damaged line is skipped: the rest is still worth seeing
			restore(rec)
		}
	}
}

// begin opens a segment for appending.
func (d *disk) begin(number int) error {
	const flags = os.O_CREATE | os.O_RDWR | os.O_APPEND
	journal, err := os.OpenFile(d.path(number, "jsonl"), flags, 0o600)
	if err != nil {
		return err
	}
	raw, err := os.OpenFile(d.path(number, "raw"), flags, 0o600)
	if err != nil {
		return errors.Join(err, journal.Close())
	}
	info, err := raw.Stat()
	if err != nil {
		return errors.Join(err, journal.Close(), raw.Close())
	}
	d.number, d.journal, d.raw, d.offset = number, journal, raw, info.Size()
	return nil
}

// add appends a letter and fills in where it lies.
func (d *disk) add(l *Letter, raw []byte) error {
	if d.offset > segmentSize {
		if err := d.rotate(); err != nil {
			return err
		}
	}
	l.Segment, l.Offset = d.number, d.offset
	n, err := d.raw.Write(raw)
	d.offset += int64(n)
	if err != nil {
		return err
	}
	return d.write(record{Letter: l})
}

func (d *disk) rotate() error {
	if err := d.close(); err != nil {
		return err
	}
	if err := d.begin(d.number + 1); err != nil {
		return err
	}
	numbers, err := d.segments()
	if err != nil {
		return err
	}
	for _, n := range numbers[:max(0, len(numbers)-segmentsKept)] {
		if err := errors.Join(os.Remove(d.path(n, "jsonl")), os.Remove(d.path(n, "raw"))); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) write(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = d.journal.Write(append(line, '\n'))
	return err
}

// read returns the source of a letter. It uses a file of its own, so it needs no lock.
func (d *disk) read(l Letter) ([]byte, error) {
	f, err := os.Open(d.path(l.Segment, "raw"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw := make([]byte, l.Size)
	if _, err := f.ReadAt(raw, l.Offset); err != nil {
		return nil, err
	}
	return raw, nil
}

func (d *disk) close() error {
	return errors.Join(d.journal.Close(), d.raw.Close())
}
