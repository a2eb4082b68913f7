// Package project is what every stage knows of a project: where its files are, how those of its folder lie over those
// that the binary carries, how files that were made compare with those on disk, and how they are written, all or none.
package project

// Where the files of a project are, below its root.
const (
	PinFile     = "spec/swagger-ring_basic.yaml"
	LockFile    = "spec/swagger-ring_basic.lock.yaml"
	NamesFile   = "spec/names.yaml"
	SpecFile    = "spec/openapi.yaml"
	ConfigFile  = "spec/project.yaml"
	WaiversFile = "spec/waivers.yaml" // the drift that is accepted

	OverlayDir = "overlays"
	SelectFile = OverlayDir + "/10-select.yaml"

	generatedDir = "generated" // the client's folder, called like its package, is in it

	SuiteDir         = "contracttests"
	RecordingsDir    = SuiteDir + "/recordings"
	SuiteWaiversFile = SuiteDir + "/testdata/waivers.yaml"
	UnrecordedFile   = SuiteDir + "/testdata/unrecorded.yaml"

	ChangelogFile = "CHANGELOG.md"
)
