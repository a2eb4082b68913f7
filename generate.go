// Package ringbasic turns RingCentral's published API description into something a Go service can depend on.
//
//	vendor spec ──pin──▶ spec/swagger-ring_basic.yaml ──overlays──▶ spec/openapi.yaml ──generate──▶ generated/
//	                          │                                          │                            │
//	                          └────────────── drift ◀── newer spec       └──────── contracttests ◀────┘
//
// The folders are that flow:
//
//   - internal/pin makes a facts-only copy of the vendor's document, spec/swagger-ring_basic.yaml, and its lock;
//   - overlays say which operations are wanted, what is wrong in them, and what they are called;
//   - internal/build applies them and writes spec/openapi.yaml; internal/generate makes generated/ringcentral from it;
//   - contracttests check the generated client against recorded exchanges and every documented error;
//   - internal/drift compares a newer vendor document with the pin, fact by fact with internal/diff.
//
// A service imports generated/ringcentral and, if it wants, transport; its tests may import ringcentraltest. Nothing of
// the toolkit comes along. This package holds only the files that the ringbasic command carries with it.
package ringbasic

import "embed"

//go:generate go run ./cmd/ringbasic build

// Files are the pin, its lock, the built document, the overlays, the waivers and the recordings as of this version, so
// that the drift check works in a repository that has none of them.
//
//go:embed spec overlays/*.yaml contracttests/testdata/recordings contracttests/testdata/waivers.yaml
var Files embed.FS
