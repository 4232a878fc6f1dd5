/* What can be switched on a GPU, and how it is switched. */
#include "getters.h"

UINT_GETTER(nvmlDeviceGetPersistenceMode, "persistence")
UINT_GETTER(nvmlDeviceGetComputeMode, "compute_mode")
MODE_GETTER(nvmlDeviceGetEccMode, "ecc.mode", "ecc.pending")
CONSTANT_GETTER(nvmlDeviceGetDefaultEccMode, 1)
MODE_GETTER(nvmlDeviceGetMigMode, "mig", "mig.pending")
/* No display is attached (NVML calls the mode enabled all the same), nothing is accounted for,
 * and no GPU is passed on to a guest. */
CONSTANT_GETTER(nvmlDeviceGetDisplayMode, 1)
CONSTANT_GETTER(nvmlDeviceGetDisplayActive, 0)
CONSTANT_GETTER(nvmlDeviceGetAccountingMode, 0)
CONSTANT_GETTER(nvmlDeviceGetAccountingBufferSize, 4000)
CONSTANT_GETTER(nvmlDeviceGetAccountingPids, 0)
CONSTANT_GETTER(nvmlDeviceGetVirtualizationMode, 0)
/* Of Windows and of other cards. */
UNSUPPORTED(nvmlDeviceGetDriverModel)
UNSUPPORTED(nvmlDeviceGetDriverModel_v2)
UNSUPPORTED(nvmlDeviceGetGpuOperationMode)
UNSUPPORTED(nvmlDeviceGetAutoBoostedClocksEnabled)
/* Nobody has cut a GPU into parts: there is no handle of one, even where MIG is on. */
CONSTANT_GETTER(nvmlDeviceIsMigDeviceHandle, 0)

API Code nvmlDeviceGetMaxMigDeviceCount(Gpu gpu, unsigned int *out)
{
    unsigned int index;
    uint64_t on = 0;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = out != NULL ? gpu_counter(index, &on, "mig") : INVALID_ARGUMENT;
    return narrow(code, on ? 7 : 0, out);
}

API Code nvmlDeviceGetMigDeviceHandleByIndex(Gpu gpu)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    return code == OK ? NOT_FOUND : code;
}
