/* Between nvmlInit and nvmlShutdown. */
#ifndef PODSYS_SESSION_H
#define PODSYS_SESSION_H

#include "codes.h"

/* Every call begins with this: UNINITIALIZED outside a session; else the view is up to date. */
Code begin(void);

#endif
