/* CUDA's driver library, as far as a context on each GPU: the same file serves as libcuda.so.1.
 *
 * Nothing is computed. It refuses as the real one does where driver, GPU or fabric are not well.
 * Calls and numbers: NVIDIA, CUDA Driver API.
 */
#include <stddef.h>
#include <stdint.h>

#include "answers.h"
#include "session.h"

typedef enum Result {
    DONE = 0,
    INVALID_VALUE = 1,
    NOT_INITIALISED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    SYSTEM_NOT_READY = 802,
    DRIVER_MISMATCH = 803,
    UNKNOWN_ERROR = 999
} Result;

/* NVML's word for a library and a module of different versions. */
static const int MISMATCH = 18;
/* A place in the NVLink fabric: none is needed, or it is found. */
static const unsigned int NOT_NEEDED = 0, COMPLETED = 3;

API Code nvmlInit_v2(void);

API Result cuInit(unsigned int flags)
{
    if (flags != 0)
        return INVALID_VALUE;
    Code code = begin() == OK ? OK : nvmlInit_v2();
    if (code == OK)
        return DONE;
    if ((int)code == MISMATCH)
        return DRIVER_MISMATCH;
    return code == DRIVER_NOT_LOADED ? NO_DEVICE : UNKNOWN_ERROR;
}

API Result cuDeviceGetCount(int *count)
{
    unsigned int found;
    if (begin() != OK)
        return NOT_INITIALISED;
    if (count == NULL)
        return INVALID_VALUE;
    if (count_gpus(&found) != OK)
        return UNKNOWN_ERROR;
    *count = (int)found;
    return DONE;
}

API Result cuDeviceGet(int *device, int ordinal)
{
    int count;
    Result result = cuDeviceGetCount(&count);
    if (result != DONE)
        return result;
    if (device == NULL || ordinal < 0 || ordinal >= count)
        return device == NULL ? INVALID_VALUE : INVALID_DEVICE;
    *device = ordinal;
    return DONE;
}

API Result cuCtxCreate_v2(void **context, unsigned int flags, int device)
{
    int same;
    unsigned int state = NOT_NEEDED;
    (void)flags;
    Result result = cuDeviceGet(&same, device);
    if (result != DONE)
        return result;
    if (context == NULL)
        return INVALID_VALUE;
    if (check_gpu((unsigned int)device) != OK)
        return UNKNOWN_ERROR;
    gpu_uint((unsigned int)device, &state, "fabric.state");
    if (state != NOT_NEEDED && state != COMPLETED)
        return SYSTEM_NOT_READY;
    *context = (void *)(intptr_t)(device + 1);
    return DONE;
}

API Result cuCtxSynchronize(void)
{
    return begin() == OK ? DONE : NOT_INITIALISED;
}

API Result cuCtxDestroy_v2(void *context)
{
    return context != NULL ? DONE : INVALID_VALUE;
}

API Result cuGetErrorName(Result error, const char **name)
{
    static const struct {
        Result code;
        const char *name;
    } NAMES[] = {
        {DONE, "CUDA_SUCCESS"},
        {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE"},
        {NOT_INITIALISED, "CUDA_ERROR_NOT_INITIALIZED"},
        {NO_DEVICE, "CUDA_ERROR_NO_DEVICE"},
        {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE"},
        {SYSTEM_NOT_READY, "CUDA_ERROR_SYSTEM_NOT_READY"},
        {DRIVER_MISMATCH, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"},
        {UNKNOWN_ERROR, "CUDA_ERROR_UNKNOWN"},
    };
    if (name == NULL)
        return INVALID_VALUE;
    *name = NULL;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (NAMES[i].code == error)
            *name = NAMES[i].name;
    return *name != NULL ? DONE : INVALID_VALUE;
}
