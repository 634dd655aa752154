/** Greater than every position of an event, and still one that both engines can compare with, even one more. */
export const END_OF_STREAM = 2 ** 31 - 2
