import assert from 'node:assert/strict'
import { systemClock } from '@pons/core'
import type { RoomId, UserId } from '@pons/matrix'
import { pino } from 'pino'
import { httpDispatch } from '../../core/src/matrix-side/http-dispatch.ts'
import { MatrixApi } from '../../core/src/matrix-side/matrix-api.ts'
import { MatrixClient } from '../../core/src/matrix-side/matrix-client.ts'
import { findSynapse } from '../src/synapse/synapse.ts'
import { startSynapseStage } from '../src/synapse/synapse-stage.ts'

const botUserId = '@ircbot:other.test' as UserId
const ghost = '@irc_test_talker:other.test' as UserId

describe('what Synapse is sent by a device', function () {
  const python = findSynapse()
  if (python === undefined) {
    it('needs Synapse: node scripts/provision.ts synapse')
    return
  }

  it('is known through its death: a repeat answers with the first event', async () => {
    await using stage = await startSynapseStage(python, { id: 'irc', settings: {} })
    const { synapse, registration } = stage
    await using dispatch = await httpDispatch(synapse.url)
    const { signal } = new AbortController()
    const parts = {
      dispatch,
      asToken: registration.as_token,
      clock: systemClock,
      logger: pino({ level: 'silent' }),
      signal,
    }
    const api = new MatrixApi(new MatrixClient({ ...parts, device: { id: 'PONS', botUserId } }))
    await api.register('ircbot')
    await api.register('irc_test_talker')
    const roomId: RoomId = await api.createRoom({ preset: 'public_chat' })
    await api.join(roomId, { actAs: ghost })
    const sends = [{}, { actAs: ghost, timestampMs: 1_700_000_000_000 }].map((acting, index) => async () => {
      const event = { type: 'm.room.message', txnId: `said-${index}`, content: { msgtype: 'm.text', body: 'once' } }
      const eventId = await api.send(roomId, event, acting)
      return [eventId, await api.redact(roomId, { eventId, txnId: `taken-back-${index}` }, acting)]
    })
    const first = await Promise.all(sends.map((send) => send()))
    await synapse.kill()
    await synapse.start()
    assert.deepEqual(await Promise.all(sends.map((send) => send())), first)
  })
})
