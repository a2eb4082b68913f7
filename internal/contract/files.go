package contract

import (
	"errors"
	"io/fs"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// CheckFiles is what the recordings of the project with these files show of a built document: [Contract.CheckAll] with
// its waivers and its list of what is not recorded yet. It is nil if there are no recordings.
func CheckFiles(files fs.FS, doc *openapi3.T) (*Report, error) {
	recordings, err := recording.ReadDir(files, project.RecordingsDir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(recordings) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := optional(files, project.SuiteWaiversFile)
	if err != nil {
		return nil, err
	}
	var waivers []Waiver
	if text != nil {
		if waivers, err = ParseWaivers(project.SuiteWaiversFile, text); err != nil {
			return nil, err
		}
	}
	if text, err = optional(files, project.UnrecordedFile); err != nil {
		return nil, err
	}
	list, err := ParseUnrecorded(project.UnrecordedFile, text)
	if err != nil {
		return nil, err
	}
	suite, err := New(doc)
	if err != nil {
		return nil, err
	}
	exchanges := make([]*Exchange, len(recordings))
	for i, r := range recordings {
		exchanges[i] = suite.Check(r)
	}
	report := suite.CheckAll(exchanges, waivers, list)
	report.Exchanges = exchanges
	return report, nil
}

// optional is a file, nil if there is none.
func optional(files fs.FS, name string) ([]byte, error) {
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
