import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type RemoteMessage } from '@pons/core'
import { simChat, textDocument } from '@pons/test'
import { onEveryEngine } from '../support.ts'

const blanks = [' ', '\n\n', '\u200b', '\u2060\u00a0', '\u3164']

onEveryEngine('what nobody would see says nothing', (open) => {
  it('to the network', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    const id = await alice.say(roomId, 'first')
    for (const body of blanks) {
      for (const msgtype of ['m.text', 'm.emote', 'm.notice']) await alice.send(roomId, { msgtype, body })
      await alice.send(roomId, { msgtype: 'm.text', body, 'm.relates_to': { 'm.in_reply_to': { event_id: id } } })
      await alice.send(roomId, {
        msgtype: 'm.text',
        body: '* ',
        'm.new_content': { msgtype: 'm.text', body },
        'm.relates_to': { rel_type: 'm.replace', event_id: id },
      })
    }
    await alice.say(roomId, 'last')
    await stage.network.arrival(({ text }) => text === 'last')
    assert.deepEqual(
      stage.network.fromMatrix('garden').map(({ text }) => text),
      ['first', 'last'],
    )
  })

  it('to Matrix, and makes no room', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const message = (id: string, text: string): RemoteMessage => ({
      kind: 'message',
      chat: simChat('garden'),
      id: remoteMessageId(id),
      timestampMs: 1_700_000_000_000,
      sender: { id: remoteUserId('bert'), name: 'bert' },
      document: textDocument(text),
    })
    await stage.network.ingest(blanks.map((text, index) => message(`blank ${index}`, text)))
    await stage.settled()
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    await stage.network.ingest(blanks.map((text, index) => message(`later ${index}`, text)))
    await stage.network.say('garden', 'bert', 'last')
    await alice.hear('last', roomId)
    const said = (await alice.history(roomId)).filter(({ type }) => type === 'm.room.message')
    assert.deepEqual(
      said.map(({ content }) => content['body']),
      ['first', 'last'],
    )
  })
})
