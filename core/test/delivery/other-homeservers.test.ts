import assert from 'node:assert/strict'
import { remoteMessageId } from '@pons/core'
import type { DispatchResponse } from '@pons/http'
import { messageEvent, simChat } from '@pons/test'
import { onEveryEngine } from '../support.ts'

const unrecognized: DispatchResponse = {
  status: 404,
  headers: {},
  body: { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' },
}

onEveryEngine('a homeserver that knows less than ours', (open) => {
  it('hands out media where they were before there was a right to ask for them with', async () => {
    await using stage = await open({
      mediaBaseUrl: 'http://bridge.test',
      between: ({ url }) => (url.startsWith('/_matrix/client/v1/media/') ? unrecognized : undefined),
    })
    const alice = await stage.person('alice')
    const uri = await alice.upload(new TextEncoder().encode('a picture'), 'image/png')
    const { bytes } = await stage.network.host.download(uri, 1000)
    assert.equal(new TextDecoder().decode(bytes), 'a picture')
    const url = (stage.network.host.mediaLink(uri) ?? '').slice('http://bridge.test'.length)
    const { status, body } = await stage.bridge().appservice.dispatch({ method: 'GET', url, headers: {} })
    assert.equal(status, 200)
    assert.equal(new TextDecoder().decode(body as Uint8Array), 'a picture')
    const gone = 'mxc://test.local/never-there'
    await assert.rejects(stage.network.host.download(gone, 1000))
    const missing = (stage.network.host.mediaLink(gone) ?? '').slice('http://bridge.test'.length)
    assert.equal((await stage.bridge().appservice.dispatch({ method: 'GET', url: missing, headers: {} })).status, 404)
  })

  it('shows a chat that its network lists, and lists it nowhere', async () => {
    await using stage = await open({
      between: ({ url }) => (url.includes('/directory/list/') ? unrecognized : undefined),
    })
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const event = { chat: simChat('garden'), timestampMs: 1_700_000_000_000, kind: 'snapshot' } as const
    const snapshot = { kind: 'group', isListed: true, joinRule: 'public', topic: 'roses', sendLevel: 25 } as const
    await stage.network.ingest({ ...event, id: remoteMessageId('s'), snapshot })
    await stage.network.say('garden', 'bert', 'second')
    await alice.hear('second', roomId)
    const topic = await alice.request('GET', `/_matrix/client/v3/rooms/${roomId}/state/m.room.topic`)
    assert.equal(topic['topic'], 'roses')
    const levels = await alice.request('GET', `/_matrix/client/v3/rooms/${roomId}/state/m.room.power_levels`)
    assert.equal(levels['events_default'], 25)
  })

  it('lets nobody change their profile: people are heard, and the bridge starts', async () => {
    const forbidden = { status: 400, headers: {}, body: { errcode: 'M_FORBIDDEN', error: 'disabled on this server' } }
    let tries = 0
    await using stage = await open({
      between: ({ method, url }) => (method === 'PUT' && url.includes('/profile/') && ++tries ? forbidden : undefined),
    })
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const before = tries
    await stage.network.say('garden', 'bert', 'second')
    await alice.hear('second', roomId)
    assert.equal(tries, before)
  })

  it('takes no large files, or has something in front of it that does not: their words are said', async () => {
    const refusals: DispatchResponse[] = [
      { status: 413, headers: {}, body: new TextEncoder().encode('<html>413 Request Entity Too Large</html>') },
      { status: 403, headers: {}, body: { errcode: 'M_USER_LIMIT_EXCEEDED', error: 'your quota is used up' } },
    ]
    let next = 0
    await using stage = await open({
      between: ({ url }) => (url.includes('/media/v3/upload') ? refusals[next++ % 2] : undefined),
    })
    const alice = await stage.person('alice')
    const file = { bytes: new Uint8Array([1]), mimeType: 'text/plain' }
    for (let index = 0; index < 2; index++)
      await assert.rejects(stage.network.host.upload(file, 'a.txt'), { name: 'BridgeError', isRetryable: false })
    stage.network.pictures.set('p', new Uint8Array([1]))
    const event = messageEvent({ id: 'm1', chat: 'garden', from: 'bert', text: 'see this' })
    assert.ok(event.kind === 'message')
    const media = { kind: 'image', fileName: 'a.png', source: { remote: { picture: 'p' } } } as const
    const sender = { ...event.sender, avatar: { id: 'face', source: { picture: 'p' } } }
    const pictures = ['m1', 'm2'].map((id) => ({
      ...event,
      id: remoteMessageId(id),
      sender,
      document: { ...event.document, media },
    }))
    await stage.network.ingest(pictures)
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const said = (await alice.history(roomId)).filter(({ type }) => type === 'm.room.message')
    assert.deepEqual(
      said.map(({ content }) => content['body']),
      [
        '[image a.png: this homeserver does not take it (your quota is used up)]\n\nsee this',
        '[image a.png: it is larger than this homeserver takes]\n\nsee this',
      ],
    )
  })

  it('says in a header alone how long to wait', async () => {
    let refusals = 0
    await using stage = await open({
      between: ({ url }) =>
        url.includes('/send/m.room.message/') && refusals++ === 0
          ? { status: 429, headers: { 'retry-after': '7' }, body: { errcode: 'M_LIMIT_EXCEEDED', error: 'slowly' } }
          : undefined,
    })
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.clock.fireAfter(7000)
    await stage.settled()
    await alice.hear('first', await alice.join('#sim_garden:test.local'))
  })
})
