import assert from 'node:assert/strict'
import { migrate, openDatabase, readMigrations } from '@pons/database'

describe('a database of before the caps', () => {
  it('knows who made its rooms, and loses signatures of keys that are gone', async () => {
    const migrations = readMigrations(new URL('../../src/migrations/', import.meta.url))
    await using database = await openDatabase('sqlite::memory:')
    await migrate(database, { program: 'homeserver', migrations: migrations.slice(0, 7) })
    const content = JSON.stringify({ keys: { 'ed25519:MASTER+/x': 'MASTER+/x' } })
    await database.transaction(async (tx) => {
      for (const room of [1, 2]) {
        await tx.run(
          'insert into room (nid, room_id, version) values ($1, $2, $3)',
          room,
          `!r${room}:example.org`,
          '11',
        )
        for (const [at, sender] of [40 + room, 7].entries()) {
          await tx.run(
            `insert into event (nid, room, event_id, type, sender, branch, pos, depth, ts, status, refs, content)
              values ($1, $2, $3, 1, $4, 0, 0, 1, 1, 0, $5, $5)`,
            room * 10 + at,
            room,
            Buffer.from([room, at]),
            sender,
            Buffer.alloc(0),
          )
        }
      }
      await tx.run('insert into device_key (user_id, device_id, content) values ($1, $2, $3)', '@a:b', 'DEVICE', '{}')
      await tx.run(
        'insert into cross_signing_key (user_id, usage, content) values ($1, $2, $3)',
        '@a:b',
        'master',
        content,
      )
      for (const key of ['DEVICE', 'MASTER+/x', 'OLDMASTER', 'OLDDEVICE']) {
        await tx.run('insert into key_signature values ($1, $2, $3, $4, $5)', '@a:b', key, '@a:b', 'ed25519:D', 's')
      }
    })
    await migrate(database, { program: 'homeserver', migrations })
    const rooms = await database.all<{ creator: number }>('select creator from room order by nid')
    assert.deepEqual(
      rooms.map(({ creator }) => creator),
      [41, 42],
    )
    const kept = await database.all<{ target_key: string }>('select target_key from key_signature order by target_key')
    assert.deepEqual(
      kept.map((row) => row.target_key),
      ['DEVICE', 'MASTER+/x'],
    )
  })
})
