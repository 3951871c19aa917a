//go:build !linux

package store

// defaultMemory leaves the choice to the database engine.
func defaultMemory() string { return "" }
