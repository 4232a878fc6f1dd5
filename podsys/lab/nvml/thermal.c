/* Temperatures in degrees Celsius, and fans. */
#include "getters.h"

typedef struct Temperature {
    unsigned int version, sensor;
    int celsius;
} Temperature;

typedef struct Margin {
    unsigned int version;
    int celsius;
} Margin;

API Code nvmlDeviceGetTemperature(Gpu gpu, unsigned int sensor, unsigned int *out)
{
    return sensor == 0 ? answer_uint(gpu, out, "temperature") : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetTemperatureV(Gpu gpu, Temperature *out)
{
    unsigned int celsius;
    if (out == NULL)
        return INVALID_ARGUMENT;
    if (out->version != (sizeof *out | 1U << 24))
        return WRONG_VERSION;
    Code code = nvmlDeviceGetTemperature(gpu, out->sensor, &celsius);
    if (code == OK)
        out->celsius = (int)celsius;
    return code;
}

/* How far from slowing down. */
API Code nvmlDeviceGetMarginTemperature(Gpu gpu, Margin *out)
{
    unsigned int index;
    int64_t celsius;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    if (out->version != (sizeof *out | 1U << 24))
        return WRONG_VERSION;
    code = gpu_number(index, &celsius, "temperature.margin");
    if (code == OK && (celsius < INT32_MIN || celsius > INT32_MAX))
        return UNKNOWN;
    out->celsius = (int)celsius;
    return code;
}

API Code nvmlDeviceGetTemperatureThreshold(Gpu gpu, unsigned int threshold, unsigned int *out)
{
    static const char *const KEYS[] = {"temperature.shutdown", "temperature.slowdown",
                                       "temperature.memory_max", "temperature.gpu_max"};
    if (threshold >= 8)
        return INVALID_ARGUMENT;
    return threshold < 4 ? answer_uint(gpu, out, KEYS[threshold]) : answer_unsupported(gpu);
}

/* The server cools its GPUs. */
UNSUPPORTED(nvmlDeviceGetFanSpeed)
UNSUPPORTED(nvmlDeviceGetFanSpeed_v2)
UNSUPPORTED(nvmlDeviceGetFanSpeedRPM)
UNSUPPORTED(nvmlDeviceGetTargetFanSpeed)
UNSUPPORTED(nvmlDeviceGetMinMaxFanSpeed)
CONSTANT_GETTER(nvmlDeviceGetNumFans, 0)
