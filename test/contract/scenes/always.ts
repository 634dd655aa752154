import assert from 'node:assert/strict'
import { textsOn } from './said.ts'
import type { Play } from './scene.ts'

/** Every network carries text. */
export const always: Readonly<Record<string, Play>> = {
  'carries text both ways, once and in order': async ({ chat, person, fresh }) => {
    const [said, answered] = [fresh('said there'), fresh('said here')]
    const numbers = Array.from({ length: 10 }, (_, index) => index)
    for (const number of numbers) {
      await chat.say(`${said} #${number}`)
      await person.say(chat.roomId, `${answered} #${number}`)
    }
    await person.hear(`${said} #9`, chat.roomId)
    await chat.seeing(({ text }) => text === `${answered} #9`, 'the last line')
    assert.deepEqual(
      textsOn(person, chat, said),
      numbers.map((number) => `${said} #${number}`),
    )
    assert.deepEqual(
      chat.seen().flatMap(({ text }) => (text.startsWith(`${answered} #`) ? [text] : [])),
      numbers.map((number) => `${answered} #${number}`),
    )
  },
  'keeps every character': async ({ chat, person, fresh }) => {
    const text = fresh('¿Ünïcödé? 日本語 👩‍👩‍👧 a‍b <b>&amp;</b> 2 * 3 _ ` ~ \\ "quotes"')
    await chat.say(text)
    await person.hear(text, chat.roomId)
    const plain = fresh('<i>&lt;</i> 日本語 👩‍👩‍👧 \\ "quotes"')
    await person.say(chat.roomId, plain)
    await chat.seeing((message) => message.text === plain, plain)
  },
}
