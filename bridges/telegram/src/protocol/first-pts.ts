/** Where every channel begins. */
export const firstPts = 1
