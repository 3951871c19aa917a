package copybook

// place gives every item of a record its offset, and its groups their size.
func place(record *Item) error {
	if err := measure(record); err != nil {
		return err
	}
	if record.Size > longestAt {
		return at(record, "the record %s is longer than %d bytes", record.Name, longestAt)
	}
	offset(record, 0)
	return checkTables(record, record, true)
}

func at(i *Item, format string, args ...any) error {
	return fault(word{line: i.Line, col: 1}, format, args...)
}

// measure adds up the sizes of groups.
func measure(i *Item) error {
	if i.Usage != Group {
		return nil
	}
	if len(i.Items) == 0 {
		return at(i, "%s has neither a picture nor parts", i.title())
	}
	i.Size = 0
	for _, part := range i.Items {
		if err := measure(part); err != nil {
			return err
		}
		all := part.Size * part.Max
		if r := part.Redefines; r != nil {
			if all > r.Size {
				return at(part, "%s has more bytes than what it redefines", part.title())
			}
			continue
		}
		if i.Size += all; i.Size > longestAt {
			return at(part, "%s goes beyond %d bytes", part.title(), longestAt)
		}
	}
	return nil
}

// offset places the parts of an item one after the other.
func offset(i *Item, from int) {
	i.Offset = from
	for _, part := range i.Items {
		if r := part.Redefines; r != nil {
			offset(part, r.Offset)
			continue
		}
		offset(part, from)
		from += part.Size * part.Max
	}
}

// checkTables refuses tables whose place would depend on other numbers: what
// varies must be the last thing in its record, told by a number before it.
func checkTables(record, i *Item, last bool) error {
	for n, part := range i.Items {
		final := last && n == len(i.Items)-1
		if d := part.DependsOn; d != nil {
			switch {
			case !final || part.Redefines != nil:
				return at(part, "%s varies, and something follows it", part.title())
			case d.Usage == Group || d.Usage == Text || d.Scale > 0 || d.Table() != nil || d.Offset+d.Size > part.Offset:
				return at(part, "%s depends on %s, which is no whole number before it", part.title(), d.Name)
			}
		}
		if err := checkTables(record, part, final && part.Max == 1 && part.DependsOn == nil && part.Redefines == nil); err != nil {
			return err
		}
	}
	return nil
}
