import assert from 'node:assert/strict'
import { migrate, readMigrations, type Database } from '@pons/database'
import { engines } from '../../../database/test/engines.ts'

const migrations = readMigrations(new URL('../../src/migrations/', import.meta.url))
const move = migrations.findIndex(({ name }) => name.includes('message-ids-in-boxes'))

/** Event, portal, remote id, author, time, network. */
type MessageRow = readonly [string, number, string, string, number, string?]

for (const { name, open } of engines) {
  describe(`message ids that an earlier version stored belong to a box (${name})`, () => {
    if (open === undefined) {
      it('needs TEST_POSTGRES_URL')
      return
    }

    const upgraded = async (fill: (run: (sql: string) => Promise<unknown>) => Promise<void>) => {
      const owned = await open()
      const { database } = owned
      await migrate(database, { program: 'bridge', migrations: migrations.slice(0, move) })
      await database.transaction(async (tx) => await fill((sql) => tx.run(sql)))
      await migrate(database, { program: 'bridge', migrations })
      return owned
    }
    const portal = (nid: number, chat: string, receiver: string, network = 'telegram') =>
      `insert into bridge_portal (portal_nid, network, chat, receiver, last_confirmed) values (${nid}, '${network}', '${chat}', '${receiver}', '3')`
    const journal = (seq: number, nid: number, id: string, payload?: object) =>
      `insert into bridge_journal (seq, portal_nid, remote_id, payload, state, received_ts)
        values (${seq}, ${nid}, '${id}', ${payload === undefined ? 'null' : `'${JSON.stringify(payload)}'`}, 1, ${seq * 1000})`
    const message = (...[event, nid, id, author, ts, network = 'telegram']: MessageRow) =>
      `insert into bridge_message (network, event_id, part, portal_nid, remote_id, author_remote, author_matrix, author_name, body, ts)
        values ('${network}', '${event}', 0, ${nid}, '${id}', ${author.startsWith('@') ? 'null' : `'${author}'`},
        ${author.startsWith('@') ? `'${author}'` : 'NULL'}, 'x', 'x', ${ts})`
    const alias = (from: string, login: string, to: string) =>
      `insert into bridge_alias (network, kind, receiver, alias, id) values ('telegram', 'chat', '', '["${from}","${login}"]', '["${to}",""]')`
    const remoteIds = async (db: Database, table: string, order: string) =>
      (await db.all<{ remote_id: string }>(`select remote_id from ${table} order by ${order}`)).map(
        (row) => row.remote_id,
      )

    it('the account’s for private chats and basic groups, the channel’s for channels', async () => {
      await using owned = await upgraded(async (run) => {
        await run(portal(1, 'u5', '7'))
        await run(portal(2, 'c9', ''))
        await run(portal(3, 'libera/#x', '', 'irc'))
        await run(journal(1, 1, '45'))
        await run(journal(2, 1, 'edit:45:1:hash'))
        await run(journal(3, 2, 'delete:12'))
        await run(journal(4, 2, 'member:13:u5'))
        await run(journal(5, 3, '77'))
        await run(journal(6, 1, 'login:7'))
        await run(message('$a', 1, '45', 'u5', 1))
        await run(message('$b', 2, '12', '@ada:x', 1))
        await run(message('$c', 3, '77', 'libera/x', 1, 'irc'))
      })
      const db = owned.database
      assert.deepEqual(await remoteIds(db, 'bridge_message', 'event_id'), ['u7:45', 'c9:12', '77'])
      assert.deepEqual(await remoteIds(db, 'bridge_journal', 'seq'), [
        'u7:45',
        'edit:u7:45:1:hash',
        'delete:c9:12',
        'member:c9:13:u5',
        '77',
        'login:7',
      ])
      const confirmed = await db.all<{ last_confirmed: string }>(
        'select last_confirmed from bridge_portal order by portal_nid',
      )
      assert.deepEqual(
        confirmed.map(({ last_confirmed: last }) => last),
        ['u7:3', 'c9:3', '3'],
      )
    })

    it('before the group moved the account’s, after it the channel’s', async () => {
      await using owned = await upgraded(async (run) => {
        await run(portal(1, 'c9', ''))
        await run(alias('g3', '7', 'c9'))
        await run(journal(1, 1, '10'))
        await run(journal(2, 1, 'migrated:g3'))
        await run(journal(3, 1, '2'))
        await run(message('$a', 1, '10', 'u5', 900))
        await run(message('$b', 1, '11', '@ada:x', 950))
        await run(message('$c', 1, '2', 'u5', 2500))
        await run(message('$d', 1, '3', '@ada:x', 3000))
      })
      assert.deepEqual(await remoteIds(owned.database, 'bridge_message', 'event_id'), [
        'u7:10',
        'u7:11',
        'c9:2',
        'c9:3',
      ])
      assert.deepEqual(await remoteIds(owned.database, 'bridge_journal', 'seq'), ['u7:10', 'migrated:g3', 'c9:2'])
    })

    it('nobody’s where two accounts had the group and whose it was is not known', async () => {
      await using owned = await upgraded(async (run) => {
        await run(portal(1, 'c9', ''))
        await run(alias('g3', '7', 'c9'))
        await run(alias('g3', '8', 'c9'))
        await run(journal(1, 1, '10'))
        await run(journal(2, 1, 'migrated:g3'))
        await run(message('$a', 1, '10', 'u5', 900))
      })
      assert.deepEqual(await remoteIds(owned.database, 'bridge_message', 'event_id'), ['unknown:10'])
    })

    it('inside of what is not delivered yet, too, whatever the words are', async () => {
      const sender = { id: 'u5', avatar: { id: '45', source: {} } }
      const chat = { chat: 'u5', receiver: '7' }
      const words = '"id":"45" "target":"45" \u0000'
      await using owned = await upgraded(async (run) => {
        await run(portal(1, 'u5', '7'))
        await run(journal(1, 1, '45', { kind: 'message', chat, id: '45', sender, replyTo: '44', text: words }))
        await run(journal(2, 1, 'edit:45:1:h', { kind: 'edit', chat, id: 'edit:45:1:h', sender, target: '45' }))
        await run(journal(3, 1, 'login:7', { kind: 'snapshot', chat, id: 'login:7', sender }))
      })
      const rows = await owned.database.all<{ payload: string }>('select payload from bridge_journal order by seq')
      assert.deepEqual(
        rows.map(({ payload }) => JSON.parse(payload) as unknown),
        [
          // Under the old name it may have been sent already: a repeat must be the same event.
          { kind: 'message', chat, id: 'u7:45', formerId: '45', sender, replyTo: 'u7:44', text: words },
          { kind: 'edit', chat, id: 'edit:u7:45:1:h', formerId: 'edit:45:1:h', sender, target: 'u7:45' },
          { kind: 'snapshot', chat, id: 'login:7', sender },
        ],
      )
    })
  })
}
