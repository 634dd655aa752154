import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import type { FromNetwork, OptionalFault } from '../src/loopback/abilities.ts'
import type { LoopbackChat } from '../src/loopback/loopback-chat.ts'
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

/** What any adapter must do, driven through its network's loopback side: each ability that the network is held to, and every fault that it can have. */
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

    const play = (scene: Play | undefined) => async (): Promise<void> => {
      assert.ok(scene !== undefined, 'there is a scene of it')
      const chats = stage.chats.get(name) ?? []
      const played: LoopbackChat[] = []
      for (const chat of chats) {
        const fresh = (words: string) => `${words} ${++counter}`
        if ((await scene({ chat, person: stage.person, network, stage, fresh })) !== 'elsewhere') played.push(chat)
      }
      assert.ok(played.length > 0, 'a chat in which it can be')
      assert.equal(network.faults.outstanding(), 0, 'what was to go wrong went wrong')
      assert.deepEqual(network.violations(), [], 'the network has nothing against its client')
    }

    for (const [title, scene] of Object.entries(always)) it(title, play(scene))
    for (const ability of abilities.fromNetwork) it(`from the network: ${ability}`, play(fromNetwork[ability]))
    for (const ability of abilities.toNetwork) it(`to the network: ${ability}`, play(toNetwork[ability]))
    for (const kind of abilities.media) {
      it(`from the network: ${kind}`, play(mediaFromNetwork(kind)))
      it(`to the network: ${kind}`, play(mediaToNetwork(kind)))
    }
    for (const [title, { fault, play: scene }] of Object.entries(faults)) {
      const reason = fault && abilities.withoutFaults[fault]
      if (reason === undefined) it(title, play(scene))
      else it(`${title} (not tried: ${reason})`)
    }

    it('is held to all that its side can do', () => {
      const known = Object.keys(fromNetwork) as FromNetwork[]
      const able = known.filter((ability) => stage.chats.get(name)?.some((chat) => chat[ability] !== undefined))
      assert.deepEqual(able.toSorted(), abilities.fromNetwork.toSorted())
      const absent = Object.keys(abilities.withoutFaults) as OptionalFault[]
      const there = absent.filter((fault) => network.faults[fault] !== undefined)
      assert.deepEqual(there, [], 'faults that it is said not to have')
    })
  })
}
