import type { SeenEvent } from '@pons/test'
import type { Stage } from './conversation.ts'

/** Shows what each side sees, as it happens. */
export class Transcript {
  readonly #stage: Stage
  #shownEvents = 0
  #shownLines = 0
  #timer: NodeJS.Timeout | undefined

  constructor(stage: Stage) {
    this.#stage = stage
    this.follow()
  }

  /** Goes on showing until the process ends. */
  follow(): void {
    this.#timer ??= setInterval(() => this.#show(), 50)
    this.#timer.unref()
  }

  async catchUp(): Promise<void> {
    await this.#stage.irc.settled()
    this.#show()
  }

  #show(): void {
    const { matrix, irc, roomId, channel } = this.#stage
    for (const event of matrix.events.slice(this.#shownEvents)) {
      if (event.room_id === roomId && event.type === 'm.room.message') console.log(`  [Matrix sees] ${describe(event)}`)
    }
    this.#shownEvents = matrix.events.length
    const heard = irc.heard(channel)
    for (const line of heard.slice(this.#shownLines)) {
      const text = line.kind === 'action' ? `* ${line.from} ${line.text}` : `<${line.from}> ${line.text}`
      // Control codes of formatting would colour the terminal.
      console.log(`     [IRC sees] ${text.replace(/\p{Cc}/gu, '')}`)
    }
    this.#shownLines = heard.length
  }
}

function describe({ sender, content }: SeenEvent): string {
  const body = String(content['body'])
  return content['msgtype'] === 'm.emote' ? `* ${sender} ${body}` : `${sender}: ${body}`
}
