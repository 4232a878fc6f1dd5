/* Power, in milliwatts. */
#include "getters.h"

UINT_GETTER(nvmlDeviceGetPowerUsage, "power.usage")
UINT_GETTER(nvmlDeviceGetPowerManagementLimit, "power.limit")
UINT_GETTER(nvmlDeviceGetEnforcedPowerLimit, "power.limit")
UINT_GETTER(nvmlDeviceGetPowerManagementDefaultLimit, "power.default")
CONSTANT_GETTER(nvmlDeviceGetPowerManagementMode, 1)
COUNTER_GETTER(nvmlDeviceGetPowerState, "pstate")
COUNTER_GETTER(nvmlDeviceGetPerformanceState, "pstate")
CONSTANT_GETTER(nvmlDeviceGetPowerSource, 0)

API Code nvmlDeviceGetPowerManagementLimitConstraints(Gpu gpu, unsigned int *least,
                                                      unsigned int *most)
{
    Code code = answer_uint(gpu, least, "power.min");
    return code == OK ? answer_uint(gpu, most, "power.max") : code;
}

/* Millijoules since the driver was loaded. */
API Code nvmlDeviceGetTotalEnergyConsumption(Gpu gpu, uint64_t *out)
{
    unsigned int index;
    int64_t energy;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = out != NULL ? gpu_number(index, &energy, "energy") : INVALID_ARGUMENT;
    if (code == OK && energy < 0)
        return UNKNOWN;
    if (code == OK)
        *out = (uint64_t)energy;
    return code;
}
