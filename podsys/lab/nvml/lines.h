/* Lines `key=value` of a text, found by their key. */
#ifndef PODSYS_LINES_H
#define PODSYS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Line {
    const char *key;
    const char *value;
} Line;

typedef struct Lines {
    char *text; /* owns what the lines point to */
    Line *lines;
    size_t count;
} Lines;

/* Takes the text over. False, and nothing kept, if its last line is not `end=1`: half written. */
bool parse_lines(char *text, size_t size, Lines *lines);

void free_lines(Lines *lines);

/* The value of a key, the first one if there are several: what comes later may be the rest of an
 * older text that somebody is writing over. NULL if there is none. */
const char *find_line(const Lines *lines, const char *key);

/* A whole decimal number, or hexadecimal behind 0x, that fits; else false. */
bool parse_number(const char *text, int64_t *number);

#endif
