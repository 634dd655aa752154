import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import type { InProcessCall } from '../../src/index.ts'
import { engines, testHomeserver, testRegistration } from '../support.ts'

/** Takes what it is told to remember; `has` resolves when that was pushed. */
class Service {
  readonly #ids = new Set<string>()
  #told = (): void => undefined

  readonly call: InProcessCall = async ({ body }) => {
    for (const event of (body as { events?: JsonObject[] }).events ?? []) this.#ids.add(event['event_id'] as string)
    this.#told()
    return { status: 200, body: {} }
  }

  async has(eventId: string): Promise<void> {
    while (!this.#ids.has(eventId)) await new Promise<void>((resolve) => (this.#told = resolve))
  }
}

for (const engine of engines) {
  describe(`an application service that is registered anew, on ${engine}`, () => {
    const registration = testRegistration()

    async function stage() {
      const server = await testHomeserver({}, {}, engine)
      await server.homeserver.appservices.register(registration, async () => ({ status: 500, body: {} }))
      const bot = server.as(registration)
      const roomId = await bot.createRoom({ preset: 'public_chat' })
      const alice = await server.register('alice')
      await alice.join(roomId)
      return { server, bot, roomId, alice }
    }

    it('hears what is said meanwhile, and is answered', async () => {
      const { server, bot, roomId, alice } = await stage()
      await using _server = server
      const service = new Service()
      const again = server.homeserver.appservices.register({ ...registration }, service.call)
      // More than one commit holds, so that some are written in the very moment in which the one takes the place of the other.
      const numbers = Array.from({ length: 600 }, (_, number) => number)
      const said = await Promise.all(
        numbers.map(async (number) => {
          if (number % 10 === 0) assert.equal((await bot.get('account/whoami'))['user_id'], bot.userId)
          return await alice.send(roomId, `said meanwhile ${number}`)
        }),
      )
      await again
      for (const eventId of said) await service.has(eventId)
    })

    it('hears what was being said before, and was stored after', async () => {
      const { server, roomId, alice } = await stage()
      await using _server = server
      const service = new Service()
      const again = server.homeserver.appservices.register({ ...registration }, service.call)
      const isStored = Promise.withResolvers<void>()
      // These fill the commit that stores the registration; what follows is written in the next one.
      const others = Array.from(
        { length: 300 },
        async () => await server.homeserver.services.timeline.write(async () => {}),
      )
      const writing = server.homeserver.services.timeline.write(async (writer) => {
        const content = { msgtype: 'm.text', body: 'said at that moment' }
        const event = await writer.append(await writer.room(roomId), {
          type: 'm.room.message',
          sender: alice.userId,
          content,
        })
        await isStored.promise
        return event.eventId
      })
      await again
      isStored.resolve()
      await Promise.all(others)
      await service.has(await writing)
    })
  })
}
