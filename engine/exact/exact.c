#include "exact.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Of the database engine's C interface; the driver's headers do not travel.
typedef uint64_t idx_t;
enum { TYPE_DOUBLE = 11 };
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
extern void duckdb_aggregate_function_set_error(void *info, const char *error);
extern void duckdb_aggregate_function_set_functions(void *function, idx_t (*size)(void *), void (*init)(void *, void *),
	void (*update)(void *, void *, void **), void (*combine)(void *, void **, void **, idx_t),
	void (*finalize)(void *, void **, void *, idx_t, idx_t));
extern void duckdb_aggregate_function_set_destructor(void *function, void (*destroy)(void **, idx_t));
extern int duckdb_register_aggregate_function(void *connection, void *function);
extern idx_t duckdb_data_chunk_get_size(void *chunk);
extern void *duckdb_data_chunk_get_vector(void *chunk, idx_t column);
extern void *duckdb_vector_get_data(void *vector);
extern uint64_t *duckdb_vector_get_validity(void *vector);
extern void duckdb_vector_ensure_validity_writable(void *vector);

// A pile is an exact sum: the parts add up to it, do not overlap, and get larger
// from one to the next. Two or three are usual; forty are the most there can be.
enum { FEW = 3 };
struct pile {
	int32_t n, room; // room is 0 while the parts are in few
	union {
		double few[FEW];
		double *many;
	};
};

static double *parts(struct pile *s) { return s->room ? s->many : s->few; }

static void drop(struct pile *s) {
	if (s->room) {
		free(s->many);
	}
}

static void pile_push(struct pile *s, double x, int *failed) {
	int32_t room = s->room ? s->room : FEW;
	if (s->n == room) {
		double *more = malloc(2 * room * sizeof(double));
		if (more == NULL) {
			*failed = 1;
			return;
		}
		memcpy(more, parts(s), room * sizeof(double));
		drop(s);
		s->many = more;
		s->room = 2 * room;
	}
	parts(s)[s->n++] = x;
}

// add puts x on the pile: what a sum of two numbers loses to rounding is a number
// too, and kept (Shewchuk, Adaptive precision floating-point arithmetic, 1997).
static inline void add(struct pile *s, double x, int *failed) {
	double *p = parts(s);
	int32_t kept = 0;
	for (int32_t i = 0; i < s->n; i++) {
		double sum = x + p[i], other = sum - x;
		double lost = (x - (sum - other)) + (p[i] - other);
		if (lost != 0) {
			p[kept++] = lost;
		}
		x = sum;
	}
	s->n = kept;
	if (x != 0) {
		pile_push(s, x, failed);
	}
}

// add_product puts a * b on the pile.
static inline void add_product(struct pile *s, double a, double b, int *failed) {
	double product = a * b;
	add(s, fma(a, b, -product), failed);
	add(s, product, failed);
}

// nearest is the number nearest to the sum: the same however the sum was made.
static double nearest(struct pile *s) {
	double *p = parts(s), sum = 0, lost = 0;
	int32_t i = s->n;
	while (i > 0 && lost == 0) {
		double before = sum;
		sum = before + p[--i];
		lost = p[i] - (sum - before);
	}
	// Half way between two numbers the rest decides.
	if (i > 0 && ((lost < 0 && p[i - 1] < 0) || (lost > 0 && p[i - 1] > 0))) {
		double twice = 2 * lost, up = sum + twice;
		if (twice == up - sum) {
			return up;
		}
	}
	return sum;
}

// normal rewrites a pile in the one way that depends on its sum alone: the
// nearest number last, before it the number nearest to the rest, and so on.
static void normal(struct pile *s, int *failed) {
	struct pile rest = *s, out = {0};
	while (rest.n > 0 && !*failed) {
		double x = nearest(&rest);
		add(&rest, -x, failed);
		pile_push(&out, x, failed);
	}
	drop(&rest);
	double *p = parts(&out);
	for (int32_t i = 0, j = out.n - 1; i < j; i++, j--) {
		double x = p[i];
		p[i] = p[j];
		p[j] = x;
	}
	*s = out;
}

