import { namedLevel, userLevel } from './levels.ts'
import type { LevelSource } from './levels.ts'
import { reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'

/** Who may invite by the address of a person. */
export function authorizeThirdPartyInviteEvent(event: EventToAuthorize, levels: LevelSource): void {
  if (userLevel(levels, event.sender) < namedLevel(levels, 'invite')) {
    reject('m.room.third_party_invite', 'the sender may not invite')
  }
}
