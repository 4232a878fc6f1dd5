#include "clocks.h"

#include "getters.h"

#define SET_BY_ADMIN 0x2
#define KNOWN_REASONS 0x1ff

static const char *const NAMES[] = {"sm", "sm", "memory", "video"};

/* An admin can hold the SM clock down in two ways: lock it, or set another application clock than
 * the usual one, which itself holds nothing down. 0: it is free. */
static Code read_ceiling(unsigned int index, uint64_t *ceiling)
{
    uint64_t application, usual;
    Code code = gpu_counter(index, ceiling, "clocks.locked");
    if (code == OK)
        code = gpu_counter(index, &application, "clocks.application.sm");
    if (code == OK)
        code = gpu_counter(index, &usual, "clocks.default.sm");
    if (code == OK && application != usual && (*ceiling == 0 || application < *ceiling))
        *ceiling = application;
    return code;
}

Code read_reasons(unsigned int index, uint64_t *reasons)
{
    unsigned int most;
    uint64_t ceiling;
    Code code = gpu_counter(index, reasons, "clocks.reasons");
    if (code == OK)
        code = read_ceiling(index, &ceiling);
    if (code == OK)
        code = gpu_uint(index, &most, "clocks.max.sm");
    if (code == OK && ceiling && ceiling < most)
        *reasons |= SET_BY_ADMIN;
    return code;
}

static Code read_clock(unsigned int index, unsigned int type, unsigned int *out)
{
    uint64_t ceiling;
    Code code = gpu_uint(index, out, "clocks.%s", NAMES[type]);
    if (code == OK && type <= SM) {
        code = read_ceiling(index, &ceiling);
        if (code == OK && ceiling && ceiling < *out)
            *out = (unsigned int)ceiling;
    }
    return code;
}

static Code begin_clock(Gpu gpu, unsigned int type, const unsigned int *out, unsigned int *index)
{
    Code code = begin_gpu(gpu, index);
    if (code != OK)
        return code;
    return out != NULL && type < CLOCK_TYPES ? OK : INVALID_ARGUMENT;
}

static Code answer_clock(Gpu gpu, unsigned int type, const char *kind, unsigned int *out)
{
    unsigned int index;
    Code code = begin_clock(gpu, type, out, &index);
    return code == OK ? gpu_uint(index, out, "clocks.%s.%s", kind, NAMES[type]) : code;
}

API Code nvmlDeviceGetClockInfo(Gpu gpu, unsigned int type, unsigned int *out)
{
    unsigned int index;
    Code code = begin_clock(gpu, type, out, &index);
    return code == OK ? read_clock(index, type, out) : code;
}

API Code nvmlDeviceGetMaxClockInfo(Gpu gpu, unsigned int type, unsigned int *out)
{
    return answer_clock(gpu, type, "max", out);
}

API Code nvmlDeviceGetMaxCustomerBoostClock(Gpu gpu, unsigned int type, unsigned int *out)
{
    return answer_clock(gpu, type, "max", out);
}

API Code nvmlDeviceGetApplicationsClock(Gpu gpu, unsigned int type, unsigned int *out)
{
    return answer_clock(gpu, type, "application", out);
}

API Code nvmlDeviceGetDefaultApplicationsClock(Gpu gpu, unsigned int type, unsigned int *out)
{
    return answer_clock(gpu, type, "default", out);
}

API Code nvmlDeviceGetClock(Gpu gpu, unsigned int type, unsigned int which, unsigned int *out)
{
    static const char *const KINDS[] = {"", "application", "default", "max"};
    if (which == 0)
        return nvmlDeviceGetClockInfo(gpu, type, out);
    return which < 4 ? answer_clock(gpu, type, KINDS[which], out) : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetCurrentClocksEventReasons(Gpu gpu, uint64_t *out)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    return out != NULL ? read_reasons(index, out) : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetCurrentClocksThrottleReasons(Gpu gpu, uint64_t *out)
{
    return nvmlDeviceGetCurrentClocksEventReasons(gpu, out);
}

API Code nvmlDeviceGetSupportedClocksEventReasons(Gpu gpu, uint64_t *out)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code == OK && out == NULL)
        return INVALID_ARGUMENT;
    if (code == OK)
        *out = KNOWN_REASONS;
    return code;
}

API Code nvmlDeviceGetSupportedClocksThrottleReasons(Gpu gpu, uint64_t *out)
{
    return nvmlDeviceGetSupportedClocksEventReasons(gpu, out);
}
