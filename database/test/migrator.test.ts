import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { migrate, MigrationError, readMigrations, type Migration } from '../src/index.ts'
import { engines, type TestDatabase } from './engines.ts'

const first: Migration = {
  number: 1,
  name: 'first',
  oldestProgram: 1,
  sql: `-- a comment; with a semicolon
create table a (x bigint primary key);
-- only: sqlite
insert into a values (1);
-- only: postgres
insert into a values (2);
`,
}
const second: Migration = { number: 2, name: 'second', oldestProgram: 1, sql: 'create table b (y text);' }
const breaking: Migration = { number: 3, name: 'breaking', oldestProgram: 3, sql: 'drop table b' }

for (const engine of engines) {
  describe(`migrate on ${engine.name}`, () => {
    let held: TestDatabase
    beforeEach(async function () {
      if (!engine.open) return this.skip()
      held = await engine.open()
    })
    afterEach(() => held?.[Symbol.asyncDispose]())

    it('runs what is missing, once, and only the statements of its engine', async () => {
      const { database } = held
      assert.deepEqual(await migrate(database, { program: 'p', migrations: [first] }), ['first'])
      assert.deepEqual(await migrate(database, { program: 'p', migrations: [first, second] }), ['second'])
      assert.deepEqual(await migrate(database, { program: 'p', migrations: [first, second] }), [])
      const row = await database.get<{ x: number }>('select x from a')
      assert.equal(row?.x, database.engine === 'sqlite' ? 1 : 2)
    })

    it('lets an older program run where the newer schema allows it, and refuses where not', async () => {
      const { database } = held
      await migrate(database, { program: 'p', migrations: [first, second] })
      assert.deepEqual(await migrate(database, { program: 'p', migrations: [first] }), [])
      await migrate(database, { program: 'p', migrations: [first, second, breaking] })
      await assert.rejects(migrate(database, { program: 'p', migrations: [first, second] }), MigrationError)
    })

    it('undoes a step that fails and keeps those before', async () => {
      const { database } = held
      const broken: Migration = { ...second, sql: 'create table b (y text);\ncreate table a (again text);' }
      await assert.rejects(migrate(database, { program: 'p', migrations: [first, broken] }))
      assert.deepEqual(await migrate(database, { program: 'p', migrations: [first, second] }), ['second'])
    })

    it('keeps programs apart, and two starts at once from migrating twice', async () => {
      const { database } = held
      const other = await held.reopen()
      const options = { program: 'p', migrations: [first, second] }
      const ran = await Promise.all([migrate(database, options), migrate(other, options)])
      assert.deepEqual(ran.flat().sort(), ['first', 'second'])
      assert.deepEqual(await migrate(database, { program: 'q', migrations: [{ ...second, number: 1, sql: '' }] }), [
        'second',
      ])
      if (other !== database) await other[Symbol.asyncDispose]()
    })
  })
}

describe('readMigrations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pons-migrations-'))
  const url = pathToFileURL(`${folder}/`)
  after(() => rmSync(folder, { recursive: true }))

  it('reads files in order and refuses gaps and other names', () => {
    writeFileSync(join(folder, '0001-one.sql'), 'select 1;')
    writeFileSync(join(folder, '0002-two.sql'), '-- oldest-program: 1\nselect 2;')
    assert.deepEqual(
      readMigrations(url).map(({ number, name, oldestProgram }) => [number, name, oldestProgram]),
      [
        [1, 'one', 1],
        [2, 'two', 1],
      ],
    )
    writeFileSync(join(folder, '0004-four.sql'), '')
    assert.throws(() => readMigrations(url), /migration 3 is missing/)
    writeFileSync(join(folder, '3.sql'), '')
    assert.throws(() => readMigrations(url), MigrationError)
  })
})
