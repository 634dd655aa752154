/** How much of a gap a history shows. */
export type Reach = 'whole' | 'cut' | 'unknown' | 'none' | 'refused'
