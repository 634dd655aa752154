import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import type { LoopbackNetwork } from '../src/loopback/loopback-network.ts'
import { startLoopbackStage, type LoopbackStage } from '../src/loopback/loopback-stage.ts'
import type { Loopback } from '../src/loopback/start-loopback.ts'
import { always } from './scenes/always.ts'
import { faults } from './scenes/faults.ts'
import { fromNetwork } from './scenes/from-network.ts'
import { mediaFromNetwork, mediaToNetwork } from './scenes/media.ts'
import type { Play } from './scenes/scene.ts'
import { toNetwork } from './scenes/to-network.ts'

/** Another way to run Pons, with words for it. */
interface Variant {
  readonly words?: string
  readonly settings?: JsonObject
}

/** What any adapter must do, driven through its network's loopback side: each ability that the network is held to, and every fault. */
export function networkContract(name: string, { abilities, start }: Loopback, variant: Variant = {}): void {
  const { words = '', settings = {} } = variant
  describe(`the ${name} network keeps the contract${words}`, () => {
    let network: LoopbackNetwork
    let stage: LoopbackStage
    let counter = 0

    before(async () => {
      network = await start()
      stage = await startLoopbackStage({ networks: [network], settings })
    })
    after(async () => await stage?.[Symbol.asyncDispose]())

    const play = (scene: Play) => async (): Promise<void> => {
      const chats = stage.chats.get(name) ?? []
      assert.ok(chats.length > 0, 'there are chats')
      for (const chat of chats) {
        const fresh = (words: string) => `${words} ${++counter}`
        await scene({ chat, person: stage.person, network, stage, fresh })
      }
      assert.deepEqual(network.violations(), [], 'the network has nothing against its client')
    }

    for (const [title, scene] of Object.entries(always)) it(title, play(scene))
    for (const ability of abilities.fromNetwork) {
      const scene = fromNetwork[ability]
      if (scene !== undefined) it(`from the network: ${ability}`, play(scene))
    }
    for (const ability of abilities.toNetwork) it(`to the network: ${ability}`, play(toNetwork[ability]))
    for (const kind of abilities.media) {
      it(`from the network: ${kind}`, play(mediaFromNetwork(kind)))
      it(`to the network: ${kind}`, play(mediaToNetwork(kind)))
    }
    for (const [title, scene] of Object.entries(faults)) it(title, play(scene))
  })
}
