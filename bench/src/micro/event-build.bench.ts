// How many events one core builds, hashes and authorises: node --conditions=pons:source event-build.bench.ts
import { generateKeyPairSync, hash, sign, verify } from 'node:crypto'

import {
  authStateKeys,
  authorize,
  buildEvent,
  canonicalJson,
  parseServerName,
  roomVersion,
  userIdOf,
} from '@pons/matrix'
import type { AuthEvent, AuthState, BuiltEvent, Crypto, EventDraft, EventId, RoomVersion } from '@pons/matrix'
import { Bench } from 'tinybench'

const { privateKey } = generateKeyPairSync('ed25519')
const crypto: Crypto = {
  sha256: (data) => hash('sha256', data, 'buffer'),
  sign: (message) => sign(null, typeof message === 'string' ? Buffer.from(message) : message, privateKey),
  verify: (publicKey, message, signature) => verify(null, message, Buffer.from(publicKey), signature),
}
const origin = parseServerName('bench.example')
const alice = userIdOf('alice', origin)

class Room {
  readonly version: RoomVersion
  readonly state = new Map<string, AuthEvent & { event_id: EventId }>()
  readonly auth: AuthState = { get: (type, stateKey) => this.state.get(`${type} ${stateKey}`) }
  #last: BuiltEvent | undefined
  #depth = 0

  constructor(id: string) {
    this.version = roomVersion(id)
    const create = id === '12' ? {} : { creator: alice }
    this.send('m.room.create', { ...create, room_version: id }, '')
    this.send('m.room.member', { membership: 'join' }, alice)
    this.send('m.room.power_levels', { users: id === '12' ? {} : { [alice]: 100 } }, '')
  }

  draft(type: string, content: EventDraft['content'], stateKey?: string): EventDraft {
    const room_id = this.#last?.roomId ?? '!bench:bench.example'
    const base = { type, sender: alice, content, origin_server_ts: 1_790_000_000_000 + this.#depth, room_id }
    return (stateKey === undefined ? base : { ...base, state_key: stateKey }) as EventDraft
  }

  build(draft: EventDraft): BuiltEvent {
    const authEvents = authStateKeys(draft, this.version).flatMap(([type, key]) => {
      const event = this.state.get(`${type} ${key}`)
      return event === undefined ? [] : [event.event_id]
    })
    const prevEvents = this.#last === undefined ? [] : [this.#last.eventId]
    const keyId = 'ed25519:bench'
    return buildEvent({
      version: this.version,
      draft,
      prevEvents,
      authEvents,
      depth: ++this.#depth,
      crypto,
      keyId,
      origin,
    })
  }

  send(type: string, content: EventDraft['content'], stateKey?: string): void {
    const built = this.build(this.draft(type, content, stateKey))
    this.#last = built
    if (stateKey !== undefined) this.state.set(`${type} ${stateKey}`, { ...built.pdu, event_id: built.eventId })
  }
}

const message = { msgtype: 'm.text', body: 'The quick brown fox jumps over the lazy dog, and then sleeps.' }
/** Of many small members, as large as an event may be: what takes longest to sort and to write. */
const wide = Object.fromEntries(Array.from({ length: 4270 }, (_, at) => [`key${(at * 7919) % 4270}`, at]))
const room11 = new Room('11')
const room12 = new Room('12')
const room1 = new Room('1')
const built = room11.build(room11.draft('m.room.message', message))

const bench = new Bench({ time: 1000, warmupTime: 300 })
bench
  .add('build a message, room version 11', () => void room11.build(room11.draft('m.room.message', message)))
  .add('build an event of 62 KB, room version 11', () => void room11.build(room11.draft('m.room.message', wide)))
  .add('build an event of 62 KB, room version 1', () => void room1.build(room1.draft('m.room.message', wide)))
  .add('floor: JSON.stringify and JSON.parse of 62 KB', () => void JSON.parse(JSON.stringify(wide)))
  .add('build a message, room version 12', () => void room12.build(room12.draft('m.room.message', message)))
  .add('build a message, room version 1', () => void room1.build(room1.draft('m.room.message', message)))
  .add('authorize a message, room version 11', () => authorize(built.pdu, room11.version, room11.auth))
  .add('authorize a message, room version 12', () =>
    authorize(room12.draft('m.room.message', message) as never, room12.version, room12.auth),
  )
  .add('canonical JSON of a message event', () => void canonicalJson(built.pdu))
  .add('SHA-256 and Ed25519 alone', () => {
    const bytes = new TextEncoder().encode(JSON.stringify(built.pdu))
    crypto.sha256(bytes)
    crypto.sha256(bytes)
    crypto.sign(bytes)
  })
await bench.run()

console.table(
  bench.tasks.map(({ name, result }) => ({
    name,
    'per second': 'throughput' in result ? Math.round(result.throughput.mean) : 'failed',
    'mean µs': 'latency' in result ? Number((result.latency.mean * 1000).toFixed(2)) : 'failed',
  })),
)
for (const { name, result } of bench.tasks) if ('error' in result) console.error(name, result.error)
