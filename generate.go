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
// the toolkit comes along. This package exports nothing: it is here for the page that you read and the line below.
package ringbasic

//go:generate go run ./cmd/ringbasic build
