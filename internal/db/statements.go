package db

import (
	"context"
	"database/sql"
	"sync"
)

// preparer is a pool or a connection.
type preparer interface {
	runner
	PrepareContext(ctx context.Context, text string) (*sql.Stmt, error)
}

// maxStatements bounds the cache. The texts of the program are a few hundred; what is put together
// at run time beyond that is run unprepared.
const maxStatements = 1000

// statements runs texts through prepared statements, which saves SQLite most of the time of small ones.
type statements struct {
	on    preparer
	mu    sync.RWMutex
	known map[string]*sql.Stmt
}

func newStatements(on preparer) *statements {
	return &statements{on: on, known: make(map[string]*sql.Stmt)}
}

// QueryContext runs a query.
func (s *statements) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	st, err := s.get(ctx, text)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return s.on.QueryContext(ctx, text, args...)
	}
	return st.QueryContext(ctx, args...)
}

// ExecContext runs a statement.
func (s *statements) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	st, err := s.get(ctx, text)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return s.on.ExecContext(ctx, text, args...)
	}
	return st.ExecContext(ctx, args...)
}

// get returns the prepared statement, nil if the cache is full.
func (s *statements) get(ctx context.Context, text string) (*sql.Stmt, error) {
	s.mu.RLock()
	st, n := s.known[text], len(s.known)
	s.mu.RUnlock()
	if st != nil || n >= maxStatements {
		return st, nil
	}
	st, err := s.on.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.known[text]; other != nil {
		_ = st.Close() // another goroutine was faster
		return other, nil
	}
	s.known[text] = st
	return st, nil
}
