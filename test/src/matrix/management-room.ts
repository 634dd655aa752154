import type { MatrixPerson, SeenEvent } from './matrix-person.ts'

/** A person's conversation with a bridge bot. */
export class ManagementRoom {
  readonly roomId: string
  readonly #person: MatrixPerson
  readonly #bot: string
  #from = 0

  private constructor(person: MatrixPerson, bot: string, roomId: string) {
    this.#person = person
    this.#bot = bot
    this.roomId = roomId
  }

  /** Invites the bot and waits for its greeting. */
  static async open(person: MatrixPerson, botLocalpart: string): Promise<ManagementRoom> {
    const bot = `@${botLocalpart}${person.userId.slice(person.userId.indexOf(':'))}`
    const room = new ManagementRoom(person, bot, await person.createRoom({ invite: [bot], is_direct: true }))
    await room.answer('management room')
    return room
  }

  /** Says something and returns the bot's next words that contain `expected`. */
  async ask(text: string, expected: string): Promise<SeenEvent> {
    await this.#person.say(this.roomId, text)
    return await this.answer(expected)
  }

  /** The bot's next message, after those answered before, whose body contains the words. */
  async answer(expected: string): Promise<SeenEvent> {
    return await this.#next(({ content }) => String(content['body']).includes(expected), JSON.stringify(expected))
  }

  /** The text of the code that is shown as a picture. */
  async qrCode(): Promise<string> {
    const event = await this.#next(({ content }) => content['msgtype'] === 'm.image', 'a picture')
    const fresh = event.content['m.new_content'] as { body?: string } | undefined
    return fresh?.body ?? String(event.content['body'])
  }

  async #next(fits: (event: SeenEvent) => boolean, what: string): Promise<SeenEvent> {
    const isNext = (event: SeenEvent): boolean =>
      event.room_id === this.roomId &&
      event.sender === this.#bot &&
      event.type === 'm.room.message' &&
      this.#person.events.indexOf(event) >= this.#from &&
      fits(event)
    const event = await this.#person.see(isNext, `the bot saying ${what}`)
    this.#from = this.#person.events.indexOf(event) + 1
    return event
  }
}