// moment is n * sum(xy) - sum(x) * sum(y), correctly rounded.
static double moment(double n, struct pile *xy, struct pile *x, struct pile *y, int *failed) {
	struct pile out = {0};
	double *p = parts(xy), *a = parts(x), *b = parts(y);
	for (int32_t i = 0; i < xy->n; i++) {
		add_product(&out, p[i], n, failed);
	}
	for (int32_t i = 0; i < x->n; i++) {
		for (int32_t j = 0; j < y->n; j++) {
			add_product(&out, -a[i], b[j], failed);
		}
	}
	double m = nearest(&out);
	drop(&out);
	return m;
}

// A sum has three parts. Whole numbers that are not large, and their products, are
// counted as such. Most others are whole numbers of 2^-192, counted in 320 bits.
// What is not goes on a pile.
enum { WORDS = 5, FRACTION = 192, LARGEST_EXPONENT = 80 };
struct sum {
	uint64_t low; // of the whole numbers: low + 2^64 * high
	int64_t high;
	uint64_t words[WORDS]; // the lowest first, negative as its complement
	struct pile *rest;
};

// whole tells whether x is a whole number whose square is one of 64 bits.
static inline int whole(double x, int64_t *n) {
	if (!(x > -2147483648.0 && x < 2147483648.0)) {
		return 0;
	}
	*n = (int64_t)x;
	return (double)*n == x;
}

static inline void count_whole(struct sum *s, int64_t n) {
	uint64_t low = s->low + (uint64_t)n;
	s->high += (n >> 63) + (low < s->low);
	s->low = low;
}

