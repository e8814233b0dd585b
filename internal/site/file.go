package site

import (
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// files are the files of the bundle, with their compressed twins. Nothing is compressed while serving.
type files struct {
	dist  fs.FS
	known map[string]bool
}

// hidden are files of the bundle that only the server reads.
var hidden = map[string]bool{"/index.html": true, "/preload.json": true, "/.gitkeep": true}

func readFiles(dist fs.FS) (*files, error) {
	f := &files{dist: dist, known: map[string]bool{}}
	err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f.known["/"+name] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the cabinet's bundle: %w", err)
	}
	return f, nil
}

// has tells whether a path is a file for browsers.
func (f *files) has(p string) bool {
	return f.known[p] && !hidden[p] && !strings.HasPrefix(p, "/.") && !strings.HasSuffix(p, ".br") && !strings.HasSuffix(p, ".gz")
}

// encodings in the order in which they are preferred, with the endings of the twins.
var encodings = []struct{ name, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

func (f *files) serve(w http.ResponseWriter, r *http.Request, cache string) {
	name := path.Clean(r.URL.Path)
	h := w.Header()
	h.Set("Cache-Control", cache)
	h.Set("Content-Type", contentType(name))
	h.Add("Vary", "Accept-Encoding")
	for _, e := range encodings {
		if f.known[name+e.ending] && accepts(r.Header.Get("Accept-Encoding"), e.name) {
			h.Set("Content-Encoding", e.name)
			http.ServeFileFS(w, r, f.dist, strings.TrimPrefix(name+e.ending, "/"))
			return
		}
	}
	http.ServeFileFS(w, r, f.dist, strings.TrimPrefix(name, "/"))
}

// contentType knows the files of a bundle, so that an answer does not depend on the machine's table.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".json":
		return "application/json"
	case ".png":
		return "image/png"
	default:
		if t := mime.TypeByExtension(path.Ext(name)); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

// accepts reads Accept-Encoding (RFC 9110 §12.5.3). An encoding with q=0 is refused.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) != encoding {
			continue
		}
		weight = strings.ReplaceAll(weight, " ", "")
		return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000"
	}
	return false
}

// asset serves a file whose name holds the hash of its content, so it never changes.
func (s *Site) asset(w http.ResponseWriter, r *http.Request) {
	if !s.files.has(r.URL.Path) {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "There is no such file. The program was updated: reload the page.", http.StatusNotFound)
		return
	}
	s.files.serve(w, r, "public, max-age=31536000, immutable")
}
