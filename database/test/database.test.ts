import assert from 'node:assert/strict'
import type { Database } from '../src/index.ts'
import { engines, type TestDatabase } from './engines.ts'

const INSERT = 'insert into item (id, name) values ($1, $2)'

for (const engine of engines) {
  describe(`Database on ${engine.name}`, () => {
    let held: TestDatabase
    let db: Database

    before(async function () {
      if (!engine.open) return this.skip()
      held = await engine.open()
      db = held.database
    })
    after(() => held?.[Symbol.asyncDispose]())
    beforeEach(async () => {
      await db.transaction(async (tx) => {
        await tx.run('drop table if exists item')
        await tx.run(
          db.engine === 'sqlite'
            ? 'create table item (id integer primary key, name text, bytes blob, big bigint)'
            : 'create table item (id bigint primary key, name text, bytes bytea, big bigint)',
        )
      })
    })

    const rows = (): Promise<{ id: number; name: string }[]> => db.all('select id, name from item order by id')

    it('returns what was written, with counts and 64-bit values as numbers', async () => {
      const bytes = new Uint8Array([0, 255, 1])
      const changed = await db.transaction((tx) =>
        tx.run('insert into item (id, name, bytes, big) values ($1, $2, $3, $4)', 1, 'a', bytes, 2 ** 53 - 1),
      )
      assert.equal(changed, 1)
      const row = await db.get<{ big: number; bytes: Uint8Array; n: number }>(
        'select big, bytes, (select count(*) from item) as n from item where id = $1',
        1,
      )
      assert.equal(row?.big, 2 ** 53 - 1)
      assert.equal(row?.n, 1)
      assert.deepEqual(new Uint8Array(row?.bytes ?? []), bytes)
      assert.equal(await db.get('select id from item where id = $1', 2), undefined)
    })

    it('binds placeholders by number, repeated and out of order', async () => {
      await db.transaction((tx) => tx.run(INSERT, 1, "it's $2"))
      const row = await db.get(
        "select name || '$1' as t from item where name = $2 and id = $1 and name = $2",
        1,
        "it's $2",
      )
      assert.deepEqual({ ...row }, { t: "it's $2$1" })
    })

    it('refuses a statement whose parameters are missing', async () => {
      await assert.rejects(db.get('select $2 + $1 as x', 1))
    })

    it('undoes a throwing transaction alone and keeps the others of its group', async () => {
      const results = await Promise.allSettled([
        db.transaction((tx) => tx.run(INSERT, 1, 'first')),
        db.transaction(async (tx) => {
          await tx.run(INSERT, 2, 'undone')
          throw new Error('no')
        }),
        db.transaction((tx) => tx.run(INSERT, 1, 'duplicate')),
        db.transaction((tx) => tx.run(INSERT, 3, 'third')),
      ])
      assert.deepEqual(
        results.map((result) => result.status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      )
      assert.deepEqual(
        (await rows()).map((row) => row.id),
        [1, 3],
      )
    })

    it('runs transactions one after another in the order they were asked for', async () => {
      const order: string[] = []
      await Promise.all(
        [1, 2, 3].map((id) =>
          db.transaction(async (tx) => {
            order.push(`start ${id}`)
            await tx.run(INSERT, id, 'x')
            await tx.get('select count(*) as n from item')
            order.push(`end ${id}`)
          }),
        ),
      )
      assert.deepEqual(order, ['start 1', 'end 1', 'start 2', 'end 2', 'start 3', 'end 3'])
    })

    it('runs effects after the commit in commit order, and of an undone transaction those for that alone', async () => {
      const seen: string[] = []
      const write = (id: number, fails = false): Promise<void> =>
        db.transaction(async (tx) => {
          tx.onCommit(() => seen.push(`effect ${id}`))
          tx.onUndone(() => seen.push(`undone ${id}`))
          await tx.run(INSERT, id, 'x')
          if (fails) throw new Error('no')
        })
      await Promise.allSettled([
        write(1).then(() => seen.push('resolved 1')),
        write(2, true),
        write(3).then(() => seen.push('resolved 3')),
      ])
      assert.deepEqual(seen, ['undone 2', 'effect 1', 'effect 3', 'resolved 1', 'resolved 3'])
    })

    it('does not show a read what is not committed yet', async () => {
      let during: Promise<object | undefined> | undefined
      await db.transaction(async (tx) => {
        await tx.run(INSERT, 1, 'x')
        during = db.get('select id from item where id = 1')
        // In memory a read waits for the group, so it must not be waited for inside.
        if (engine.name !== 'SQLite in memory') assert.equal(await during, undefined)
      })
      await during
      assert.ok(await db.get('select id from item where id = 1'))
    })

    it('sees its own writes inside a transaction, and refuses the transaction after its end', async () => {
      let kept: unknown
      await db.transaction(async (tx) => {
        await tx.run(INSERT, 1, 'x')
        assert.equal((await tx.all('select id from item')).length, 1)
        kept = tx
      })
      await assert.rejects((kept as { run: (sql: string) => Promise<number> }).run('delete from item'), /after its end/)
    })

    it('keeps what was posted, in order with the rest', async () => {
      const seen = await db.transaction(async (tx) => {
        tx.post(INSERT, 1, 'a')
        tx.post('update item set name = $1', 'b')
        const row = await tx.get<{ name: string }>('select name from item')
        tx.post(INSERT, 2, 'c')
        return row?.name
      })
      assert.equal(seen, 'b')
      assert.equal((await rows()).length, 2)
    })

    it('undoes alone the transaction of a posted statement that fails, and tells its error', async () => {
      const effects: number[] = []
      const results = await Promise.allSettled([
        db.transaction((tx) => tx.run(INSERT, 1, 'first')),
        db.transaction(async (tx) => {
          tx.onCommit(() => effects.push(2))
          tx.post(INSERT, 2, 'undone')
          tx.post(INSERT, 1, 'duplicate')
        }),
        db.transaction(async (tx) => {
          try {
            tx.post(INSERT, 1, 'duplicate')
            await tx.all('select id from item')
          } catch {
            // To swallow the error does not save the transaction.
          }
        }),
        db.transaction(async (tx) => tx.post(INSERT, 3, 'third')),
      ])
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      )
      for (const result of results) {
        if (result.status === 'rejected') assert.match(String(result.reason), /unique/i)
      }
      assert.deepEqual(
        (await rows()).map(({ id }) => id),
        [1, 3],
      )
      assert.deepEqual(effects, [])
    })

    it('returns rows of insert … returning, and of upserts', async () => {
      const row = await db.transaction((tx) =>
        tx.get<{ id: number }>(
          'insert into item (id, name) values ($1, $2) on conflict (id) do update set name = $2 returning id',
          7,
          'x',
        ),
      )
      assert.equal(row?.id, 7)
    })

    it('keeps hundreds of concurrent transactions', async () => {
      await Promise.all(Array.from({ length: 700 }, (_, id) => db.transaction((tx) => tx.run(INSERT, id, 'x'))))
      assert.equal((await rows()).length, 700)
    })

    it('finishes what was queued before closing, and refuses work after', async function () {
      const { open } = engine
      if (!open) return this.skip()
      const other = await open()
      const { database } = other
      await database.transaction((tx) => tx.run('create table t (x bigint)'))
      const writing = database.transaction((tx) => tx.run('insert into t values (1)'))
      await other[Symbol.asyncDispose]()
      assert.equal(await writing, 1)
      await assert.rejects(
        database.transaction((tx) => tx.run('insert into t values (2)')),
        /closed/,
      )
    })
  })
}
