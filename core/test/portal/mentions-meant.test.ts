import assert from 'node:assert/strict'
import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import { fromMatrix } from '../../src/document/from-matrix.ts'
import type { Inline } from '../../src/document/document.ts'
import { withMentionsMeant } from '../../src/portal/to-network/mentions-meant.ts'
import { SenderNames } from '../../src/portal/to-network/sender-name.ts'
import { onEveryEngine } from '../support.ts'
import type { MatrixApi } from '../../src/matrix-side/matrix-api.ts'

const people: Readonly<Record<string, string>> = {
  '@sim_bert:test': 'Bert',
  '@sim_an-ne:test': 'Anne B.',
  '@sim_an-ne-c:test': 'Anne B. C.',
  '@dana:test': 'Dana',
}
const api: Pick<MatrixApi, 'getState'> = {
  getState: async (_roomId, _type, key) => {
    const displayname = people[key ?? '']
    return displayname === undefined ? undefined : { displayname }
  },
}

const mention = (target: string, text: string): Inline => ({ type: 'mention', target, text })
const text = (words: string): Inline => ({ type: 'text', text: words })

describe('who is mentioned from Matrix, in every form', () => {
  const read = async (content: JsonObject): Promise<Inline[]> => {
    const names = new SenderNames(api as MatrixApi)
    const isKnown = (userId: UserId): boolean => userId.startsWith('@sim_')
    const source = { names, roomId: '!r:test' as RoomId, content, isKnown }
    const { blocks } = await withMentionsMeant(source, fromMatrix('m.room.message', { msgtype: 'm.text', ...content }))
    return blocks.flatMap((block) => (block.type === 'paragraph' ? block.children : []))
  }
  const html = (formatted: string): JsonObject => ({
    body: 'x',
    format: 'org.matrix.custom.html',
    formatted_body: formatted,
  })
  const bert = mention('@sim_bert:test', 'Bert')

  for (const [name, content, expected] of [
    ['a pill', html('<a href="https://matrix.to/#/@sim_bert:test">Bert</a>: hi'), [bert, text(': hi')]],
    ['a pill that shows the id', html('<a href="https://matrix.to/#/@sim_bert:test">@sim_bert:test</a>'), [bert]],
    [
      'a pill of somebody without an account',
      html('<a href="https://matrix.to/#/@dana:test">@dana:test</a>'),
      [mention('@dana:test', 'Dana')],
    ],
    ['a URI', html('<a href="matrix:u/sim_bert:test">Bert</a>'), [bert]],
    ['a link in plain words', { body: 'hi https://matrix.to/#/@sim_bert:test?via=x!' }, [text('hi '), bert, text('!')]],
    ['an encoded link in plain words', { body: 'https://matrix.to/#/%40sim_bert%3Atest hi' }, [bert, text(' hi')]],
    ['an id in plain words', { body: 'hi @sim_bert:test, hi' }, [text('hi '), bert, text(', hi')]],
    [
      'a name that only m.mentions tells of',
      { body: 'Bert, Bertha: Anne B. says', 'm.mentions': { user_ids: ['@sim_bert:test', '@sim_an-ne:test'] } },
      [bert, text(', Bertha: '), mention('@sim_an-ne:test', 'Anne B.'), text(' says')],
    ],
    ['a name that nobody told of', { body: 'Bert: hi' }, [text('Bert: hi')]],
    [
      'the id of somebody else',
      { body: 'mail @dana:test, dana@sim_bert.test' },
      [text('mail @dana:test, dana@sim_bert.test')],
    ],
    [
      'a name in an address',
      { body: 'https://x.example/Bert', 'm.mentions': { user_ids: ['@sim_bert:test'] } },
      [text('https://x.example/Bert')],
    ],
    [
      'a link in plain words, and the sign behind it',
      {
        body: 'hi (https://matrix.to/#/@sim_bert:test), **http://matrix.to/#/@sim_bert:test**! matrix.to/#/@sim_bert:test.',
      },
      [text('hi ('), bert, text('), **'), bert, text('**! '), bert, text('.')],
    ],
    [
      'a pill that shows the link',
      html('<a href="https://matrix.to/#/@sim_bert:test">https://matrix.to/#/@sim_bert:test</a>: hi'),
      [bert, text(': hi')],
    ],
    [
      'a name that an address holds, too',
      { body: 'https://x.example/Bert Bert: hi', 'm.mentions': { user_ids: ['@sim_bert:test'] } },
      [text('https://x.example/Bert '), bert, text(': hi')],
    ],
    [
      'a name that begins another one',
      { body: 'Anne B. C. and Anne B., hi', 'm.mentions': { user_ids: ['@sim_an-ne:test', '@sim_an-ne-c:test'] } },
      [mention('@sim_an-ne-c:test', 'Anne B. C.'), text(' and '), mention('@sim_an-ne:test', 'Anne B.'), text(', hi')],
    ],
    [
      'a pill, and the same word',
      {
        ...html('<a href="https://matrix.to/#/@sim_bert:test">Bert</a>: Bert Brecht'),
        'm.mentions': { user_ids: ['@sim_bert:test'] },
      },
      [bert, text(': Bert Brecht')],
    ],
    [
      'an id within an address',
      { body: 'https://x.example/(@sim_bert:test)' },
      [text('https://x.example/(@sim_bert:test)')],
    ],
    ['code', html('<code>@sim_bert:test</code>'), [{ type: 'text', text: '@sim_bert:test', marks: { code: true } }]],
  ] as [string, JsonObject, Inline[]][])
    it(name, async () => assert.deepEqual(await read(content), expected))
})

onEveryEngine('mentions from Matrix on their way', (open) => {
  it('are said under the name of the room', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const dana = await stage.person('dana')
    const roomId = await alice.join('#sim_garden:test.local')
    await dana.join('#sim_garden:test.local')
    await alice.send(roomId, {
      msgtype: 'm.text',
      body: '@dana:test.local: hi',
      format: 'org.matrix.custom.html',
      formatted_body: '<a href="https://matrix.to/#/@dana:test.local">@dana:test.local</a>: hi',
    })
    assert.ok(await stage.network.arrival((message) => message.text === 'dana: hi'))
  })

  it('are those of the whole message where it is edited', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    const dana = await stage.person('dana')
    const roomId = await alice.join('#sim_garden:test.local')
    await dana.join('#sim_garden:test.local')
    await dana.setState(roomId, 'm.room.member', { membership: 'join', displayname: 'Dee' }, dana.userId)
    const words = (body: string) => ({ msgtype: 'm.text', body, 'm.mentions': { user_ids: [dana.userId] } })
    const eventId = await alice.send(roomId, words(`${dana.userId}: hi`))
    await alice.send(roomId, {
      ...words(`* ${dana.userId}: hello`),
      'm.mentions': {},
      'm.new_content': words(`${dana.userId}: hello`),
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    })
    assert.ok(await stage.network.arrival(({ text: said }) => said.startsWith('* Dee: hello')))
  })
})
