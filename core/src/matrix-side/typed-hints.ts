import type { JsonObject, RoomId } from '@pons/matrix'
import type { NetworkConnector } from '../network/connector.ts'

export interface TypedHintsParts {
  /** Words that a command of the framework answers to. */
  readonly commandNames: ReadonlySet<string>
  readonly connector: NetworkConnector
  readonly users: { isManagementRoom(roomId: RoomId): Promise<boolean> }
  readonly portals: { byRoom(roomId: RoomId): Promise<object | undefined> }
}

/**
 * Words for people name commands between backticks and bare, wherever they are written: `retry`. Here, where it is known in
 * which room they are read, they become what must be typed in it.
 */
export class TypedHints {
  readonly #parts: TypedHintsParts

  constructor(parts: TypedHintsParts) {
    this.#parts = parts
  }

  /** What a command begins with in that room: nothing in a management room, the prefix of the bridge everywhere else. */
  async leadIn(roomId: RoomId): Promise<string> {
    const { users, portals, connector } = this.#parts
    const isManagement = (await users.isManagementRoom(roomId)) && (await portals.byRoom(roomId)) === undefined
    return isManagement ? '' : `${connector.info.commandPrefix} `
  }

  withLead(lead: string, text: string): string {
    if (lead === '') return text
    return text.replace(/`([^`\n]+)`/g, (span, words: string) =>
      this.#isCommand(words.split(' ', 1)[0] ?? '') ? `\`${lead}${words}\`` : span,
    )
  }

  /** The same for what is in an event: a notice, or the status of a message. */
  async asTyped(roomId: RoomId, content: JsonObject): Promise<JsonObject> {
    const spoken = [content['body'], content['error'], content['message']]
    if (!spoken.some((words) => typeof words === 'string' && words.includes('`'))) return content
    const lead = await this.leadIn(roomId)
    const [body, error, message] = spoken.map((words) =>
      typeof words === 'string' ? this.withLead(lead, words) : undefined,
    )
    return {
      ...content,
      ...(body !== undefined && { body }),
      ...(error !== undefined && { error }),
      ...(message !== undefined && { message }),
    }
  }

  #isCommand(word: string): boolean {
    const { commandNames, connector } = this.#parts
    const ofNetwork = connector.handlers.commands ?? []
    return commandNames.has(word) || ofNetwork.some(({ name, aliases }) => name === word || aliases?.includes(word))
  }
}
