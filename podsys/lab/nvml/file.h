/* A small file, read whole, and how to see that it has changed. */
#ifndef PODSYS_FILE_H
#define PODSYS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define MAX_FILE (1024 * 1024)

/* What to compare: a file that was replaced or written to has another stamp. */
typedef struct Stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec written;
} Stamp;

bool same_stamp(const Stamp *one, const Stamp *other);

/* False where there is no file. */
bool stamp_file(const char *path, Stamp *stamp);

/* The file's text with a NUL behind it, to be freed; NULL if unreadable or larger than MAX_FILE. */
char *read_file(const char *path, Stamp *stamp, size_t *size);

#endif
