/* A GPU's link to its PCI Express switch or root port. */
#include "getters.h"

UINT_GETTER(nvmlDeviceGetCurrPcieLinkGeneration, "pcie.gen")
UINT_GETTER(nvmlDeviceGetMaxPcieLinkGeneration, "pcie.max_gen")
UINT_GETTER(nvmlDeviceGetGpuMaxPcieLinkGeneration, "pcie.gpu_max_gen")
UINT_GETTER(nvmlDeviceGetCurrPcieLinkWidth, "pcie.width")
UINT_GETTER(nvmlDeviceGetMaxPcieLinkWidth, "pcie.max_width")
UINT_GETTER(nvmlDeviceGetPcieReplayCounter, "pcie.replays")
/* NVML numbers the speeds as PCI Express does its generations. */
UINT_GETTER(nvmlDeviceGetPcieLinkMaxSpeed, "pcie.max_gen")

/* Megatransfers a second of one lane. */
API Code nvmlDeviceGetPcieSpeed(Gpu gpu, unsigned int *out)
{
    static const unsigned int SPEEDS[] = {0, 2500, 5000, 8000, 16000, 32000, 64000};
    unsigned int generation;
    Code code = answer_uint(gpu, &generation, "pcie.gen");
    if (code != OK)
        return code;
    if (generation >= sizeof SPEEDS / sizeof SPEEDS[0])
        return UNKNOWN;
    return answer_constant(gpu, out, SPEEDS[generation]);
}

/* KB/s sent or received just now: nobody uses an emulated GPU. */
API Code nvmlDeviceGetPcieThroughput(Gpu gpu, unsigned int direction, unsigned int *out)
{
    return direction < 2 ? answer_constant(gpu, out, 0) : INVALID_ARGUMENT;
}
