import assert from 'node:assert/strict'
import { pino } from 'pino'
import { remoteMessageId, remoteUserId, type Clock } from '@pons/core'
import { simChat, textDocument, type MatrixPerson } from '@pons/test'
import { Pruner } from '../../src/pruning/pruner.ts'
import { onEveryEngine, type Stage } from '../support.ts'

const dayMs = 24 * 3_600_000

/** Stands where it is put; a timer fires when the test says so. */
class FakeClock implements Clock {
  ms = Date.now()
  timers: { run: () => void; delayMs: number }[] = []

  now(): number {
    return this.ms
  }

  elapsedMs(): number {
    return this.ms
  }

  schedule(run: () => void, delayMs: number): () => void {
    const timer = { run, delayMs }
    this.timers.push(timer)
    return () => void (this.timers = this.timers.filter((other) => other !== timer))
  }

  fire(): void {
    for (const { run } of this.timers.splice(0)) run()
  }
}

onEveryEngine('what is done goes by its age', (open) => {
  function prunerOf(stage: Stage, clock: Clock, keptNewest = 0): Pruner {
    const { database: db } = stage.homeserver.services
    const logger = pino({ level: 'silent' })
    return new Pruner({ db, network: 'sim', clock, logger, keepMs: 30 * dayMs, keptNewest })
  }

  async function rows(stage: Stage, table: string, where = '1 = 1'): Promise<number> {
    const sql = `select count(*) as n from ${table} where ${where}`
    return (await stage.homeserver.services.database.get<{ n: number }>(sql))?.n ?? 0
  }

  async function talk(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    for (let number = 0; number < 150; number++) await stage.network.say('garden', 'bert', `n${number}`, `n${number}`)
    for (let number = 0; number < 20; number++) await alice.say(roomId, `m${number}`)
    await stage.network.arrival(({ text }) => text === 'm19')
    await stage.settled()
    return { alice, roomId }
  }

  it('and is known when it comes again', async () => {
    await using stage = await open()
    const { alice, roomId } = await talk(stage)
    const clock = new FakeClock()
    await using pruner = prunerOf(stage, clock)
    assert.equal(await pruner.run(), 0, 'nothing is old enough')
    clock.ms += 31 * dayMs
    await pruner.run()
    for (const table of ['bridge_journal', 'bridge_inbox', 'bridge_outbox'])
      assert.equal(await rows(stage, table), 0, table)
    assert.equal(await rows(stage, 'bridge_inbox_transaction'), 1, 'the newest')
    for (let number = 0; number < 150; number++) await stage.network.say('garden', 'bert', `n${number}`, `n${number}`)
    await stage.network.say('garden', 'bert', 'the end')
    await alice.hear('the end', roomId)
    const history = await alice.history(roomId)
    assert.equal(history.filter(({ content }) => /^n\d+$/.test(String(content['body']))).length, 150)
    assert.ok(await stage.network.host.isKnown(simChat('garden'), 'n7'))
    assert.equal(await stage.network.host.isKnown(simChat('garden'), 'never'), false)
  })

  it('while old messages are answered, changed and taken back as before', async () => {
    await using stage = await open()
    const { alice, roomId } = await talk(stage)
    const clock = new FakeClock()
    await using pruner = prunerOf(stage, clock)
    clock.ms += 31 * dayMs
    await pruner.run()
    const old = await alice.hear('n3', roomId)
    const base = { chat: simChat('garden'), timestampMs: Date.now() }
    const sender = { id: remoteUserId('bert'), name: 'bert' }
    const id = remoteMessageId('e')
    const target = remoteMessageId('n3')
    await stage.network.ingest({ ...base, id, kind: 'edit', sender, target, document: textDocument('mended') })
    const edit = await alice.see(({ content }) => content['body'] === '* mended', 'the edit')
    assert.deepEqual(edit.content['m.relates_to'], { rel_type: 'm.replace', event_id: old.event_id })
  })

  it('but not what waits, was given up, or is uncertain of its fate', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    stage.network.fail('refuse')
    await alice.say(roomId, 'refused')
    await alice.see(({ content }) => content['msgtype'] === 'm.notice', 'that it was refused')
    await stage.settled()
    const clock = new FakeClock()
    await using pruner = prunerOf(stage, clock)
    clock.ms += 400 * dayMs
    await pruner.run()
    assert.equal(await rows(stage, 'bridge_inbox', 'state = 2'), 1)
    assert.equal(await rows(stage, 'bridge_outbox'), 1)
  })

  it('nor the newest of what came from the homeserver, which it may say again after a long absence', async () => {
    await using stage = await open()
    await talk(stage)
    const clock = new FakeClock()
    await using pruner = prunerOf(stage, clock, 5)
    clock.ms += 400 * dayMs
    await pruner.run()
    assert.equal(await rows(stage, 'bridge_inbox'), 5)
    assert.equal((await rows(stage, 'bridge_inbox_transaction')) >= 5, true)
  })

  it('on a timer, in slices', async () => {
    await using stage = await open()
    await talk(stage)
    const clock = new FakeClock()
    const pruner = prunerOf(stage, clock)
    assert.deepEqual(
      clock.timers.map(({ delayMs }) => delayMs),
      [600_000],
    )
    clock.ms += 31 * dayMs
    clock.fire()
    while (clock.timers.length === 0) await new Promise(setImmediate)
    assert.equal(await rows(stage, 'bridge_journal'), 0)
    await pruner[Symbol.asyncDispose]()
    assert.deepEqual(clock.timers, [])
  })
})
