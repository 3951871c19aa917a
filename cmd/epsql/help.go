package main

import (
	"embed"
	"strings"
)

// The texts of --help, with their examples. They are files because examples
// speak of the data, which the program itself does not know.
//
//go:embed help/*.txt
var helpTexts embed.FS

// describe is the long description of a command, as its help shows it.
func describe(command string) string {
	text, err := helpTexts.ReadFile("help/" + command + ".txt")
	if err != nil {
		panic(err) // embedded with the program: its tests ask for every help
	}
	return strings.TrimRight(string(text), "\n")
}
