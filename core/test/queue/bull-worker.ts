// A process that works on rows of a table: argv is DATABASE REDIS PREFIX. Its parent says which rows to add, and hears of each done.
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { systemClock } from '@pons/matrix'
import { BullQueue } from '../../src/queue/bull/bull-queue.ts'
import type { LaneOutcome } from '../../src/queue/queue.ts'
import type { AddRows, RowDone } from './worker-process.ts'

const [file = '', url = '', prefix = ''] = process.argv.slice(2)
const db = new DatabaseSync(file, { timeout: 5000 })
// Processes are killed here, never the machine.
db.exec('PRAGMA synchronous = OFF')
const nextRow = db.prepare('select min(seq) as seq from row where key = ? and worker is null')
const claim = db.prepare('update row set worker = ? where key = ? and seq = ? and worker is null')
const note = db.prepare('insert into done (key, seq) values (?, ?)')
const busy = new Set<string>()
let stopsAfterRow = false

const queue = new BullQueue({
  clock: systemClock,
  process: work,
  onError: (key, error) => fail(`${key}: ${String(error)}`),
  due: () =>
    Promise.resolve(
      db
        .prepare('select distinct key from row where worker is null')
        .all()
        .map(({ key }) => String(key)),
    ),
  url,
  prefix,
  shardCount: 8,
  leaseMs: 300,
  sweepMs: 1000,
  onTrouble: () => undefined,
})

process.on('message', (message: AddRows | 'stop') => {
  if (message === 'stop') return void (stopsAfterRow = true)
  const { keys, first, count } = message
  const insert = db.prepare('insert into row (key, seq) values (?, ?)')
  db.exec('BEGIN IMMEDIATE')
  for (const key of keys) for (let seq = first; seq < first + count; seq++) insert.run(key, seq)
  db.exec('COMMIT')
  for (const key of keys) queue.wake(key)
})
// Its parent has gone.
process.once('disconnect', () => process.exit())
process.send?.('ready')
await new Promise((resolve) => process.once('SIGTERM', resolve))
await queue[Symbol.asyncDispose]()
process.disconnect()

/** Row after row; a row and the note of it are one commit, as a message and its record are. */
async function work(key: string, signal: AbortSignal): Promise<LaneOutcome> {
  if (busy.has(key)) fail(`${key} is worked on twice at once`)
  busy.add(key)
  try {
    while (!signal.aborted) {
      const { seq } = nextRow.get(key) as { seq: number | null }
      if (seq === null) break
      await turn()
      db.exec('BEGIN IMMEDIATE')
      if (claim.run(process.pid, key, seq).changes === 1) note.run(key, seq)
      db.exec('COMMIT')
      process.send?.({ key, seq } satisfies RowDone)
      // Between two rows: a process that is stopped inside a transaction would hold up everybody.
      if (stopsAfterRow) process.kill(process.pid, 'SIGSTOP')
      stopsAfterRow = false
    }
    return { kind: 'idle' }
  } finally {
    busy.delete(key)
  }
}

function fail(words: string): void {
  process.stderr.write(`${words}\n`)
  process.exit(1)
}
