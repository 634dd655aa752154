import type { Session } from '../../protocol/session.ts'

const longestRequest = 200

/** How many lines of history are asked for at once. */
export function requestLimit({ features }: Session): number {
  return Math.min(features.historyLimit || longestRequest, longestRequest)
}
