import assert from 'node:assert/strict'
import type { LoopbackChat } from '../src/loopback/loopback-chat.ts'
import type { LoopbackNetwork } from '../src/loopback/loopback-network.ts'
import { startLoopbackStage, type LoopbackStage } from '../src/loopback/loopback-stage.ts'
import { loopbacks } from '../src/loopback/start-loopback.ts'

/** What one network suffers is nothing to the others: they carry messages meanwhile, which is waited for, not timed. */
describe('three networks, and one account, in one process', function () {
  const names = Object.keys(loopbacks)
  let networks: LoopbackNetwork[]
  let stage: LoopbackStage
  let counter = 0

  before(async () => {
    networks = await Promise.all(Object.values(loopbacks).map(async ({ start }) => await start()))
    stage = await startLoopbackStage({ networks })
  })
  after(async () => await stage?.[Symbol.asyncDispose]())

  for (const name of names) {
    it(`go on when ${name} crashes, and it comes back`, async () => {
      const others = names.filter((other) => other !== name)
      stage.pons.bridges.find(({ network }) => network === name)?.fail(new Error(`${name} crashes`))
      for (const other of others) await exchange(chatOf(other))
      await exchange(chatOf(name))
    })
  }

  for (const name of ['telegram', 'whatsapp']) {
    it(`go on while ${name} hangs, and nothing that waited is lost`, async () => {
      const others = names.filter((other) => other !== name)
      const chat = chatOf(name)
      const hang = networks.find(({ id }) => id === name)?.faults.hang
      assert.ok(hang !== undefined)
      const release = hang()
      const held = `held ${++counter}`
      await stage.person.say(chat.roomId, held)
      for (const other of others) await exchange(chatOf(other))
      assert.ok(!chat.seen().some(({ text }) => text === held), 'it hung all the while')
      release()
      await chat.seeing(({ text }) => text === held, held)
      await exchange(chat)
    })
  }

  function chatOf(name: string): LoopbackChat {
    const [chat] = stage.chats.get(name) ?? []
    assert.ok(chat !== undefined)
    return chat
  }

  async function exchange(chat: LoopbackChat): Promise<void> {
    const [there, here] = [`there ${++counter}`, `here ${counter}`]
    await stage.person.say(chat.roomId, here)
    await chat.seeing(({ text }) => text === here, here)
    await chat.say(there)
    await stage.person.hear(there, chat.roomId)
  }
})
