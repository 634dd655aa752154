import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type Inline, type MessageDocument, type RemoteEdit } from '@pons/core'
import { simChat, textDocument } from '@pons/test'
import { onEveryEngine } from '../support.ts'

const bold: Inline = { type: 'text', text: 'same words', marks: { bold: true } }
const boldDocument: MessageDocument = { kind: 'text', blocks: [{ type: 'paragraph', children: [bold] }] }

onEveryEngine('an edit from the network that changes nothing is not said', (open) => {
  it('neither of the first words nor of later ones, while a new mark is', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'same words', 'first')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    const edit = (id: string, document: MessageDocument): RemoteEdit => ({
      kind: 'edit',
      chat: simChat('garden'),
      id: remoteMessageId(id),
      timestampMs: 1_700_000_000_000,
      sender: { id: remoteUserId('bert'), name: 'bert' },
      target: remoteMessageId('first'),
      document,
    })
    const documents = [
      textDocument('same words'),
      boldDocument,
      boldDocument,
      textDocument('other words'),
      textDocument('other words'),
      textDocument('same words'),
    ]
    await stage.network.ingest(documents.map((document, index) => edit(`edit ${index}`, document)))
    await stage.network.say('garden', 'bert', 'the end')
    await alice.hear('the end', roomId)
    const edits = (await alice.history(roomId)).flatMap(({ content }) => {
      const fresh = content['m.new_content'] as { body: string; formatted_body?: string } | undefined
      return fresh === undefined ? [] : [fresh.formatted_body ?? fresh.body]
    })
    assert.deepEqual(edits, ['<strong>same words</strong>', 'other words', 'same words'])
  })
})
