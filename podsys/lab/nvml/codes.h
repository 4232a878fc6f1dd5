/* What NVML's functions return, as far as this library does. */
#ifndef PODSYS_CODES_H
#define PODSYS_CODES_H

#define API __attribute__((visibility("default")))

typedef enum Code {
    OK = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    NO_PERMISSION = 4,
    NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7,
    DRIVER_NOT_LOADED = 9,
    GPU_IS_LOST = 15,
    WRONG_VERSION = 25,
    UNKNOWN = 999
} Code;

#endif
