package goapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
)

// stubs declare what the declarations of a generated package use of the standard library; the bodies of its functions
// are not checked. Whether values of a type can be compared matters to apidiff, so that each is as it is in the
// library. A package that is not here is empty.
var stubs = map[string]string{
	"bytes": `type Buffer struct { buf []byte }`,
	"context": `
		type Context interface { Done() <-chan struct{}; Err() error; Value(key any) any }
		type CancelFunc func()
		type CancelCauseFunc func(cause error)`,
	"encoding/json": `type RawMessage []byte`,
	"io": `
		type Reader interface { Read(p []byte) (n int, err error) }
		type ReadCloser interface { Reader; Close() error }`,
	"mime/multipart": `type Writer struct { boundary string }`,
	"net/http": `
		type Header map[string][]string
		type Request struct { Header Header }
		type Response struct { Header Header }
		type RoundTripper interface { RoundTrip(req *Request) (*Response, error) }
		type Client struct { CheckRedirect func(req *Request, via []*Request) error }`,
	"net/textproto": `type MIMEHeader map[string][]string`,
	"net/url":       `type URL struct { Scheme string }; type Values map[string][]string`,
	"reflect":       `type Type interface { Name() string }`,
	"sync": `
		type Map struct { m map[any]any }
		type Mutex struct { state int32 }
		type Pool struct { noCopy [0]func(); New func() any }
		func (m *Mutex) Lock() {}
		func (m *Mutex) Unlock() {}`,
	"sync/atomic": `type Int32 struct { v int32 }`,
	"time": `
		type Duration int64
		const Second Duration = 1000000000
		type Time struct { wall uint64 }
		type Location struct { zone []string }`,
}

// stubImporter imports stubs. It keeps those that it has made.
type stubImporter map[string]*types.Package

// Import implements types.Importer.
func (s stubImporter) Import(imported string) (*types.Package, error) {
	if p := s[imported]; p != nil {
		return p, nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(
		fset,
		imported,
		"package "+path.Base(imported)+"\n"+stubs[imported],
		parser.SkipObjectResolution,
	)
	if err != nil {
		return nil, err
	}
	p, err := new(types.Config).Check(imported, fset, []*ast.File{file}, nil)
	if err == nil {
		s[imported] = p
	}
	return p, err
}
