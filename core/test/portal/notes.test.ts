import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type MessageDocument, type RemoteEvent } from '@pons/core'
import { messageEvent, simChat, textDocument } from '@pons/test'
import { onEveryEngine } from '../support.ts'

const notes = [{ text: '↪ Forwarded from alice', isQuotation: true }] as const

function forwarded(id: string, document: MessageDocument): RemoteEvent {
  const event = messageEvent({ id, chat: 'garden', from: 'bert', text: '' })
  return { ...event, document } as RemoteEvent
}

onEveryEngine('a forwarded message', (open) => {
  it('calls nobody by the name in the note, and an answer quotes its words alone', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    await stage.network.ingest(forwarded('f1', { ...textDocument('the words'), notes }))
    const heard = await alice.hear('↪ Forwarded from alice\n\n> the words', roomId)
    assert.deepEqual(heard.content['m.mentions'], {})
    await alice.send(roomId, {
      msgtype: 'm.text',
      body: 'yes',
      'm.relates_to': { 'm.in_reply_to': { event_id: heard.event_id } },
    })
    const { text } = await stage.network.arrival((message) => message.text.endsWith('yes'))
    assert.equal(text, '> the words / yes')
  })

  it('is not said again by an edit that changes nothing', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    await stage.network.ingest(forwarded('f1', { ...textDocument('the words'), notes }))
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const edit = (id: string, text: string): RemoteEvent => ({
      kind: 'edit',
      chat: simChat('garden'),
      id: remoteMessageId(id),
      timestampMs: 1_700_000_000_000,
      sender: { id: remoteUserId('bert'), name: 'bert' },
      target: remoteMessageId('f1'),
      document: { ...textDocument(text), notes },
    })
    await stage.network.ingest([edit('e1', 'the words'), edit('e2', 'other words')])
    await stage.network.say('garden', 'bert', 'the end')
    await alice.hear('the end', roomId)
    const bodies = (await alice.history(roomId)).flatMap(({ content }) => {
      const fresh = content['m.new_content'] as { body: string } | undefined
      return fresh === undefined ? [] : [fresh.body]
    })
    assert.deepEqual(bodies, ['↪ Forwarded from alice\n\n> other words'])
  })
})
