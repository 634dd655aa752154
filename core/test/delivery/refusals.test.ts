import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId } from '@pons/core'
import { MatrixError } from '@pons/matrix'
import { simChat, textDocument, type MatrixPerson } from '@pons/test'
import { isRefusal } from '../../src/matrix-side/refusal.ts'
import { onEveryEngine, type Stage } from '../support.ts'

describe('a refusal of the homeserver', () => {
  for (const [status, errcode, expected] of [
    [403, 'M_FORBIDDEN', true],
    [413, 'M_TOO_LARGE', true],
    [400, 'M_BAD_JSON', true],
    [404, 'M_NOT_FOUND', true],
    [429, 'M_LIMIT_EXCEEDED', false],
    [401, 'M_UNKNOWN_TOKEN', false],
    // Of a proxy in front of it, which names no errcode.
    [404, 'M_UNKNOWN', false],
    [500, 'M_UNKNOWN', false],
    [502, 'M_NOT_FOUND', false],
  ] as const) {
    it(`${status} ${errcode} is ${expected ? 'final' : 'none'}`, () => {
      assert.equal(isRefusal(new MatrixError(errcode, 'words', { status })), expected)
    })
  }

  it('403 M_UNKNOWN is final where the homeserver itself says it', () => {
    const fields = { errcode: 'M_UNKNOWN' }
    assert.equal(isRefusal(new MatrixError('M_UNKNOWN', 'words', { status: 403, fields })), true)
    assert.equal(isRefusal(new MatrixError('M_UNKNOWN', 'words', { status: 500, fields })), false)
  })
})

onEveryEngine('a refusal whose errcode says nothing', (open) => {
  const refused = { status: 403, headers: {}, body: { errcode: 'M_UNKNOWN', error: 'Not allowed' } }

  it('holds up nothing: what was refused is given up, and what is behind it goes on', async () => {
    let isRefusing = false
    await using stage = await open({
      between: ({ url }) => (isRefusing && url.includes('/send/m.room.message/') ? refused : undefined),
    })
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    await alice.join('#sim_garden:test.local')
    isRefusing = true
    await stage.network.say('garden', 'bert', 'refused')
    while ((await stage.bridge().backlog()).parked === 0) await new Promise(setImmediate)
    isRefusing = false
    await stage.network.say('garden', 'bert', 'taken')
    await alice.hear('taken')
  })

  it('a room that may not be listed is made all the same', async () => {
    await using stage = await open({
      between: ({ url }) => (url.includes('/directory/list/room/') ? refused : undefined),
    })
    const alice = await stage.person('alice')
    await stage.network.ingest({
      kind: 'message',
      chat: simChat('garden'),
      id: remoteMessageId('first'),
      timestampMs: 1_700_000_000_000,
      sender: { id: remoteUserId('bert'), name: 'bert' },
      document: textDocument('hello'),
      createPortal: { kind: 'group', joinRule: 'public', isListed: true },
    })
    await stage.settled()
    await alice.join('#sim_garden:test.local')
    await alice.hear('hello')
  })
})

onEveryEngine('what could pass again is mended first', (open) => {
  async function inRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    return { alice, roomId }
  }
  const base = (id: string) => ({ chat: simChat('garden'), id: remoteMessageId(id), timestampMs: 1_700_000_000_000 })
  const bert = { id: remoteUserId('bert'), name: 'bert' }

  /** Only the voiced may speak, and the ghost is not one of them, as after a change of nick. */
  async function moderate(stage: Stage): Promise<void> {
    const snapshot = { kind: 'group' as const, name: 'chat garden', joinRule: 'public' as const, sendLevel: 25 }
    await stage.network.ingest({ ...base('moderated'), kind: 'snapshot', snapshot })
    await stage.settled()
  }

  it('a ghost without the level to speak is given it, and nothing waits', async () => {
    await using stage = await open()
    const { alice } = await inRoom(stage)
    await moderate(stage)
    await stage.network.say('garden', 'bert', 'in a moderated room')
    await stage.network.say('garden', 'bert', 'and again')
    await alice.hear('and again')
    await alice.hear('in a moderated room')
    assert.equal((await stage.bridge().backlog()).parked, 0)
  })

  for (const [title, event] of [
    ['a reaction', { kind: 'reaction', target: 'm1', key: '👍', sender: bert }],
    ['an edit', { kind: 'edit', target: 'm1', document: textDocument('edited'), sender: bert }],
    ['a redaction', { kind: 'redaction', target: 'm1', sender: bert }],
  ] as const) {
    it(`${title} of a ghost without the level is brought, too`, async () => {
      await using stage = await open()
      const { alice } = await inRoom(stage)
      await moderate(stage)
      await stage.network.ingest({ ...base('x1'), ...event, target: remoteMessageId(event.target) } as never)
      const types = { reaction: 'm.reaction', edit: 'm.room.message', redaction: 'm.room.redaction' }
      const isOf = (type: string) => type === types[event.kind]
      await alice.see(
        ({ type, sender, content }) => isOf(type) && sender.startsWith('@sim_bert') && content['body'] !== 'first',
        title,
      )
    })
  }

  it('a ghost that was put out of the room comes back to say what its person said', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    await stage.homeserver.dispatch({
      method: 'POST',
      url: `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/kick`,
      headers: { authorization: `Bearer ${stage.asToken}` },
      body: { user_id: '@sim_bert:test.local' },
    })
    await stage.network.say('garden', 'bert', 'still here')
    await alice.hear('still here')
  })

  it('a ghost that was banned stays out: the room is told, and the others are heard at once', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    await stage.homeserver.dispatch({
      method: 'POST',
      url: `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/ban`,
      headers: { authorization: `Bearer ${stage.asToken}` },
      body: { user_id: '@sim_bert:test.local' },
    })
    await stage.network.say('garden', 'bert', 'unheard')
    await stage.network.say('garden', 'carl', 'heard')
    await alice.hear('heard')
    await alice.see(({ content }) => 'pons.undelivered' in content, 'the notice')
    assert.equal((await stage.bridge().backlog()).parked, 1)
  })
})

onEveryEngine('a clock that jumps', (open) => {
  for (const [title, timestampMs] of [
    ['ten days ahead', Date.now() + 10 * 86_400_000],
    ['before 1970', -5],
    ['that is no number', Number.NaN],
    ['with a fraction', 1_700_000_000_000.5],
    ['beyond all numbers', 1e300],
  ] as const) {
    it(`brings a message whose time is ${title}`, async () => {
      await using stage = await open()
      const alice = await stage.person('alice')
      await stage.network.say('garden', 'bert', 'first')
      await stage.settled()
      await alice.join('#sim_garden:test.local')
      const sender = { id: remoteUserId('bert'), name: 'bert' }
      const event = { kind: 'message', chat: simChat('garden'), sender, timestampMs } as const
      await stage.network.ingest([
        { ...event, id: remoteMessageId('t1'), document: textDocument('when?') },
        { ...event, id: remoteMessageId('t2'), document: textDocument('then') },
      ])
      await alice.hear('then')
      const seen = await alice.hear('when?')
      assert.ok(Number.isSafeInteger(seen.origin_server_ts) && seen.origin_server_ts >= 0)
      assert.ok(seen.origin_server_ts <= Date.now() + 86_400_000)
    })
  }
})
