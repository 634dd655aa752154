import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { WorkerProcess, type AddRows } from './worker-process.ts'

const redisUrl = process.env['TEST_REDIS_URL']

describe('processes that share a queue on Redis', function () {
  if (redisUrl === undefined) return void it('needs TEST_REDIS_URL')
  const keys = Array.from({ length: 24 }, (_, number) => `portal ${number}`)

  it('work on the rows of each key in order, each once, and share the keys', async () => {
    await using stage = startStage(redisUrl)
    const [one, other] = [await stage.worker(), await stage.worker()]
    let batches = 0
    do {
      one.add(rows(5 * batches++, 5))
      while (one.doneCount + other.doneCount < batches * 5 * keys.length) {
        await Promise.race([one.nextDone(), other.nextDone()])
      }
      // The second takes its share once it has been there for a moment.
    } while (other.doneCount === 0)
    one.add(rows(1_000_000, 20))
    other.add({ keys: keys.map((key) => `another ${key}`), first: 0, count: 20 })
    await stage.allDone([one, other], (batches * 5 + 40) * keys.length)
    assert.ok(one.doneCount > 0)
  })

  it('take over what one of them was killed over', async () => {
    await using stage = startStage(redisUrl)
    const [one, other] = [await stage.worker(), await stage.worker()]
    one.add(rows(0, 40))
    await one.nextDone()
    one.signal('SIGKILL')
    await using third = await stage.worker()
    third.add(rows(40, 20))
    await stage.allDone([other, third], 60 * keys.length)
  })

  it('take over from one that was stopped, which does nothing twice when it goes on', async () => {
    await using stage = startStage(redisUrl)
    const [one, other] = [await stage.worker(), await stage.worker()]
    one.add(rows(0, 40))
    await one.nextDone()
    one.stop()
    await stage.allDone([one, other], 40 * keys.length)
    one.signal('SIGCONT')
    other.add(rows(40, 20))
    await stage.allDone([one, other], 60 * keys.length)
  })

  it('lose nothing with a Redis that forgets everything and drops them', async () => {
    await using stage = startStage(redisUrl)
    const [one, other] = [await stage.worker(), await stage.worker()]
    for (const first of [0, 20, 40]) {
      one.add(rows(first, 20))
      await Promise.race([one.nextDone(), other.nextDone()])
      await stage.restartRedis()
    }
    await stage.allDone([one, other], 60 * keys.length)
  })

  function rows(first: number, count: number): AddRows {
    return { keys, first, count }
  }
})

/** A table of rows, and processes that work on them. */
function startStage(url: string) {
  const folder = mkdtempSync(join(tmpdir(), 'pons-queue-'))
  const file = join(folder, 'rows.db')
  const db = new DatabaseSync(file, { timeout: 5000 })
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('CREATE TABLE row (key TEXT, seq INTEGER, worker INTEGER, PRIMARY KEY (key, seq))')
  db.exec('CREATE TABLE done (nid INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, seq INTEGER)')
  const prefix = `test-${randomUUID()}`
  const redis = new Redis(url)
  const workers: WorkerProcess[] = []
  const countOf = (sql: string): number => Number(db.prepare(sql).get()?.['count'])
  return {
    async worker() {
      const worker = await WorkerProcess.start(file, url, prefix)
      workers.push(worker)
      return worker
    },
    /** What a server that kept nothing on disk is like after a restart. */
    async restartRedis() {
      await redis.flushall()
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    },
    /** Waits until so many rows are done, and looks at the order. */
    async allDone(by: readonly WorkerProcess[], count: number) {
      while (countOf('select count(*) as count from done') < count) {
        await Promise.race(by.map(async (worker) => await worker.nextDone()))
      }
      const all = db.prepare('select key, seq from done order by nid').all() as { key: string; seq: number }[]
      assert.equal(all.length, count, 'each once')
      for (const [key, ofKey] of Map.groupBy(all, (row) => row.key)) {
        const order = ofKey.map(({ seq }) => seq)
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
          `in order for ${key}`,
        )
      }
    },
    async [Symbol.asyncDispose]() {
      for (const worker of workers) await worker[Symbol.asyncDispose]()
      redis.disconnect()
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
