import type { LoopbackChat } from '../../src/loopback/loopback-chat.ts'
import type { LoopbackNetwork } from '../../src/loopback/loopback-network.ts'
import type { LoopbackStage } from '../../src/loopback/loopback-stage.ts'
import type { MatrixPerson } from '../../src/matrix/matrix-person.ts'

interface Scene {
  readonly chat: LoopbackChat
  readonly person: MatrixPerson
  readonly network: LoopbackNetwork
  readonly stage: LoopbackStage
  /** A text that was said nowhere before. */
  readonly fresh: (words: string) => string
}

export type Play = (scene: Scene) => Promise<void>
