package study

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// Add writes an item at the head of a list of a study.yaml, such as "macros", and
// leaves all else as it stands, comments too. A list that is not there is begun
// above the outputs. It gives false where it cannot tell where the item belongs.
func Add(text, list, item string) (string, bool) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return text, false
	}
	keys := doc.Content[0].Content
	for i := 0; i+1 < len(keys); i += 2 {
		key, value := keys[i], keys[i+1]
		switch {
		case key.Value == list:
			return addTo(text, key, value, item)
		case key.Value == "outputs" && !has(keys, list):
			return insert(text, key.Line, 1, list+":\n  - "+item+"\n"), true
		}
	}
	return text, false
}

func has(keys []*yaml.Node, name string) bool {
	for i := 0; i < len(keys); i += 2 {
		if keys[i].Value == name {
			return true
		}
	}
	return false
}

// addTo writes an item at the head of the list that stands under a key.
func addTo(text string, key, value *yaml.Node, item string) (string, bool) {
	switch {
	case value.Kind != yaml.SequenceNode:
		return text, false
	case value.Style&yaml.FlowStyle == 0:
		return insert(text, key.Line+1, 1, strings.Repeat(" ", value.Column-1)+"- "+item+"\n"), true
	case len(value.Content) > 0:
		item += ", "
	}
	return insert(text, value.Line, value.Column+1, item), true
}

// insert puts a piece before a place, in lines and columns from 1.
func insert(text string, line, column int, piece string) string {
	at := 0
	for ; line > 1; line-- {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	at += column - 1
	return text[:at] + piece + text[at:]
}
