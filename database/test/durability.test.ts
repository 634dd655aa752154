import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../src/index.ts'
import { Checkpointer } from '../src/sqlite/checkpointer.ts'
import { openSqlite } from '../src/sqlite/open-sqlite.ts'
import { syncData } from '../src/sqlite/write-ahead-log.ts'

const INSERT = 'insert into item (id, name) values ($1, $2)'

/** A disk whose syncs end when they are told to. */
class SlowDisk {
  readonly #waiting: ((error?: Error) => void)[] = []
  #asked: (() => void) | undefined
  isSlow = false

  readonly sync = async (descriptor: number): Promise<void> => {
    if (!this.isSlow) return syncData(descriptor)
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push((error) => (error ? reject(error) : resolve()))
      this.#asked?.()
    })
  }

  async untilAsked(): Promise<void> {
    while (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#asked = resolve))
  }

  end(error?: Error): void {
    for (const done of this.#waiting.splice(0)) done(error)
  }
}

/** As the log's header counts it: https://sqlite.org/walformat.html#the_wal_file_header */
function timesBegun(file: string): number {
  const header = Buffer.alloc(16)
  const log = openSync(`${file}-wal`, 'r')
  readSync(log, header)
  closeSync(log)
  return header.readUInt32BE(12)
}

describe('an SQLite file', () => {
  let folder: string
  let file: string
  let disk: SlowDisk
  let db: Database

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pons-database-'))
    file = join(folder, 'test.db')
    disk = new SlowDisk()
    db = await openSqlite(file, disk.sync)
    await db.transaction((tx) => tx.run('create table item (id integer primary key, name text)'))
  })
  afterEach(async () => {
    disk.end()
    await db[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const names = async (): Promise<string[]> =>
    (await db.all<{ name: string }>('select name from item order by id')).map(({ name }) => name)

  it('answers a transaction, and whoever reads it, when the disk has it', async () => {
    const seen: string[] = []
    disk.isSlow = true
    const written = db
      .transaction(async (tx) => {
        tx.onCommit(() => seen.push('effect'))
        return tx.run(INSERT, 1, 'a')
      })
      .then(() => seen.push('resolved'))
    await disk.untilAsked()
    const read = names().then((rows) => seen.push(`read ${rows.join()}`))
    // The loop turns meanwhile: what would answer too early has had its turns after this.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(seen, [])
    disk.end()
    await Promise.all([written, read])
    assert.equal(seen[0], 'effect')
    assert.deepEqual(new Set(seen), new Set(['effect', 'resolved', 'read a']))
  })

  it('takes those that come while the disk is busy into one commit', async () => {
    disk.isSlow = true
    let syncs = 0
    const first = db.transaction((tx) => tx.run(INSERT, 0, 'first'))
    await disk.untilAsked()
    const others = Array.from({ length: 30 }, (_, id) => db.transaction((tx) => tx.run(INSERT, id + 1, 'other')))
    while (true) {
      syncs += 1
      disk.end()
      const isDone = await Promise.race([Promise.all(others).then(() => true), disk.untilAsked().then(() => false)])
      if (isDone) break
    }
    await first
    assert.equal((await names()).length, 31)
    assert.equal(syncs, 2)
  })

  it('writes nothing more once the disk has refused a commit, and says so', async () => {
    disk.isSlow = true
    const written = db.transaction((tx) => tx.run(INSERT, 1, 'a'))
    await disk.untilAsked()
    disk.end(new Error('EIO'))
    await assert.rejects(written, /The disk did not take a commit; nothing more is written until a restart/)
    disk.isSlow = false
    await assert.rejects(
      db.transaction((tx) => tx.run(INSERT, 2, 'b')),
      /nothing more is written until a restart/,
    )
  })

  it('begins its log anew under writers that never pause, and keeps all that they wrote', async () => {
    let isEnough = false
    let ids = 0
    const write = async (): Promise<void> => {
      while (!isEnough) await db.transaction((tx) => tx.run(INSERT, ids++, 'written'))
    }
    const writers = Array.from({ length: 8 }, write)
    while (timesBegun(file) < 2) await new Promise((resolve) => setImmediate(resolve))
    isEnough = true
    await Promise.all(writers)
    await db[Symbol.asyncDispose]()
    db = await openSqlite(file)
    assert.deepEqual(await db.get(`select count(*) as written from item where name = 'written'`), { written: ids })
  })
})

describe('Checkpointer', () => {
  it('leaves the checkpoints to SQLite where its thread cannot work', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    await new Promise<void>((resolve) => {
      const checkpointer = new Checkpointer(join(tmpdir(), 'no such folder', 'no such file'), resolve)
      checkpointer.wrote(1_000_000)
    })
    assert.match((await warned).message, /directory does not exist|unable to open/)
  })
})
