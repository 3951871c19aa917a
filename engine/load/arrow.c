#include "arrow.h"

#include <stddef.h>

#include "_cgo_export.h"

// Of the database engine's C interface; the driver's headers do not travel.
extern int duckdb_arrow_scan(void *connection, const char *view, void *stream);

static void schema_release(struct ArrowSchema *schema) { schema->release = NULL; }

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
	*out = ((struct feed *)stream->private_data)->schema;
	return 0;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
	return feedNext(((struct feed *)stream->private_data)->handle, out);
}

static const char *stream_error(struct ArrowArrayStream *stream) { return "stopped"; }

static void stream_release(struct ArrowArrayStream *stream) { stream->release = NULL; }

static void array_release(struct ArrowArray *array) {
	array->release = NULL;
	batchReturned((uintptr_t)array->private_data);
}

static void column_release(struct ArrowArray *array) { array->release = NULL; }

void feed_open(struct feed *f, uintptr_t handle) {
	f->handle = handle;
	f->schema.release = schema_release;
	for (int64_t i = 0; i < f->schema.n_children; i++) {
		f->schema.children[i]->release = schema_release;
	}
	f->stream.get_schema = stream_schema;
	f->stream.get_next = stream_next;
	f->stream.get_last_error = stream_error;
	f->stream.release = stream_release;
	f->stream.private_data = f;
}

int feed_scan(void *connection, const char *view, struct feed *f) {
	return duckdb_arrow_scan(connection, view, &f->stream);
}

void array_lend(struct ArrowArray *array, uintptr_t handle) {
	array->release = array_release;
	array->private_data = (void *)handle;
	for (int64_t i = 0; i < array->n_children; i++) {
		array->children[i]->release = column_release;
	}
}
