import type { JsonObject, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'

/** What a command begins with in that room: nothing in a management room, the prefix of the bridge everywhere else. */
export async function commandLead(context: BridgeContext, roomId: RoomId): Promise<string> {
  const isManagement =
    (await context.users.isManagementRoom(roomId)) && (await context.portals.byRoom(roomId)) === undefined
  return isManagement ? '' : `${context.connector.info.commandPrefix} `
}

/**
 * Words for people name commands between backticks and bare, wherever they are written: `retry`. Here, where it is known in
 * which room they are read, they become what must be typed in it.
 */
export function withLead(context: BridgeContext, lead: string, text: string): string {
  if (lead === '') return text
  return text.replace(/`([^`\n]+)`/g, (span, words: string) =>
    isCommand(context, words.split(' ', 1)[0] ?? '') ? `\`${lead}${words}\`` : span,
  )
}

/** The same for what is in an event: a notice, or the status of a message. */
export async function asTyped(context: BridgeContext, roomId: RoomId, content: JsonObject): Promise<JsonObject> {
  const spoken = [content['body'], content['error'], content['message']]
  if (!spoken.some((words) => typeof words === 'string' && words.includes('`'))) return content
  const lead = await commandLead(context, roomId)
  const [body, error, message] = spoken.map((words) =>
    typeof words === 'string' ? withLead(context, lead, words) : undefined,
  )
  return {
    ...content,
    ...(body !== undefined && { body }),
    ...(error !== undefined && { error }),
    ...(message !== undefined && { message }),
  }
}

function isCommand({ commandNames, connector }: BridgeContext, word: string): boolean {
  const ofNetwork = connector.handlers.commands ?? []
  return commandNames.has(word) || ofNetwork.some(({ name, aliases }) => name === word || aliases?.includes(word))
}
