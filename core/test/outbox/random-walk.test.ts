import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Database } from '@pons/database'
import { openSqlite } from '@pons/database'
import type { Outbox, RowName } from '../../src/outbox/outbox.ts'
import { TransitionRefused } from '../../src/outbox/transition-refused.ts'
import { openOutbox, preparedRow, prepareTables } from './rows.ts'

const rowCount = 3
const steps = ['claim', 'claimAhead', 'resume', 'transmit', 'lose', 'record', 'giveBack', 'letGo', 'crash'] as const
type Step = (typeof steps)[number]

/** A process that sends rows, whatever the order in which its steps come, and a network that keeps what it got. */
class World {
  readonly arrived: string[] = []
  readonly #db: Database
  readonly rows: readonly RowName[]
  #outbox: Outbox

  constructor(db: Database, outbox: Outbox, rows: readonly RowName[]) {
    this.#db = db
    this.#outbox = outbox
    this.rows = rows
  }

  /** What the rules do not allow does not happen; what it says of the network is true. */
  async step(step: Step, row: RowName): Promise<void> {
    try {
      await this.#take(step, row)
    } catch (error) {
      if (!(error instanceof TransitionRefused)) throw error
    }
  }

  /** The process goes on until all is settled, as it would after a crash. */
  async settle(): Promise<void> {
    this.#outbox = openOutbox(this.#db)
    for (const row of this.rows) {
      const [record] = await this.#outbox.ofEvent(row.eventId)
      assert.ok(record !== undefined)
      const phase = this.#outbox.phaseOf(record)
      if (phase === 'interrupted' && !this.#has(row)) await this.#take('resume', row)
      if (phase === 'prepared') await this.#take('claim', row)
      if (phase === 'prepared' || (phase === 'interrupted' && !this.#has(row))) await this.#take('transmit', row)
      if (phase !== 'sent' && phase !== 'confirmed') await this.#take('record', row)
    }
  }

  async #take(step: Step, row: RowName): Promise<void> {
    const [db, outbox] = [this.#db, this.#outbox]
    if (step === 'claim') await db.transaction((tx) => outbox.claim(tx, row))
    if (step === 'claimAhead') await db.transaction((tx) => outbox.claimAhead(tx, row))
    if (step === 'resume' && !this.#has(row)) await db.transaction((tx) => outbox.resume(tx, row))
    if (step === 'transmit' || step === 'lose') outbox.transmit(row)
    if (step === 'transmit') this.arrived.push(row.eventId)
    if (step === 'record' && this.#has(row)) {
      await db.transaction((tx) => outbox.record(tx, row, { isConfirmed: true }))
    }
    if (step === 'giveBack' && !this.#has(row)) await db.transaction((tx) => outbox.giveBack(tx, row, 'it was lost'))
    if (step === 'letGo') outbox.letGo(row)
    if (step === 'crash') this.#outbox = openOutbox(db)
  }

  #has({ eventId }: RowName): boolean {
    return this.arrived.includes(eventId)
  }
}

describe('a random walk of transitions and crashes', () => {
  let db: Database
  let walks = 0
  before(async () => {
    db = await openSqlite(':memory:')
    await prepareTables(db)
  })
  after(async () => await db?.[Symbol.asyncDispose]())

  async function openWorld(): Promise<World> {
    const outbox = openOutbox(db)
    const rows: RowName[] = []
    const walk = ++walks
    for (let number = 0; number < rowCount; number++) rows.push(await preparedRow(db, outbox, `${walk}-${number}`))
    return new World(db, outbox, rows)
  }

  it('neither loses nor doubles a row', async () => {
    const walk = fc.array(fc.tuple(fc.constantFrom(...steps), fc.nat({ max: rowCount - 1 })), {
      minLength: 20,
      maxLength: 80,
    })
    let most = 0
    await fc.assert(
      fc.asyncProperty(walk, async (taken) => {
        const world = await openWorld()
        for (const [step, number] of taken) await world.step(step, world.rows[number]!)
        most = Math.max(most, world.arrived.length)
        assert.equal(new Set(world.arrived).size, world.arrived.length, 'none twice')
        await world.settle()
        assert.deepEqual(world.arrived.toSorted(), world.rows.map(({ eventId }) => eventId).toSorted())
        for (const { eventId } of world.rows) {
          const [record] = await openOutbox(db).ofEvent(eventId)
          assert.equal(record?.state, 3)
        }
      }),
      { numRuns: 300, seed: 7 },
    )
    assert.ok(most === rowCount, 'walks send something')
  })
})
