import type { LoopbackChat, MatrixPerson } from '@pons/test'

interface Exchange {
  /** Of the network, for people. */
  readonly name: string
  readonly matrix: MatrixPerson
  readonly chat: LoopbackChat
  readonly place: string
}

/** Both directions in a private chat and in a group: text, and an answer that names what it answers. Returns what went wrong. */
export async function exchangeOn(
  name: string,
  matrix: MatrixPerson,
  chats: readonly LoopbackChat[],
): Promise<string[]> {
  const problems: string[] = []
  for (const chat of chats) {
    const exchange = { name, matrix, chat, place: chat.kind === 'direct' ? 'privately' : 'in the group' }
    try {
      await answer(exchange)
      await severalLines(exchange)
    } catch (error) {
      problems.push(`${name}, ${chat.kind} chat: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return problems
}

async function answer({ name, matrix, chat, place }: Exchange): Promise<void> {
  const greeting = `Hello from ${name}, ${place}.`
  await chat.say(greeting)
  const heard = await matrix.hear(greeting, chat.roomId)
  console.log(`  [Matrix sees] ${heard.sender}: ${greeting}`)
  const words = `Hello back, ${place}.`
  await matrix.send(chat.roomId, {
    msgtype: 'm.text',
    body: words,
    'm.relates_to': { 'm.in_reply_to': { event_id: heard.event_id } },
  })
  const seen = await chat.seeing(({ text }) => text === words, JSON.stringify(words))
  if (seen.repliesTo !== greeting) throw new Error('the answer lost what it answers')
  console.log(`  [${name} sees] ${words} (in answer to: ${seen.repliesTo})`)
}

async function severalLines({ name, matrix, chat, place }: Exchange): Promise<void> {
  const numbers = [1, 2, 3, 4, 5]
  const there = (number: number): string => `${name} line ${number} ${place}`
  const here = (number: number): string => `Matrix line ${number} ${place}`
  for (const number of numbers) {
    await chat.say(there(number))
    await matrix.say(chat.roomId, here(number))
  }
  await matrix.hear(there(5), chat.roomId)
  await chat.seeing(({ text }) => text === here(5), 'the last line')
  const onMatrix = matrix.events
    .filter(({ room_id: roomId }) => roomId === chat.roomId)
    .map(({ content }) => String(content['body']))
    .filter((body) => body.startsWith(`${name} line`))
  const overThere = chat.seen().flatMap(({ text }) => (text.startsWith('Matrix line') ? [text] : []))
  if (onMatrix.join() !== numbers.map(there).join()) throw new Error(`Matrix saw: ${onMatrix.join(', ')}`)
  if (overThere.join() !== numbers.map(here).join()) throw new Error(`${name} saw: ${overThere.join(', ')}`)
}
