/** Matrix power level of each rank an IRC server may give: founder, admin, operator, half operator, voice. */
export const levelOfRank: Readonly<Record<string, number>> = { q: 95, a: 75, o: 50, h: 25, v: 1 }