// bits takes a number apart: it is mantissa * 2^exponent, but for its sign. A zero
// or a number that has less than all bits is not taken apart.
static inline int bits(double x, uint64_t *mantissa, int *exponent) {
	uint64_t b;
	memcpy(&b, &x, sizeof b);
	int e = (int)(b >> 52 & 0x7ff);
	*mantissa = (b & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
	*exponent = e - 1075;
	return e != 0;
}

// count_in adds or takes away m * 2^(shift - FRACTION).
static inline void count_in(uint64_t *words, unsigned __int128 m, int shift, int minus) {
	int word = shift >> 6, bit = shift & 63;
	unsigned __int128 low = m << bit;
	uint64_t part[3] = {(uint64_t)low, (uint64_t)(low >> 64), bit ? (uint64_t)(m >> (128 - bit)) : 0};
	uint64_t carry = 0;
	for (int i = 0; word + i < WORDS; i++) {
		uint64_t x = i < 3 ? part[i] : 0, w = words[word + i];
		unsigned __int128 next = minus ? (unsigned __int128)w - x - carry : (unsigned __int128)w + x + carry;
		words[word + i] = (uint64_t)next;
		carry = (uint64_t)(next >> 64) & 1;
		if (i >= 2 && !carry) {
			return;
		}
	}
}

static void add_beside(struct sum *s, double x, int *failed) {
	if (s->rest == NULL && (s->rest = calloc(1, sizeof(struct pile))) == NULL) {
		*failed = 1;
		return;
	}
	add(s->rest, x, failed);
}

// include adds x.
static inline void include(struct sum *s, double x, int *failed) {
	uint64_t m;
	int64_t n;
	int e;
	if (whole(x, &n)) {
		count_whole(s, n);
	} else if (bits(x, &m, &e) && e + FRACTION >= 0 && e + 53 <= LARGEST_EXPONENT) {
		count_in(s->words, m, e + FRACTION, x < 0);
	} else if (x != 0) {
		add_beside(s, x, failed);
	}
}

// include_product adds x * y.
static inline void include_product(struct sum *s, double x, double y, int *failed) {
	uint64_t m, n;
	int64_t i, j;
	int e, f;
	if (whole(x, &i) && whole(y, &j)) {
		count_whole(s, i * j);
	} else if (bits(x, &m, &e) && bits(y, &n, &f) && e + f + FRACTION >= 0 && e + f + 106 <= LARGEST_EXPONENT) {
		count_in(s->words, (unsigned __int128)m * n, e + f + FRACTION, (x < 0) != (y < 0));
	} else if (x != 0 && y != 0) {
		double product = x * y;
		add_beside(s, fma(x, y, -product), failed);
		add_beside(s, product, failed);
	}
}

static void include_sum(struct sum *to, struct sum *from, int *failed) {
	uint64_t carry = 0, low = to->low + from->low;
	to->high += from->high + (low < to->low);
	to->low = low;
	for (int i = 0; i < WORDS; i++) {
		unsigned __int128 next = (unsigned __int128)to->words[i] + from->words[i] + carry;
		to->words[i] = (uint64_t)next;
		carry = (uint64_t)(next >> 64);
	}
	for (int32_t i = 0; from->rest != NULL && i < from->rest->n; i++) {
		add_beside(to, parts(from->rest)[i], failed);
	}
}

// pile_of writes a sum as a pile, in the one way that depends on its value alone.
static struct pile pile_of(struct sum *s, int *failed) {
	struct pile out = {0};
	for (int32_t i = 0; s->rest != NULL && i < s->rest->n; i++) {
		add(&out, parts(s->rest)[i], failed);
	}
	// The whole numbers are counted among the others.
	unsigned __int128 n = (unsigned __int128)(uint64_t)s->high << 64 | s->low;
	count_in(s->words, s->high < 0 ? -n : n, FRACTION, s->high < 0);
	s->low = s->high = 0;
	int minus = s->words[WORDS - 1] >> 63;
	uint64_t carry = minus;
	for (int i = 0; i < WORDS; i++) {
		uint64_t w = s->words[i];
		if (minus) {
			w = ~w + carry;
			carry = carry && w == 0;
		}
		for (int half = 0; half < 2; half++) {
			double x = ldexp((double)(uint32_t)(w >> 32 * half), 64 * i + 32 * half - FRACTION);
			if (x != 0) {
				add(&out, minus ? -x : x, failed);
			}
		}
	}
	normal(&out, failed);
	return out;
}

static void forget(struct sum *s) {
	if (s->rest != NULL) {
		drop(s->rest);
		free(s->rest);
	}
}

// The sums that an aggregate keeps.
enum { X = 1, Y = 2, XX = 4, YY = 8, XY = 16 };

struct state {
	int64_t n, kept; // rows, sums
	double infinite; // the sum of what is too large to add up, or no number
	struct sum sums[];
};

// What an aggregate gives.
enum measure { SUM, MEAN, VAR_POP, VAR_SAMP, SD_POP, SD_SAMP, COVAR_POP, COVAR_SAMP, CORR, SLOPE, INTERCEPT, R2, MEAN_X, MEAN_Y, SXX, SYY, SXY };

struct aggregate {
	const char *name;
	int pair; // (y, x) in place of (x)
	int keeps;
	enum measure measure;
};

static const struct aggregate aggregates[] = {
	{"exact_sum", 0, X, SUM},
	{"exact_avg", 0, X, MEAN},
	{"exact_mean", 0, X, MEAN},
	{"exact_var_pop", 0, X | XX, VAR_POP},
	{"exact_var_samp", 0, X | XX, VAR_SAMP},
	{"exact_variance", 0, X | XX, VAR_SAMP},
	{"exact_stddev_pop", 0, X | XX, SD_POP},
	{"exact_stddev_samp", 0, X | XX, SD_SAMP},
	{"exact_stddev", 0, X | XX, SD_SAMP},
	{"exact_covar_pop", 1, X | Y | XY, COVAR_POP},
	{"exact_covar_samp", 1, X | Y | XY, COVAR_SAMP},
	{"exact_corr", 1, X | Y | XX | YY | XY, CORR},
	{"exact_regr_slope", 1, X | Y | XX | XY, SLOPE},
	{"exact_regr_intercept", 1, X | Y | XX | XY, INTERCEPT},
	{"exact_regr_r2", 1, X | Y | XX | YY | XY, R2},
	{"exact_regr_avgx", 1, X, MEAN_X},
	{"exact_regr_avgy", 1, Y, MEAN_Y},
	{"exact_regr_sxx", 1, X | XX, SXX},
	{"exact_regr_syy", 1, Y | YY, SYY},
	{"exact_regr_sxy", 1, X | Y | XY, SXY},
};

static const struct aggregate *aggregate_of(void *info) { return duckdb_aggregate_function_get_extra_info(info); }

static idx_t state_size(void *info) {
	return sizeof(struct state) + __builtin_popcount(aggregate_of(info)->keeps) * sizeof(struct sum);
}

static void state_init(void *info, void *state) {
	memset(state, 0, state_size(info));
	((struct state *)state)->kept = __builtin_popcount(aggregate_of(info)->keeps);
}

static void state_destroy(void **states, idx_t count) {
	for (idx_t k = 0; k < count; k++) {
		struct state *s = states[k];
		for (int64_t i = 0; i < s->kept; i++) {
			forget(&s->sums[i]);
		}
	}
}

static inline int is_valid(uint64_t *valid, idx_t i) { return valid == NULL || valid[i >> 6] >> (i & 63) & 1; }

// Sums of larger numbers could leave the range of numbers on the way.
static const double LARGEST = 1e290, LARGEST_SQUARED = 1e140;

static inline void take(struct state *s, int keeps, double y, double x, int *failed) {
	s->n++;
	double most = keeps & (XX | YY | XY) ? LARGEST_SQUARED : LARGEST;
	if (!(fabs(x) <= most && fabs(y) <= most)) {
		double large = fabs(x) <= most ? y : x;
		s->infinite += isnan(large) ? large : copysign(INFINITY, large);
		return;
	}
	struct sum *next = s->sums;
	if (keeps & X) {
		include(next++, x, failed);
	}
	if (keeps & Y) {
		include(next++, y, failed);
	}
	if (keeps & XX) {
		include_product(next++, x, x, failed);
	}
	if (keeps & YY) {
		include_product(next++, y, y, failed);
	}
	if (keeps & XY) {
		include_product(next++, x, y, failed);
	}
}

static const char *no_memory = "no memory is left for a sum";

static void update(void *info, void *chunk, void **states) {
	const struct aggregate *a = aggregate_of(info);
	int keeps = a->keeps, failed = 0;
	void *first = duckdb_data_chunk_get_vector(chunk, 0), *last = duckdb_data_chunk_get_vector(chunk, a->pair);
	double *y = duckdb_vector_get_data(first), *x = duckdb_vector_get_data(last);
	uint64_t *valid_y = duckdb_vector_get_validity(first), *valid_x = duckdb_vector_get_validity(last);
	idx_t n = duckdb_data_chunk_get_size(chunk);
	for (idx_t i = 0; i < n; i++) {
		if (is_valid(valid_x, i) && is_valid(valid_y, i)) {
			take(states[i], keeps, y[i], x[i], &failed);
		}
	}
	if (failed) {
		duckdb_aggregate_function_set_error(info, no_memory);
	}
}

static void combine(void *info, void **source, void **target, idx_t count) {
	int failed = 0;
	for (idx_t k = 0; k < count; k++) {
		struct state *from = source[k], *to = target[k];
		to->n += from->n;
		to->infinite += from->infinite;
		for (int64_t i = 0; i < to->kept; i++) {
			include_sum(&to->sums[i], &from->sums[i], &failed);
		}
	}
	if (failed) {
		duckdb_aggregate_function_set_error(info, no_memory);
	}
}

// mean gives what is made of a single sum.
static double mean(struct state *s, const struct aggregate *a, int *failed) {
	double sum = s->infinite;
	if (sum == 0) {
		struct pile p = pile_of(&s->sums[0], failed);
		sum = nearest(&p);
		drop(&p);
	}
	return a->measure == SUM ? sum : sum / (double)s->n;
}

// moments are the sums of squares and products about the means, n times.
struct moments {
	double n, x, y, xx, yy, xy;
};

static struct moments moments_of(struct state *s, int keeps, int *failed) {
	struct pile piles[5] = {0}, *next = piles;
	for (int64_t i = 0; i < s->kept; i++) {
		piles[i] = pile_of(&s->sums[i], failed);
	}
	struct pile none = {0}, *x = keeps & X ? next++ : &none, *y = keeps & Y ? next++ : &none;
	double n = (double)s->n;
	struct moments m = {.n = n, .x = nearest(x), .y = nearest(y)};
	if (keeps & XX) {
		m.xx = moment(n, next++, x, x, failed);
	}
	if (keeps & YY) {
		m.yy = moment(n, next++, y, y, failed);
	}
	if (keeps & XY) {
		m.xy = moment(n, next++, x, y, failed);
	}
	for (int64_t i = 0; i < s->kept; i++) {
		drop(&piles[i]);
	}
	return m;
}

// result is the value of the aggregate; it gives 0 when there is none.
static int result(struct state *s, const struct aggregate *a, double *out, int *failed) {
	if (s->n == 0) {
		return 0;
	}
	if (s->kept == 1) {
		*out = mean(s, a, failed);
		return 1;
	}
	if (s->infinite != 0) {
		return 0;
	}
	struct moments m = moments_of(s, a->keeps, failed);
	switch (a->measure) {
	case VAR_POP:
		*out = m.xx / m.n / m.n;
		return 1;
	case SD_POP:
		*out = sqrt(m.xx / m.n / m.n);
		return 1;
	case VAR_SAMP:
		*out = m.xx / m.n / (m.n - 1);
		return m.n > 1;
	case SD_SAMP:
		*out = sqrt(m.xx / m.n / (m.n - 1));
		return m.n > 1;
	case COVAR_POP:
		*out = m.xy / m.n / m.n;
		return 1;
	case COVAR_SAMP:
		*out = m.xy / m.n / (m.n - 1);
		return m.n > 1;
	case CORR:
		*out = m.xx > 0 && m.yy > 0 ? m.xy / (sqrt(m.xx) * sqrt(m.yy)) : NAN;
		return 1;
	case SLOPE:
		*out = m.xx > 0 ? m.xy / m.xx : NAN;
		return 1;
	case INTERCEPT:
		*out = (m.y - m.xy / m.xx * m.x) / m.n;
		return m.xx > 0;
	case R2:
		*out = m.yy > 0 ? m.xy / m.xx * (m.xy / m.yy) : 1;
		return m.xx > 0;
	case SXX:
		*out = m.xx / m.n;
		return 1;
	case SYY:
		*out = m.yy / m.n;
		return 1;
	case SXY:
		*out = m.xy / m.n;
		return 1;
	default:
		return 0;
	}
}

static void finalize(void *info, void **source, void *vector, idx_t count, idx_t offset) {
	const struct aggregate *a = aggregate_of(info);
	double *out = duckdb_vector_get_data(vector);
	int failed = 0;
	duckdb_vector_ensure_validity_writable(vector);
	uint64_t *valid = duckdb_vector_get_validity(vector);
	for (idx_t i = 0; i < count; i++) {
		idx_t row = offset + i;
		if (!result(source[i], a, &out[row], &failed)) {
			valid[row >> 6] &= ~((uint64_t)1 << (row & 63));
		}
	}
	if (failed) {
		duckdb_aggregate_function_set_error(info, no_memory);
	}
}

static void install(void *connection, const struct aggregate *a) {
	void *function = duckdb_create_aggregate_function();
	void *number = duckdb_create_logical_type(TYPE_DOUBLE);
	duckdb_aggregate_function_set_name(function, a->name);
	for (int i = 0; i <= a->pair; i++) {
		duckdb_aggregate_function_add_parameter(function, number);
	}
	duckdb_aggregate_function_set_return_type(function, number);
	duckdb_aggregate_function_set_special_handling(function);
	duckdb_aggregate_function_set_extra_info(function, (void *)a, NULL);
	duckdb_aggregate_function_set_functions(function, state_size, state_init, update, combine, finalize);
	duckdb_aggregate_function_set_destructor(function, state_destroy);
	duckdb_register_aggregate_function(connection, function);
	duckdb_destroy_logical_type(&number);
	duckdb_destroy_aggregate_function(&function);
}

void exact_install(void *connection) {
	for (size_t i = 0; i < sizeof(aggregates) / sizeof(aggregates[0]); i++) {
		install(connection, &aggregates[i]);
	}
}
