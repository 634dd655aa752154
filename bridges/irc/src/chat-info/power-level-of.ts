import type { ServerFeatures } from '../protocol/features.ts'
import { levelOfRank } from './level-of-rank.ts'

/** Of a rank that some server has invented, where that is between those that it stands between. */
const unknownRankLevel = 10

type Ranks = Pick<ServerFeatures, 'prefixes'>

export function powerLevelOf(ranks: ReadonlySet<string>, { prefixes }: Ranks): number {
  return Math.max(0, ...[...ranks].map((rank) => levelOfRank[rank] ?? levelBetween(rank, prefixes)))
}

function levelBetween(rank: string, prefixes: Ranks['prefixes']): number {
  const at = prefixes.findIndex(({ mode }) => mode === rank)
  const levels = (some: Ranks['prefixes']): number[] => some.flatMap(({ mode }) => levelOfRank[mode] ?? [])
  const lowest = Math.max(0, ...levels(prefixes.slice(at + 1))) + 1
  const highest = Math.min(100, ...levels(prefixes.slice(0, Math.max(0, at)))) - 1
  return Math.max(lowest, Math.min(unknownRankLevel, highest))
}
