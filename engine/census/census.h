#include <stdint.h>

// census_units makes the aggregate name(number) known to the connection's
// database: how many distinct numbers there are, counted up to limit.
// census_sides makes name(number, condition): three such counts in one, 20 bits
// each, the lowest first: where the condition holds, where it does not or is
// NULL, on either side. 0 is success.
int census_units(void *connection, const char *name, int32_t limit);
int census_sides(void *connection, const char *name, int32_t limit);
