import type { ServerFeatures } from '../protocol/features.ts'
import { levelOfRank } from './level-of-rank.ts'

/** The rank that comes nearest to a level from below; undefined for an ordinary person. Who gives invented ones is unknown. */
export function rankOf(level: number, features: ServerFeatures): string | undefined {
  const known = features.prefixes.flatMap(({ mode }) => {
    const levelOf = levelOfRank[mode]
    return levelOf === undefined ? [] : [{ mode, level: levelOf }]
  })
  return known.filter((rank) => rank.level <= level).toSorted((a, b) => b.level - a.level)[0]?.mode
}
