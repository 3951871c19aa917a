// Writes loans.xpt and loans.sas7bdat of this folder with libreadstat.
#include <readstat.h>
#include <stdio.h>
#include <string.h>

static ssize_t to_file(const void *data, size_t n, void *file) { return fwrite(data, 1, n, (FILE *)file); }

static const struct { const char *sent, *branch, *title; double reader, due, fine; } loans[] = {
	{"N0811", "N", "novel", 12, 17536, -250},
	{"N0811", "S", "caf\xc3\xa9", 13, -1, 0},
	{"N0811", "N", "", 14, 0, 99.5},
};

static void write_loans(const char *path, int transport) {
	FILE *file = fopen(path, "wb");
	readstat_writer_t *w = readstat_writer_init();
	readstat_set_data_writer(w, to_file);
	readstat_writer_set_table_name(w, "LOANS");
	readstat_variable_t *sent = readstat_add_variable(w, "sent", READSTAT_TYPE_STRING, 5);
	readstat_variable_t *reader = readstat_add_variable(w, "READER", READSTAT_TYPE_DOUBLE, 8);
	readstat_variable_t *branch = readstat_add_variable(w, "BRANCH", READSTAT_TYPE_STRING, 1);
	readstat_variable_t *due = readstat_add_variable(w, "DUE", READSTAT_TYPE_DOUBLE, 8);
	readstat_variable_t *fine = readstat_add_variable(w, "FINE", READSTAT_TYPE_DOUBLE, 8);
	readstat_variable_t *title = readstat_add_variable(w, "TITLE", READSTAT_TYPE_STRING, 12);
	readstat_variable_t *colour = readstat_add_variable(w, "COLOUR", READSTAT_TYPE_STRING, 4);
	readstat_variable_t *kind = readstat_add_variable(w, "KIND", READSTAT_TYPE_STRING, 1);
	readstat_variable_set_format(due, "DDMMYY10");
	if (transport) {
		readstat_writer_set_file_format_version(w, 5);
		readstat_begin_writing_xport(w, file, 4);
	} else {
		readstat_begin_writing_sas7bdat(w, file, 4);
	}
	for (int i = 0; i < 4; i++) {
		readstat_begin_row(w);
		readstat_insert_string_value(w, sent, i < 3 ? loans[i].sent : "N0811");
		readstat_insert_double_value(w, reader, i < 3 ? loans[i].reader : 15);
		readstat_insert_string_value(w, branch, i < 3 ? loans[i].branch : "");
		if (i < 3) readstat_insert_double_value(w, due, loans[i].due); else readstat_insert_missing_value(w, due);
		if (i < 3) readstat_insert_double_value(w, fine, loans[i].fine); else readstat_insert_tagged_missing_value(w, fine, 'B');
		readstat_insert_string_value(w, title, i < 3 ? loans[i].title : "atlas");
		readstat_insert_string_value(w, colour, "red");
		readstat_insert_string_value(w, kind, "L");
		readstat_end_row(w);
	}
	readstat_end_writing(w);
	readstat_writer_free(w);
	fclose(file);
}

int main(void) {
	write_loans("loans.xpt", 1);
	write_loans("loans.sas7bdat", 0);
	return 0;
}
