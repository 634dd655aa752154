import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite, type Database } from '@pons/database'
import { configWith, startHomeserver, type Homeserver } from '@pons/homeserver'
import { parseUserId, type RoomId, type UserId } from '@pons/matrix'
import { generateRegistration } from '@pons/registration'
import { inParallel } from '../client.ts'
import type { Figure } from '../result.ts'

const members = 5000
const churn = 50_000
const target = { atMost: 40 }
/** What exists only to answer for state, and is written: the index over events and the slots' numbers. */
const stateObjects = ['event_by_slot', 'slot']

/**
 * Bytes of state for each state change, pages as SQLite has them, not compacted. Room A: 5,000 ghosts join. Room B: the
 * same, then 50,000 of them leave or come back in random order.
 */
export async function stateBytes(): Promise<Figure[]> {
  return [
    { bench: 'state-bytes', metric: 'room_a', value: await bytesPerChange(0), unit: 'B', target },
    { bench: 'state-bytes', metric: 'room_b', value: await bytesPerChange(churn), unit: 'B', target },
  ]
}

async function bytesPerChange(changes: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-state-'))
  try {
    await using database = await openSqlite(join(folder, 'state.db'))
    const before = await stateSize(database)
    const config = configWith({ server_name: 'bench.local' })
    await using homeserver = await startHomeserver({ config, database })
    const total = await fill(homeserver, changes)
    return ((await stateSize(database)) - before) / total
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Returns how many state events the room has. */
async function fill(homeserver: Homeserver, changes: number): Promise<number> {
  const { accounts, memberships } = homeserver.services
  await homeserver.appservices.register(
    generateRegistration({
      id: 'bench',
      senderLocalpart: 'benchbot',
      users: [{ regex: '@irc_.*:bench\\.local', exclusive: true }],
    }),
  )
  const creator = parseUserId('@creator:bench.local')
  await accounts.create({ userId: creator, password: 'measured-password' })
  const roomId = await createRoom(homeserver, 'creator', 'measured-password')
  const ghost = (index: number): UserId => parseUserId(`@irc_nick${String(index).padStart(5, '0')}:bench.local`)
  await inParallel(members, 64, (index) => memberships.join({ roomId, sender: ghost(index) }))
  const isIn = Array.from({ length: members }, () => true)
  let seed = 7
  for (let done = 0; done < changes; done += 500) {
    const chosen = new Set<number>()
    while (chosen.size < 500) chosen.add((seed = (seed * 48_271) % 2_147_483_647) % members)
    const batch = [...chosen]
    await inParallel(batch.length, 64, async (at) => {
      const index = batch[at] ?? 0
      const change = { roomId, sender: ghost(index) }
      await (isIn[index] ? memberships.leave(change) : memberships.join(change))
      isIn[index] = !isIn[index]
    })
  }
  const sql = 'select count(*) as n from event where slot is not null'
  return (await homeserver.services.database.get<{ n: number }>(sql))?.n ?? 0
}

async function createRoom(homeserver: Homeserver, user: string, password: string): Promise<RoomId> {
  const call = async (url: string, body: object, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const answer = await homeserver.dispatch({ method: 'POST', url, headers, body })
    return answer.body as Record<string, string>
  }
  const login = await call('/_matrix/client/v3/login', {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user },
    password,
  })
  const room = await call('/_matrix/client/v3/createRoom', { preset: 'public_chat' }, login['access_token'])
  return room['room_id'] as RoomId
}

async function stateSize(database: Database): Promise<number> {
  const names = stateObjects.map((_, index) => `$${index + 1}`).join(', ')
  const sql = `select coalesce(sum(pgsize), 0) as bytes from dbstat where name in (${names})`
  return (await database.get<{ bytes: number }>(sql, ...stateObjects))?.bytes ?? 0
}
