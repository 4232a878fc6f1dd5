#include "gpu.h"

#include <stdint.h>

#include "answers.h"
#include "session.h"
#include "view.h"

static const char handles[MAX_GPUS];

Gpu gpu_handle(unsigned int index)
{
    return &handles[index];
}

Code count_gpus(unsigned int *count)
{
    int64_t number;
    Code code = view_number("gpu.count", &number);
    if (code != OK || number < 0 || number > MAX_GPUS)
        return UNKNOWN;
    *count = (unsigned int)number;
    return OK;
}

Code check_gpu(unsigned int index)
{
    uint64_t error;
    Code code = gpu_counter(index, &error, "error");
    if (code != OK)
        return code;
    return error <= UNKNOWN ? (Code)error : UNKNOWN;
}

Code begin_gpu(Gpu gpu, unsigned int *index)
{
    unsigned int count;
    Code code = begin();
    if (code != OK)
        return code;
    uintptr_t first = (uintptr_t)handles, given = (uintptr_t)gpu;
    if (given < first || given >= first + MAX_GPUS)
        return INVALID_ARGUMENT;
    code = count_gpus(&count);
    if (code != OK)
        return code;
    *index = (unsigned int)(given - first);
    return *index < count ? check_gpu(*index) : GPU_IS_LOST;
}
