// Package recordings holds the recorded exchanges of the contract suite, <operationId>/<status>-<case>.http, of which
// package ringcentraltest answers and which the ringbasic command carries with it. The format is that of
// internal/recording.
package recordings

import "embed"

// Files are the recordings, and in folder media what they send, by folder and name.
//
//go:embed */*
var Files embed.FS
