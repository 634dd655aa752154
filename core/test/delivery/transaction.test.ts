import assert from 'node:assert/strict'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('transactions of the homeserver', (open) => {
  const push = (stage: Stage, txnId: string, events: object[], token = stage.hsToken) =>
    stage.bridge().appservice.dispatch({
      method: 'PUT',
      url: `/_matrix/app/v1/transactions/${txnId}`,
      headers: { authorization: `Bearer ${token}` },
      body: { events },
    })

  async function room(stage: Stage): Promise<string> {
    const alice = await stage.person('alice')
    return await alice.join('#sim_garden:test.local')
  }

  const event = (roomId: string, id: string, text: string) => ({
    event_id: id,
    room_id: roomId,
    sender: '@alice:test.local',
    type: 'm.room.message',
    origin_server_ts: 1,
    content: { msgtype: 'm.text', body: text },
  })

  it('takes an event in once, however often and in whatever transaction it comes', async () => {
    await using stage = await open()
    const roomId = await room(stage)
    const first = [event(roomId, '$one', 'one'), event(roomId, '$two', 'two')]
    assert.equal((await push(stage, 't1', first)).status, 200)
    assert.equal((await push(stage, 't1', first)).status, 200)
    assert.equal(
      (await push(stage, 't2', [event(roomId, '$two', 'two'), event(roomId, '$three', 'three')])).status,
      200,
    )
    await stage.network.arrival(({ text }) => text === 'three')
    await stage.restartBridge()
    assert.equal((await push(stage, 't3', [event(roomId, '$one', 'one')])).status, 200)
    await stage.settled()
    assert.deepEqual(
      stage.network.fromMatrix('garden').map(({ text }) => text),
      ['one', 'two', 'three'],
    )
  })

  it('refuses a wrong token, no token, and a body that is no transaction', async () => {
    await using stage = await open()
    const wrong = await push(stage, 't1', [], 'wrong')
    assert.deepEqual([wrong.status, (wrong.body as { errcode: string }).errcode], [403, 'M_FORBIDDEN'])
    const url = '/_matrix/app/v1/transactions/t1'
    const none = await stage.bridge().appservice.dispatch({ method: 'PUT', url, headers: {}, body: { events: [] } })
    assert.equal(none.status, 401)
    const headers = { authorization: `Bearer ${stage.hsToken}` }
    const bad = await stage.bridge().appservice.dispatch({ method: 'PUT', url, headers, body: { events: 'none' } })
    assert.deepEqual([bad.status, (bad.body as { errcode: string }).errcode], [400, 'M_BAD_JSON'])
  })

  it('passes over what is no event without losing the events beside it', async () => {
    await using stage = await open()
    const roomId = await room(stage)
    const answer = await push(stage, 't1', [{}, event(roomId, '$one', 'one'), { type: 7 }])
    assert.equal(answer.status, 200)
    await stage.network.arrival(({ text }) => text === 'one')
  })
})
