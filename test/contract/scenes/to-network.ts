import assert from 'node:assert/strict'
import type { ToNetwork } from '../../src/loopback/abilities.ts'
import { sayAndHear, sayAndBeSeen, react, reactionsTo } from './said.ts'
import type { Play } from './scene.ts'

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
  async reaction({ chat, person, fresh }) {
    const said = await sayAndHear(chat, person, fresh('worth a reaction'))
    await react(person, chat, said.event.event_id, '🎉')
    await reactionsTo(chat, said.ref.id, ['🎉'])
  },
  async 'reaction-removal'({ chat, person, fresh }) {
    const said = await sayAndHear(chat, person, fresh('worth a passing reaction'))
    const reaction = await react(person, chat, said.event.event_id, '🎉')
    await reactionsTo(chat, said.ref.id, ['🎉'])
    await person.redact(chat.roomId, reaction)
    await reactionsTo(chat, said.ref.id, [])
  },
  async location({ chat, person, fresh }) {
    const body = fresh('a place')
    await person.send(chat.roomId, { msgtype: 'm.location', body, geo_uri: 'geo:48.2082,16.3738' })
    const seen = await chat.seeing(({ location }) => location !== undefined, 'the place')
    assert.deepEqual([seen.location?.latitude.toFixed(3), seen.location?.longitude.toFixed(3)], ['48.208', '16.374'])
  },
  async typing({ chat, person }) {
    await person.type(chat.roomId)
    await chat.sawTyping?.()
  },
  async receipt({ chat, person, fresh }) {
    const said = await sayAndHear(chat, person, fresh('to be read'))
    await person.read(chat.roomId, said.event.event_id)
    await chat.sawRead?.(said.ref)
  },
  async topic({ chat, person, fresh }) {
    if (chat.kind === 'direct') return
    const topic = fresh('a topic from here')
    await person.setState(chat.roomId, 'm.room.topic', { topic })
    await chat.sawInfo?.({ topic })
  },
  async name({ chat, person, fresh }) {
    if (chat.kind === 'direct') return
    const name = fresh('a name from here')
    await person.setState(chat.roomId, 'm.room.name', { name })
    await chat.sawInfo?.({ name })
  },
}
