import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import type { DispatchRequest, DispatchResponse } from '@pons/http'
import { ManagementRoom } from '@pons/test'
import { onEveryEngine } from '../support.ts'

const warning = 40

/** A request that is under way for as long as nobody breaks it off. */
async function unanswered({ signal }: DispatchRequest): Promise<DispatchResponse> {
  return await new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error))
  })
}

onEveryEngine('an orderly stop', (open) => {
  it('is no failure of what it breaks off: nothing is logged, and all of it is done after the next start', async () => {
    const complaints: { level: number; msg: string }[] = []
    const logger = pino(
      { level: 'debug' },
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          const line = JSON.parse(chunk.toString()) as { level: number; msg: string }
          if (line.level >= warning) complaints.push(line)
          done()
        },
      }),
    )
    let isHanging = false
    const underWay = new Set<string>()
    const allUnderWay = Promise.withResolvers<void>()
    await using stage = await open({
      logger,
      between(request) {
        if (!isHanging || !/\/(send\/m\.room\.message|createRoom)/.test(request.url)) return undefined
        const { room_alias_name: alias } = request.body as { room_alias_name?: string }
        underWay.add(alias ?? request.url)
        if (underWay.size === 4) allUnderWay.resolve()
        return unanswered(request)
      },
    })
    const alice = await stage.person('alice')
    const bob = await stage.person('bob')
    const room = await ManagementRoom.open(alice, 'simbot')
    const commands = await ManagementRoom.open(bob, 'simbot')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    await alice.join('#sim_garden:test.local')
    isHanging = true
    await stage.network.say('garden', 'bert', 'under way')
    await alice.say(room.roomId, 'help')
    await bob.say(commands.roomId, 'start-chat pasture')
    await stage.network.say('meadow', 'bert', 'in a room that is being made')
    await allUnderWay.promise
    const restarted = stage.restartBridge()
    isHanging = false
    await restarted
    await alice.hear('under way')
    await room.answer('start-chat')
    await commands.answer('You are in')
    await stage.settled()
    await alice.join('#sim_meadow:test.local')
    await alice.hear('in a room that is being made')
    assert.deepEqual(complaints, [])
  })
})
