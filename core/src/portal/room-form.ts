import type { RoomId, UserId } from '@pons/matrix'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { ChatKey } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { StateContent } from './state-content.ts'

/** What a room is like apart from what its chat says; raised when that changes. */
export const currentForm = 2

export const canonicalAlias = 'm.room.canonical_alias'
/** Members whom clients leave out when they name a room after who is in it. */
const service = 'io.element.functional_members'

interface FormParts {
  readonly connector: NetworkConnector
  readonly botUserId: UserId
}

/** Do people know this chat by the name in its alias? Another alias only finds the room, and would be shown as its name. */
export function hasPublicName(connector: NetworkConnector, chat: ChatKey): boolean {
  return connector.info.hasPublicNames === true && connector.aliasSuffix(chat) !== undefined
}

/** Homeservers make an alias that a room is created with its canonical one, unless the state says otherwise. */
export function formState({ connector, botUserId }: FormParts, chat: ChatKey): StateContent[] {
  const unnamed = hasPublicName(connector, chat) ? [] : [{ type: canonicalAlias, state_key: '', content: {} }]
  return [...unnamed, { type: service, state_key: '', content: { service_members: [botUserId] } }]
}

/** Who is named there already stays. */
export async function ensureServiceMembers(api: MatrixApi, roomId: RoomId, users: readonly UserId[]): Promise<void> {
  const content = (await api.getState(roomId, service)) ?? {}
  const before = content['service_members']
  const named = Array.isArray(before) ? before : []
  if (users.every((userId) => named.includes(userId))) return
  await api.setState(roomId, {
    type: service,
    content: { ...content, service_members: [...new Set([...named, ...users])] },
  })
}
