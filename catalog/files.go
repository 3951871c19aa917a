package catalog

import "io/fs"

// Recipes is the folder beside the catalogue's own files that says how to make
// up deliveries. It is no part of what the data mean: the hash leaves it out.
const Recipes = "synth"

// Files is the folder that the catalogue was loaded from; nil for one made in
// memory.
func (c *Catalog) Files() fs.FS { return c.files }
