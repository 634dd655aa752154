import type { BridgeHost, Intake } from '@pons/core'
import type { KnownChats } from '../known-snapshot.ts'
import type { Connection } from '../protocol/connection.ts'
import { askForGroup } from '../protocol/ask-for-group.ts'
import type { GroupMetadata } from '../protocol/group.ts'

export interface GroupToEncryptForParts {
  readonly host: Pick<BridgeHost, 'now'>
  readonly chats: Omit<KnownChats, 'people'>
  readonly connection: Connection
  readonly intake: Intake
}

/** For whom to encrypt; undefined where that is not known and nothing is connected, and the library asks for itself then. */
export async function groupToEncryptFor(
  { host, chats, connection, intake }: GroupToEncryptForParts,
  jid: string,
): Promise<GroupMetadata | undefined> {
  const { groups, timers } = chats
  const known = groups.metadata(jid)
  const socket = connection.current
  if (known !== undefined || socket === undefined) return known
  const metadata = await askForGroup(socket, jid)
  groups.learnAnswer(metadata)
  timers.learnGroup(metadata, host.now())
  intake.keepLearnt()
  return groups.metadata(jid) ?? metadata
}
