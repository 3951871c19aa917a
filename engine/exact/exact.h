// exact_install makes the aggregates known to the connection's database, each
// under its name behind "exact_". What the database has already stays.
void exact_install(void *connection);
