import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { roomVersion } from '@pons/matrix'
import { Resolutions } from '../../src/state/resolutions.ts'
import { testHomeserver } from '../support.ts'

describe('state resolution', () => {
  it('is counted', () => {
    const resolutions = new Resolutions()
    const resolved = resolutions.resolve([new Map(), new Map()], {
      version: roomVersion('11'),
      lookup: () => undefined,
      verify: () => false,
    })
    assert.equal(resolved.size, 0)
    assert.equal(resolutions.count, 1)
  })

  it('is reached in one place alone', () => {
    const folder = new URL('../../src/', import.meta.url).pathname
    const users = globSync('**/*.ts', { cwd: folder }).filter((file) =>
      /\bresolveState\b/.test(readFileSync(folder + file, 'utf8')),
    )
    assert.deepEqual(users, ['state/resolutions.ts'])
  })

  it('never runs while rooms are lines', async () => {
    await using server = await testHomeserver()
    const alice = await server.register('alice')
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    const users = await Promise.all(['a', 'b', 'c', 'd'].map((name) => server.register(name)))
    await Promise.all(users.map((user) => user.join(roomId)))
    await Promise.all(users.map((user) => user.send(roomId, `from ${user.userId}`)))
    await Promise.all(users.map((user) => user.post(user.room(roomId, 'leave'))))
    await alice.setState(roomId, 'm.room.name', { name: 'x' })
    assert.equal(server.homeserver.services.timeline.resolutions, 0)
  })
})
