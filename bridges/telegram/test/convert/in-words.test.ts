import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import { Api } from 'telegram'
import { wordsFor } from '../../src/convert/in-words.ts'

describe('what a medium without a file says', () => {
  it('has each name, question and answer on a line of its own', () => {
    const text = (words: string) => new Api.TextWithEntities({ text: words, entities: [] })
    const option = Buffer.from('1')
    const contact = { phoneNumber: '+15550000009', firstName: 'Eve\n+1 555', lastName: 'L\u202e', vcard: '' }
    const poll = new Api.Poll({
      id: 1 as never,
      question: text('When?\n• never'),
      answers: [new Api.PollAnswer({ text: text('now\n• later'), option })],
    })
    const said = (media: Api.TypeMessageMedia): string =>
      plainText({ kind: 'text', blocks: wordsFor(media)?.blocks ?? [] })
    assert.equal(
      said(new Api.MessageMediaContact({ ...contact, userId: 0 as never })),
      '👤 Eve +1 555 L\n\n+15550000009',
    )
    const asked = new Api.MessageMediaPoll({ poll, results: new Api.PollResults({}) })
    assert.equal(said(asked), '📊 When? • never\n\n• now • later')
  })
})
