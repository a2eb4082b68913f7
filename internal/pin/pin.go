// Package pin makes the copy of a vendor's API description that the project holds, and the lock that says where it came
// from.
//
// A pin is facts only: every operation, parameter, schema, enum, limit and x- fact of the document, in one canonical
// order, without its prose. A difference between two pins is a change of the contract and nothing else, and the
// vendor's text is not redistributed. Documented error rows that the source holds in prose or examples are lifted into
// x-error-codes first. The pin of a pin is that pin, byte for byte.
//
// Nothing is converted, resolved or validated: that is the business of package build, and only for what is selected.
package pin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/project"
)

var header = `
# The vendor's API description, facts only: every operation, parameter, schema, enum, limit and x- fact of the document
# that swagger-ring_basic.lock.yaml names, without its prose, in canonical order.
# Made by "ringbasic pin". Do not edit: what is wrong in it is mended in overlays/.
`[1:]

var lockHeader = `
# Where swagger-ring_basic.yaml came from. Made by "ringbasic pin"; "ringbasic pin --check" verifies it.
`[1:]

// Make renders the pin of doc. The document's tree is changed. One without paths is part of one, and so is one that
// refers to other files: they are refused.
func Make(doc *document.Document) ([]byte, error) {
	if err := RequirePaths(doc); err != nil {
		return nil, err
	}
	if err := requireWhole(doc); err != nil {
		return nil, err
	}
	if err := errorcodes.Lift(doc.Name, doc.Root); err != nil {
		return nil, err
	}
	document.Facts(doc.Root)
	return document.Encode(doc.Root, header)
}

// RequirePaths refuses a document without paths: nobody publishes one, but a file may break off before them, or after
// their key.
func RequirePaths(doc *document.Document) error {
	paths := document.Get(doc.Root, "paths")
	switch {
	case paths == nil:
		return fmt.Errorf("%s: the document has no paths: is it whole?", doc.Name)
	case paths.Kind != yaml.MappingNode:
		return document.Errorf(
			doc.Name,
			paths,
			"paths must be a map from paths to what they offer: is the document whole?",
		)
	}
	return nil
}

// requireWhole refuses references to other files and hosts, all at once: what they lead to could change without the
// pin.
func requireWhole(doc *document.Document) error {
	const most = 20 // what is further off is of the same kind
	var problems []error
	more := 0
	document.EachRef(doc.Root, document.RootObject, func(at *yaml.Node, ref string, _ document.Kind, mapped bool) {
		switch {
		case mapped || ref == "" || strings.HasPrefix(ref, "#"):
		case len(problems) == most:
			more++
		default:
			problems = append(problems, document.Errorf(
				doc.Name,
				at,
				"external reference %q: a pin is one whole document, and nothing is fetched for it: bundle the "+
					"vendor's files into one first",
				ref,
			))
		}
	})
	if more > 0 {
		problems = append(problems, fmt.Errorf("%s: and %d external references more", doc.Name, more))
	}
	return errors.Join(problems...)
}

// Lock is the content of the lock file.
type Lock struct {
	Source         string `yaml:"source"`         // where the bytes came from: URL, or the base name of a file
	PublishedAs    string `yaml:"publishedAs"`    // the name under which the vendor published them
	Watch          string `yaml:"watch"`          // the URL that drift compares with
	Retrieved      string `yaml:"retrieved"`      // the day the bytes were fetched, YYYY-MM-DD
	APIVersion     string `yaml:"apiVersion"`     // info.version of the source
	UpstreamSHA256 string `yaml:"upstreamSHA256"` // of the source's bytes
	PinSHA256      string `yaml:"pinSHA256"`      // of the pin's bytes
}

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ParseLock reads a lock file.
func ParseLock(name string, data []byte) (Lock, error) {
	var lock Lock
	root, err := document.ParseOwn(name, data)
	if err != nil {
		return lock, err
	}
	fields := map[string]*string{
		"source": &lock.Source, "publishedAs": &lock.PublishedAs, "watch": &lock.Watch, "retrieved": &lock.Retrieved,
		"apiVersion": &lock.APIVersion, "upstreamSHA256": &lock.UpstreamSHA256, "pinSHA256": &lock.PinSHA256,
	}
	var problems []error
	for key, value := range document.Pairs(root) {
		field, known := fields[key.Value]
		switch {
		case !known:
			problems = append(problems, document.Errorf(name, key, "unknown key %q", key.Value))
		case value.Kind != yaml.ScalarNode:
			problems = append(problems, document.Errorf(name, value, "%s must be text", key.Value))
		default:
			*field = value.Value
		}
	}
	for key, ok := range map[string]bool{
		"upstreamSHA256": sha256Hex.MatchString(lock.UpstreamSHA256),
		"pinSHA256":      sha256Hex.MatchString(lock.PinSHA256),
	} {
		if !ok {
			problems = append(problems, document.Errorf(name, root, "%s is not a SHA-256 in lower-case hex", key))
		}
	}
	if _, err := time.Parse(time.DateOnly, lock.Retrieved); lock.Retrieved != "" && err != nil {
		problems = append(
			problems,
			document.Errorf(name, root, "retrieved is not a date like 2026-11-24: %q", lock.Retrieved),
		)
	}
	return lock, errors.Join(problems...)
}

// Encode renders the lock file.
func (l Lock) Encode() ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteString(lockHeader)
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(l), enc.Close()); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Verify tells whether data are the bytes that the lock names.
func (l Lock) Verify(data []byte) error {
	if sum := SHA256(data); sum != l.PinSHA256 {
		return fmt.Errorf(
			"%s does not match %s: pinSHA256 is %s…, the file has %s…: run ringbasic pin with the source it "+
				"came from, or restore it",
			project.PinFile,
			project.LockFile,
			l.PinSHA256[:12],
			sum[:12],
		)
	}
	return nil
}

// VerifyVersion tells whether the pin is of the API version that the lock names.
func (l Lock) VerifyVersion(pin *document.Document) error {
	if version := document.Text(pin.Root, "info", "version"); version != l.APIVersion {
		return fmt.Errorf(
			"%s does not match %s: apiVersion is %q, the file has %q: run ringbasic pin with the source it came "+
				"from, or restore it",
			project.PinFile,
			project.LockFile,
			l.APIVersion,
			version,
		)
	}
	return nil
}

// WatchURL is the URL to compare with where no source is named.
func (l Lock) WatchURL() (string, error) {
	if l.Watch == "" {
		return "", fmt.Errorf(
			"%s names no URL to watch: name a SOURCE, or set one with ringbasic pin SOURCE --watch URL",
			project.LockFile,
		)
	}
	return l.Watch, nil
}

// SHA256 is the digest of data in lower-case hex.
func SHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
