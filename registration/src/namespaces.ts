import { serverNameOf, userIdOf } from '@pons/matrix'
import type { RoomAlias, RoomId, ServerName, UserId } from '@pons/matrix'

import { compilePattern } from './pattern.ts'
import type { Pattern } from './pattern.ts'
import type { Namespace, Registration } from './registration.ts'

export interface NamespaceMatch {
  /** True when at least one of the patterns that match is exclusive. */
  readonly exclusive: boolean
}

/** What one application service claims; undefined means it does not. */
export interface Namespaces {
  readonly senderUserId: UserId
  /** Only users of the own server can be claimed. The sender's own id always is, exclusively. */
  readonly userMatch: (userId: UserId) => NamespaceMatch | undefined
  readonly aliasMatch: (alias: RoomAlias) => NamespaceMatch | undefined
  readonly roomMatch: (roomId: RoomId) => NamespaceMatch | undefined
}

interface CompiledNamespace {
  readonly pattern: Pattern
  readonly exclusive: boolean
}

const exclusiveMatch: NamespaceMatch = { exclusive: true }
const sharedMatch: NamespaceMatch = { exclusive: false }

/** @throws PatternError when the registration did not come from `parseRegistration` */
export function compileNamespaces(
  registration: Registration,
  { serverName }: { readonly serverName: ServerName },
): Namespaces {
  const isPrefix = registration['pons.prefix_namespaces'] ?? false
  const users = compileAll(registration.namespaces.users, isPrefix)
  const aliases = compileAll(registration.namespaces.aliases, isPrefix)
  const rooms = compileAll(registration.namespaces.rooms, isPrefix)
  const senderUserId = userIdOf(registration.sender_localpart, serverName)
  return {
    senderUserId,
    userMatch: (userId) => {
      if (userId === senderUserId) return exclusiveMatch
      return serverNameOf(userId) === serverName ? matchAny(users, userId) : undefined
    },
    aliasMatch: (alias) => matchAny(aliases, alias),
    roomMatch: (roomId) => matchAny(rooms, roomId),
  }
}

function compileAll(namespaces: readonly Namespace[], isPrefix: boolean): CompiledNamespace[] {
  return namespaces.map(({ regex, exclusive }) => ({ pattern: compilePattern(regex, isPrefix), exclusive }))
}

function matchAny(namespaces: readonly CompiledNamespace[], id: string): NamespaceMatch | undefined {
  let match: NamespaceMatch | undefined
  for (const { pattern, exclusive } of namespaces) {
    if ((match !== undefined && !exclusive) || !pattern.test(id)) continue
    if (exclusive) return exclusiveMatch
    match = sharedMatch
  }
  return match
}
