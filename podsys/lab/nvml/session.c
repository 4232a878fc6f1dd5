#include "session.h"

#include <pthread.h>

#include "view.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int users;

/* What the driver says to a process that wants to talk to it: `nvml.error`. */
static Code ask_driver(void)
{
    int64_t error = 0;
    Code code = open_view();
    if (code == OK)
        code = view_number("nvml.error", &error);
    if (code != OK)
        return code == NOT_SUPPORTED ? OK : code;
    return error >= 0 && error <= UNKNOWN ? (Code)error : UNKNOWN;
}

API Code nvmlInitWithFlags(unsigned int flags)
{
    (void)flags;
    pthread_mutex_lock(&lock);
    Code code = ask_driver();
    if (code == OK)
        users++;
    else if (users == 0)
        close_view();
    pthread_mutex_unlock(&lock);
    return code;
}

API Code nvmlInit(void)
{
    return nvmlInitWithFlags(0);
}

API Code nvmlInit_v2(void)
{
    return nvmlInitWithFlags(0);
}

API Code nvmlShutdown(void)
{
    pthread_mutex_lock(&lock);
    Code code = users > 0 ? OK : UNINITIALIZED;
    if (users > 0 && --users == 0)
        close_view();
    pthread_mutex_unlock(&lock);
    return code;
}

Code begin(void)
{
    pthread_mutex_lock(&lock);
    Code code = users > 0 ? OK : UNINITIALIZED;
    pthread_mutex_unlock(&lock);
    if (code == OK)
        refresh_view();
    return code;
}
