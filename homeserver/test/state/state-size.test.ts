import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import type { RoomId, UserId } from '@pons/matrix'
import type { TimelineWriter } from '../../src/rooms/timeline-writer.ts'
import { testHomeserver, testRegistration, type TestHomeserver } from '../support.ts'

const MEMBERS = 5000
const CHURN = 50_000
const MAX_BYTES_PER_CHANGE = 40

/** What the state costs: the index of versions and the numbering of slots. The tables of forks stay empty. */
const STATE_PARTS = ['event_by_slot', 'slot']

/** A small generator with a seed, so that every run builds the same room. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : 1)

describe('the size of state', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'pons-state-'))
  const file = join(folder, 'state.db')
  let server: TestHomeserver
  let roomId: RoomId
  let changes = 0

  before(async () => {
    server = await testHomeserver({ database: `sqlite:${file}` })
    // The members are ghosts of a bridge, as in every room of this size: for people the server counts what is unread.
    await server.homeserver.appservices.register(testRegistration())
    const alice = await server.register('alice')
    roomId = await alice.createRoom({ preset: 'public_chat' })
    changes = 6
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const member = (index: number): UserId => `@irc_nick${String(index).padStart(5, '0')}:example.org` as UserId

  async function setMembership(writer: TimelineWriter, index: number, membership: 'join' | 'leave'): Promise<void> {
    const userId = member(index)
    const draft = { type: 'm.room.member', sender: userId, stateKey: userId, content: { membership } }
    await writer.append(await writer.room(roomId), draft)
    changes += 1
  }

  /** In batches, so that the test does not spend its time in commits. */
  async function inBatches(
    count: number,
    each: (writer: TimelineWriter, index: number) => Promise<void>,
  ): Promise<void> {
    const { timeline } = server.homeserver.services
    for (let start = 0; start < count; start += 500) {
      await timeline.write(async (writer) => {
        for (let index = start; index < Math.min(start + 500, count); index++) await each(writer, index)
      })
    }
  }

  function stateBytes(): number {
    const db = new BetterSqlite(file, { readonly: true })
    const rows = db.prepare('select name, sum(pgsize) as bytes from dbstat group by name').all() as {
      name: string
      bytes: number
    }[]
    db.close()
    if (process.env['TEST_SIZES'] !== undefined) process.stderr.write(`${changes} changes ${JSON.stringify(rows)}\n`)
    const parts = rows.filter(({ name }) => STATE_PARTS.includes(name))
    assert.equal(parts.length, STATE_PARTS.length, 'what is measured is there')
    return parts.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  it(`is at most ${MAX_BYTES_PER_CHANGE} bytes for each of ${MEMBERS} joins`, async () => {
    await inBatches(MEMBERS, (writer, index) => setMembership(writer, index, 'join'))
    const perChange = stateBytes() / changes
    assert.ok(perChange <= MAX_BYTES_PER_CHANGE, `${perChange.toFixed(1)} bytes for each change`)
  })

  it(`is at most ${MAX_BYTES_PER_CHANGE} bytes for each change when ${CHURN} leave and come back`, async () => {
    const random = randomNumbers(7)
    const isIn = Array.from({ length: MEMBERS }, () => true)
    await inBatches(CHURN, async (writer) => {
      const index = random(MEMBERS)
      isIn[index] = !isIn[index]
      await setMembership(writer, index, isIn[index] ? 'join' : 'leave')
    })
    const perChange = stateBytes() / changes
    assert.ok(perChange <= MAX_BYTES_PER_CHANGE, `${perChange.toFixed(1)} bytes for each change`)
  })

  it('does not grow by messages', async () => {
    const before = stateBytes()
    await inBatches(2000, async (writer, index) => {
      const content = { msgtype: 'm.text', body: `message ${index}` }
      await writer.append(await writer.room(roomId), {
        type: 'm.room.message',
        sender: '@alice:example.org' as UserId,
        content,
      })
    })
    assert.equal(stateBytes(), before)
  })

  it('reads a full old state right, and one slot of it', async () => {
    const { stores, rooms } = server.homeserver.services
    const room = await rooms.get(roomId)
    const memberType = (await stores.interner.find('m.room.member')) ?? 0
    const pos = 20_000
    const nids = await stores.states.eventsAt({ roomNid: room.nid, branch: 0, pos })
    const events = await stores.events.byNids(nids)
    assert.equal(events.length, 6 + MEMBERS)
    const expected = new Map<string, number>()
    for (const event of await stores.events.stateChanges(room.nid, 0, 2 ** 31 - 2)) {
      if (event.pos <= pos) expected.set(`${event.type} ${event.stateKey}`, event.nid)
    }
    assert.deepEqual(
      events.map((event) => `${event.type} ${event.stateKey} ${event.nid}`).sort(compare),
      [...expected].map(([slot, nid]) => `${slot} ${nid}`).sort(compare),
    )
    const keyNid = (await stores.interner.find(member(77))) ?? 0
    const one = await stores.states.eventAt({ roomNid: room.nid, branch: 0, pos }, memberType, keyNid)
    assert.equal(one, expected.get(`m.room.member ${member(77)}`))
  })
})
