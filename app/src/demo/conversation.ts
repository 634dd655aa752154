import type { IrcPerson, MatrixPerson } from '@pons/test'

export interface Stage {
  readonly matrix: MatrixPerson
  readonly irc: IrcPerson
  readonly roomId: string
  readonly channel: string
}

/** IRC's control code for bold. */
const bold = '\u0002'

interface Scene {
  readonly name: string
  play(stage: Stage): Promise<void>
}

/** One exchange after another; each is over when the other side has heard it. */
const scenes: readonly Scene[] = [
  {
    name: 'a line from IRC',
    async play({ irc, matrix, roomId, channel }) {
      irc.say(channel, 'Hello over there! This line was typed on IRC.')
      await matrix.hear('Hello over there! This line was typed on IRC.', roomId)
    },
  },
  {
    name: 'a message from Matrix',
    async play({ irc, matrix, roomId }) {
      await matrix.say(roomId, 'Hello from Matrix, I can read you.')
      await irc.hear(/Hello from Matrix, I can read you\.$/)
    },
  },
  {
    name: 'an action from IRC',
    async play({ irc, matrix, roomId, channel }) {
      irc.action(channel, 'waves across the bridge')
      const seen = await matrix.hear('waves across the bridge', roomId)
      if (seen.content['msgtype'] !== 'm.emote') throw new Error(`it arrived as ${String(seen.content['msgtype'])}`)
    },
  },
  {
    name: 'formatting from Matrix',
    async play({ irc, matrix, roomId }) {
      await matrix.send(roomId, {
        msgtype: 'm.text',
        body: 'this is bold',
        format: 'org.matrix.custom.html',
        formatted_body: 'this is <strong>bold</strong>',
      })
      await irc.hear(new RegExp(`this is ${bold}bold`))
    },
  },
  {
    name: 'formatting from IRC',
    async play({ irc, matrix, roomId, channel }) {
      irc.say(channel, `this is ${bold}bold${bold} too`)
      const seen = await matrix.hear('this is bold too', roomId)
      if (!/<(b|strong)>bold<\/\1>/.test(String(seen.content['formatted_body']))) throw new Error('the bold was lost')
    },
  },
  {
    name: 'a reply from Matrix',
    async play({ irc, matrix, roomId, channel }) {
      irc.say(channel, 'Does a reply come through?')
      const question = await matrix.hear('Does a reply come through?', roomId)
      await matrix.send(roomId, {
        msgtype: 'm.text',
        body: 'It does.',
        'm.relates_to': { 'm.in_reply_to': { event_id: question.event_id } },
      })
      await irc.hear(/It does\.$/)
    },
  },
  {
    name: 'ten lines each way, in order',
    play: tenEachWay,
  },
]

async function tenEachWay({ irc, matrix, roomId, channel }: Stage): Promise<void> {
  const numbers = Array.from({ length: 10 }, (_, index) => index + 1)
  for (const number of numbers) irc.say(channel, `from IRC ${number}`)
  for (const number of numbers) await matrix.say(roomId, `from Matrix ${number}`)
  await matrix.hear('from IRC 10', roomId)
  await irc.hear(/from Matrix 10$/)
  const onMatrix = matrix.events
    .map(({ content }) => String(content['body']))
    .filter((body) => body.startsWith('from IRC '))
  const onIrc = irc.heard(channel).flatMap(({ text }) => /from Matrix \d+$/.exec(text) ?? [])
  const expectedOnMatrix = numbers.map((number) => `from IRC ${number}`)
  const expectedOnIrc = numbers.map((number) => `from Matrix ${number}`)
  if (onMatrix.join() !== expectedOnMatrix.join()) throw new Error(`Matrix saw: ${onMatrix.join(', ')}`)
  if (onIrc.join() !== expectedOnIrc.join()) throw new Error(`IRC saw: ${onIrc.join(', ')}`)
}

/** Plays all scenes; returns what went wrong, in words. */
export async function converse(stage: Stage): Promise<string[]> {
  const problems: string[] = []
  for (const scene of scenes) {
    try {
      await scene.play(stage)
    } catch (error) {
      problems.push(`${scene.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return problems
}
