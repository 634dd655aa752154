import assert from 'node:assert/strict'
import { DataError, type Database, type SqlValue } from '../src/index.ts'
import { engines, type TestDatabase } from './engines.ts'

const refused: readonly { name: string; value: SqlValue }[] = [
  { name: 'NUL', value: 'a\0b' },
  { name: 'the first half of a surrogate pair', value: 'a\ud83d' },
  { name: 'the second half of a surrogate pair', value: '\ude00b' },
  { name: 'a fraction', value: 1.5 },
  { name: 'an integer beyond 2^53', value: 2 ** 53 },
  { name: 'infinity', value: Infinity },
  { name: 'not a number', value: NaN },
]

describe('data that cannot be stored is refused alike by both engines', () => {
  for (const { name, open } of engines) {
    describe(name, () => {
      let test: TestDatabase
      let database: Database
      before(async function () {
        if (open === undefined) return this.skip()
        test = await open()
        ;({ database } = test)
        await database.transaction(async (tx) => {
          await tx.run('create table item (id bigint primary key, name text)')
          await tx.run('insert into item (id, name) values (1, $1)', 'first')
        })
      })
      after(async () => await test?.[Symbol.asyncDispose]())

      const column = (value: SqlValue): string => (typeof value === 'number' ? 'id' : 'name')
      const id = (value: SqlValue): SqlValue => (typeof value === 'number' ? value : 2)

      for (const { name: what, value } of refused) {
        it(`${what}, in a write that is waited for`, async () => {
          const write = database.transaction((tx) =>
            tx.run('insert into item (id, name) values ($1, $2)', id(value), value),
          )
          await assert.rejects(write, DataError)
        })

        it(`${what}, in a write that is not`, async () => {
          const write = database.transaction(async (tx) => {
            try {
              tx.post('insert into item (id, name) values ($1, $2)', id(value), value)
            } catch {
              // Whatever the work does with it, the transaction fails.
            }
          })
          await assert.rejects(write, DataError)
        })

        it(`${what}, in a read`, async () => {
          await assert.rejects(database.get(`select id from item where ${column(value)} = $1`, value), DataError)
        })
      }

      it('a broken constraint', async () => {
        await assert.rejects(
          database.transaction((tx) => tx.run('insert into item (id, name) values (1, $1)', 'again')),
          DataError,
        )
      })

      it('and the others of its group are stored', async () => {
        const good = database.transaction((tx) => tx.run('insert into item (id, name) values (3, $1)', 'good'))
        const bad = database.transaction((tx) => tx.run('insert into item (id, name) values (4, $1)', 'b\0d'))
        await assert.rejects(bad, DataError)
        assert.equal(await good, 1)
      })

      it('while emoji, controls and the last integers are kept', async () => {
        const name = '😀\u0001\uffff'
        await database.transaction((tx) =>
          tx.run('insert into item (id, name) values ($1, $2)', Number.MAX_SAFE_INTEGER, name),
        )
        const row = await database.get('select name from item where id = $1', Number.MAX_SAFE_INTEGER)
        assert.deepEqual({ ...row }, { name })
      })
    })
  }
})
