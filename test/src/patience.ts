/**
 * For how long a test waits for what must come, in milliseconds. It is only for what hangs: no machine is so slow that what
 * comes takes as long, and no verdict is about how long it takes.
 */
export const patienceMs = 90_000
