// Package place puts files into place whole: whoever reads a file by its
// name reads all of it or none, also after a crash or on a full disk.
package place

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
)

// Part ends the name of a file that is not whole yet.
const Part = ".part"

// File writes the file beside its place, under path + [Part], and moves it
// there when all of it is on the disk. Where that fails nothing is left behind,
// and what stood in its place stays.
func File(path string, data []byte) error { return Through(path+Part, path, data) }

// Through is [File] with another name to write under, in the same folder: for
// places that several processes may write at once.
func Through(temp, path string, data []byte) error {
	file, err := os.Create(temp)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// JSON is [File] for a value as [Text] writes it.
func JSON(path string, v any) error {
	text, err := Text(v)
	if err != nil {
		return err
	}
	return File(path, text)
}

// Text is a value as JSON, indented for people to read.
func Text(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return out.Bytes(), err
}
