#include "census.h"

#include <stddef.h>

// Of the database engine's C interface; the driver's headers do not travel.
typedef uint64_t idx_t;
enum { TYPE_BOOLEAN = 1, TYPE_INTEGER = 4, TYPE_BIGINT = 5 };
extern void *duckdb_create_logical_type(int type);
extern void duckdb_destroy_logical_type(void **type);
extern void *duckdb_create_aggregate_function(void);
extern void duckdb_destroy_aggregate_function(void **function);
extern void duckdb_aggregate_function_set_name(void *function, const char *name);
extern void duckdb_aggregate_function_add_parameter(void *function, void *type);
extern void duckdb_aggregate_function_set_return_type(void *function, void *type);
extern void duckdb_aggregate_function_set_special_handling(void *function);
extern void duckdb_aggregate_function_set_extra_info(void *function, void *extra, void (*destroy)(void *));
extern void *duckdb_aggregate_function_get_extra_info(void *info);
extern void duckdb_aggregate_function_set_functions(void *function, idx_t (*size)(void *), void (*init)(void *, void *),
	void (*update)(void *, void *, void **), void (*combine)(void *, void **, void **, idx_t),
	void (*finalize)(void *, void **, void *, idx_t, idx_t));
extern void *duckdb_create_aggregate_function_set(const char *name);
extern void duckdb_destroy_aggregate_function_set(void **set);
extern int duckdb_add_aggregate_function_to_set(void *set, void *function);
extern int duckdb_register_aggregate_function_set(void *connection, void *set);
extern idx_t duckdb_data_chunk_get_size(void *chunk);
extern void *duckdb_data_chunk_get_vector(void *chunk, idx_t column);
extern void *duckdb_vector_get_data(void *vector);
extern uint64_t *duckdb_vector_get_validity(void *vector);

// A bag holds the numbers met so far: none twice, at most limit.
struct bag {
	int64_t n;
	int64_t seen[];
};

static int64_t limit_of(void *info) { return (int64_t)(intptr_t)duckdb_aggregate_function_get_extra_info(info); }

static idx_t bag_size(int64_t limit) { return sizeof(struct bag) + limit * sizeof(int64_t); }

// Rows of a person mostly follow each other: the last number is looked at first.
static inline void bag_add(struct bag *b, int64_t limit, int64_t x) {
	if (b->n == limit) {
		return;
	}
	for (int64_t i = b->n - 1; i >= 0; i--) {
		if (b->seen[i] == x) {
			return;
		}
	}
	b->seen[b->n++] = x;
}

static void bag_join(struct bag *from, struct bag *to, int64_t limit) {
	for (int64_t i = 0; i < from->n; i++) {
		bag_add(to, limit, from->seen[i]);
	}
}

static inline int is_valid(uint64_t *valid, idx_t i) { return valid == NULL || valid[i >> 6] >> (i & 63) & 1; }

// units(x): one bag.

static idx_t units_size(void *info) { return bag_size(limit_of(info)); }

static void units_init(void *info, void *state) { ((struct bag *)state)->n = 0; }

static void units_combine(void *info, void **source, void **target, idx_t count) {
	int64_t limit = limit_of(info);
	for (idx_t k = 0; k < count; k++) {
		bag_join(source[k], target[k], limit);
	}
}

static void units_finalize(void *info, void **source, void *result, idx_t count, idx_t offset) {
	int64_t *out = duckdb_vector_get_data(result);
	for (idx_t i = 0; i < count; i++) {
		out[offset + i] = ((struct bag *)source[i])->n;
	}
}

// sides(x, condition): two bags, of the numbers where the condition holds and
// of those where it does not.

static struct bag *other(void *state, int64_t limit) { return (struct bag *)((char *)state + bag_size(limit)); }

static idx_t sides_size(void *info) { return 2 * bag_size(limit_of(info)); }

static void sides_init(void *info, void *state) {
	((struct bag *)state)->n = 0;
	other(state, limit_of(info))->n = 0;
}

static void sides_combine(void *info, void **source, void **target, idx_t count) {
	int64_t limit = limit_of(info);
	for (idx_t k = 0; k < count; k++) {
		bag_join(source[k], target[k], limit);
		bag_join(other(source[k], limit), other(target[k], limit), limit);
	}
}

// What is on either side: two bags that are not full hold all there is.
static int64_t bag_either(struct bag *a, struct bag *b, int64_t limit) {
	int64_t n = a->n;
	for (int64_t i = 0; i < b->n && n < limit; i++) {
		int64_t k = 0;
		while (k < a->n && a->seen[k] != b->seen[i]) {
			k++;
		}
		n += k == a->n;
	}
	return n;
}

