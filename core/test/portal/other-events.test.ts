import assert from 'node:assert/strict'
import type { MatrixPerson, SeenEvent } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const poll = {
  question: { 'm.text': [{ body: '<b>Tea?</b>', mimetype: 'text/html' }, { body: 'Tea?' }] },
  answers: [
    { 'm.id': '1', 'm.text': [{ body: 'yes' }] },
    { 'm.id': '2', 'm.text': [{ body: 'no' }] },
  ],
}
const unstablePoll = {
  question: { 'org.matrix.msc1767.text': 'Tea?', body: 'Tea?' },
  answers: [
    { id: '1', 'org.matrix.msc1767.text': 'yes' },
    { id: '2', 'org.matrix.msc1767.text': 'no' },
  ],
}

onEveryEngine('an event that the network has no form for', (open) => {
  async function inRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    return { alice, roomId: await alice.join('#sim_garden:test.local') }
  }

  const said = (stage: Stage) => stage.network.fromMatrix('garden').map(({ text }) => text)

  for (const [name, type, content, lines] of [
    ['a poll', 'm.poll.start', { 'm.poll': poll, 'm.text': [{ body: 'Tea? yes no' }] }, ['Tea?', '1. yes', '2. no']],
    [
      'a poll of today',
      'org.matrix.msc3381.poll.start',
      { 'org.matrix.msc3381.poll.start': unstablePoll },
      ['Tea?', '1. yes', '2. no'],
    ],
    ['the end of a poll', 'm.poll.end', { 'm.text': [{ body: 'The poll has ended.' }] }, ['The poll has ended.']],
    ['a type of tomorrow with words', 'org.example.letter', { body: 'Dear all' }, ['Dear all']],
    ['words in the old spelling', 'org.example.letter', { 'org.matrix.msc1767.text': 'Dear all' }, ['Dear all']],
    [
      'words in several forms',
      'org.example.letter',
      {
        'org.matrix.msc1767.message': [
          { body: '<i>x</i>', mimetype: 'text/html' },
          { body: 'x', mimetype: 'text/plain' },
        ],
      },
      ['x'],
    ],
  ] as const) {
    it(`is said in its words: ${name}`, async () => {
      await using stage = await open()
      const { alice, roomId } = await inRoom(stage)
      await alice.send(roomId, content as never, type)
      await stage.network.arrival(({ text }) => text === lines.at(-1))
      assert.deepEqual(said(stage), lines)
    })
  }

  for (const [name, type, content] of [
    [
      'a vote',
      'm.poll.response',
      { 'm.relates_to': { rel_type: 'm.reference', event_id: '$x' }, 'm.selections': ['1'] },
    ],
    ['a call', 'm.call.invite', { call_id: '1', version: '1', lifetime: 1, offer: {} }],
    ['a type of tomorrow without words', 'org.example.gift', { value: 3 }],
    ['one whose words are no text', 'org.example.gift', { body: { deep: [1] }, 'm.text': 'x'.length, 'm.poll': [] }],
  ] as const) {
    it(`is told to who sent it: ${name}`, async () => {
      await using stage = await open()
      const { alice, roomId } = await inRoom(stage)
      const id = await alice.send(roomId, content as never, type)
      const isNotice = ({ content: seen }: SeenEvent): boolean => String(seen['body']).startsWith('⚠')
      const notice = await alice.see(isNotice, 'the notice')
      assert.deepEqual(notice.content['m.relates_to'], { 'm.in_reply_to': { event_id: id } })
      assert.deepEqual(said(stage), [])
    })
  }

  it('is left alone where programs talk to each other', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    for (const type of ['m.call.candidates', 'm.call.hangup', 'm.key.verification.start']) {
      await alice.send(roomId, { call_id: '1', body: 'no words' }, type)
    }
    await alice.setState(roomId, 'org.example.state', { body: 'a setting' }).catch(() => undefined)
    await alice.say(roomId, 'the end')
    await stage.network.arrival(({ text }) => text === 'the end')
    await stage.settled()
    assert.deepEqual(said(stage), ['the end'])
    assert.ok(!(await alice.history(roomId)).some(({ content }) => String(content['body']).startsWith('⚠')))
  })

  it('is told of a change that it has no form for', async () => {
    await using stage = await open({ takesAvatars: false })
    const { alice, roomId } = await inRoom(stage)
    await stage.homeserver.dispatch({
      method: 'PUT',
      url: `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels/`,
      headers: { authorization: `Bearer ${stage.asToken}` },
      body: { users: { '@simbot:test.local': 100, [alice.userId]: 50 }, events_default: 0, state_default: 50 },
    })
    await alice.setState(roomId, 'm.room.avatar', { url: 'mxc://test.local/picture' })
    await alice.see(({ content }) => String(content['body']).includes('this network has no avatars'), 'the notice')
  })
})
