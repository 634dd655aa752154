import assert from 'node:assert/strict'
import { loopbacks } from '../src/loopback/start-loopback.ts'
import { startLoopbackStage, type LoopbackStage } from '../src/loopback/loopback-stage.ts'

/** A machine on which a flood is through before anybody else can speak has nothing to show in that round. */
const mostRounds = 20
const enough = 3

/**
 * The bench `flood` measures by how much a message is slowed down. What makes it so is tested here: a message
 * overtakes what of a flood on another network was there before it.
 */
describe('a network that is flooded', function () {
  let stage: LoopbackStage

  before(async () => {
    const networks = await Promise.all(Object.values(loopbacks).map(async ({ start }) => await start()))
    stage = await startLoopbackStage({ networks })
  })
  after(async () => await stage?.[Symbol.asyncDispose]())

  for (const name of ['telegram', 'whatsapp']) it(`leaves ${name} its turn`, async () => await flooding(name))

  /**
   * Each round a flood is accepted by its own server, as a whole, before somebody on the calm network says a line. Had the calm
   * line to wait for the flood, all of that would be in its room first.
   */
  async function flooding(name: string): Promise<void> {
    const [flooded] = stage.chats.get('irc') ?? []
    const [calm] = stage.chats.get(name) ?? []
    assert.ok(flooded !== undefined && calm !== undefined)
    const committed: string[] = []
    stage.pons.homeserver.services.timeline.onCommitted(({ event, room }) => {
      const isOfRooms = room.roomId === flooded.roomId || room.roomId === calm.roomId
      if (isOfRooms && event.type === 'm.room.message') committed.push(String(event.content['body']))
    })
    let overtakings = 0
    for (let round = 0; round < mostRounds && overtakings < enough; round++) {
      const lines = Array.from({ length: 1000 }, (_, number) => `flood ${name} ${round} ${number}`)
      await Promise.all(lines.map((line) => flooded.say(line)))
      const said = `calm ${name} ${round}`
      await calm.say(said)
      await stage.person.hear(said, calm.roomId)
      await stage.person.hear(lines.at(-1) ?? '', flooded.roomId)
      const before = committed.slice(0, committed.indexOf(said))
      if (lines.some((line) => !before.includes(line))) overtakings++
      const inOrder = committed.filter((body) => body.startsWith(`flood ${name} ${round} `))
      assert.ok(
        inOrder.every((body, index) => body === lines[index]) && inOrder.length === lines.length,
        'the flood keeps its order',
      )
    }
    assert.equal(overtakings, enough, `the calm line overtook a flood so many times in ${mostRounds} rounds`)
  }
})
