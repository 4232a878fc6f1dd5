#include "edit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "file.h"
#include "view.h"

#define LONGEST_PATH 4096

/* The same text with another value in the line that starts as `start` says. */
static bool write_edited(FILE *out, const char *text, const char *start, unsigned int value)
{
    const char *line = strstr(text, start);
    if (line == NULL)
        return false;
    size_t before = (size_t)(line - text) + strlen(start);
    const char *rest = text + before + strcspn(text + before, "\n");
    fwrite(text, 1, before, out);
    fprintf(out, "%u%s", value, rest);
    return true;
}

/* Another file in its place, in one step: nobody sees half of it. */
static Code replace_view(const char *text, const char *start, unsigned int value)
{
    char name[LONGEST_PATH];
    int length = snprintf(name, sizeof name, "%s.%ld", view_path(), (long)getpid());
    FILE *out = length < LONGEST_PATH ? fopen(name, "we") : NULL;
    if (out == NULL)
        return NO_PERMISSION;
    bool found = write_edited(out, text, start, value);
    bool failed = ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    if (found && !failed && rename(name, view_path()) == 0)
        return OK;
    unlink(name);
    return found ? UNKNOWN : NOT_SUPPORTED;
}

/* One at a time, in whatever process: whoever holds the folder writes. */
static int lock_folder(void)
{
    char folder[LONGEST_PATH];
    int length = snprintf(folder, sizeof folder, "%s", view_path());
    char *slash = length < LONGEST_PATH ? strrchr(folder, '/') : NULL;
    if (slash == NULL)
        return -1;
    slash[slash == folder] = '\0';
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0)
        flock(file, LOCK_EX);
    return file;
}

static Code edit_view(const char *start, unsigned int value)
{
    Stamp stamp;
    size_t size;
    char *text = read_file(view_path(), &stamp, &size);
    if (text == NULL)
        return UNKNOWN;
    Code code = strlen(text) == size ? replace_view(text, start, value) : UNKNOWN;
    free(text);
    return code;
}

Code set_key(unsigned int index, const char *key, unsigned int value)
{
    char start[96];
    snprintf(start, sizeof start, "\ngpu.%u.%s=", index, key);
    if (geteuid() != 0)
        return NO_PERMISSION;
    int folder = lock_folder();
    if (folder < 0)
        return UNKNOWN;
    Code code = edit_view(start, value);
    close(folder);
    return code;
}

Code answer_set(Gpu gpu, const char *key, unsigned int value)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    return code == OK ? set_key(index, key, value) : code;
}
