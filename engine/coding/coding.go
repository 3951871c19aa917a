// Package coding makes numbers that are a project's own of identifiers: the same
// identifier has the same code in all files of a project, and another one in any
// other project. Who has the key can make the code of an identifier; nobody can
// make the identifier of a code but by the conversion table.
//
// A code is 24 letters out of sixteen, 96 bits of HMAC-SHA-256 over the project,
// what is coded and the identifier, after what the catalogue lets stay legible:
//
//	bdfgkmqtscgrhnpkjlbdtqmc       a person
//	1_sltqkdbncmfgrhpjlqsdbtck     a provider of profession 1
//
// It has no digit, so that no number delivered by anybody is a code or stands in
// one: see [Form] and package extract, which scans for numbers that do.
//
// Keys and conversion tables are for a trusted third party. They are files of
// their own, which nobody else may read (mode 0600), never beside the data or
// beside what is extracted from them.
package coding

import (
	"bufio"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"

	"epsql/sql/diag"
)

// letters are those of codes: sixteen of them, no vowels, so that they spell nothing.
const letters = "bcdfghjklmnpqrst"

// length is the number of letters of a code.
const length = 24

// Key is the secret of a project. It has no text form.
type Key struct {
	project string
	secret  []byte
}

// Project is the project whose key it is.
func (k *Key) Project() string { return k.project }

// String keeps the secret out of messages.
func (k *Key) String() string { return "key of " + k.project }

// GoString keeps the secret out of %#v.
func (k *Key) GoString() string { return k.String() }

// NewKey draws a key.
func NewKey(project string) *Key {
	k := &Key{project: project, secret: make([]byte, sha256.Size)}
	rand.Read(k.secret) //nolint:errcheck // it never fails: the program ends instead
	return k
}

// Fingerprint tells keys apart without telling anything of them.
func (k *Key) Fingerprint() string {
	return hex.EncodeToString(k.sum("fingerprint", "")[:8])
}

// Code is the code of an identifier of a domain, a unit or a coding of the
// catalogue; legible is what stays of it, "" for nothing.
func (k *Key) Code(domain, legible, id string) string {
	sum := k.sum("code "+domain, id)
	var b strings.Builder
	if legible != "" {
		b.WriteString(legible + "_")
	}
	for i := range length / 2 {
		b.WriteByte(letters[sum[i]>>4])
		b.WriteByte(letters[sum[i]&15])
	}
	return b.String()
}

// sum is the HMAC of an identifier. No part can run into the next: each is
// followed by a zero byte, which no identifier has.
func (k *Key) sum(purpose, id string) []byte {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte(k.project + "\x00" + purpose + "\x00" + id))
	return mac.Sum(nil)
}

// Form is the regular expression of whole codes that keep so many characters
// legible. What is delivered must not have it: [Lookalike] is of what no
// identifier may be, so that none is a code or stands in one.
func Form(legible int) string {
	prefix := ""
	if legible > 0 {
		prefix = fmt.Sprintf(".{%d}_", legible)
	}
	return fmt.Sprintf("%s[%s]{%d}", prefix, letters, length)
}

// Lookalike is the regular expression of texts that codes are made of.
const Lookalike = "[" + letters + "_]+|.{0,3}_[" + letters + "]+"

var anyCode = regexp.MustCompile("^(" + Form(0) + "|.{1,3}_" + Form(0) + ")$")

// IsCode tells whether a text has the form of a code, legible part or not.
func IsCode(text string) bool { return anyCode.MatchString(text) }

const keyHeader = "epsql project key 1"

// Write puts a new key into a file that only its owner may read. An existing file
// is kept: without its key a project's codes can never be made again.
func (k *Key) Write(path string) error {
	text := fmt.Sprintf("%s\nproject: %s\nkey: %s\n", keyHeader, k.project, hex.EncodeToString(k.secret))
	return WriteSecret(path, func(w *bufio.Writer) error {
		_, err := w.WriteString(text)
		return err
	})
}

// ReadKey reads a key. A file that others may read, or that lies in or below one
// of the folders that must stay without keys, is refused.
func ReadKey(path string, apart ...string) (*Key, error) {
	if err := CheckSecret(path, "key"); err != nil {
		return nil, err
	}
	if err := CheckApart(path, "key", apart...); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault("no-key", "the key %s cannot be read", path).WithHint("check the file's owner").Wrap(err)
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	if len(lines) == 3 && lines[0] == keyHeader {
		project, named := strings.CutPrefix(lines[1], "project: ")
		value, keyed := strings.CutPrefix(lines[2], "key: ")
		secret, err := hex.DecodeString(value)
		if named && keyed && err == nil && project != "" && len(secret) == sha256.Size {
			return &Key{project, secret}, nil
		}
	}
	return nil, fault("bad-key", "%s is no key of this program", path).WithHint("make one with epsql code key")
}

func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}

func refuse(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Guard, code, format, args...)
}
