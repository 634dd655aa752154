import assert from 'node:assert/strict'
import type { Database } from '@pons/database'
import { engines } from '../../../database/test/engines.ts'
import type { Outbox, RowName } from '../../src/outbox/outbox.ts'
import { TransitionRefused } from '../../src/outbox/transition-refused.ts'
import type { RowPhase } from '../../src/outbox/transitions.ts'
import { outboxState } from '../../src/storage/outbox-state.ts'
import { openOutbox, portalNid, preparedRow, prepareTables } from './rows.ts'

interface Stage {
  readonly db: Database
  readonly outbox: Outbox
  readonly row: RowName
}

type Act = (stage: Stage) => Promise<void>

const claim: Act = ({ db, outbox, row }) => db.transaction((tx) => outbox.claim(tx, row))
const transmit: Act = async ({ outbox, row }) => outbox.transmit(row)
const letGo: Act = async ({ outbox, row }) => outbox.letGo(row)
const send: Act = ({ db, outbox, row }) => db.transaction((tx) => outbox.record(tx, row, { isConfirmed: false }))
const confirm: Act = ({ db, outbox, row }) => db.transaction((tx) => outbox.record(tx, row, { isConfirmed: true }))
const doubt: Act = ({ db, outbox, row }) => db.transaction((tx) => outbox.doubt(tx, row))

/** How a row that is prepared gets there. */
const ways: Readonly<Record<RowPhase, readonly Act[]>> = {
  prepared: [],
  claimed: [claim],
  transmitting: [claim, transmit],
  interrupted: [claim, transmit, letGo],
  sent: [claim, transmit, send],
  confirmed: [claim, transmit, confirm],
  uncertain: [claim, transmit, doubt],
  parked: [
    ({ db, row }) =>
      db.transaction(async (tx) => {
        await tx.run('update bridge_outbox set state = $1 where event_id = $2', outboxState.parked, row.eventId)
      }),
  ],
}

/** What it becomes by each, where it is let. */
const allowed: Readonly<Record<string, { readonly act: Act; readonly to: Partial<Record<RowPhase, RowPhase>> }>> = {
  claim: { act: claim, to: { prepared: 'claimed', parked: 'claimed' } },
  resume: {
    act: ({ db, outbox, row }) => db.transaction((tx) => outbox.resume(tx, row)),
    to: { interrupted: 'claimed' },
  },
  transmit: { act: transmit, to: { claimed: 'transmitting' } },
  send: { act: send, to: { transmitting: 'sent' } },
  confirm: { act: confirm, to: { transmitting: 'confirmed', interrupted: 'confirmed' } },
  doubt: { act: doubt, to: { transmitting: 'uncertain', interrupted: 'uncertain' } },
  giveBack: {
    act: ({ db, outbox, row }) => db.transaction((tx) => outbox.giveBack(tx, row, 'refused')),
    to: {
      prepared: 'prepared',
      parked: 'prepared',
      claimed: 'prepared',
      transmitting: 'prepared',
      interrupted: 'prepared',
    },
  },
}

async function phaseNow({ outbox, row }: Stage): Promise<RowPhase> {
  const [record] = await outbox.ofEvent(row.eventId)
  assert.ok(record !== undefined)
  const phase = outbox.phaseOf(record)
  if (phase !== 'claimed') return phase
  assert.ok(outbox.isClaimed(row))
  return phase
}

for (const { name, open } of engines) {
  describe(`the rows of the outbox (${name})`, function () {
    if (open === undefined) return void it('needs TEST_POSTGRES_URL')

    let owned: Awaited<ReturnType<typeof open>>
    let db: Database
    let count = 0
    before(async () => {
      owned = await open()
      db = owned.database
      await prepareTables(db)
    })
    after(async () => await owned?.[Symbol.asyncDispose]())

    async function stageIn(phase: RowPhase): Promise<Stage> {
      const outbox = openOutbox(db)
      const stage = { db, outbox, row: await preparedRow(db, outbox, `row-${++count}`) }
      for (const act of ways[phase]) await act(stage)
      assert.equal(await phaseNow(stage), phase)
      return stage
    }

    for (const [transition, { act, to }] of Object.entries(allowed)) {
      for (const phase of Object.keys(ways) as RowPhase[]) {
        const then = to[phase]
        it(`${then === undefined ? 'refuse' : 'let'} ${transition} where one is ${phase}`, async () => {
          const stage = await stageIn(phase)
          if (then === undefined) await assert.rejects(act(stage), TransitionRefused)
          else await act(stage)
          assert.equal(await phaseNow(stage), then ?? phase)
        })
      }
    }

    for (const phase of Object.keys(ways) as RowPhase[]) {
      it(`are revived where one is parked, and stay as they are where it is ${phase}`, async () => {
        const stage = await stageIn(phase)
        await db.transaction((tx) => stage.outbox.revive(tx, stage.row.eventId))
        assert.equal(await phaseNow(stage), phase === 'parked' ? 'prepared' : phase)
      })
    }

    it('are claimed ahead where one is prepared, and only there', async () => {
      for (const phase of Object.keys(ways) as RowPhase[]) {
        const stage = await stageIn(phase)
        await db.transaction((tx) => stage.outbox.claimAhead(tx, stage.row))
        assert.equal(await phaseNow(stage), phase === 'prepared' ? 'claimed' : phase)
      }
    })

    it('count as interrupted once whoever sent them is gone', async () => {
      for (const phase of ['claimed', 'transmitting'] as const) {
        const stage = await stageIn(phase)
        assert.equal(await phaseNow({ ...stage, outbox: openOutbox(db) }), 'interrupted')
      }
    })

    it('are not claimed by a transaction that is undone', async () => {
      const stage = await stageIn('prepared')
      const undone = db.transaction(async (tx) => {
        await stage.outbox.claim(tx, stage.row)
        assert.ok(!stage.outbox.isClaimed(stage.row), 'it is not durable yet')
        throw new Error('undone')
      })
      await assert.rejects(undone, /undone/)
      assert.equal(await phaseNow(stage), 'prepared')
      await claim(stage)
    })

    it('keep nobody waiting for one whose outcome could not be recorded', async () => {
      const stage = await stageIn('transmitting')
      const { outbox, row } = stage
      const signal = new AbortController().signal
      outbox.takeUp(portalNid, { ...row, effect: undefined })
      const settled = outbox.settled(portalNid, signal)
      const failed = db.transaction(async (tx) => {
        await outbox.record(tx, row, { isConfirmed: true })
        throw new Error('the disk is full')
      })
      await assert.rejects(
        failed.finally(() => outbox.letGo(row)),
        /disk/,
      )
      await settled
      assert.equal(await phaseNow(stage), 'interrupted')
    })

    it('let those who wait for what is under way go when the end has come', async () => {
      const { outbox, row } = await stageIn('transmitting')
      const end = new AbortController()
      outbox.takeUp(portalNid, { ...row, effect: 'a name' })
      await outbox.settled(portalNid, end.signal, 'another')
      const settled = outbox.settled(portalNid, end.signal, 'a name')
      end.abort()
      await settled
    })

    it('say when something has become of what was interrupted', async () => {
      const stage = await stageIn('interrupted')
      const { outbox } = stage
      assert.ok(await outbox.hasInterrupted(portalNid))
      await db.transaction(async (tx) => {
        await tx.run('update bridge_outbox set state = $1 where event_id <> $2', outboxState.sent, stage.row.eventId)
      })
      const changed = outbox.change
      await confirm(stage)
      await changed
      assert.ok(!(await outbox.hasInterrupted(portalNid)))
    })
  })
}
