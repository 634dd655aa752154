import assert from 'node:assert/strict'
import type { LoopbackChat } from '../../src/loopback/loopback-chat.ts'
import type { LoopbackNetwork } from '../../src/loopback/loopback-network.ts'
import type { LoopbackStage } from '../../src/loopback/loopback-stage.ts'
import type { MatrixPerson } from '../../src/matrix/matrix-person.ts'

interface Scene<Means extends keyof LoopbackChat = never> {
  readonly chat: LoopbackChat & { readonly [M in Means]-?: NonNullable<LoopbackChat[M]> }
  readonly person: MatrixPerson
  readonly network: LoopbackNetwork
  readonly stage: LoopbackStage
  /** A text that was said nowhere before. */
  readonly fresh: (words: string) => string
}

/** `elsewhere`: this chat is not of the kind, and another one of the network must be. Whatever else it resolves with is of no account. */
type Played = Promise<unknown>

export type Play = (scene: Scene) => Played

/** A scene that takes more of a chat than every network has: where that is missing it fails. */
export function withMeans<const Means extends keyof LoopbackChat>(
  means: readonly Means[],
  play: (scene: Scene<Means>) => Played,
): Play {
  return async (scene) => {
    const missing = means.filter((name) => scene.chat[name] === undefined)
    assert.deepEqual(missing, [], `the side of ${scene.network.id} has what it is held to`)
    return await play(scene as Scene<Means>)
  }
}
