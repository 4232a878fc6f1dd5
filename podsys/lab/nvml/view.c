#include "view.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "file.h"
#include "lines.h"

static const char PATH[] = "/run/podsys-lab/nvml";
/* How long to wait for somebody who is just writing the file: 20 times 2 ms. */
static const int PATIENCE = 20;
static const struct timespec PAUSE = {0, 2000000};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Lines view;
static Stamp view_stamp;

const char *view_path(void)
{
    const char *path = getenv("PODSYS_NVML");
    return path != NULL && *path != '\0' ? path : PATH;
}

static Code load_view(void)
{
    Stamp stamp;
    size_t size;
    if (!stamp_file(view_path(), &stamp))
        return DRIVER_NOT_LOADED;
    char *text = read_file(view_path(), &stamp, &size);
    Lines fresh;
    if (text == NULL || !parse_lines(text, size, &fresh))
        return UNKNOWN;
    free_lines(&view);
    view = fresh;
    view_stamp = stamp;
    return OK;
}

Code open_view(void)
{
    pthread_mutex_lock(&lock);
    Code code = load_view();
    for (int i = 0; code == UNKNOWN && i < PATIENCE; i++) {
        nanosleep(&PAUSE, NULL);
        code = load_view();
    }
    pthread_mutex_unlock(&lock);
    return code;
}

void refresh_view(void)
{
    Stamp now;
    pthread_mutex_lock(&lock);
    if (stamp_file(view_path(), &now) && !same_stamp(&now, &view_stamp))
        load_view();
    pthread_mutex_unlock(&lock);
}

void close_view(void)
{
    pthread_mutex_lock(&lock);
    free_lines(&view);
    pthread_mutex_unlock(&lock);
}

static Code copy_text(const char *value, char *out, size_t size)
{
    if (value == NULL)
        return NOT_SUPPORTED;
    if (strlen(value) >= size)
        return INSUFFICIENT_SIZE;
    memcpy(out, value, strlen(value) + 1);
    return OK;
}

Code view_text(const char *key, char *out, size_t size)
{
    pthread_mutex_lock(&lock);
    Code code = copy_text(find_line(&view, key), out, size);
    pthread_mutex_unlock(&lock);
    return code;
}

Code view_number(const char *key, int64_t *out)
{
    char text[32];
    Code code = view_text(key, text, sizeof text);
    if (code == INSUFFICIENT_SIZE || (code == OK && !parse_number(text, out)))
        return UNKNOWN;
    return code;
}
