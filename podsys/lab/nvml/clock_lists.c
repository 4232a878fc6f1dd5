/* The clocks that can be chosen, and for how long something held them down. */
#include "answers.h"

#define STEP 15

typedef struct Violation {
    unsigned long long measured, violated; /* nanoseconds */
} Violation;

/* The memory runs at one speed. */
API Code nvmlDeviceGetSupportedMemoryClocks(Gpu gpu, unsigned int *count, unsigned int *out)
{
    unsigned int index, most;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = count != NULL ? gpu_uint(index, &most, "clocks.max.memory") : INVALID_ARGUMENT;
    if (code != OK)
        return code;
    unsigned int room = *count;
    *count = 1;
    if (room < 1 || out == NULL)
        return INSUFFICIENT_SIZE;
    *out = most;
    return OK;
}

/* From the highest down to the lowest. */
API Code nvmlDeviceGetSupportedGraphicsClocks(Gpu gpu, unsigned int memory, unsigned int *count,
                                              unsigned int *out)
{
    unsigned int index, least, most, only;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = count != NULL ? gpu_uint(index, &least, "clocks.min.sm") : INVALID_ARGUMENT;
    if (code == OK)
        code = gpu_uint(index, &most, "clocks.max.sm");
    if (code == OK)
        code = gpu_uint(index, &only, "clocks.max.memory");
    if (code == OK && (most < least || most > 100000))
        code = UNKNOWN;
    if (code == OK && memory != only)
        code = NOT_FOUND;
    if (code != OK)
        return code;
    unsigned int room = *count;
    *count = (most - least) / STEP + 1;
    if (room < *count || out == NULL)
        return INSUFFICIENT_SIZE;
    for (unsigned int i = 0; i < *count; i++)
        out[i] = most - i * STEP;
    return OK;
}

API Code nvmlDeviceGetViolationStatus(Gpu gpu, unsigned int policy, Violation *out)
{
    unsigned int index;
    uint64_t violated;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (out == NULL || policy > 11)
        return INVALID_ARGUMENT;
    code = gpu_counter(index, &violated, "violation.%u", policy);
    if (code == OK)
        *out = (Violation){violated, violated};
    return code;
}
