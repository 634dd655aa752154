import assert from 'node:assert/strict'
import type { FromNetwork } from '../../src/loopback/abilities.ts'
import type { SeenEvent } from '../../src/matrix/matrix-person.ts'
import { sayAndHear, redactionOf, relation, answeredEvent, annotates, newBody, isMembership } from './said.ts'
import { withMeans, type Play } from './scene.ts'

/** What people do on the network, and how it must appear in Matrix. */
export const fromNetwork: Readonly<Record<FromNetwork, Play>> = {
  sayBold: withMeans(['sayBold'], async ({ chat, person, fresh }) => {
    const text = fresh('loud')
    await chat.sayBold(text)
    const event = await person.hear(text, chat.roomId)
    assert.match(String(event.content['formatted_body']), new RegExp(`<(strong|b)>${text}</\\1>`))
  }),
  reply: withMeans(['reply'], async ({ chat, person, fresh }) => {
    const question = fresh('a question')
    const asked = await chat.say(question)
    const original = await person.hear(question, chat.roomId)
    const answer = fresh('an answer')
    await chat.reply(asked, answer)
    assert.equal(answeredEvent(await person.hear(answer, chat.roomId)), original.event_id)
    const fromHere = fresh('a question from here')
    const eventId = await person.say(chat.roomId, fromHere)
    const seen = await chat.seeing(({ text }) => text === fromHere, fromHere)
    const second = fresh('an answer to it')
    await chat.reply(seen, second)
    assert.equal(answeredEvent(await person.hear(second, chat.roomId)), eventId)
  }),
  edit: withMeans(['edit'], async ({ chat, person, fresh }) => {
    const said = await sayAndHear(chat, person, fresh('to be mended'))
    const mended = fresh('mended')
    await chat.edit(said.ref, mended)
    const edit = await person.see(({ content }) => newBody(content) === mended, 'the edit')
    assert.deepEqual(edit.content['m.relates_to'], { rel_type: 'm.replace', event_id: said.event.event_id })
    assert.equal(edit.sender, said.event.sender)
  }),
  takeBack: withMeans(['takeBack'], async ({ chat, person, fresh }) => {
    const said = await sayAndHear(chat, person, fresh('to be taken back'))
    await chat.takeBack(said.ref)
    await redactionOf(person, said.event.event_id)
  }),
  react: withMeans(['react'], async ({ chat, person, fresh }) => {
    const text = fresh('worth a reaction')
    const eventId = await person.say(chat.roomId, text)
    const seen = await chat.seeing((message) => message.text === text, text)
    await chat.react(seen, '👍')
    const reaction = await person.see((event) => annotates(event, eventId), 'the reaction')
    assert.equal(relation(reaction)?.['key'], '👍')
  }),
  unreact: withMeans(['react', 'unreact'], async ({ chat, person, fresh }) => {
    const said = await sayAndHear(chat, person, fresh('worth a passing reaction'))
    await chat.react(said.ref, '👍')
    const reaction = await person.see((event) => annotates(event, said.event.event_id), 'the reaction')
    await chat.unreact(said.ref, '👍')
    await redactionOf(person, reaction.event_id)
  }),
  locate: withMeans(['locate'], async ({ chat, person, fresh }) => {
    const name = fresh('a place')
    await chat.locate({ latitude: 48.2082, longitude: 16.3738, name })
    const event = await person.see(
      ({ content, room_id: roomId }) => content['msgtype'] === 'm.location' && roomId === chat.roomId,
      'a place',
    )
    assert.match(String(event.content['geo_uri']), /^geo:48\.208\d*,16\.373\d*$/)
  }),
  sendContact: withMeans(['sendContact'], async ({ chat, person, fresh }) => {
    const name = fresh('Ada')
    await chat.sendContact({ name, phone: '+15550001234' })
    const event = await person.see(({ content }) => String(content['body']).includes(name), 'the card')
    assert.match(String(event.content['body']), /1 ?555 ?000 ?1234/)
  }),
  sendUnknown: withMeans(['sendUnknown'], async ({ chat, person, network }) => {
    const before = person.events.length
    await chat.sendUnknown()
    const event = await person.see(
      (candidate) =>
        person.events.indexOf(candidate) >= before &&
        candidate.room_id === chat.roomId &&
        candidate.content[`pons.raw.${network.id}`] !== undefined,
      'something unknown, kept raw',
    )
    assert.ok(String(event.content['body']).length > 0, 'it is said in words')
  }),
  sayElsewhere: withMeans(['sayElsewhere'], async ({ chat, person, fresh }) => {
    const text = fresh('written on the phone')
    await chat.sayElsewhere(text)
    const event = await person.hear(text, chat.roomId)
    assert.equal(event.sender, person.userId, 'it is the owner’s own')
    // Nothing of it goes back: what is said next arrives, and the phone's words are there once.
    const next = fresh('and then here')
    await person.say(chat.roomId, next)
    await chat.seeing((message) => message.text === next, next)
    assert.equal(chat.seen().filter((message) => message.text === text).length, 1)
  }),
  type: withMeans(['type'], async ({ chat, person }) => {
    await chat.type()
    await person.seeTyping(chat.roomId)
  }),
  read: withMeans(['read'], async ({ chat, person, fresh }) => {
    const text = fresh('to be read')
    const eventId = await person.say(chat.roomId, text)
    const seen = await chat.seeing((message) => message.text === text, text)
    if (!(await chat.read(seen))) return 'elsewhere'
    return await person.seeReceipt(chat.roomId, eventId)
  }),
  rename: withMeans(['rename'], async ({ chat, person, fresh }) => {
    if (chat.kind === 'direct') return 'elsewhere'
    const name = fresh('a new name')
    await chat.rename(name)
    return await person.see((event) => event.type === 'm.room.name' && event.content['name'] === name, 'the name')
  }),
  setTopic: withMeans(['setTopic'], async ({ chat, person, fresh }) => {
    if (chat.kind === 'direct') return 'elsewhere'
    const topic = fresh('a new topic')
    await chat.setTopic(topic)
    return await person.see((event) => event.type === 'm.room.topic' && event.content['topic'] === topic, 'the topic')
  }),
  addMember: withMeans(['addMember', 'removeMember'], async ({ chat, person }) => {
    const name = await chat.addMember()
    if (name === undefined) return 'elsewhere'
    await person.see(
      (event) => isMembership(event, chat, 'join') && event.content['displayname'] === name,
      `${name} coming`,
    )
    await chat.removeMember()
    const gone = (event: SeenEvent): boolean => isMembership(event, chat, 'leave')
    return await person.see((event) => gone(event) && event.state_key?.startsWith('@') === true, `${name} going`)
  }),
  promote: withMeans(['promote'], async ({ chat, person }) => {
    if (!(await chat.promote())) return 'elsewhere'
    return await person.see(
      ({ type, room_id: roomId, content }) =>
        type === 'm.room.power_levels' &&
        roomId === chat.roomId &&
        Object.entries((content['users'] ?? {}) as Record<string, number>).some(
          ([userId, level]) => level >= 50 && level < 100 && userId !== person.userId,
        ),
      'the moderator',
    )
  }),
}
