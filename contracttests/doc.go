// Package contracttests holds the contract suite: proof that the built description, the generated client, the recorded
// exchanges and the documented errors say the same.
//
//	go test ./contracttests                                          all of it
//	go test ./contracttests -run TestRecordings/CreateAnsweringRule  one operation
//	go test ./contracttests -run TestCoverage -v                     the coverage matrix
//
// recordings holds a folder for each operation, and one, platform, for what any operation may answer; see package
// recording for the format and package contract for the rules. testdata/waivers.yaml says what no recording can
// exercise, and why; testdata/unrecorded.yaml what an update brought and is to be recorded yet. testdata/negative holds
// corruptions, each with what the suite has to say to it.
//
// Nothing here is written for a particular operation: methods are found by operation id and called by their types, so a
// further operation needs recordings and nothing else.
package contracttests

import "embed"

// Waivers holds testdata/waivers.yaml and testdata/unrecorded.yaml.
//
//go:embed testdata/waivers.yaml testdata/unrecorded.yaml
var Waivers embed.FS
