import type { LoopbackChat, MatrixPerson } from '@pons/test'

/** Both directions in a private chat and in a group: text, and an answer that names what it answers. */
export async function exchangeOnTelegram(matrix: MatrixPerson, chats: readonly LoopbackChat[]): Promise<string[]> {
  const problems: string[] = []
  for (const chat of chats) {
    try {
      await exchange(matrix, chat)
    } catch (error) {
      problems.push(`Telegram, ${chat.kind} chat: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return problems
}

async function exchange(matrix: MatrixPerson, chat: LoopbackChat): Promise<void> {
  const place = chat.kind === 'direct' ? 'privately' : 'in the group'
  const greeting = `Hello from Telegram, ${place}.`
  await chat.say(greeting)
  const heard = await matrix.hear(greeting, chat.roomId)
  console.log(`  [Matrix sees] ${heard.sender}: ${greeting}`)
  const answer = `Hello back, ${place}.`
  await matrix.send(chat.roomId, {
    msgtype: 'm.text',
    body: answer,
    'm.relates_to': { 'm.in_reply_to': { event_id: heard.event_id } },
  })
  const seen = await chat.seeing(({ text }) => text === answer, JSON.stringify(answer))
  if (seen.repliesTo !== greeting) throw new Error('the answer lost what it answers')
  console.log(` [Telegram sees] ${answer} (in answer to: ${seen.repliesTo})`)
  const numbers = Array.from({ length: 5 }, (_, index) => `line ${index + 1} ${place}`)
  for (const line of numbers) {
    await chat.say(`Telegram ${line}`)
    await matrix.say(chat.roomId, `Matrix ${line}`)
  }
  await matrix.hear(`Telegram ${numbers.at(-1)}`, chat.roomId)
  await chat.seeing(({ text }) => text === `Matrix ${numbers.at(-1)}`, 'the last line')
  const onMatrix = matrix.events
    .map(({ content }) => String(content['body']))
    .filter((body) => body.startsWith('Telegram line') && body.endsWith(place))
  const onTelegram = chat.seen().flatMap(({ text }) => (text.startsWith('Matrix line') ? [text] : []))
  if (onMatrix.join() !== numbers.map((line) => `Telegram ${line}`).join())
    throw new Error(`Matrix saw: ${onMatrix.join(', ')}`)
  if (onTelegram.join() !== numbers.map((line) => `Matrix ${line}`).join())
    throw new Error(`Telegram saw: ${onTelegram.join(', ')}`)
}
