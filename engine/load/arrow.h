// The Arrow C data interface, as its specification gives it, and the functions
// by which a stream of batches reaches the database engine.
#ifndef EPSQL_LOAD_ARROW_H
#define EPSQL_LOAD_ARROW_H

#include <stdint.h>

struct ArrowSchema {
	const char *format;
	const char *name;
	const char *metadata;
	int64_t flags;
	int64_t n_children;
	struct ArrowSchema **children;
	struct ArrowSchema *dictionary;
	void (*release)(struct ArrowSchema *);
	void *private_data;
};

struct ArrowArray {
	int64_t length;
	int64_t null_count;
	int64_t offset;
	int64_t n_buffers;
	int64_t n_children;
	const void **buffers;
	struct ArrowArray **children;
	struct ArrowArray *dictionary;
	void (*release)(struct ArrowArray *);
	void *private_data;
};

struct ArrowArrayStream {
	int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *);
	int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *);
	const char *(*get_last_error)(struct ArrowArrayStream *);
	void (*release)(struct ArrowArrayStream *);
	void *private_data;
};

// feed is a stream whose batches come from Go. Its schema and its batches own
// no memory of their own: Go frees it when the statement has ended.
struct feed {
	struct ArrowArrayStream stream;
	struct ArrowSchema schema;
	uintptr_t handle;
};

// feed_open completes a feed whose schema's children are set.
void feed_open(struct feed *f, uintptr_t handle);

// feed_scan makes the view that reads the feed; 0 when it did.
int feed_scan(void *connection, const char *view, struct feed *f);

// array_lend marks a batch as lent out: Go is told when it comes back.
void array_lend(struct ArrowArray *array, uintptr_t handle);

#endif
