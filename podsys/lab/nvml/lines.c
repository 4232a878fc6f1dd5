#include "lines.h"

#include <stdlib.h>
#include <string.h>

static const char END[] = "\nend=1\n";

static int compare_lines(const void *one, const void *other)
{
    const Line *a = one, *b = other;
    int order = strcmp(a->key, b->key);
    if (order != 0)
        return order;
    return a->key < b->key ? -1 : a->key > b->key;
}

static size_t count_lines(const char *text, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    return count;
}

/* Cuts the text into lines at its newlines and each line at its first `=`. */
static void cut_lines(char *text, size_t size, Lines *lines)
{
    char *start = text, *end = text + size;
    while (start < end) {
        char *stop = memchr(start, '\n', (size_t)(end - start));
        if (stop == NULL)
            return;
        *stop = '\0';
        char *equals = strchr(start, '=');
        if (equals != NULL) {
            *equals = '\0';
            lines->lines[lines->count++] = (Line){start, equals + 1};
        }
        start = stop + 1;
    }
}

static bool is_whole(const char *text, size_t size)
{
    size_t end = strlen(END);
    return size >= end && memcmp(text + size - end, END, end) == 0;
}

bool parse_lines(char *text, size_t size, Lines *lines)
{
    Line *room = is_whole(text, size) ? malloc(count_lines(text, size) * sizeof(Line)) : NULL;
    if (room == NULL) {
        free(text);
        return false;
    }
    *lines = (Lines){text, room, 0};
    cut_lines(text, size, lines);
    qsort(lines->lines, lines->count, sizeof(Line), compare_lines);
    return true;
}

void free_lines(Lines *lines)
{
    free(lines->lines);
    free(lines->text);
    *lines = (Lines){NULL, NULL, 0};
}

const char *find_line(const Lines *lines, const char *key)
{
    size_t low = 0, high = lines->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(lines->lines[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == lines->count || strcmp(lines->lines[low].key, key) != 0)
        return NULL;
    return lines->lines[low].value;
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : 16;
}

bool parse_number(const char *text, int64_t *number)
{
    bool negative = *text == '-';
    text += negative;
    int base = text[0] == '0' && text[1] == 'x' ? 16 : 10;
    text += base == 16 ? 2 : 0;
    if (*text == '\0')
        return false;
    int64_t value = 0;
    for (; *text != '\0'; text++) {
        int digit = digit_value(*text);
        if (digit >= base || value > (INT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *number = negative ? -value : value;
    return true;
}
