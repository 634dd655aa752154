import assert from 'node:assert/strict'
import { onEveryEngine, type Stage } from '../support.ts'

const names = ['__proto__', 'constructor', 'prototype', 'toString'] as const
const shared = [Object, Function, Array, String, Map, Promise]

function sharedNames(): string[] {
  return shared.flatMap((of) => [of, of.prototype].flatMap((object) => Reflect.ownKeys(object).map(String)))
}

onEveryEngine('names from outside are never object keys, whatever the homeserver says', (open) => {
  const call = (stage: Stage, method: string, url: string, json?: object) =>
    stage.bridge().appservice.dispatch({
      method,
      url,
      headers: { authorization: `Bearer ${stage.hsToken}` },
      ...(json && { body: Buffer.from(JSON.stringify(json)) }),
    })

  /** An object that holds the name at every level, own like any other. */
  const nested = (name: string): object => Object.fromEntries([[name, Object.fromEntries([[name, { polluted: 1 }]])]])

  it('takes transactions with such names at every level, and passes the next message on', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    const before = sharedNames()
    for (const name of names) {
      const inner = nested(name)
      const base = { room_id: roomId, sender: '@alice:test.local', origin_server_ts: 1, unsigned: inner, ...inner }
      const types = ['m.room.message', 'm.room.power_levels', 'm.room.member', 'm.reaction', name]
      const events = types.flatMap((type, at) =>
        [
          { ...inner, users: inner },
          { users: inner, 'm.relates_to': inner, membership: name },
        ].map((content, of) => ({
          ...base,
          type,
          event_id: `$${name}${at}${of}`,
          content,
          ...(type !== 'm.room.message' && { state_key: name }),
        })),
      )
      const ephemeral = ['m.receipt', 'm.typing', name].map((type) => ({ type, room_id: roomId, content: inner }))
      const body = { events, ephemeral, to_device: [inner], device_lists: inner, ...inner }
      assert.equal((await call(stage, 'PUT', `/_matrix/app/v1/transactions/${name}`, body)).status, 200)
    }
    assert.deepEqual(sharedNames(), before)
    await alice.say(roomId, 'still here')
    await stage.network.arrival(({ text }) => text === 'still here')
  })

  it('answers questions about such names', async () => {
    await using stage = await open()
    const before = sharedNames()
    for (const name of names) {
      const query = names.map((of) => `${of}=${name}`).join('&')
      for (const path of ['protocol', 'location', 'user'].map((kind) => `thirdparty/${kind}/${name}`)) {
        const { status } = await call(stage, 'GET', `/_matrix/app/v1/${path}?${query}`)
        assert.ok(status < 500, `${path} ${status}`)
      }
      for (const path of [`users/@sim_${name}:test.local`, `rooms/${encodeURIComponent(`#sim_${name}:test.local`)}`]) {
        const { status } = await call(stage, 'GET', `/_matrix/app/v1/${path}?${query}`)
        assert.ok(status < 500, `${path} ${status}`)
      }
      const { status } = await call(stage, 'POST', '/_matrix/app/v1/ping', nested(name))
      assert.equal(status, 200)
    }
    assert.deepEqual(sharedNames(), before)
  })
})
