#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static Stamp take_stamp(const struct stat *info)
{
    Stamp stamp = {info->st_dev, info->st_ino, info->st_size, info->st_mtim};
    return stamp;
}

bool same_stamp(const Stamp *one, const Stamp *other)
{
    return one->device == other->device && one->inode == other->inode && one->size == other->size
        && one->written.tv_sec == other->written.tv_sec
        && one->written.tv_nsec == other->written.tv_nsec;
}

bool stamp_file(const char *path, Stamp *stamp)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return false;
    *stamp = take_stamp(&info);
    return true;
}

static bool read_all(int file, char *text, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t part = read(file, text + done, size - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            return false;
        done += (size_t)part;
    }
    return true;
}

static char *read_open(int file, Stamp *stamp, size_t *size)
{
    struct stat info;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > MAX_FILE)
        return NULL;
    *stamp = take_stamp(&info);
    *size = (size_t)info.st_size;
    char *text = malloc(*size + 1);
    if (text == NULL)
        return NULL;
    if (!read_all(file, text, *size)) {
        free(text);
        return NULL;
    }
    text[*size] = '\0';
    return text;
}

char *read_file(const char *path, Stamp *stamp, size_t *size)
{
    /* Not blocking: what lies there may be a pipe. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return NULL;
    char *text = read_open(file, stamp, size);
    close(file);
    return text;
}