static void sides_finalize(void *info, void **source, void *result, idx_t count, idx_t offset) {
	int64_t limit = limit_of(info);
	int64_t *out = duckdb_vector_get_data(result);
	for (idx_t i = 0; i < count; i++) {
		struct bag *with = source[i], *without = other(source[i], limit);
		out[offset + i] = with->n | without->n << 20 | bag_either(with, without, limit) << 40;
	}
}

#define UPDATE(suffix, type)                                                                       \
	static void units_##suffix(void *info, void *chunk, void **states) {                           \
		int64_t limit = limit_of(info);                                                            \
		void *vector = duckdb_data_chunk_get_vector(chunk, 0);                                     \
		type *data = duckdb_vector_get_data(vector);                                               \
		uint64_t *valid = duckdb_vector_get_validity(vector);                                      \
		idx_t n = duckdb_data_chunk_get_size(chunk);                                               \
		for (idx_t i = 0; i < n; i++) {                                                            \
			if (is_valid(valid, i)) {                                                              \
				bag_add(states[i], limit, data[i]);                                                \
			}                                                                                      \
		}                                                                                          \
	}                                                                                              \
	static void sides_##suffix(void *info, void *chunk, void **states) {                           \
		int64_t limit = limit_of(info);                                                            \
		void *vector = duckdb_data_chunk_get_vector(chunk, 0);                                     \
		void *condition = duckdb_data_chunk_get_vector(chunk, 1);                                  \
		type *data = duckdb_vector_get_data(vector);                                               \
		uint64_t *valid = duckdb_vector_get_validity(vector);                                      \
		uint8_t *holds = duckdb_vector_get_data(condition);                                        \
		uint64_t *known = duckdb_vector_get_validity(condition);                                   \
		idx_t n = duckdb_data_chunk_get_size(chunk);                                               \
		for (idx_t i = 0; i < n; i++) {                                                            \
			if (is_valid(valid, i)) {                                                              \
				int yes = is_valid(known, i) && holds[i];                                          \
				bag_add(yes ? states[i] : other(states[i], limit), limit, data[i]);                \
			}                                                                                      \
		}                                                                                          \
	}

UPDATE(int32, int32_t)
UPDATE(int64, int64_t)

struct kind {
	int conditional;
	idx_t (*size)(void *);
	void (*init)(void *, void *);
	void (*combine)(void *, void **, void **, idx_t);
	void (*finalize)(void *, void **, void *, idx_t, idx_t);
};

static const struct kind units = {0, units_size, units_init, units_combine, units_finalize};
static const struct kind sides = {1, sides_size, sides_init, sides_combine, sides_finalize};

static int add_overload(void *set, const char *name, int32_t limit, const struct kind *k, int type, void (*update)(void *, void *, void **)) {
	void *function = duckdb_create_aggregate_function();
	void *number = duckdb_create_logical_type(type), *condition = duckdb_create_logical_type(TYPE_BOOLEAN);
	void *result = duckdb_create_logical_type(TYPE_BIGINT);
	duckdb_aggregate_function_set_name(function, name);
	duckdb_aggregate_function_add_parameter(function, number);
	if (k->conditional) {
		duckdb_aggregate_function_add_parameter(function, condition);
	}
	duckdb_aggregate_function_set_return_type(function, result);
	duckdb_aggregate_function_set_special_handling(function); // no rows are a count of 0, not NULL
	duckdb_aggregate_function_set_extra_info(function, (void *)(intptr_t)limit, NULL);
	duckdb_aggregate_function_set_functions(function, k->size, k->init, update, k->combine, k->finalize);
	int failed = duckdb_add_aggregate_function_to_set(set, function);
	duckdb_destroy_logical_type(&number);
	duckdb_destroy_logical_type(&condition);
	duckdb_destroy_logical_type(&result);
	duckdb_destroy_aggregate_function(&function);
	return failed;
}

static int add(void *connection, const char *name, int32_t limit, const struct kind *k,
	void (*int32)(void *, void *, void **), void (*int64)(void *, void *, void **)) {
	void *set = duckdb_create_aggregate_function_set(name);
	int failed = add_overload(set, name, limit, k, TYPE_INTEGER, int32) ||
		add_overload(set, name, limit, k, TYPE_BIGINT, int64) ||
		duckdb_register_aggregate_function_set(connection, set);
	duckdb_destroy_aggregate_function_set(&set);
	return failed;
}

int census_units(void *connection, const char *name, int32_t limit) {
	return add(connection, name, limit, &units, units_int32, units_int64);
}

int census_sides(void *connection, const char *name, int32_t limit) {
	return add(connection, name, limit, &sides, sides_int32, sides_int64);
}
