/* Codes in words, as NVML says them. */
#include <stddef.h>

#include "codes.h"

static const char *const WORDS[] = {
    "Success",
    "Uninitialized",
    "Invalid Argument",
    "Not Supported",
    "Insufficient Permissions",
    "Already Initialized",
    "Not Found",
    "Insufficient Size",
    "Insufficient External Power",
    "Driver Not Loaded",
    "Timeout",
    "Interrupt Request Issue",
    "NVML Shared Library Not Found",
    "Function Not Found",
    "Corrupted infoROM",
    "GPU is lost",
    "GPU requires reset",
    "The operating system has blocked the request.",
    "Driver/library version mismatch",
    "In use by another client",
    "Insufficient Memory",
    "No data",
    "ECC is not supported with vGPU",
    "Insufficient Resources",
    "Frequency not supported",
    "Argument version mismatch",
    "Requested functionality has been deprecated",
    "Not ready",
    "GPU not found",
    "Invalid state",
};

API const char *nvmlErrorString(unsigned int code)
{
    return code < sizeof WORDS / sizeof WORDS[0] ? WORDS[code] : "Unknown Error";
}
