/* Who a GPU is. */
#include "getters.h"

TEXT_GETTER(nvmlDeviceGetName, "name")
TEXT_GETTER(nvmlDeviceGetUUID, "uuid")
TEXT_GETTER(nvmlDeviceGetSerial, "serial")
TEXT_GETTER(nvmlDeviceGetVbiosVersion, "vbios")
TEXT_GETTER(nvmlDeviceGetBoardPartNumber, "board.part")
TEXT_GETTER(nvmlDeviceGetInforomImageVersion, "inforom.image")
UINT_GETTER(nvmlDeviceGetBrand, "brand")
UINT_GETTER(nvmlDeviceGetArchitecture, "architecture")
UINT_GETTER(nvmlDeviceGetBoardId, "board.id")
UINT_GETTER(nvmlDeviceGetMinorNumber, "minor")
UINT_GETTER(nvmlDeviceGetModuleId, "module")
UINT_GETTER(nvmlDeviceGetNumGpuCores, "cores")
UINT_GETTER(nvmlDeviceGetMemoryBusWidth, "memory.bus")
/* One GPU a board, on PCI Express. */
CONSTANT_GETTER(nvmlDeviceGetMultiGpuBoard, 0)
CONSTANT_GETTER(nvmlDeviceGetBusType, 2)

API Code nvmlDeviceGetInforomVersion(Gpu gpu, unsigned int object, char *out, unsigned int size)
{
    static const char *const KEYS[] = {"inforom.oem", "inforom.ecc", "inforom.power"};
    if (object >= sizeof KEYS / sizeof KEYS[0])
        return INVALID_ARGUMENT;
    return answer_text(gpu, out, size, KEYS[object]);
}

API Code nvmlDeviceGetCudaComputeCapability(Gpu gpu, int *major, int *minor)
{
    unsigned int first, second;
    Code code = answer_uint(gpu, &first, "cuda.major");
    if (code == OK)
        code = answer_uint(gpu, &second, "cuda.minor");
    if (code != OK)
        return code;
    if (major == NULL || minor == NULL)
        return INVALID_ARGUMENT;
    *major = (int)first;
    *minor = (int)second;
    return OK;
}

/* The caller's buffer has 64 bytes. */
API Code nvmlDeviceGetGspFirmwareVersion(Gpu gpu, char *out)
{
    return answer_text(gpu, out, 64, "gsp");
}

API Code nvmlDeviceGetGspFirmwareMode(Gpu gpu, unsigned int *enabled, unsigned int *by_default)
{
    unsigned int index;
    char version[64];
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (enabled == NULL || by_default == NULL)
        return INVALID_ARGUMENT;
    *enabled = gpu_text(index, version, sizeof version, "gsp") == OK;
    *by_default = *enabled;
    return OK;
}
