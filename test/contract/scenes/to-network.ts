import assert from 'node:assert/strict'
import type { ToNetwork } from '../../src/loopback/abilities.ts'
import { sayAndHear, sayAndBeSeen, react } from './said.ts'
import { withMeans, type Play } from './scene.ts'

/** What people do in Matrix, and how it must appear on the network. */
export const toNetwork: Readonly<Record<ToNetwork, Play>> = {
  async bold({ chat, person, fresh }) {
    const text = fresh('loud')
    const content = { msgtype: 'm.text', body: text, format: 'org.matrix.custom.html' }
    await person.send(chat.roomId, { ...content, formatted_body: `it is <strong>${text}</strong>` })
    const seen = await chat.seeing((message) => message.text.includes(text), text)
    assert.notEqual(seen.text, `it is ${text}`, 'the network’s own mark for bold is there')
  },
  async reply({ chat, person, fresh }) {
    const said = await sayAndHear(chat, person, fresh('a question'))
    const answer = fresh('an answer')
    await person.send(chat.roomId, {
      msgtype: 'm.text',
      body: answer,
      'm.relates_to': { 'm.in_reply_to': { event_id: said.event.event_id } },
    })
    const seen = await chat.seeing(({ text }) => text === answer, answer)
    assert.equal(seen.repliesTo, said.text)
  },
  async edit({ chat, person, fresh }) {
    const sent = await sayAndBeSeen(chat, person, fresh('to be mended'))
    const mended = fresh('mended')
    await person.send(chat.roomId, {
      msgtype: 'm.text',
      body: `* ${mended}`,
      'm.new_content': { msgtype: 'm.text', body: mended },
      'm.relates_to': { rel_type: 'm.replace', event_id: sent.eventId },
    })
    const seen = await chat.seeing(({ text }) => text === mended, mended)
    assert.deepEqual([seen.id, seen.isEdited], [sent.seen.id, true])
  },
  async redaction({ chat, person, fresh }) {
    const sent = await sayAndBeSeen(chat, person, fresh('to be taken back'))
    await person.redact(chat.roomId, sent.eventId)
    await chat.seeing(({ id, isDeleted }) => id === sent.seen.id && isDeleted, 'the deletion')
  },
  reaction: withMeans(['reactionsTo'], async ({ chat, person, fresh }) => {
    const said = await sayAndHear(chat, person, fresh('worth a reaction'))
    await react(person, chat, said.event.event_id, '🎉')
    await chat.reactionsTo(said.ref.id, ['🎉'])
  }),
  'reaction-removal': withMeans(['reactionsTo'], async ({ chat, person, fresh }) => {
    const said = await sayAndHear(chat, person, fresh('worth a passing reaction'))
    const reaction = await react(person, chat, said.event.event_id, '🎉')
    await chat.reactionsTo(said.ref.id, ['🎉'])
    await person.redact(chat.roomId, reaction)
    await chat.reactionsTo(said.ref.id, [])
  }),
  async location({ chat, person, fresh }) {
    const body = fresh('a place')
    await person.send(chat.roomId, { msgtype: 'm.location', body, geo_uri: 'geo:48.2082,16.3738' })
    const seen = await chat.seeing(({ location }) => location !== undefined, 'the place')
    assert.deepEqual([seen.location?.latitude.toFixed(3), seen.location?.longitude.toFixed(3)], ['48.208', '16.374'])
  },
  typing: withMeans(['sawTyping'], async ({ chat, person }) => {
    await person.type(chat.roomId)
    await chat.sawTyping()
  }),
  receipt: withMeans(['sawRead'], async ({ chat, person, fresh }) => {
    const said = await sayAndHear(chat, person, fresh('to be read'))
    await person.read(chat.roomId, said.event.event_id)
    await chat.sawRead(said.ref)
  }),
  topic: withMeans(['sawInfo'], async ({ chat, person, fresh }) => {
    if (chat.kind === 'direct') return 'elsewhere'
    const topic = fresh('a topic from here')
    await person.setState(chat.roomId, 'm.room.topic', { topic })
    return await chat.sawInfo({ topic })
  }),
  name: withMeans(['sawInfo'], async ({ chat, person, fresh }) => {
    if (chat.kind === 'direct') return 'elsewhere'
    const name = fresh('a name from here')
    await person.setState(chat.roomId, 'm.room.name', { name })
    return await chat.sawInfo({ name })
  }),
}
