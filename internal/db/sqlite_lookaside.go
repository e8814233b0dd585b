package db

import (
	"log/slog"
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Small pieces of memory that each connection keeps for itself (https://sqlite.org/malloc.html, "Lookaside Memory Allocator"). SQLite's own
// hundred pieces are held by our prepared statements; reading a value out of JSON then takes the one lock of all allocations, for each
// row, and two connections that count side by side mostly wait for each other. 1.9 MB for a connection.
const (
	pieceSize = 1200 // bytes
	pieces    = 1600
)

// keepPieces must run before SQLite is used for the first time in the process.
var keepPieces = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	list := libc.NewVaList(int32(pieceSize), int32(pieces))
	defer libc.Xfree(tls, list)
	if rc := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_LOOKASIDE, list); rc != sqlite3.SQLITE_OK {
		slog.Warn("sqlite: lookaside memory could not be set", "code", rc)
	}
})
