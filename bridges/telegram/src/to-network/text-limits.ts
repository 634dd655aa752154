/** Characters that a message, and what is said of a file, may hold. */
export const textLimits = { message: 4096, caption: 1024 } as const
