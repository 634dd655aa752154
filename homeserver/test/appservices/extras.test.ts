import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject, RoomId } from '@pons/matrix'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

interface Lists {
  readonly changed: string[]
  readonly left: string[]
}

/** A service in this process that keeps what it was pushed. */
class Service {
  readonly registration = testRegistration('irc', { 'org.matrix.msc3202': true, receive_ephemeral: false })
  readonly bodies: JsonObject[] = []
  #arrived: () => void = () => {}

  async start(server: TestHomeserver, takesRepeats: boolean): Promise<Client> {
    const call = async ({ body }: { body?: unknown }): Promise<{ status: number; body: JsonObject }> => {
      this.bodies.push(body as JsonObject)
      this.#arrived()
      return { status: 200, body: {} }
    }
    await server.homeserver.appservices.register(this.registration, takesRepeats ? { call } : call)
    return server.as(this.registration)
  }

  /** Resolves with the first transaction from number `from` on that fits. */
  async pushed(fits: (body: JsonObject) => boolean, from = 0): Promise<JsonObject> {
    for (;;) {
      const found = this.bodies.slice(from).find(fits)
      if (found) return found
      await new Promise<void>((resolve) => (this.#arrived = resolve))
    }
  }

  lists(fits: (lists: Lists) => boolean, from = 0): Promise<Lists> {
    const of = (body: JsonObject): Lists | undefined => body['device_lists'] as Lists | undefined
    return this.pushed((body) => of(body) !== undefined && fits(of(body)!), from).then((body) => of(body)!)
  }
}

const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }
const counts = (body: JsonObject): JsonObject | undefined =>
  body['device_one_time_keys_count'] as JsonObject | undefined

async function newDevice(service: Client, query = ''): Promise<void> {
  assert.equal((await service.request('PUT', `devices/BRIDGE${query}`, {})).status, 201)
}

for (const engine of engines) {
  for (const takesRepeats of [false, true]) {
    describe(`device lists and keys for a service ${takesRepeats ? 'that takes repeats ' : ''}on ${engine}`, () => {
      let server: TestHomeserver
      let service: Service
      let irc: Client
      let alice: Client
      let bob: Client
      let roomId: RoomId

      beforeEach(async () => {
        server = await testHomeserver({}, {}, engine)
        service = new Service()
        irc = await service.start(server, takesRepeats)
        alice = await server.register('alice')
        bob = await server.register('bob')
        roomId = await alice.createRoom({ preset: 'public_chat', initial_state: [encryption] })
        await irc.join(roomId)
        await service.lists(({ changed }) => changed.includes(alice.userId))
        await told()
      })
      afterEach(() => server[Symbol.asyncDispose]())

      const ghost = async (name: string): Promise<string> => {
        await irc.post('register', { type: 'm.login.application_service', username: name, inhibit_login: true })
        return `@${name}:example.org`
      }
      /** What had happened by now has been told when what is said now is. */
      let markers = 0
      const told = async (): Promise<void> => {
        const marker = `marker ${++markers}`
        await alice.send(roomId, marker)
        await service.pushed((body) => JSON.stringify(body['events']).includes(marker))
      }
      const as = (userId: string): string => `?user_id=${encodeURIComponent(userId)}`

      it('are pushed by themselves, and once', async () => {
        const from = service.bodies.length
        await server.homeserver.services.sessions.logIn({ userId: alice.userId, deviceId: 'NEW' as never })
        const { sessions } = server.homeserver.services
        await sessions.delete(alice.userId, ['NEW' as never])
        assert.deepEqual(await service.lists(() => true, from), { changed: [alice.userId], left: [] })
        const before = service.bodies.length
        await alice.send(roomId, 'more')
        await alice.send(roomId, 'and more')
        const last = await service.pushed((body) => JSON.stringify(body['events']).includes('and more'), from)
        assert.ok(service.bodies.includes(last))
        for (const body of service.bodies.slice(before)) assert.equal(body['device_lists'], undefined)
      })

      it('name the newcomer when a ghost joins, and everybody when it is the first of the service', async () => {
        const from = service.bodies.length
        const second = await ghost('irc_second')
        await irc.post(`join/${encodeURIComponent(roomId)}${as(second)}`)
        assert.deepEqual(await service.lists(() => true, from), { changed: [second], left: [] })
        const other = await bob.createRoom({ preset: 'public_chat', initial_state: [encryption] })
        const next = service.bodies.length
        await irc.post(`join/${encodeURIComponent(other)}${as(second)}`)
        const { changed } = await service.lists(() => true, next)
        assert.deepEqual(changed.toSorted(), [bob.userId, second])
      })

      it('say who need not be followed any more', async () => {
        let from = service.bodies.length
        await bob.join(roomId)
        assert.deepEqual(await service.lists(() => true, from), { changed: [bob.userId], left: [] })
        from = service.bodies.length
        await bob.post(bob.room(roomId, 'leave'))
        assert.deepEqual(await service.lists(() => true, from), { changed: [], left: [bob.userId] })
        from = service.bodies.length
        await irc.post(irc.room(roomId, 'leave'))
        assert.deepEqual(await service.lists(() => true, from), { changed: [], left: [alice.userId] })
      })

      it('say nothing of rooms that no user of the service is in, and of nobody who came when the last had gone', async () => {
        const from = service.bodies.length
        const elsewhere = await alice.createRoom({ preset: 'public_chat', initial_state: [encryption] })
        const carol = await server.register('carol')
        await carol.join(elsewhere)
        await carol.post(carol.room(elsewhere, 'leave'))
        await bob.join(roomId)
        await told()
        await bob.post(bob.room(roomId, 'leave'))
        await told()
        await irc.post(irc.room(roomId, 'leave'))
        await service.lists(({ left }) => left.includes(alice.userId), from)
        await carol.join(roomId)
        await irc.join(elsewhere)
        await service.lists(({ changed }) => changed.includes(alice.userId), from)
        const named = service.bodies
          .slice(from)
          .flatMap((body) => Object.values((body['device_lists'] ?? {}) as JsonObject))
        assert.ok(!named.flat().includes(carol.userId), JSON.stringify(named))
      })

      it('tell of a new device at once, with zeroes', async () => {
        const from = service.bodies.length
        const userId = await ghost('irc_new')
        await newDevice(irc, as(userId))
        const told = await service.pushed((body) => counts(body) !== undefined, from)
        assert.deepEqual(counts(told), { [userId]: { BRIDGE: { signed_curve25519: 0 } } })
        assert.deepEqual(told['device_unused_fallback_key_types'], { [userId]: { BRIDGE: [] } })
      })

      it('count the keys of the sender, and of users in the rooms concerned, with each transaction', async () => {
        const [inside, outside] = [await ghost('irc_inside'), await ghost('irc_outside')]
        for (const userId of [service.registration.sender_localpart, inside, outside]) {
          const id = userId.startsWith('@') ? userId : `@${userId}:example.org`
          await newDevice(irc, as(id))
          await irc.post(`keys/upload${as(id)}&device_id=BRIDGE`, {
            one_time_keys: { 'signed_curve25519:A': { key: 'a' } },
          })
          await service.pushed((body) =>
            JSON.stringify(counts(body) ?? {}).includes(`"${id}":{"BRIDGE":{"signed_curve25519":1}}`),
          )
        }
        await irc.post(`join/${encodeURIComponent(roomId)}${as(inside)}`)
        const from = service.bodies.length
        await alice.send(roomId, 'something said')
        const told = await service.pushed((body) => JSON.stringify(body['events']).includes('something said'), from)
        const bot = irc.userId
        assert.deepEqual(Object.keys(counts(told)!).toSorted(), [inside, bot].toSorted())
      })
    })
  }
}

describe('keys of a service’s devices after a restart', () => {
  it('are counted again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pons-extras-'))
    try {
      const database = `sqlite:${join(folder, 'pons.db')}`
      {
        await using server = await testHomeserver({ database })
        const irc = await new Service().start(server, false)
        await newDevice(irc)
      }
      await using server = await testHomeserver({ database })
      const service = new Service()
      await service.start(server, false)
      const told = await service.pushed((body) => counts(body) !== undefined)
      assert.deepEqual(counts(told), { '@ircbot:example.org': { BRIDGE: { signed_curve25519: 0 } } })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
